//! What happens over several sessions: each story goes on in one mailbox and one state, and in
//! its end everything is here exactly once.

use std::time::Duration;

use super::case::{
    Case, DELETE, FETCH, KNOWN_RETRIEVAL, KNOWN_SESSION, NOTHING, RETRIEVAL, message, raw, three,
};
use super::runner::story;
use crate::support::World;
use crate::support::server::{Action, Mailbox, Script, Trigger};
use crate::support::watch::watch;

/// A session that finds nothing new.
const NOTHING_NEW: &str = "AUTH CAPA STAT UIDL LIST QUIT";

fn ten(mailbox: &Mailbox) {
    for n in 1..=10 {
        mailbox.add(message("of ten", n.to_string()));
    }
}

#[test]
fn a_line_that_breaks_at_every_fourth_message() {
    /// In the next session the message that was due comes last.
    const BREAKS: Case = Case {
        mail: |_| {},
        server: |s| s.on(Trigger::verb("RETR").nth(4), Action::CutBody { after: 10 }),
        status: 75,
        hears: KNOWN_RETRIEVAL,
        ..FETCH
    };
    story(&[
        Case {
            name: "first",
            mail: ten,
            says: "message 4",
            hears: RETRIEVAL,
            here: &[1, 2, 3],
            ..BREAKS
        },
        Case { name: "second", says: "message 8", here: &[1, 2, 3, 5, 6, 7], ..BREAKS },
        Case { name: "third", says: "message 8", here: &[1, 2, 3, 4, 5, 6, 7, 9, 10], ..BREAKS },
        Case {
            name: "fourth",
            status: 0,
            hears: KNOWN_SESSION,
            here: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            ..BREAKS
        },
        Case {
            name: "fifth, with nothing left to do",
            status: 0,
            hears: NOTHING_NEW,
            here: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            ..BREAKS
        },
    ]);
}

#[test]
fn a_garbled_reply_to_one_message() {
    const GARBLED: Case = Case {
        mail: |_| {},
        server: |s| s.on("RETR 2", raw("what?\r\n")),
        args: &[],
        says: "expected +OK or -ERR in the reply to RETR 2, got 'what?'",
        hears: KNOWN_RETRIEVAL,
        ..NOTHING
    };
    story(&[
        Case { name: "none of the batch is trusted", mail: three, hears: RETRIEVAL, ..GARBLED },
        Case { name: "the others come, one by one", here: &[1, 3], ..GARBLED },
        Case { name: "and are not in its way", here: &[1, 3], ..GARBLED },
    ]);
}

#[test]
fn a_message_that_ends_itself() {
    /// The second message has an unstuffed dot, and a forged reply behind it.
    const FORGED: Case = Case {
        mail: |_| {},
        server: |s| {
            let text = b"Subject: two\r\n\r\n.\r\n+OK\r\nSubject: forged\r\n\r\n.\r\n";
            s.on("RETR 2", Action::RawBody(text.to_vec()))
        },
        args: &[],
        says: "the server sent data that nobody asked for: '+OK",
        hears: KNOWN_RETRIEVAL,
        ..NOTHING
    };
    story(&[
        Case {
            name: "CVE-2001-0996 none of the batch is trusted",
            mail: three,
            hears: RETRIEVAL,
            ..FORGED
        },
        Case { name: "CVE-2001-0996 what comes before it", here: &[1], ..FORGED },
        Case { name: "CVE-2001-0996 what comes behind it", here: &[1, 3], ..FORGED },
    ]);
}

#[test]
fn an_empty_mailbox_after_a_full_one() {
    fn empty(script: Script) -> Script {
        let none = || raw("+OK\r\n.\r\n");
        script.on("STAT", raw("+OK 0 0\r\n")).on("UIDL", none()).on("LIST", none())
    }
    const AGAIN: Case = Case { mail: |_| {}, hears: NOTHING_NEW, ..FETCH };
    story(&[
        Case { name: "W63 a full mailbox", ..FETCH },
        Case { name: "W63 and an empty one", server: empty, ..AGAIN },
        Case {
            name: "W63 and one whose listings are refused",
            server: |s| {
                let none = || raw("-ERR no messages\r\n");
                s.on("STAT", raw("+OK 0 0\r\n")).on("UIDL", none()).on("LIST", none())
            },
            ..AGAIN
        },
        Case { name: "W63 and the full one again: nothing is new", ..AGAIN },
    ]);
}

#[test]
fn a_mailbox_that_another_client_changes() {
    story(&[
        Case {
            name: "W53 the line breaks at the second message",
            server: |s| s.on("RETR 2", Action::CutBody { after: 10 }),
            status: 75,
            says: "message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..FETCH
        },
        Case {
            name: "W53 the first is deleted elsewhere: all numbers are other ones",
            mail: |mailbox| {
                mailbox.remove("uid-000001");
                mailbox.add(message("four", "the fourth"));
            },
            hears: KNOWN_SESSION,
            here: &[1, 2, 3, 4],
            gone: &[1],
            ..FETCH
        },
        Case {
            name: "W53 the second as well, and two come",
            mail: |mailbox| {
                mailbox.remove("uid-000002");
                mailbox.add(message("five", "the fifth"));
                mailbox.add(message("six", "the sixth"));
            },
            hears: "AUTH CAPA STAT UIDL LIST TOP RETR DELE QUIT",
            here: &[1, 2, 3, 4, 5, 6],
            gone: &[1, 2, 3, 4, 5, 6],
            ..DELETE
        },
    ]);
}

#[test]
fn unique_ids_that_come_and_go() {
    const SICK: Case = Case {
        mail: |_| {},
        args: &["--delete"],
        status: 75,
        hears: "AUTH CAPA STAT UIDL LIST QUIT",
        here: &[1, 2, 3],
        ..FETCH
    };
    story(&[
        Case { name: "W61 a fetch that keeps", ..FETCH },
        Case {
            name: "W61 neither CAPA nor UIDL is known any more",
            server: |s| s.on("CAPA", raw("-ERR\r\n")).on("UIDL", raw("-ERR\r\n")),
            says: "localhost has had unique-ids (UIDL) and refuses them now",
            ..SICK
        },
        Case {
            name: "W61 an empty list of UIDs",
            server: |s| s.on("UIDL", raw("+OK\r\n.\r\n")),
            says: "the server lists messages but none of their unique-ids",
            hears: "CAPA AUTH CAPA STAT UIDL LIST",
            ..SICK
        },
    ]);
}

#[test]
fn deletions_that_get_lost() {
    /// The messages are here; their deletion has to be asked for again.
    const AGAIN: Case = Case { mail: |_| {}, gone: &[], here: &[1, 2, 3], status: 75, ..DELETE };
    story(&[
        Case {
            name: "W55 cut at the second DELE",
            mail: three,
            server: |s| s.on("DELE 2", Action::Close),
            says: "instead of sending the reply to DELE 2",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR DELE",
            ..AGAIN
        },
        Case {
            name: "W56 QUIT refused",
            server: |s| s.on("QUIT", raw("-ERR [SYS/TEMP] no\r\n")),
            says: "did not confirm that 3 messages are deleted",
            hears: "AUTH CAPA STAT UIDL LIST TOP DELE QUIT",
            ..AGAIN
        },
        Case {
            name: "W57 QUIT carried out unheard",
            server: |s| s.on("QUIT", Action::ExecuteAndClose),
            says: "did not confirm that 3 messages are deleted",
            hears: "AUTH CAPA STAT UIDL LIST TOP DELE QUIT",
            gone: &[1, 2, 3],
            ..AGAIN
        },
    ]);
}

#[test]
fn two_clients_at_once() {
    let world = World::with(|script| script.on("RETR 2", Action::Stall));
    let all = world.add_many(3);
    let mut first = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"RETR 2")));
    // The second does not even connect.
    let child = world.command("fetch", &["--to", &world.home.to(), "--delete"]).spawn().unwrap();
    let output = watch(child, Duration::from_secs(20)).output.exits(75);
    output.says("the account is in use by process");
    assert_eq!(world.server.log().len(), 1);
    first.kill().unwrap();
    first.wait().unwrap();
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}
