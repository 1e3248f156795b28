//! Fetching into a Maildir: everything once, and nothing that is not safe.

use crate::support::World;
use crate::support::maildir::with_lf;
use crate::support::server::{Action, Capabilities, Closed, Script};

#[test]
fn new_mail_once_and_whole() {
    let world = World::new();
    let mut all = world.add_many(10);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
    all.push(world.add("late"));
    let output = world.fetch(&[]).succeeds();
    assert_eq!(output.text(), "", "cron gets no mail about a run that went well");
    world.mail().holds(&all);
    assert_eq!(world.mailbox.len(), 11, "mail stays on the server by default");
}

#[test]
fn content_is_kept_byte_for_byte() {
    let world = World::new();
    let long = "z".repeat(1 << 20);
    let bodies: Vec<Vec<u8>> = vec![
        b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n...\r\n".to_vec(),
        b"Subject: from\r\n\r\nFrom here\r\n>From there\r\n".to_vec(),
        b"Subject: replies\r\n\r\n+OK\r\n-ERR\r\n.\n.\r\r\n\r\n".to_vec(),
        b"Subject: octets\r\n\r\n\0\x01\xff\xfe lone \r and lone \n end\r\n".to_vec(),
        format!("Subject: long\r\n\r\n{long}\r\n").into_bytes(),
        b"\r\nno header\r\n".to_vec(),
        b"Subject: no body\r\n".to_vec(),
        b"Subject: blank lines at the end\r\n\r\nx\r\n\r\n\r\n".to_vec(),
        b"".to_vec(),
    ];
    for body in &bodies {
        world.mailbox.add(body);
    }
    world.fetch(&[]).succeeds();
    world.mail().holds(bodies.iter().map(|body| with_lf(body)));
}

#[test]
fn delete_removes_what_is_safe_here_old_and_new() {
    let world = World::new();
    let mut all = world.add_many(3);
    world.fetch(&[]).succeeds();
    all.push(world.add("new"));
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mailbox.len(), 0);
    world.mail().holds(&all);
}

#[test]
fn an_explicit_choice_fetches_again() {
    let world = World::new();
    let all = world.add_many(3);
    world.fetch(&[]).succeeds();
    world.fetch(&["-n", "2"]).succeeds();
    world.mail().holds([&all[0], &all[1], &all[1], &all[2]]);
    world.fetch(&["--last", "1", "--new"]).succeeds();
    world.fetch(&[]).succeeds();
    assert_eq!(world.mail().messages().len(), 4);
}

#[test]
fn one_bad_message_does_not_block_the_others() {
    let refuse = Action::Reply(b"-ERR cannot read it\r\n".to_vec());
    let world = World::with(|script| script.on("RETR 4", refuse));
    let all = world.add_many(10);
    let output = world.fetch(&["--delete"]).exits(74);
    let said = output.says("message 4 (uid-000004) failed: the server says: cannot read it");
    assert_eq!(said.stderr.lines().count(), 1);
    let others = all.iter().enumerate().filter(|(at, _)| *at != 3).map(|(_, message)| message);
    world.mail().holds(others);
    assert_eq!(world.mailbox.uids(), [b"uid-000004"], "what was not fetched is not deleted");
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn a_message_that_breaks_the_line_comes_last_next_time() {
    let world = World::with(|script| script.on("RETR 2", Action::CutBody { after: 20 }));
    let all = world.add_many(6);
    world.fetch(&[]).exits(75);
    world.mail().holds(&all[..1]);
    // The same message breaks the line again, but the others have been fetched before it.
    world.fetch(&[]).exits(75);
    let others: Vec<_> =
        all.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, m)| m).collect();
    world.mail().holds(&others);
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn without_uidl_mail_cannot_be_kept_but_can_be_taken() {
    let world = World::with(Script::no_uidl);
    let all = world.add_many(3);
    world.fetch(&[]).exits(65).says("has no unique-ids (UIDL)");
    assert!(world.mail().messages().is_empty());
    world.fetch(&["--delete"]).exits(0);
    world.mail().holds(&all);
    assert_eq!(world.mailbox.len(), 0);
}

#[test]
fn messages_that_share_a_uid_are_all_fetched_and_deleted_together() {
    let world = World::new();
    let texts = ["first", "second, longer", "third, by far the longest"];
    let all: Vec<String> = texts.iter().map(|text| format!("Subject: {text}\n\n")).collect();
    for message in &all {
        world.mailbox.add_with_uid("same", message.replace('\n', "\r\n"));
    }
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
    // One of them cannot be told from the others by its UID: all or none.
    world.fetch(&["-n", "2", "--delete"]).succeeds();
    assert_eq!(world.mailbox.len(), 3);
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mailbox.len(), 0);
}

#[test]
fn a_uid_that_is_used_again_is_a_new_message() {
    let world = World::new();
    world.mailbox.add_with_uid("1", "Subject: old\r\n\r\n");
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mailbox.len(), 0);
    world.mailbox.add_with_uid("1", "Subject: new one\r\n\r\n");
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(["Subject: old\n\n", "Subject: new one\n\n"]);
    // The same again, with as many octets, after a listing that lacked it.
    world.fetch(&["--delete"]).succeeds();
    world.mailbox.add_with_uid("1", "Subject: another\r\n\r\n".replace("another", "new two"));
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mail().messages().len(), 3);
}

#[test]
fn a_deleted_uid_that_is_used_again_at_once_is_looked_into() {
    let world = World::new();
    let as_long = |n: u32| format!("Subject: cron {n}\r\n\r\nall well\r\n");
    world.mailbox.add_with_uid("1", as_long(1));
    world.fetch(&["--delete"]).succeeds();
    // No listing lacked the UID in between, and the size is the same.
    world.mailbox.add_with_uid("1", as_long(2));
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mail().messages().len(), 2, "never fetched, and deleted");
    // QUIT deleted the message, and its answer was lost.
    world.now(|script| script.on("QUIT", Action::ExecuteAndClose));
    world.mailbox.add_with_uid("1", as_long(3));
    world.fetch(&["--delete"]).exits(75);
    world.now(|script| script);
    world.mailbox.add_with_uid("1", as_long(4));
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mail().messages().len(), world.mailbox.len()), (4, 0));
}

#[test]
fn delete_by_hand_is_not_fooled_by_a_uid_that_is_used_again() {
    let world = World::new();
    world.mailbox.add_with_uid("1", "Subject: old\r\n\r\n");
    world.fetch(&[]).succeeds();
    world.mailbox.clear();
    world.mailbox.add_with_uid("1", "Subject: quite another\r\n\r\n");
    world.run("delete", &["--all", "--yes"]).exits(74).says("it was never delivered here");
    assert_eq!(world.mailbox.len(), 1);
}

#[test]
fn a_server_that_hangs_up_on_one_message_gives_the_others() {
    let world = World::with(|script| script.on("RETR 1", Action::Close));
    let all = world.add_many(4);
    world.fetch(&[]).exits(75);
    world.fetch(&[]).exits(75);
    world.mail().holds(&all[1..]);
}

#[test]
fn a_sick_uidl_does_not_fetch_everything_again() {
    let mute = || Capabilities::Refused;
    let world = World::with(|script| script.capabilities(mute()));
    let all = world.add_many(3);
    world.fetch(&[]).succeeds();
    let refuse = Action::Reply(b"-ERR try later\r\n".to_vec());
    world.now(|script| script.capabilities(mute()).on("UIDL", refuse));
    world.fetch(&["--delete"]).exits(75).says("has had unique-ids");
    let empty = Action::Reply(b"+OK\r\n.\r\n".to_vec());
    world.now(|script| script.on("UIDL", empty));
    world.fetch(&["--delete"]).exits(75).says("none of their unique-ids");
    world.mail().holds(&all);
    assert_eq!(world.mailbox.len(), 3);
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn few_open_files_are_enough() {
    let world = World::new();
    let all = world.add_many(300);
    let other = format!("maildir:{}", world.home.path("other").display());
    let program = world.command("fetch", &["--to", &world.home.to(), "--to", &other]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 90; exec \"$@\"", "sh"]).arg(program.get_program());
    limited.args(program.get_args()).current_dir(world.home.path("")).env_clear();
    limited.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    crate::support::home::finish(limited.spawn().expect("sh runs")).succeeds();
    world.mail().holds(&all);
    crate::support::Maildir::at(world.home.path("other")).holds(&all);
}

#[test]
fn a_signal_ends_a_transfer_that_never_pauses() {
    let pause = std::time::Duration::from_millis(100);
    let world = World::with(|script| script.on("RETR 1", Action::Drip { octets: 16, pause }));
    world.mailbox.add(crate::support::server::Body::Generated { octets: 40_000 });
    let child = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"RETR 1")));
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    let started = std::time::Instant::now();
    crate::support::home::finish(child).exits(143);
    // It may go on for 5 seconds; the whole message would take more than 4 minutes.
    assert!(started.elapsed().as_secs() < 60);
    assert!(world.mail().messages().is_empty() && world.mail().names("tmp").is_empty());
}

#[test]
fn another_size_under_a_known_uid_is_looked_into() {
    let world = World::new();
    let first = world.add("one");
    world.fetch(&[]).succeeds();
    // The server's estimate changes; the message does not.
    let list = b"+OK\r\n1 999\r\n.\r\n".to_vec();
    world.now(|script| script.on("LIST", Action::Reply(list.clone())));
    world.fetch(&[]).succeeds();
    world.mail().holds([&first]);
    // Another message under the same UID, never missing from any listing.
    world.now(|script| script);
    world.mailbox.clear();
    world.mailbox.add_with_uid("uid-000001", "Subject: other\r\n\r\nbody\r\n");
    world.fetch(&[]).succeeds();
    world.mail().holds([first.as_str(), "Subject: other\n\nbody\n"]);
}

#[test]
fn a_sick_listing_does_not_fetch_everything_again() {
    let world = World::new();
    let all = world.add_many(5);
    world.fetch(&[]).succeeds();
    let empty = b"+OK\r\n.\r\n".to_vec();
    world.now(|script| {
        script
            .on("STAT", Action::Reply(b"+OK 0 0\r\n".to_vec()))
            .on("UIDL", Action::Reply(empty.clone()))
            .on("LIST", Action::Reply(empty))
    });
    world.fetch(&[]).succeeds();
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn retr_on_a_server_with_expire_0_ends_without_quit_unless_all_is_safe() {
    let gmail = ["UIDL", "TOP", "USER", "PIPELINING", "EXPIRE 0", "SASL PLAIN"];
    let refuse = Action::Reply(b"-ERR not now\r\n".to_vec());
    let world = World::with(|script| {
        let cut = Action::CutBody { after: 5 };
        script.capabilities(Capabilities::lines(gmail)).on("RETR 3", cut)
    });
    world.add_many(4);
    world.fetch(&[]).exits(75);
    world.now(|script| script.capabilities(Capabilities::lines(gmail)).on("RETR 1", refuse));
    // Refused messages were not retrieved: QUIT does them no harm.
    world.fetch(&["--all"]).exits(74);
    // A look is not safe here: it must not count as retrieved there.
    world.now(|script| script.capabilities(Capabilities::lines(gmail)));
    world.run("fetch", &["-n", "1", "--to", "-"]).exits(0);
    let log = world.server.finished_log();
    assert!(!log[0].commands().contains(&"QUIT"));
    assert!(log[1].commands().contains(&"QUIT"));
    assert!(!log[2].commands().contains(&"QUIT"));
    assert_eq!(log[1].closed(), Some(Closed::Quit));
}

#[test]
fn dry_run_says_and_does_nothing() {
    let world = World::new();
    world.add_many(2);
    let output = world.fetch(&["--delete", "--dry-run"]).succeeds();
    let lines = output.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("would fetch message")).count(), 2);
    assert_eq!(lines.iter().filter(|line| line.contains("would delete message")).count(), 2);
    assert!(!world.mail().path().exists() && !world.home.path("state").exists());
    assert_eq!(world.mailbox.len(), 2);
    let retr = |line: &&str| line.starts_with("RETR") || line.starts_with("DELE");
    assert!(!world.server.finished_log()[0].commands().iter().any(retr));
}

#[test]
fn json_events_tell_the_whole_run() {
    let refuse = Action::Reply(b"-ERR no\r\n".to_vec());
    let world = World::with(|script| script.on("RETR 2", refuse));
    world.add_many(3);
    let output = world.fetch(&["--delete", "--json"]).exits(74);
    let events = output.json();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((count("stored"), count("failed"), count("deleted")), (2, 1, 2));
    assert!(events.iter().all(|event| event["account"] == world.account().as_str()));
    let summary = events.last().unwrap();
    assert_eq!(summary["event"], "summary");
    assert_eq!((&summary["fetched"], &summary["failed"]), (&2.into(), &1.into()));
    assert_eq!((&summary["deleted"], &summary["exit"]), (&2.into(), &74.into()));
    let stored = events.iter().find(|event| event["event"] == "stored").unwrap();
    let file = world.mail().path().join("new").join(stored["file"].as_str().unwrap());
    assert!(file.exists());
}
