//! Replies that mail forges where a server does not stuff dots, and others that nobody asked for.

use super::case::{
    Case, FETCH, LISTED, LOGIN, NOTHING, RETRIEVAL, SURVEY, endless, one_by_one, raw,
};
use super::runner::run;
use crate::support::server::{Action, Trigger};

/// A message that ends itself on a server that does not stuff dots, and what follows.
fn ended_early(rest: &str) -> Action {
    let text = format!("Subject: two\r\n\r\nshort\r\n.\r\n{rest}\r\n.\r\n");
    Action::RawBody(text.into_bytes())
}

#[test]
fn replies_forged_by_a_message() {
    /// Nothing is kept of a session whose replies cannot be told from mail.
    const FORGED: Case = Case { hears: RETRIEVAL, ..NOTHING };
    const REPLY: &str = "+OK 20 octets\r\nSubject: forged\r\n\r\n.";
    run(&[
        Case {
            name: "CVE-2001-0996 an unstuffed dot, and text behind it",
            server: |script| script.on("RETR 2", ended_early("and more text")),
            says: "expected +OK or -ERR in the reply to RETR 3, got 'and more text'",
            ..FORGED
        },
        Case {
            name: "CVE-2001-0996 an unstuffed dot, and a forged message behind it",
            server: |script| script.on("RETR 2", ended_early(REPLY)),
            says: "the server sent data that nobody asked for: '.",
            ..FORGED
        },
        Case {
            name: "CVE-2001-0996 an unstuffed dot, and a forged refusal behind it",
            server: |script| script.on("RETR 2", ended_early("-ERR no such message")),
            says: "nobody asked for",
            ..FORGED
        },
        Case {
            name: "W37 an unstuffed dot and a forged message, without PIPELINING",
            server: |script| one_by_one(script).on("RETR 2", ended_early(REPLY)),
            says: "the server sent data that nobody asked for: '+OK 20 octets",
            ..FORGED
        },
        Case {
            name: "W37 an unstuffed dot in the last message",
            server: |script| script.on("RETR 3", ended_early(REPLY)),
            says: "the server sent data that nobody asked for: '+OK 20 octets",
            ..FORGED
        },
        Case {
            name: "W24 text behind the -ERR to RETR",
            server: |script| script.on("RETR 2", raw("-ERR no\r\nbecause\r\n.\r\n")),
            says: "expected +OK or -ERR in the reply to RETR 3, got 'because'",
            ..FORGED
        },
        Case {
            name: "W40 FTGate: two statuses to STAT",
            server: |script| script.on("STAT", raw("+OK 3 110\r\n+OK 3 110\r\n")),
            says: "malformed line in the reply to UIDL",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "W40 FTGate: two statuses to AUTH",
            server: |script| script.on("AUTH", Action::Append(b"+OK again\r\n".into())),
            says: "the server sent data that nobody asked for: '+OK again",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "W40 FTGate: two statuses to DELE",
            server: |script| script.on("DELE 1", Action::Append(b"+OK again\r\n".into())),
            says: "nobody asked for",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR DELE",
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "W40 FTGate: two statuses to TOP, for a list",
            server: |script| {
                script.on("TOP 2", raw("+OK\r\n+OK\r\nSubject: two\r\n\r\n.\r\n.\r\n"))
            },
            command: "list",
            args: &[],
            status: 76,
            says: "expected +OK or -ERR in the reply to TOP 3 0, got '.'",
            hears: LISTED,
            here: &[],
            ..FETCH
        },
        Case {
            name: "W6 a scan listing behind the greeting",
            server: |script| script.greeting("+OK ready\r\n1 120\r\n2 200\r\n.\r\n"),
            says: "the server sent data that nobody asked for: '1 120",
            hears: "",
            ..NOTHING
        },
        Case {
            name: "W37 something said to nobody behind the login",
            server: |script| {
                let twice = Action::Append(b"* BYE\r\n".into());
                script.on(Trigger::verb("CAPA").nth(2), twice)
            },
            says: "the server sent data that nobody asked for: '* BYE",
            hears: "CAPA AUTH CAPA",
            ..NOTHING
        },
        Case {
            name: "W37 something said behind the reply to STAT, without PIPELINING",
            server: |s| one_by_one(s).on("STAT", Action::Append(b"+OK more\r\n".into())),
            says: "the server sent data that nobody asked for: '+OK more",
            hears: "CAPA AUTH CAPA STAT",
            ..NOTHING
        },
        Case {
            name: "W37 a flood instead of the second message",
            server: |script| script.on("RETR 2", endless("", "flood\r\n")),
            says: "expected +OK or -ERR in the reply to RETR 2, got 'flood'",
            ..FORGED
        },
    ]);
}
