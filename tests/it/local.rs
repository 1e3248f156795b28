//! Disks, pipes and directories that fail.

use std::fs;
use std::io::Read;

use crate::support::expect::{fails, run, untouched};
use crate::support::home::finish;
use crate::support::namespace::Namespace;
use crate::support::server::Body;
use crate::support::{Maildir, World};

#[test]
fn a_full_disk() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    for octets in [100_000, 100_001, 100_002, 100_003, 100_004, 100_005] {
        world.mailbox.add(Body::Generated { octets });
    }
    fs::create_dir(world.home.path("disk")).unwrap();
    let command = world.command("fetch", &["--to", "maildir:disk/mail", "--delete"]);
    let script = "mount -t tmpfs -o size=300k none disk || exit 99
        \"$@\"; echo status $?
        ls disk/mail/tmp
        mount -o remount,size=10m none disk || exit 99
        \"$@\"; echo status $?
        cp -r disk/mail mail";
    let output = namespace.run(script, &command).exits(0);
    assert_eq!(output.lines(), ["status 74", "status 0"], "{}", output.stderr);
    let output = fails(output, 0, "No space left on device", None);
    assert!(output.stderr.contains("cannot store mail in"), "{}", output.stderr);
    let messages = world.mail().messages();
    assert_eq!(messages.len(), 6);
    assert!(messages.windows(2).all(|pair| pair[0] != pair[1]), "each once");
    assert_eq!(world.mail().names("tmp"), Vec::<String>::new());
    assert!(world.mailbox.is_empty());
    let log = world.server.finished_log();
    let dele = |at: usize| log[at].commands().iter().filter(|c| c.starts_with("DELE")).count();
    assert_eq!(dele(0) + dele(1), 6, "deleted only what was stored");
    assert!(dele(0) < 3, "what did not fit was deleted");
}

#[test]
fn a_full_disk_under_the_state() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let all = world.add_many(200);
    fs::create_dir(world.home.path("small")).unwrap();
    let to = world.home.to();
    let command = world.command("fetch", &["--to", &to, "--state-dir", "small", "--delete"]);
    // Full from the start, then full in the middle, then roomy.
    let script = "mount -t tmpfs -o size=8k none small || exit 99
        \"$@\"; echo status $?
        mount -o remount,size=80k none small || exit 99
        \"$@\"; echo status $?
        mount -o remount,size=10m none small || exit 99
        \"$@\"; echo status $?";
    let output = namespace.run(script, &command).exits(0);
    assert_eq!(output.lines(), ["status 74", "status 74", "status 0"], "{}", output.stderr);
    assert_eq!(output.stderr.lines().count(), 2, "{}", output.stderr);
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_full_device_as_standard_output() {
    let world = World::new();
    let all = world.add_many(3);
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = world.command("fetch", &["--to", "-", "--delete"]);
    let sentence = "cannot write to standard output: No space left on device";
    fails(run(command.stdout(full())), 74, sentence, None);
    untouched(&world, &all);
    let mut command = world.command("list", &[]);
    // The path is another, the sentence is like it.
    let output = run(command.stdout(full())).exits(74).says("No space left on device");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    // With --json the events go there.
    let world = World::new();
    world.add_many(3);
    let to = world.home.to();
    let mut command = world.command("fetch", &["--to", &to, "--json"]);
    run(command.stdout(full())).exits(74).says("No space left on device");
    let mut command = world.command("fetch", &["--to", &to, "--dry-run", "--all"]);
    run(command.stdout(full())).exits(74).says("No space left on device");
}

#[test]
fn a_reader_that_is_gone() {
    let world = World::new();
    let all = world.add_many(3);
    let gone = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    };
    let mut command = world.command("fetch", &["--to", "-", "--delete"]);
    let output = run(command.stdout(gone())).exits(74);
    assert!(output.stderr.lines().count() <= 1, "{}", output.stderr);
    untouched(&world, &all);
    for args in [&[][..], &["--json"], &["--short"], &["--count"]] {
        let output = run(world.command("list", args).stdout(gone()));
        assert_eq!(output.exits(74).stderr, "", "a reader that has seen enough is no news");
    }
}

#[test]
fn a_reader_that_leaves_in_the_middle() {
    let world = World::new();
    let sizes = 400_000..400_012;
    for octets in sizes.clone() {
        world.mailbox.add(Body::Generated { octets });
    }
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = world.command("fetch", &["--to", "-", "--raw", "--crlf", "--delete"]);
    let child = command.stdout(writer).spawn().unwrap();
    // Or this process holds a writing end, too.
    drop(command);
    let mut first = vec![0; 900_000];
    reader.read_exact(&mut first).unwrap();
    drop(reader);
    let output = finish(child).exits(74);
    assert!(output.stderr.lines().count() <= 1, "{}", output.stderr);
    // Two messages were read whole; at least the rest is still to come.
    assert!(world.mailbox.len() >= 10, "deleted unread: {}", world.mailbox.len());
    let left: Vec<u64> = world.mailbox.messages().iter().map(|m| m.body.octets()).collect();
    world.fetch(&["--delete"]).succeeds();
    let fetched = world.mail().messages().len();
    assert!(fetched >= 9 && left.len() >= fetched, "{fetched} of {left:?}");
    assert!(world.mailbox.is_empty());
}

#[test]
fn destinations_that_cannot_be_made() {
    let world = World::new();
    let all = world.add_many(1);
    world.home.write("file", "");
    fs::create_dir_all(world.home.path("half/new")).unwrap();
    world.home.write("half/cur", "");
    for (to, sentence) in [
        ("maildir:missing/mail", "No such file or directory"),
        ("maildir:file/mail", "Not a directory"),
        ("maildir:file", "Not a directory"),
        ("maildir:half", "half"),
    ] {
        let output = world.run("fetch", &["--to", to, "--delete"]);
        fails(output, 73, "cannot deliver to maildir:", None).says(sentence);
        assert!(!world.home.path("missing").exists());
        assert!(world.server.log().is_empty(), "no connection without a place for the mail");
    }
    // One that works beside one that does not gets nothing.
    let to = world.home.to();
    fails(world.run("fetch", &["--to", &to, "--to", "maildir:file"]), 73, "file", None);
    untouched(&world, &all);
}

#[test]
fn a_read_only_disk() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let all = world.add_many(1);
    fs::create_dir(world.home.path("disk")).unwrap();
    let command = world.command("fetch", &["--to", "maildir:disk/mail"]);
    let script = "mount --bind disk disk && mount -o remount,bind,ro disk || exit 99
        exec \"$@\"";
    let output = namespace.run(script, &command);
    fails(output, 73, "Read-only file system", None);
    // A Maildir that is there, but cannot be written any more.
    fs::remove_dir(world.home.path("disk")).unwrap();
    world.run("fetch", &["--to", "maildir:disk"]).succeeds();
    world.add("later");
    let command = world.command("fetch", &["--to", "maildir:disk"]);
    let output = namespace.run(script, &command);
    assert!([73, 74].contains(&output.status), "{output:?}");
    let output = output.says("Read-only file system");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    world.run("fetch", &["--to", "maildir:disk"]).succeeds();
    assert_eq!(Maildir::at(world.home.path("disk")).messages().len(), 2);
    assert_eq!(world.mailbox.len(), all.len() + 1);
}

#[test]
fn a_place_that_belongs_to_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = World::new();
    let all = world.add_many(1);
    let foreign = world.home.path("foreign");
    for name in ["", "new", "cur", "tmp"] {
        fs::create_dir(foreign.join(name)).unwrap();
    }
    // The whole Maildir, then only one of its directories.
    for names in [&["", "new", "cur", "tmp"][..], &["tmp"]] {
        for name in ["", "new", "cur", "tmp"] {
            let owner = if names.contains(&name) { 65534 } else { 0 };
            std::os::unix::fs::chown(foreign.join(name), Some(owner), None).unwrap();
        }
        let output = world.run("fetch", &["--to", "maildir:foreign", "--delete"]);
        fails(output, 73, "belongs to user id 65534", None);
        assert!(Maildir::at(foreign.clone()).messages().is_empty());
    }
    untouched(&world, &all);
}

#[test]
fn a_maildir_in_a_directory_of_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = World::new();
    let all = world.add_many(1);
    fs::create_dir(world.home.path("foreign")).unwrap();
    std::os::unix::fs::chown(world.home.path("foreign"), Some(65534), None).unwrap();
    // That user could put a link where the Maildir is to be made.
    let output = world.run("fetch", &["--to", "maildir:foreign/mail", "--delete"]);
    fails(output, 73, "belongs to user id 65534", None);
    assert!(!world.home.path("foreign/mail").exists());
    untouched(&world, &all);
}

#[test]
fn a_maildir_that_has_vanished_is_not_made_anew() {
    let world = World::new();
    let mut all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let (mail, away) = (world.home.path("mail"), world.home.path("away"));
    fs::rename(&mail, &away).unwrap();
    all.push(world.add("later"));
    let sentence = "held mail of this account and is gone; is its disk mounted?";
    fails(world.fetch(&["--delete"]), 73, sentence, Some("mkdir -p"));
    assert!(!mail.exists());
    // The empty directory under a disk that is not mounted is no Maildir either.
    fs::create_dir(&mail).unwrap();
    fails(world.fetch(&["--delete"]), 73, sentence, Some("mkdir -p"));
    assert!(fs::read_dir(&mail).unwrap().next().is_none());
    assert_eq!(world.mailbox.len(), 3);
    fs::remove_dir(&mail).unwrap();
    fs::rename(&away, &mail).unwrap();
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}
