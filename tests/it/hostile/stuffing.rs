//! Dots, line ends and octets of any value: what is in a message arrives as it is, and nothing in
//! it ends it early or passes for a reply.

use std::time::Duration;

use super::case::{
    Case, DELETE, FETCH, LISTED, NOTHING, RETRIEVAL, endless, first, message, raw, three,
};
use super::runner::run;
use crate::support::server::{Action, Body, Capabilities, Mailbox, Script, Trigger};

/// A reply in writes of so many octets, which over TLS are records.
fn in_writes_of(octets: usize) -> Action {
    Action::Drip { octets, pause: Duration::ZERO }
}

/// Text of exactly so many octets, a header and one line.
fn filled(octets: usize) -> Vec<u8> {
    let mut text = b"Subject: filled\r\n\r\n".to_vec();
    text.resize(octets - 2, b'x');
    text.extend_from_slice(b"\r\n");
    text
}

/// The status line of a reply to RETR takes 14 to 19 octets, so that one of these messages ends,
/// and one of those dots stands, at each place around the border.
const AROUND: std::ops::Range<usize> = 0..28;

/// Messages whose CRLF dot CRLF stands at every place around `border`, counted from the reply.
fn ends_around(mailbox: &Mailbox, border: usize) {
    for at in AROUND {
        mailbox.add(filled(border - at));
    }
}

/// Messages with lines that begin with dots at every place around `border`.
fn dots_around(mailbox: &Mailbox, border: usize) {
    for at in AROUND {
        let mut text = filled(border - at);
        text.extend_from_slice(b".\r\n..\r\n.x\r\n\r\n.\r\r\n");
        mailbox.add(text);
    }
}

/// All of them.
const ALL_AROUND: [u64; AROUND.end] = first();

/// A border of TLS records, and one of popfetch's buffer.
const RECORD: usize = 16 << 10;
const BUFFER: usize = 64 << 10;

#[test]
fn dots_at_borders() {
    /// The client does not know TLS here, so that its buffer is filled in one read.
    const CLEAR: Case = Case { args: &["--tls", "none"], here: &ALL_AROUND, ..FETCH };
    const SEALED: Case = Case { here: &ALL_AROUND, ..FETCH };
    run(&[
        Case {
            name: "W31 every split of a message, octet by octet",
            mail: |mailbox| {
                mailbox.add("Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n.\r\r\n");
                mailbox.add("Subject: end\r\n\r\n\r\n\r\n");
                mailbox.add("\r\n.\r\n");
            },
            server: |script| script.on("RETR", in_writes_of(1)),
            ..FETCH
        },
        Case {
            name: "W31 every split of the listings, octet by octet",
            server: |script| {
                let verbs = ["CAPA", "STAT", "UIDL", "LIST", "DELE", "QUIT"];
                verbs.iter().fold(script, |script, verb| script.on(*verb, in_writes_of(1)))
            },
            ..DELETE
        },
        Case {
            name: "W31 ends of messages around a record's border",
            mail: |mailbox| ends_around(mailbox, RECORD),
            server: |script| script.on("RETR", in_writes_of(RECORD)),
            ..SEALED
        },
        Case {
            name: "W31 dots around a record's border",
            mail: |mailbox| dots_around(mailbox, RECORD),
            server: |script| script.on("RETR", in_writes_of(RECORD)),
            ..SEALED
        },
        Case {
            name: "W31 ends of messages around the buffer's border",
            mail: |mailbox| ends_around(mailbox, BUFFER),
            server: |script| script.in_the_clear().on("RETR", in_writes_of(BUFFER)),
            ..CLEAR
        },
        Case {
            name: "W31 dots around the buffer's border",
            mail: |mailbox| dots_around(mailbox, BUFFER),
            server: |script| script.in_the_clear().on("RETR", in_writes_of(BUFFER)),
            ..CLEAR
        },
        Case {
            name: "W31 dots around the buffer's border, over TLS",
            mail: |mailbox| dots_around(mailbox, BUFFER),
            ..SEALED
        },
    ]);
}

#[test]
fn octets_of_any_value() {
    run(&[
        Case {
            name: "W32 lines of dots, and dots before other things",
            mail: |mailbox| {
                mailbox.add(message("dots", ".\r\n..\r\n...\r\n.x\r\n. \r\n.\t\r\n..x\r\n\r\n."));
                mailbox.add(".: a header that begins with a dot\r\n..\r\n\r\n.\r\n");
                mailbox.add(message("many", ".\r\n".repeat(10_000)));
            },
            ..FETCH
        },
        Case {
            name: "W33 bare LF and bare CR around dots",
            mail: |mailbox| {
                mailbox.add(message("bare", "a\n.\nb\n.\r\nc\r.\rd\r\r\n.\ne\n\r\n.\rf"));
                mailbox.add(message("smuggled", "text\n.\n+OK 44 octets\nSubject: forged\n\n."));
                mailbox.add("Subject: a\nX: b\rY: c\r\n\r\n\r\r\r\r\n\n\n\r\n");
            },
            ..FETCH
        },
        Case {
            name: "W38 NUL, 8-bit and control characters, in headers too",
            mail: |mailbox| {
                let every: Vec<u8> = (0..=255).collect();
                mailbox.add(message("every octet", every));
                mailbox.add(b"Subject: \0\x01\x1b[2J\xff\xfe\r\nX-\xe4: \0\r\n\r\n\0\r\n");
                mailbox.add(message("NULs", [0; 70_000]));
            },
            ..FETCH
        },
        Case {
            name: "CVE-2005-4348 messages without a header, without a body, with nothing",
            mail: |mailbox| {
                mailbox.add("\r\nno header\r\n");
                mailbox.add("Subject: no body\r\n");
                mailbox.add("");
            },
            ..FETCH
        },
        Case {
            name: "CVE-2001-0819 headers of 64 KiB lines, 2000 of them, and none that ends",
            mail: |mailbox| {
                let line = format!("X-Long: {}\r\n", "y".repeat(64 << 10));
                mailbox.add(format!("{}\r\nbody\r\n", line.repeat(20)));
                mailbox.add(format!("{}\r\nbody\r\n", "X-More: yes\r\n".repeat(2000)));
                mailbox.add("Received: and\r\n so on\r\n".repeat(2000));
            },
            ..FETCH
        },
        Case {
            name: "W38 a line of 100 MiB",
            mail: |mailbox| {
                let before = b"Subject: long\r\n\r\n.";
                mailbox.add(Body::LongLine { before, octets: 100 << 20, behind: b"\r\n.\r\n" });
            },
            server: |script| script,
            here: &[1],
            ..FETCH
        },
        Case {
            name: "W38 a header line of 100 MiB",
            mail: |mailbox| {
                let behind = b"\r\nSubject: long\r\n\r\nbody\r\n";
                mailbox.add(Body::LongLine { before: b"X-Long: ", octets: 100 << 20, behind });
            },
            here: &[1],
            ..FETCH
        },
        Case {
            name: "S22 a million nested things for whoever parses them",
            mail: |mailbox| {
                mailbox.add(message("=?utf-8?B?".repeat(5000).as_str(), "x"));
                mailbox.add(format!("From: {}\r\n\r\n", "<(\"".repeat(20_000)));
                let parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(3000);
                mailbox.add(format!("{parts}\r\n"));
            },
            ..FETCH
        },
        Case {
            name: "W3 message content that imitates replies",
            mail: |mailbox| {
                mailbox.add(message("+OK", "+OK\r\n-ERR\r\n.\r\n+OK 3 110\r\n1 uid\r\n."));
                mailbox.add("+OK 38 octets\r\n-ERR [SYS/PERM] no\r\n\r\n+OK Bye.\r\n");
                mailbox.add("-ERR: as a header\r\n\r\n-ERR\r\n");
            },
            ..DELETE
        },
    ]);
}

#[test]
fn line_ends() {
    /// A server that is no stickler for line ends, by the end of its greeting.
    fn with_lf(script: Script) -> Script {
        script.lf_only().greeting("+OK ready\n")
    }
    run(&[
        Case { name: "W23 LF alone, everywhere", server: with_lf, ..DELETE },
        Case {
            name: "W23 LF alone, everywhere, octet by octet",
            server: |script| with_lf(script).on("RETR", in_writes_of(1)),
            ..DELETE
        },
        Case {
            name: "W23 LF in the greeting, CRLF from then on",
            server: |script| script.greeting("+OK ready\n"),
            ..DELETE
        },
        Case {
            name: "W33 CRLF in the greeting, LF from then on",
            server: Script::lf_only,
            says: "a line of the reply to CAPA ends in a bare LF",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "W33 a listing that ends in a bare LF",
            server: |script| script.on("UIDL", raw("+OK\r\n1 a\r\n2 b\n3 c\r\n.\r\n")),
            says: "a line of the reply to UIDL ends in a bare LF: '2 b'",
            hears: super::case::SURVEY,
            ..NOTHING
        },
        Case {
            name: "W33 a message that ends in CRLF dot LF, without PIPELINING",
            server: |script| {
                one_by_one(script).on("RETR 2", Action::RawBody(b"Subject: x\r\n\r\n.\n".into()))
            },
            timeout: "1",
            status: 75,
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..NOTHING
        },
        Case {
            name: "W33 a message that ends in LF dot LF, without PIPELINING",
            server: |script| {
                one_by_one(script).on("RETR 2", Action::RawBody(b"Subject: x\r\n\r\ny\n.\n".into()))
            },
            timeout: "1",
            status: 75,
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..NOTHING
        },
        Case {
            name: "W35 Exchange: the dot right behind the last character, without PIPELINING",
            server: |script| {
                one_by_one(script)
                    .on("RETR 2", Action::RawBody(b"Subject: x\r\n\r\nend.\r\n".into()))
            },
            timeout: "1",
            status: 75,
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..NOTHING
        },
    ]);
}

/// A server that announces no PIPELINING.
fn one_by_one(script: Script) -> Script {
    script.capabilities(Capabilities::lines(["UIDL", "TOP", "SASL PLAIN"]))
}

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
            hears: super::case::SURVEY,
            ..NOTHING
        },
        Case {
            name: "W40 FTGate: two statuses to AUTH",
            server: |script| script.on("AUTH", Action::Append(b"+OK again\r\n".into())),
            says: "the server sent data that nobody asked for: '+OK again",
            hears: super::case::LOGIN,
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
            mail: three,
            server: |script| script.on("RETR 2", endless("", "flood\r\n")),
            says: "expected +OK or -ERR in the reply to RETR 2, got 'flood'",
            ..FORGED
        },
    ]);
}
