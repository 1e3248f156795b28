//! Fetching into an mbox: everything once, whoever else writes into it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::{behind, finish};
use crate::support::mbox::spooled;
use crate::support::server::Body;
use crate::support::{Accounts, Maildir, Mbox, Output, World};

fn mbox(world: &World) -> Mbox {
    Mbox::at(world.home.path("m"))
}

fn fetch(world: &World, args: &[&str]) -> Output {
    world.run("fetch", &[&["--to", &mbox(world).to()], args].concat())
}

/// Nothing of the spool is left.
#[track_caller]
fn nothing_is_spooled(world: &World) {
    assert_eq!(spooled(&world.home.path("state/popfetch")), Vec::<PathBuf>::new());
}

#[test]
fn new_mail_once_and_whole() {
    let world = World::new();
    let mut all = world.add_many(300);
    fetch(&world, &[]).succeeds();
    let mbox = mbox(&world);
    mbox.holds(&all);
    assert_eq!(fs::metadata(mbox.path()).unwrap().permissions().mode() & 0o777, 0o600);
    let before = mbox.content();
    fetch(&world, &[]).succeeds();
    assert!(mbox.content() == before);
    all.push(world.add("late"));
    fetch(&world, &[]).succeeds();
    mbox.holds(&all);
    assert!(mbox.content().starts_with(&before));
    assert_eq!(world.mailbox.len(), 301, "mail stays on the server by default");
    nothing_is_spooled(&world);
    assert!(!world.home.path("m.lock").exists());
}

#[test]
fn content_comes_back_byte_for_byte() {
    let world = World::new();
    let long = "z".repeat(1 << 20);
    let wide = "y".repeat(300_000);
    let bodies: Vec<String> = [
        "Subject: dots\n\n.\n..\n.x\n...\n",
        "Subject: from\n\nFrom here\n>From there\n>>>From afar\n>not\n\nFrom \nFrom\n",
        "From the first line\nSubject: x\n\ny\n",
        "Return-Path: <a b@c>\nFrom : not so\nSubject: sender\n\nFrom a@b Thu Jan  1 00:00:00 1970\n",
        "Subject: lone\n\n\u{0}\u{1}ü lone \r and end\n",
        &format!("Subject: long\n\n{long}\nFrom x\n"),
        &format!("Subject: {wide}\nFrom in a header\nX: {wide}\n\nx\n"),
        "\nno header\n",
        "Subject: no body\n",
        "Subject: blank lines at the end\n\nx\n\n\n",
        "Subject: twice\n\ntwice\n",
        "Subject: twice\n\ntwice\n",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    for body in &bodies {
        world.mailbox.add(body.replace('\n', "\r\n"));
    }
    fetch(&world, &[]).succeeds();
    mbox(&world).holds(&bodies);
    let content = String::from_utf8(mbox(&world).content()).unwrap();
    assert!(content.contains("\n\nFrom ab@c "), "the sender is the Return-Path's, made safe");
    let line = content.lines().next().unwrap();
    assert_eq!(line.len(), "From MAILER-DAEMON Thu Jan  1 00:00:00 1970".len(), "{line}");
}

#[test]
fn a_thousand_messages_and_a_huge_one() {
    let world = World::new();
    let mut all: Vec<Vec<u8>> = Vec::new();
    for n in 0..1000_usize {
        let body = format!("Subject: {n}\n\n{}\nFrom {n}\n>From\n", "line\n".repeat(n % 50));
        world.mailbox.add(body.replace('\n', "\r\n"));
        all.push(body.into());
    }
    let octets = 20_000_000;
    world.mailbox.add(Body::Generated { octets });
    fetch(&world, &["--delete"]).succeeds();
    assert!(world.mailbox.is_empty());
    let mut messages = mbox(&world).messages();
    let huge = messages.iter().position(|message| message.len() > 10_000_000).unwrap();
    messages.remove(huge);
    all.sort();
    assert!(messages == all);
}

#[test]
fn behind_mail_that_was_there() {
    let old = "From me Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n";
    for before in [format!("{old}\n"), old.to_owned(), old.trim_end().to_owned(), String::new()] {
        let world = World::new();
        let all = world.add_many(3);
        world.home.write("m", &before);
        fetch(&world, &[]).succeeds();
        let old = (!before.is_empty()).then(|| "Subject: old\n\nold\n".to_owned());
        mbox(&world).holds(all.into_iter().chain(old));
        assert!(mbox(&world).content().starts_with(before.as_bytes()));
    }
}

#[test]
fn what_is_no_mbox_is_left_alone() {
    let world = World::new();
    world.add_many(2);
    world.home.write("m", "Dear diary\n");
    let said = "is no mbox: it does not begin with 'From '";
    fetch(&world, &["--delete"]).exits(73).says(said);
    assert_eq!(mbox(&world).content(), b"Dear diary\n");
    fs::remove_file(mbox(&world).path()).unwrap();
    fs::create_dir(mbox(&world).path()).unwrap();
    fetch(&world, &[]).exits(73).says("cannot deliver to mbox:");
    let nowhere = format!("mbox:{}", world.home.path("no/where").display());
    world.run("fetch", &["--to", &nowhere]).exits(73);
    assert!(!world.home.path("no").exists());
    std::os::unix::fs::symlink("diary", world.home.path("link")).unwrap();
    let link = format!("mbox:{}", world.home.path("link").display());
    world.run("fetch", &["--to", &link]).exits(73);
    assert!(!world.home.path("diary").exists());
    assert_eq!(world.mailbox.len(), 2);
    assert!(world.server.finished_log().is_empty(), "all this before any network");
}

#[test]
fn one_that_vanished_is_not_made_anew() {
    let world = World::new();
    world.add_many(2);
    fetch(&world, &[]).succeeds();
    fs::rename(mbox(&world).path(), world.home.path("aside")).unwrap();
    world.add("late");
    fetch(&world, &[]).exits(73).says("is gone; is its disk mounted?");
    assert!(!mbox(&world).path().exists());
    fs::rename(world.home.path("aside"), mbox(&world).path()).unwrap();
    fetch(&world, &[]).succeeds();
    assert_eq!(mbox(&world).messages().len(), 3);
}

#[test]
fn paths_as_typed() {
    let world = World::new();
    let all = world.add_many(2);
    world.run("fetch", &["--to", "mbox:~/inbox"]).succeeds();
    Mbox::at(world.home.path("home/inbox")).holds(&all);
    world.run("fetch", &["--to", "mbox:relative", "--all"]).succeeds();
    Mbox::at(world.home.path("relative")).holds(&all);
    world.run("fetch", &["--to", "mbox:"]).exits(64).says("the destination mbox: lacks its path");
    world.run("fetch", &["--to", "mbox:a", "--to", "mbox:a"]).exits(64).says("given twice");
}

#[test]
fn several_destinations_get_everything() {
    let world = World::new();
    let mut all = world.add_many(250);
    let other = Mbox::at(world.home.path("other"));
    let both = ["--to", &world.home.to(), "--to", &other.to(), "--delete"];
    fetch(&world, &both).succeeds();
    all.push(world.add("late"));
    let output = fetch(&world, &[&both[..], &["--to", "-", "--raw"]].concat()).succeeds();
    assert_eq!(output.text(), all[250]);
    mbox(&world).holds(&all);
    other.holds(&all);
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
    nothing_is_spooled(&world);
    // One that fails is enough: delivered is what all have.
    world.add("last");
    fs::write(other.path(), "Dear diary\n").unwrap();
    fetch(&world, &both).exits(73);
    assert_eq!(world.mailbox.len(), 1);
    mbox(&world).holds(&all);
}

#[test]
fn one_that_is_changed_under_a_run_stops_the_run() {
    let world = World::new();
    world.add_many(2);
    let other = Mbox::at(world.home.path("other"));
    let both = ["--to", &world.home.to(), "--to", &other.to()];
    fetch(&world, &both).succeeds();
    // Gone for one of three places only: nothing is recorded in the others either.
    fs::remove_file(other.path()).unwrap();
    world.add("late");
    fetch(&world, &both).exits(73);
    assert_eq!(mbox(&world).messages().len(), 2);
    assert_eq!(Maildir::at(world.home.path("mail")).messages().len(), 2);
}

#[test]
fn json_names_no_file_that_is_not_there() {
    let world = World::new();
    world.add("x");
    let events = fetch(&world, &["--json"]).succeeds().json();
    let stored = events.iter().find(|event| event["event"] == "stored").unwrap();
    assert!(stored["file"].is_null(), "{stored}");
}

/// Appends as a mail program does: fcntl, then the lock file, or neither.
fn append_as_others_do(mbox: &Mbox, message: &str) {
    let mut lock = mbox.path().as_os_str().to_owned();
    lock.push(".lock");
    loop {
        let mut options = fs::OpenOptions::new();
        let mut file = options.append(true).create(true).open(mbox.path()).unwrap();
        let locked = fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
        if locked && fs::File::create_new(&lock).is_ok() {
            // In two pieces, so that one who does not wait gets between.
            let (start, end) = message.split_at(message.len() / 2);
            std::io::Write::write_all(&mut file, start.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(1));
            std::io::Write::write_all(&mut file, end.as_bytes()).unwrap();
            fs::remove_file(&lock).unwrap();
            return;
        }
        drop(file);
        thread::sleep(Duration::from_millis(3));
    }
}

/// Has procmail append it.
fn procmail(mbox: &Mbox, message: &str) {
    let mut command = mbox.procmail();
    let child = command.stdin(Stdio::piped()).spawn();
    let mut child = child.expect("procmail, which scripts/setup installs");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), message.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn two_accounts_and_another_program_at_once() {
    let (one, two) = (World::new(), World::new());
    let mbox = mbox(&one);
    let state = one.home.path("shared-state").display().to_string();
    let mut all = Vec::new();
    for (world, name) in [(&one, "one"), (&two, "two")] {
        for n in 0..500 {
            all.push(world.add(&format!("{name} {n} {}", "From x\n>From y ".repeat(n % 40))));
        }
    }
    let start = |world: &World| {
        let args = ["--to", &mbox.to(), "--state-dir", &state];
        world.command("fetch", &args).spawn().unwrap()
    };
    let children = [start(&one), start(&two)];
    for n in 0..60 {
        let message = format!("Subject: {n}\n\n{n}\n");
        let stored = format!("From z Thu Jan  1 00:00:00 1970\n{message}\n");
        // procmail waits a whole second for a lock file: now and then is enough.
        if n % 15 == 7 {
            procmail(&mbox, &stored);
        } else {
            append_as_others_do(&mbox, &stored);
        }
        all.push(message);
    }
    for child in children {
        finish(child).succeeds();
    }
    mbox.holds(&all);
}

#[test]
fn accounts_of_one_process_share_an_mbox_and_have_their_own() {
    let mut accounts = Accounts::new();
    let names = ["a", "b", "c", "d"];
    let all: Vec<Vec<String>> = names.iter().map(|name| accounts.serve_mail(name, 250)).collect();
    let sections: String = names.iter().map(|name| accounts.section(name, name)).collect();
    // By the home, and by the place of the file.
    let to = "to = [\"mbox:~/all\", \"mbox:../../../mail/{account}\"]";
    let defaults = Accounts::defaults().replace("to = \"maildir:../../../mail/{account}\"", to);
    accounts.config(&format!("{defaults}{sections}"));
    accounts.run(&["fetch"]).succeeds();
    accounts.run(&["fetch"]).succeeds();
    Mbox::at(accounts.home.path("home/all")).holds(all.iter().flatten());
    for (name, messages) in names.iter().zip(&all) {
        Mbox::at(accounts.home.path("mail").join(name)).holds(messages);
    }
}

#[test]
fn a_lock_that_is_held_too_long_is_for_later() {
    let world = World::new();
    let all = world.add_many(2);
    world.home.write("m", "");
    // A lock file that names a living process.
    world.home.write("m.lock", format!("{}\n", std::process::id()));
    let child = world.command("fetch", &["--to", &mbox(&world).to()]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"RETR 2")));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    finish(child).exits(130);
    // Somebody who is in no hurry waits half a minute.
    let said = format!("is locked by process {}", std::process::id());
    fetch(&world, &[]).exits(75).says(&said);
    assert_eq!(mbox(&world).content(), b"");
    fs::remove_file(world.home.path("m.lock")).unwrap();
    fetch(&world, &[]).succeeds();
    mbox(&world).holds(&all);
}

#[test]
fn a_full_disk_keeps_no_half_message() {
    let world = World::new();
    for octets in [100_000, 100_001, 100_002, 100_003, 100_004, 100_005] {
        world.mailbox.add(Body::Generated { octets });
    }
    fs::create_dir(world.home.path("disk")).unwrap();
    let command = world.command("fetch", &["--to", "mbox:disk/m", "--delete"]);
    // Fills the disk up to 300 KiB: the batch of 600 kB does not fit.
    let script = "mount -t tmpfs -o size=300k none disk || exit 99
        printf 'From x Thu Jan  1 00:00:00 1970\\n\\nold\\n\\n' > disk/m
        \"$@\"; echo status $?
        wc -c < disk/m
        mount -o remount,size=10m none disk || exit 99
        \"$@\"; echo status $?
        cp disk/m m";
    let mut outer = behind(&["unshare", "-m", "sh", "-c", script, "sh"], &command);
    if !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: no mount namespaces here");
        return;
    }
    let output = finish(outer.spawn().unwrap()).exits(0);
    assert_eq!(output.lines(), ["status 74", "38", "status 0"], "{}", output.stderr);
    let said = output.says("cannot store mail in mbox:").says("No space left on device");
    assert_eq!(said.stderr.lines().count(), 1);
    let messages = mbox(&world).messages();
    assert_eq!(messages.len(), 7);
    assert!(messages.windows(2).all(|pair| pair[0] != pair[1]), "each once");
    assert!(world.mailbox.is_empty());
    nothing_is_spooled(&world);
}
