//! Dots, line ends and octets of any value: what is in a message arrives as it is, and nothing in
//! it ends it early or passes for a reply.

use std::time::Duration;

use super::case::{
    Case, DELETE, FETCH, NOTHING, RETRIEVAL, SURVEY, first, message, one_by_one, raw,
};
use super::runner::run;
use crate::support::server::{Action, Body, Mailbox, Script};

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
            hears: SURVEY,
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
