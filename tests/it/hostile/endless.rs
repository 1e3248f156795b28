//! Servers that never come to an end, or hardly go on. Each row ends by itself, in the memory that
//! every row is held to.

use std::time::Duration;

use super::case::{
    Case, DELETION, FETCH, LISTED, LOGIN, NOTHING, RETRIEVAL, SILENCE, SURVEY, endless, raw, three,
};
use super::runner::run;
use crate::support::World;
use crate::support::server::{Action, Body, Capabilities, Trigger};
use crate::support::watch::watch;

/// More than any line may be long.
const LONG: [u8; 1024] = [b'x'; 1024];

#[test]
fn lines_without_end() {
    run(&[
        Case {
            name: "CVE-2013-1752 a greeting without end",
            server: |script| script.on(Trigger::greeting(), endless("+OK ", LONG)),
            says: "a line of the greeting is longer than 2048 octets",
            hears: "",
            ..NOTHING
        },
        Case {
            name: "CVE-2008-2711 a greeting of nothing but broken UTF-8 and NULs",
            server: |script| script.on(Trigger::greeting(), endless("+OK ", b"\xc3\0\xe2\x80")),
            says: "a line of the greeting is longer than 2048 octets",
            hears: "",
            ..NOTHING
        },
        Case {
            name: "CVE-2018-1060 a greeting of 2000 opening brackets is one",
            server: |script| {
                script.on(Trigger::greeting(), raw(format!("+OK {}\r\n", "<".repeat(2000))))
            },
            ..FETCH
        },
        Case {
            name: "S16 a reply to CAPA without end",
            server: |script| script.on("CAPA", endless("+OK ", LONG)),
            says: "a line of the reply to CAPA is longer than 8192 octets",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "S16 a capability without end",
            server: |script| script.on("CAPA", endless("+OK\r\nSASL ", LONG)),
            says: "a line of the reply to CAPA is longer than 8192 octets",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "A7 a challenge without end",
            server: |script| script.on("AUTH", endless("+ ", LONG)),
            says: "is longer than 65534 octets",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "a refusal of the login without end",
            server: |script| script.on("AUTH", endless("-ERR ", LONG)),
            says: "is longer than 65534 octets",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "W22 a reply to STAT without end",
            server: |script| script.on("STAT", endless("+OK 3 110 ", LONG)),
            says: "a line of the reply to STAT is longer than 8192 octets",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "CVE-2005-2335 a UID without end",
            server: |script| script.on("UIDL", endless("+OK\r\n1 ", LONG)),
            says: "a line of the reply to UIDL is longer than 8192 octets",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "S16 a size without end",
            server: |script| script.on("LIST", endless("+OK\r\n1 ", "0000")),
            says: "a line of the reply to LIST is longer than 8192 octets",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "S16 a reply to RETR without end",
            server: |script| script.on("RETR 2", endless("+OK ", LONG)),
            says: "a line of the reply to RETR 2 is longer than 8192 octets",
            hears: RETRIEVAL,
            ..NOTHING
        },
        Case {
            name: "S16 a reply to DELE without end",
            server: |script| script.on("DELE 2", endless("+OK ", LONG)),
            says: "a line of the reply to DELE 2 is longer than 8192 octets",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR DELE",
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "S16 a reply to QUIT without end",
            server: |script| script.on("QUIT", endless("+OK ", LONG)),
            says: "did not confirm that 3 messages are deleted: a line of the reply to QUIT",
            hears: DELETION,
            status: 75,
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "S16 a reply to QUIT without end, on which nothing hangs",
            server: |script| script.on("QUIT", endless("+OK ", LONG)),
            ..FETCH
        },
    ]);
}

#[test]
fn replies_without_end() {
    run(&[
        Case {
            name: "W6 greetings without end",
            server: |script| script.on(Trigger::greeting(), endless("", "+OK ready\r\n")),
            says: "the server sent data that nobody asked for",
            hears: "",
            ..NOTHING
        },
        Case {
            name: "S16 capabilities without end",
            server: |script| script.on("CAPA", endless("+OK\r\n", "X-MORE\r\n")),
            says: "the reply to CAPA is longer than 200 lines",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "S16 capabilities without end behind the login",
            server: |script| {
                script.on(Trigger::verb("CAPA").nth(2), endless("+OK\r\n", "X-MORE\r\n"))
            },
            says: "the reply to CAPA is longer than 200 lines",
            hears: "CAPA AUTH CAPA",
            ..NOTHING
        },
        Case {
            name: "S16 challenges without end",
            server: |script| script.on("AUTH", endless("", "+ \r\n")),
            says: "the server sent data that nobody asked for",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "S16 a UIDL that lists one message without end",
            server: |script| script.on("UIDL", endless("+OK\r\n", "1 uid-000001\r\n")),
            says: "the reply to UIDL is longer than",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "S16 a LIST that lists one message without end",
            server: |script| script.on("LIST", endless("+OK\r\n", "1 44\r\n")),
            says: "the reply to LIST is longer than",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "CVE-2002-0146 a million messages of which STAT knows three",
            server: |script| {
                let line = |n: u32| format!("{n} {n:060}\r\n");
                let listing: String = (1..=1_000_000).map(line).collect();
                script.on("UIDL", raw(format!("+OK\r\n{listing}.\r\n")))
            },
            says: "the reply to UIDL is longer than",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "S16 empty lines instead of a listing",
            server: |script| script.on("LIST", endless("+OK\r\n", "\r\n")),
            says: "no message number",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "W37 statuses without end behind the last message",
            server: |script| script.on("RETR 3", endless("+OK\r\nx: y\r\n.\r\n", "+OK\r\n")),
            says: "the server sent data that nobody asked for",
            hears: RETRIEVAL,
            ..NOTHING
        },
    ]);
}

#[test]
fn messages_without_end() {
    const BEYOND: Case = Case {
        args: &["--delete", "--max-size", "1M"],
        status: 76,
        hears: RETRIEVAL,
        here: &[1],
        ..NOTHING
    };
    run(&[
        Case {
            name: "S16 a message without end, within --max-size by LIST",
            server: |script| script.on("RETR 2", endless("+OK\r\n", "body\r\n")),
            says: "message 2 is larger than --max-size",
            ..BEYOND
        },
        Case {
            name: "S16 a line of a message without end",
            server: |script| script.on("RETR 2", endless("+OK\r\nSubject: x\r\n\r\n", LONG)),
            says: "message 2 is larger than --max-size",
            ..BEYOND
        },
        Case {
            name: "S16 a header without end",
            server: |script| script.on("RETR 2", endless("+OK\r\n", "X-More: and more\r\n")),
            says: "message 2 is larger than --max-size",
            ..BEYOND
        },
        Case {
            name: "S16 a header block without end, for a list",
            server: |script| script.on("TOP 2", endless("+OK\r\n", LONG)),
            command: "list",
            args: &[],
            says: "the reply to TOP is longer than 67108864 octets",
            hears: LISTED,
            ..NOTHING
        },
        Case {
            name: "S16 a message of a megabyte whose LIST says 44 octets",
            mail: |mailbox| {
                three(mailbox);
                mailbox.add(Body::Generated { octets: 1 << 20 });
            },
            server: |script| script.on("LIST", raw("+OK\r\n1 44\r\n2 38\r\n3 28\r\n4 44\r\n.\r\n")),
            here: &[1, 2, 3, 4],
            ..FETCH
        },
    ]);
}

/// A reply of small writes. Each comes long before the timeout, so that nothing is given up.
fn drip(octets: usize, milliseconds: u64) -> Action {
    Action::Drip { octets, pause: Duration::from_millis(milliseconds) }
}

#[test]
fn slow_but_steady() {
    /// The whole takes longer than the timeout, which counts between octets.
    const SLOW: Case = Case { timeout: "2", ..FETCH };
    run(&[
        Case {
            name: "W31 a greeting and its replies octet by octet",
            server: |script| {
                script.on("CAPA", drip(1, 5)).on("AUTH", drip(1, 5)).on("STAT", drip(1, 5))
            },
            ..SLOW
        },
        Case {
            name: "S17 listings in pieces over more than the timeout",
            server: |script| script.on("UIDL", drip(4, 150)).on("LIST", drip(4, 150)),
            ..SLOW
        },
        Case {
            name: "S17 a message in pieces over more than the timeout",
            server: |script| script.on("RETR 2", drip(4, 150)),
            ..SLOW
        },
        Case {
            name: "T15 a handshake that goes on for ever, octet by octet",
            server: |script| {
                let first = b"\x16\x03\x03\x40\x00\x02".to_vec();
                let pause = Duration::from_millis(100);
                let drip = Action::Endless { first, again: b"\0".to_vec(), pause };
                script.on(Trigger::connect(), drip)
            },
            says: "timed out after 1 s waiting for the TLS handshake with localhost",
            hears: "",
            ..SILENCE
        },
    ]);
}

#[test]
fn a_signal_is_not_kept_waiting_by_half_a_record() {
    let record = Action::EndlessRecord { pause: Duration::from_millis(50) };
    let world = World::with(|script| script.on("STAT", record));
    let child = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|session| session.commands().contains(&"STAT")));
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    // It may take five seconds to leave things in order; the record would take a quarter of an
    // hour.
    watch(child, Duration::from_secs(15)).output.exits(143);
}

#[test]
fn refusals_without_end() {
    /// Every command is refused, also those that a session cannot do without.
    const REFUSES: &str = "-ERR no\r\n";
    run(&[
        Case {
            name: "CVE of Thunderbird (bug 1641882): -ERR to everything",
            server: |script| {
                let verbs = ["CAPA", "STLS", "AUTH", "USER", "PASS", "QUIT"];
                verbs.iter().fold(script, |script, verb| script.on(*verb, raw(REFUSES)))
            },
            status: 77,
            says: "the server says: no",
            hears: "CAPA USER QUIT",
            ..NOTHING
        },
        Case {
            name: "CVE of Thunderbird (bug 1641882): -ERR to everything, under STLS",
            server: |script| {
                let verbs = ["CAPA", "STLS", "AUTH", "USER", "PASS", "QUIT"];
                let script = script.over_starttls();
                verbs.iter().fold(script, |script, verb| script.on(*verb, raw(REFUSES)))
            },
            args: &["--delete", "--tls", "starttls"],
            status: 69,
            says: "the server does not offer STLS",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "-ERR to everything behind the login",
            server: |script| {
                let verbs = ["STAT", "UIDL", "LIST", "RETR", "TOP", "DELE", "QUIT", "NOOP"];
                verbs.iter().fold(script, |script, verb| script.on(*verb, raw(REFUSES)))
            },
            status: 75,
            says: "the server refuses STAT: no",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "+OK to everything, and nothing else",
            server: |script| {
                let verbs = ["CAPA", "AUTH", "STAT", "UIDL", "LIST", "RETR", "DELE"];
                let script = script.capabilities(Capabilities::lines(["UIDL"]));
                verbs.iter().fold(script, |script, verb| script.on(*verb, raw("+OK\r\n")))
            },
            timeout: "1",
            status: 75,
            says: "timed out waiting for the rest of the reply to CAPA",
            hears: "CAPA",
            ..NOTHING
        },
    ]);
}
