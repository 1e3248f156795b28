//! What a command's end means.

use super::{Office, UIDS};
use crate::support::server::{Capabilities, Closed};

#[test]
fn statuses() {
    for (ends, status, says, comes_again) in [
        ("exit 0", 0, None, false),
        // It says that it cannot now.
        ("echo later >&2; exit 75", 75, Some("it exited with status 75: later"), true),
        ("exit 71", 75, Some("status 71"), true),
        ("exit 73", 75, Some("status 73"), true),
        ("exit 74", 75, Some("status 74"), true),
        ("exit 111", 75, Some("status 111"), true),
        ("kill -9 $$", 75, Some("it was ended by signal 9"), true),
        // It is not there.
        ("/nowhere/procmail", 75, Some("status 127"), true),
        // It says that it never will.
        ("echo no such user; exit 67", 74, Some("it exited with status 67: no such user"), false),
        ("exit 1", 74, Some("status 1"), false),
        ("exit 77", 74, Some("status 77"), false),
    ] {
        let office = Office::new();
        let message = office.world.add("one");
        let to = Office::keeping(ends);
        let first = office.fetch(&to, &["--delete"]).exits(status);
        if let Some(says) = says {
            assert!(first.stderr.contains(says), "{ends}: {}", first.stderr);
        }
        assert_eq!(office.left().len(), usize::from(status != 0), "{ends}");
        assert_eq!(office.has(UIDS[0]), message, "{ends}");
        office.fetch(&to, &["--delete"]).exits(if comes_again { status } else { 0 });
        let again = if comes_again { message.repeat(2) } else { message };
        assert_eq!(office.has(UIDS[0]), again, "{ends}");
    }
}

#[test]
fn one_refusal_stops_no_other_message() {
    let office = Office::new();
    let messages = office.world.add_many(3);
    let to = Office::keeping("test $POPFETCH_UID != uid-000002 || exit 65");
    let output = office.fetch(&to, &["--delete"]).exits(74);
    assert!(output.stderr.contains("message 2"), "{}", output.stderr);
    assert_eq!(office.left(), [UIDS[1]]);
    // It is remembered, and offered again only where the user says so.
    office.fetch(&Office::keeping("true"), &["--delete"]).succeeds();
    assert_eq!(office.left(), [UIDS[1]]);
    assert_eq!(office.has(UIDS[1]), messages[1]);
    office.fetch(&Office::keeping("true"), &["--delete", "--retry-refused"]).succeeds();
    assert!(office.left().is_empty());
    assert_eq!(office.has(UIDS[1]), messages[1].repeat(2));
}

#[test]
fn who_takes_nothing_now_ends_the_run_in_good_order() {
    let office = Office::new();
    let messages = office.world.add_many(3);
    let to = Office::keeping("test $POPFETCH_UID != uid-000002 || exit 75");
    for run in 1..=2 {
        let output = office.fetch(&to, &["--delete"]).exits(75);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        // What was taken before is deleted, with an answer to QUIT; what comes behind waits.
        assert_eq!(office.left(), UIDS[1..], "run {run}");
        assert_eq!(office.world.server.finished_log().last().unwrap().closed(), Some(Closed::Quit));
        assert_eq!(office.has(UIDS[2]), "");
    }
    office.fetch(&Office::keeping("true"), &["--delete"]).succeeds();
    assert!(office.left().is_empty());
    assert_eq!(office.has(UIDS[0]), messages[0]);
    assert_eq!(office.has(UIDS[1]), messages[1].repeat(3));
}

#[test]
fn where_quit_deletes_what_was_retrieved_a_refused_message_is_not_lost() {
    for ends in ["exit 65", "exit 75"] {
        let office = Office::new();
        office.world.now(|script| {
            script.capabilities(Capabilities::lines(["UIDL", "TOP", "PIPELINING", "EXPIRE 0"]))
        });
        office.world.add("one");
        let output = office.fetch(&Office::keeping(ends), &[]);
        assert_ne!(output.status, 0);
        let log = office.world.server.finished_log();
        assert!(!log.last().unwrap().commands().contains(&"QUIT"), "{ends}: {log:#?}");
    }
}

#[test]
fn events() {
    let office = Office::new();
    office.world.add_many(2);
    let to = Office::keeping("test $POPFETCH_UID = uid-000001 || { echo no; exit 1; }");
    let events = office.fetch(&to, &["--json"]).exits(74).json();
    let failed: Vec<_> = events.iter().filter(|event| event["event"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{events:#?}");
    assert_eq!(failed[0]["uid"], UIDS[1]);
    let reason = failed[0]["reason"].as_str().unwrap();
    assert!(reason.ends_with("refused it: it exited with status 1: no"), "{reason}");
    let stored: Vec<_> = events.iter().filter(|event| event["event"] == "stored").collect();
    assert_eq!(stored.len(), 1, "{events:#?}");
    let last = events.last().unwrap();
    assert_eq!((&last["fetched"], &last["failed"]), (&1.into(), &1.into()));
}
