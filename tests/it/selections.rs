//! Which messages a selection means, and what becomes of them: tables.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use crate::support::World;
use crate::support::server::{Action, Capabilities, Script};

/// Seconds since the epoch as an RFC 5322 date.
fn date(seconds: i64) -> String {
    let time = std::process::Command::new("date")
        .args(["-u", "-R", "-d", &format!("@{seconds}")])
        .output()
        .expect("date runs");
    String::from_utf8(time.stdout).expect("a date").trim().to_owned()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_secs()).expect("a clock of this age")
}

const DAY: i64 = 24 * 3600;

/// Eight messages, of which 1 to 3 were fetched:
///
/// | number | sender | subject | age | extra |
/// | --- | --- | --- | --- | --- |
/// | 1 | Alice | Invoice 1 | 400 days | |
/// | 2 | Bob | Hello | 100 days | |
/// | 3 | Jürgen (encoded) | Invoice 2 | 30 days | List-Id: announce |
/// | 4 | Alice | Re: Hello | 10 days | 5,000 octets more |
/// | 5 | Bob | Größe (encoded) | 3 days | X-Spam: yes |
/// | 6 | carol | (none) | 20 hours | 50,000 octets more |
/// | 7 | Alice | invoice three | 2 hours | |
/// | 8 | dave | no date | (none) | |
fn mailbox() -> World {
    let world = World::new();
    let now = now();
    let rows: [(&str, &str, Option<i64>, &str, usize); 8] = [
        ("Alice <alice@example.org>", "Invoice 1", Some(400 * DAY), "", 0),
        ("Bob <bob@example.net>", "Hello", Some(100 * DAY), "", 0),
        (
            "=?utf-8?q?J=C3=BCrgen?= <j@example.org>",
            "Invoice 2",
            Some(30 * DAY),
            "List-Id: Announce <a.list>\r\n",
            0,
        ),
        ("Alice <alice@example.org>", "Re: Hello", Some(10 * DAY), "", 5_000),
        (
            "Bob <bob@example.net>",
            "=?utf-8?q?Gr=C3=B6=C3=9Fe?=",
            Some(3 * DAY),
            "X-Spam: yes\r\n",
            0,
        ),
        ("carol@example.com", "", Some(20 * 3600), "", 50_000),
        ("Alice <alice@example.org>", "invoice three", Some(2 * 3600), "", 0),
        ("dave@example.com", "no date", None, "", 0),
    ];
    for (at, (from, subject, age, extra, octets)) in rows.into_iter().enumerate() {
        let dated = age.map(|age| format!("Date: {}\r\n", date(now - age))).unwrap_or_default();
        let body = "x".repeat(octets);
        world
            .mailbox
            .add(format!("From: {from}\r\nSubject: {subject}\r\n{dated}{extra}\r\n{body}\r\n"));
        if at == 2 {
            world.fetch(&[]).succeeds();
        }
    }
    world
}

/// The numbers that `list` shows.
fn listed(world: &World, args: &[&str]) -> Vec<u32> {
    let output = world.run("list", args).succeeds();
    let number = |line: &&str| line.split('\t').next().unwrap().parse().unwrap();
    output.lines().iter().map(number).collect()
}

#[test]
fn selections() {
    let world = mailbox();
    let iso = |age: i64| {
        let output = std::process::Command::new("date")
            .args(["-u", "-d", &format!("@{}", now() - age), "+%Y-%m-%dT%H:%M:%SZ"])
            .output()
            .expect("date runs");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (days_50, days_5) = (iso(50 * DAY), iso(5 * DAY));
    let cases: &[(&[&str], &[u32])] = &[
        (&[], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--all"], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--new"], &[4, 5, 6, 7, 8]),
        (&["--seen"], &[1, 2, 3]),
        (&["-n", "3"], &[3]),
        (&["-n", "3,5-7"], &[3, 5, 6, 7]),
        (&["--number", "99"], &[]),
        (&["--uid", "uid-000004"], &[4]),
        (&["--uid", "uid-000004", "--uid", "uid-000001"], &[1, 4]),
        (&["--uid", "none"], &[]),
        (&["--last", "2"], &[7, 8]),
        (&["--last", "0"], &[]),
        (&["--last", "99"], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--first", "2"], &[1, 2]),
        (&["--first", "5", "--last", "5"], &[4, 5]),
        (&["--new", "--last", "6"], &[4, 5, 6, 7, 8]),
        (&["--seen", "--last", "6"], &[3]),
        (&["--larger", "4k"], &[4, 6]),
        (&["--larger", "4k", "--smaller", "20k"], &[4]),
        (&["--smaller", "4000"], &[1, 2, 3, 5, 7, 8]),
        (&["--larger", "1G"], &[]),
        (&["--older", "14d"], &[1, 2, 3]),
        (&["--older", "1d"], &[1, 2, 3, 4, 5]),
        (&["--newer", "12h"], &[7]),
        (&["--newer", "1d"], &[6, 7]),
        (&["--newer", "5d", "--older", "1d"], &[5]),
        (&["--since", &days_50], &[3, 4, 5, 6, 7]),
        (&["--before", &days_50], &[1, 2]),
        (&["--since", &days_50, "--before", &days_5], &[3, 4]),
        (&["--since", "1970-01-01"], &[1, 2, 3, 4, 5, 6, 7]),
        (&["--before", "1970-01-01"], &[]),
        (&["--from", "alice"], &[1, 4, 7]),
        (&["--from", "ALICE@EXAMPLE"], &[1, 4, 7]),
        (&["--from", "jürgen"], &[3]),
        (&["--from", "example.net"], &[2, 5]),
        (&["--from", "nobody"], &[]),
        (&["--subject", "invoice"], &[1, 3, 7]),
        (&["--subject", "größe"], &[5]),
        (&["--subject", "hello", "--from", "alice"], &[4]),
        (&["--subject", "invoice", "--new"], &[7]),
        (&["--subject", "invoice", "--seen"], &[1, 3]),
        (&["--subject", "invoice", "--subject", "2"], &[3]),
        (&["--header", "List-Id: announce"], &[3]),
        (&["--header", "x-spam:yes"], &[5]),
        (&["--header", "X-Spam: no"], &[]),
        (&["--header", "Subject: hello"], &[2, 4]),
        (&["--header", "X-Spam:", "--short"], &[5]),
        (&["--from", "alice", "-n", "1-6", "--older", "20d"], &[1]),
        (&["--from", "bob", "--larger", "1M"], &[]),
    ];
    for (args, expected) in cases {
        assert_eq!(listed(&world, args), *expected, "list {args:?}");
    }
    println!("{} selections", cases.len());
    let count = world.run("list", &["--count", "--from", "alice"]).succeeds();
    assert_eq!(count.text(), "3\n");
    let sessions = world.server.finished_log();
    let retr = |command: &&str| command.starts_with("RETR");
    assert!(!sessions[1..].iter().any(|s| s.commands().iter().any(retr)), "never RETR for a list");
}

/// What a fetch brings: (arguments, subjects' numbers fetched, numbers left on the server).
#[test]
fn fetches() {
    let cases: &[(&[&str], &[u32], usize)] = &[
        (&[], &[4, 5, 6, 7, 8], 8),
        (&["--from", "alice"], &[4, 7], 8),
        (&["--all", "--from", "alice"], &[1, 4, 7], 8),
        (&["-n", "1", "--from", "bob"], &[], 8),
        (&["--smaller", "1k"], &[5, 7, 8], 8),
        (&["--max-size", "10k"], &[4, 5, 7, 8], 8),
        (&["--max-messages", "2"], &[4, 5], 8),
        (&["--max-messages", "2", "--order", "newest"], &[7, 8], 8),
        (&["--max-messages", "0"], &[], 8),
        (&["--max-octets", "5500"], &[4, 5], 8),
        (&["--max-octets", "1"], &[4], 8),
        (&["--max-octets", "400", "--order", "newest"], &[7, 8], 8),
        (&["--delete"], &[4, 5, 6, 7, 8], 0),
        (&["--delete", "--from", "alice"], &[4, 7], 5),
        (&["--delete", "-n", "2,4"], &[2, 4], 6),
        (&["--delete", "--new"], &[4, 5, 6, 7, 8], 0),
        (&["--delete", "--max-messages", "1"], &[4], 4),
        (&["--keep"], &[4, 5, 6, 7, 8], 8),
        (&["--keep-newest", "3"], &[4, 5, 6, 7, 8], 3),
        (&["--delete", "--keep-newest", "8"], &[4, 5, 6, 7, 8], 8),
        (&["--delete-after", "1d"], &[4, 5, 6, 7, 8], 8),
        (&["--delete-after", "0s"], &[4, 5, 6, 7, 8], 0),
        (&["--headers-only", "--delete"], &[4, 5, 6, 7, 8], 5),
    ];
    for (args, expected, left) in cases {
        let world = mailbox();
        let before = world.mail().messages().len();
        world.fetch(args).exits(0);
        let fetched = world.mail().messages().len() - before;
        assert_eq!(fetched, expected.len(), "fetch {args:?}");
        let known = listed(&world, &["--seen"]);
        if *left == 8 {
            let mut all = vec![1, 2, 3];
            all.extend(expected.iter().filter(|n| **n > 3));
            assert_eq!(known, all, "known after fetch {args:?}");
        }
        assert_eq!(world.mailbox.len(), *left, "left after fetch {args:?}");
    }
    println!("{} fetches", cases.len());
}

/// Moves the clock by `seconds`: what was delivered lies so much further back.
fn age(world: &World, seconds: i64) {
    let name = format!("{}.db", world.account().replace(':', "%3A"));
    let state = Connection::open(world.home.path("state/popfetch").join(name)).unwrap();
    state.execute("UPDATE message SET at = at - ?", [seconds]).unwrap();
}

#[test]
fn delete_after_counts_from_the_delivery() {
    let world = World::new();
    let mut all = world.add_many(3);
    world.fetch(&["--delete-after", "1d"]).succeeds();
    assert_eq!(world.mailbox.len(), 3);
    age(&world, DAY - 60);
    world.fetch(&["--delete-after", "1d"]).succeeds();
    assert_eq!(world.mailbox.len(), 3);
    all.push(world.add("young"));
    age(&world, 120);
    world.fetch(&["--delete-after", "1d"]).succeeds();
    assert_eq!(world.mailbox.uids(), [b"uid-000004"]);
    world.mail().holds(&all);
    // Both must allow it.
    age(&world, 2 * DAY);
    world.add("newest");
    world.fetch(&["--delete-after", "1d", "--keep-newest", "2"]).succeeds();
    assert_eq!(world.mailbox.len(), 2);
    world.fetch(&["--delete-after", "1d", "--keep-newest", "1"]).succeeds();
    assert_eq!(world.mailbox.uids(), [b"uid-000005"]);
}

#[test]
fn a_first_fetch_may_begin_late() {
    for (what, fetched) in [("all", 4), ("seen", 0), ("last:1", 1), ("last:9", 4)] {
        let world = World::new();
        world.add_many(4);
        world.fetch(&["--first-fetch", what]).succeeds();
        assert_eq!(world.mail().messages().len(), fetched, "{what}");
        // From then on it is an account like any other.
        world.add("late");
        world.fetch(&["--first-fetch", what, "--delete"]).succeeds();
        assert_eq!(world.mail().messages().len(), fetched + 1, "{what}");
        assert_eq!(world.mailbox.len(), 4 - fetched, "what was only marked as seen stays");
    }
}

#[test]
fn what_is_too_large_is_skipped_and_said_so() {
    let world = mailbox();
    let output = world.fetch(&["--max-size", "10k"]).exits(0);
    let said = output.says("message 6 (uid-000006), 50 kB, skipped: it is larger than --max-size");
    assert_eq!(said.stderr.lines().count(), 1);
    let events = world.fetch(&["--max-size", "10k", "--json"]).exits(0).json();
    assert_eq!(events[0]["event"], "skipped");
    assert_eq!(events.last().unwrap()["skipped"], 1);
    let dry = world.fetch(&["--max-size", "10k", "--dry-run"]).exits(0);
    assert!(dry.text().contains("would skip message 6"));
}

#[test]
fn conditions_on_headers_need_top() {
    let world = World::with(Script::no_top);
    world.add_many(2);
    for command in ["list", "fetch"] {
        let to = world.home.to();
        let args: &[&str] = if command == "fetch" { &["--to", &to] } else { &[] };
        let output = world.run(command, &[args, &["--from", "x"]].concat()).exits(69);
        output.says("the server does not offer TOP");
    }
    assert_eq!(world.run("list", &[]).succeeds().lines().len(), 2);
    world.fetch(&["--headers-only"]).exits(69);
    let log = world.server.finished_log();
    assert!(!log.iter().any(|s| s.commands().iter().any(|c| c.starts_with("RETR"))));
}

#[test]
fn headers_only_brings_header_blocks_that_are_never_deleted() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&["--headers-only"]).succeeds();
    world.mail().holds([
        "From: x@example.org\nSubject: message number 1\n\n",
        "From: x@example.org\nSubject: message number 2\n\n",
    ]);
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mailbox.len(), world.mail().messages().len()), (2, 2));
    world.fetch(&["--all", "--delete"]).succeeds();
    assert_eq!((world.mailbox.len(), world.mail().messages().len()), (0, 4));
}

#[test]
fn exit_code_tells_whether_anything_came() {
    let world = World::new();
    world.run("list", &["--exit-code"]).exits(1);
    world.fetch(&["--exit-code"]).exits(1);
    world.add("x");
    world.run("list", &["--exit-code", "--count"]).exits(0);
    world.run("list", &["--exit-code", "--seen"]).exits(1);
    world.fetch(&["--exit-code"]).exits(0);
    world.fetch(&["--exit-code"]).exits(1);
    world.fetch(&[]).exits(0);
}

#[test]
fn a_message_that_keeps_failing_is_left_alone_so_that_the_others_can_be_popped() {
    let gmail =
        || Capabilities::lines(["UIDL", "TOP", "USER", "PIPELINING", "EXPIRE 0", "SASL PLAIN"]);
    let world = World::with(|script| {
        script.capabilities(gmail()).on("RETR 2", Action::CutBody { after: 10 })
    });
    world.add_many(3);
    for _ in 0..5 {
        world.fetch(&[]).exits(75);
    }
    // Never QUIT so far: it would have deleted message 2, which is nowhere else.
    let quit = |log: &[crate::support::server::Session]| {
        log.iter().filter(|session| session.commands().contains(&"QUIT")).count()
    };
    assert_eq!(quit(&world.server.finished_log()), 0);
    let output = world.fetch(&[]).exits(74);
    output.says("message 2 (uid-000002), 68 B, skipped: it failed in 5 runs in a row");
    assert_eq!(quit(&world.server.finished_log()), 1);
    assert_eq!(world.mail().messages().len(), 2);
    // Asked for by name, it is tried again.
    world.fetch(&["-n", "2"]).exits(75);
    world.now(|script| script.capabilities(gmail()));
    world.fetch(&["-n", "2"]).succeeds();
    world.fetch(&[]).succeeds();
    assert_eq!(world.mail().messages().len(), 3);
}

#[test]
fn a_renumbered_mailbox_is_not_fetched_again() {
    let world = World::new();
    let all = world.add_many(12);
    world.fetch(&[]).succeeds();
    let renumber = |world: &World| {
        let messages = world.mailbox.messages();
        world.mailbox.clear();
        for (at, message) in messages.iter().enumerate() {
            world.mailbox.add_with_uid(format!("new-{at}"), message.body.to_vec());
        }
    };
    renumber(&world);
    world.add("late");
    for _ in 0..2 {
        let output = world.fetch(&["--delete"]).exits(65);
        output.says("has given all messages new unique-ids");
    }
    world.mail().holds(&all);
    assert_eq!(world.mailbox.len(), 13);
    // Other mail under other UIDs is just new mail.
    let world = World::new();
    world.add_many(12);
    world.fetch(&["--delete"]).succeeds();
    world.add("other");
    world.fetch(&[]).succeeds();
    world.mailbox.clear();
    world.add("quite other");
    world.fetch(&[]).succeeds();
    assert_eq!(world.mail().messages().len(), 14);
}
