//! Response codes on every reply that can bear one, and statuses that are none.

use super::case::{
    Case, DELETE, DELETION, FETCH, LISTED, LOGIN, NOTHING, RETRIEVAL, SURVEY, by_name, raw,
};
use super::runner::run;
use crate::support::server::{Script, Trigger};

/// A greeting that is a refusal, or none.
fn greeting(
    name: &'static str,
    server: fn(Script) -> Script,
    status: i32,
    says: &'static str,
) -> Case {
    Case { name, server, status, says, hears: "", ..NOTHING }
}

#[test]
fn greetings() {
    run(&[
        greeting("W2 -ERR", |s| s.greeting("-ERR go away\r\n"), 69, "connection: go away"),
        greeting("W20 bare -ERR", |s| s.greeting("-ERR\r\n"), 69, "(no reason given)"),
        greeting("W77 [SYS/TEMP]", |s| s.greeting("-ERR [SYS/TEMP] x\r\n"), 75, "[SYS/TEMP] x"),
        greeting("W77 [SYS/PERM]", |s| s.greeting("-ERR [SYS/PERM] x\r\n"), 69, "[SYS/PERM] x"),
        Case {
            hears: " |  |  | ",
            ..greeting(
                "W77 [IN-USE]: tried again",
                |s| s.greeting("-ERR [IN-USE] x\r\n"),
                75,
                "[IN-USE] x",
            )
        },
        greeting("W77 [LOGIN-DELAY]", |s| s.greeting("-ERR [LOGIN-DELAY] x\r\n"), 75, "-DELAY] x"),
        greeting("W74 lower case", |s| s.greeting("-ERR [sys/temp] x\r\n"), 75, "[sys/temp] x"),
        greeting("W74 nested", |s| s.greeting("-ERR [SYS/TEMP/DISK] x\r\n"), 75, "/DISK] x"),
        greeting("W74 unknown", |s| s.greeting("-ERR [FOO/BAR] x\r\n"), 69, "[FOO/BAR] x"),
        greeting("W5 not at the start", |s| s.greeting("-ERR x [SYS/TEMP]\r\n"), 69, "x [SYS"),
        greeting("W21 +OKAY", |s| s.greeting("+OKAY\r\n"), 76, "got '+OKAY'"),
        greeting("W21 +Okay,", |s| s.greeting("+Okay, go.\r\n"), 76, "got '+Okay, go.'"),
        greeting("W21 OK", |s| s.greeting("OK ready\r\n"), 76, "got 'OK ready'"),
        greeting("W21 nothing", |s| s.greeting("\r\n"), 76, "got ''"),
        greeting("W21 SMTP", |s| s.greeting("220 mx ESMTP\r\n"), 76, "got '220 mx ESMTP'"),
        greeting("W21 IMAP", |s| s.greeting("* OK IMAP4rev1\r\n"), 76, "got '* OK IMAP4rev1'"),
        greeting("W6 half a line more", |s| s.greeting("+OK\r\nx"), 76, "nobody asked for: 'x'"),
        greeting(
            "S1 escape sequences and what turns text around",
            |s| s.greeting("-ERR \x1b[31;1;4ma\u{202e}b\u{9b}2J\0\r\n"),
            69,
            "\\x1b[31;1;4ma\\u{202e}b\\x9b2J\\x00",
        ),
        Case { name: "W20 bare +OK", server: |s| s.greeting("+OK\r\n"), ..FETCH },
        Case { name: "W20 lower case", server: |s| s.greeting("+ok ready\r\n"), ..FETCH },
        Case {
            name: "W5 Exchange: brackets in the text",
            server: |s| s.greeting("+OK The POP3 service is ready. [UwBDADEAUA=]\r\n"),
            ..FETCH
        },
        Case {
            name: "a code on a positive greeting",
            server: |s| s.greeting("+OK [IN-USE] ready\r\n"),
            ..FETCH
        },
        Case {
            name: "CVE-2007-1558 a timestamp: no APOP is sent",
            server: |s| s.greeting("+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n"),
            ..FETCH
        },
    ]);
}

/// A refused login. The password was sent, once.
fn login(
    name: &'static str,
    server: fn(Script) -> Script,
    status: i32,
    says: &'static str,
) -> Case {
    Case { name, server, status, says, hears: "CAPA AUTH QUIT", ..NOTHING }
}

#[test]
fn logins() {
    run(&[
        login("W76 [AUTH]", |s| s.on("AUTH", raw("-ERR [AUTH] no\r\n")), 77, "[AUTH] no"),
        Case {
            hears: "CAPA AUTH QUIT | CAPA AUTH QUIT | CAPA AUTH QUIT | CAPA AUTH QUIT",
            ..login(
                "W75 [IN-USE]: tried again",
                |s| s.on("AUTH", raw("-ERR [IN-USE] no\r\n")),
                75,
                "[IN-USE] no",
            )
        },
        login("W75 [SYS/PERM]", |s| s.on("AUTH", raw("-ERR [SYS/PERM] no\r\n")), 69, "PERM] no"),
        login("W74 nested", |s| s.on("AUTH", raw("-ERR [sys/temp/db] no\r\n")), 75, "/db] no"),
        login("W76 unknown", |s| s.on("AUTH", raw("-ERR [FOO] no\r\n")), 75, "[FOO] no"),
        login("W20 bare -ERR", |s| s.on("AUTH", raw("-ERR\r\n")), 75, "(no reason given)"),
        Case {
            name: "W21 +Okay to AUTH",
            server: |s| s.on("AUTH", raw("+Okay\r\n")),
            says: "expected +OK or -ERR in the reply to AUTH PLAIN (hidden), got '+Okay'",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "S3 the refusal repeats the command with the password",
            server: |s| {
                let blob = "AGFsaWNlAHB3LVpxNy1uZXZlci1zaG93bg==";
                s.on("AUTH", raw(format!("-ERR [AUTH] bad command: AUTH PLAIN {blob}\r\n")))
            },
            says: "bad command: AUTH PLAIN (hidden)",
            ..login("", |s| s, 77, "")
        },
        Case {
            name: "W13 USER refused: no PASS",
            server: |s| by_name(s).on("USER", raw("-ERR [SYS/TEMP] no\r\n")),
            status: 75,
            says: "[SYS/TEMP] no",
            hears: "CAPA USER QUIT",
            ..NOTHING
        },
        Case {
            name: "W75 PASS refused with a code",
            server: |s| by_name(s).on("PASS", raw("-ERR [IN-USE] locked\r\n")),
            status: 75,
            says: "[IN-USE] locked",
            hears: "CAPA USER PASS QUIT",
            args: &["--retries", "0"],
            ..NOTHING
        },
        Case {
            name: "W78 PASS refused without a code, in words for what passes",
            server: |s| by_name(s).on("PASS", raw("-ERR maildrop is locked, try again\r\n")),
            status: 75,
            says: "maildrop is locked",
            hears: "CAPA USER PASS QUIT",
            ..NOTHING
        },
        Case {
            name: "W21 lower case ok and err",
            server: |s| by_name(s).on("USER", raw("+ok\r\n")).on("PASS", raw("-err [auth] no\r\n")),
            status: 77,
            says: "[auth] no",
            hears: "CAPA USER PASS QUIT",
            ..NOTHING
        },
        Case {
            name: "W70 a code on CAPA's -ERR is no reason to give up",
            server: |s| s.on("CAPA", raw("-ERR [SYS/PERM] what?\r\n")),
            hears: "CAPA USER PASS STAT UIDL LIST RETR QUIT",
            ..FETCH
        },
    ]);
}

#[test]
fn challenges() {
    /// PLAIN says all at once: whatever the server asks then is rubbish.
    const RUBBISH: Case = Case { hears: "CAPA AUTH *", ..NOTHING };
    run(&[
        Case {
            name: "A5 a challenge that is not base64",
            server: |s| s.on("AUTH", raw("+ ?!\r\n")),
            says: "the server's challenge is not base64: '?!'",
            ..RUBBISH
        },
        Case {
            name: "A6 base64 with something behind its end",
            server: |s| s.on("AUTH", raw("+ YQ==YQ==\r\n")),
            says: "the server's challenge is not base64: 'YQ==YQ=='",
            ..RUBBISH
        },
        Case {
            name: "CVE-2025-61962 a challenge without a text",
            server: |s| s.on("AUTH", raw("+\r\n")),
            says: "the PLAIN exchange failed",
            ..RUBBISH
        },
        Case {
            name: "CVE-2012-3482 an empty challenge to a complete answer",
            server: |s| s.on("AUTH", raw("+ \r\n")),
            says: "the PLAIN exchange failed",
            ..RUBBISH
        },
        Case {
            name: "A7 a challenge of 48 KiB",
            server: |s| s.on("AUTH", raw(format!("+ {}\r\n", "QUJD".repeat(12 << 10)))),
            says: "the PLAIN exchange failed",
            ..RUBBISH
        },
        Case {
            name: "A4 SMTP's 334",
            server: |s| s.on("AUTH", raw("334 \r\n")),
            says: "expected +OK or -ERR in the reply to AUTH PLAIN (hidden), got '334 '",
            hears: LOGIN,
            ..NOTHING
        },
        Case {
            name: "S3 a challenge that repeats the password",
            server: |s| s.on("AUTH", raw("+ pw-Zq7-never-shown\r\n")),
            says: "the server's challenge is not base64: '(hidden)'",
            ..RUBBISH
        },
    ]);
}

/// A listing that is refused.
fn survey(
    name: &'static str,
    server: fn(Script) -> Script,
    status: i32,
    says: &'static str,
) -> Case {
    Case { name, server, status, says, hears: SURVEY, ..NOTHING }
}

#[test]
fn listings() {
    run(&[
        survey("STAT", |s| s.on("STAT", raw("-ERR not now\r\n")), 75, "refuses STAT: not now"),
        survey("W77 STAT", |s| s.on("STAT", raw("-ERR [SYS/PERM] no\r\n")), 69, "refuses STAT: ["),
        survey("LIST", |s| s.on("LIST", raw("-ERR not now\r\n")), 75, "refuses LIST: not now"),
        survey("W77 LIST", |s| s.on("LIST", raw("-ERR [SYS/PERM] no\r\n")), 69, "refuses LIST: ["),
        survey("W61 UIDL", |s| s.on("UIDL", raw("-ERR not now\r\n")), 75, "refuses UIDL: not now"),
        survey("W77 UIDL", |s| s.on("UIDL", raw("-ERR [sys/perm] no\r\n")), 69, "refuses UIDL: ["),
        survey("W74 UIDL", |s| s.on("UIDL", raw("-ERR [SYS/TEMP/X] no\r\n")), 75, "UIDL: [SYS"),
        Case {
            name: "the second CAPA",
            server: |s| s.on(Trigger::verb("CAPA").nth(2), raw("-ERR [SYS/TEMP] no\r\n")),
            ..DELETE
        },
    ]);
}

/// The second of three messages is refused; the others come, and go.
fn retr(name: &'static str, server: fn(Script) -> Script, says: &'static str) -> Case {
    Case { name, server, status: 74, says, here: &[1, 3], gone: &[1, 3], ..DELETE }
}

#[test]
fn messages() {
    run(&[
        retr(
            "-ERR to one RETR",
            |s| s.on("RETR 2", raw("-ERR cannot read it\r\n")),
            "message 2 (uid-000002) failed: the server says: cannot read it",
        ),
        retr(
            "W77 [SYS/TEMP] to one RETR",
            |s| s.on("RETR 2", raw("-ERR [SYS/TEMP] disk\r\n")),
            "the server says: [SYS/TEMP] disk",
        ),
        retr(
            "W77 [SYS/PERM/LOST] to one RETR",
            |s| s.on("RETR 2", raw("-ERR [SYS/PERM/LOST] gone\r\n")),
            "the server says: [SYS/PERM/LOST] gone",
        ),
        retr("W20 bare -ERR to one RETR", |s| s.on("RETR 2", raw("-ERR\r\n")), "no reason given"),
        retr(
            "S1 escape sequences in the refusal of one RETR",
            |s| s.on("RETR 2", raw("-ERR \x1b]0;x\x07\u{202e}\r\n")),
            "the server says: \\x1b]0;x\\x07\\u{202e}",
        ),
        retr(
            "a message that another client deleted meanwhile, as Dovecot says it",
            |s| s.on("RETR 2", raw("-ERR [SYS/TEMP] Message 2 expunged.\r\n")),
            "Message 2 expunged.",
        ),
        Case {
            name: "-ERR to every RETR",
            server: |s| s.on("RETR", raw("-ERR [SYS/TEMP] disk\r\n")),
            status: 74,
            says: "message 1 (uid-000001) failed: the server says: [SYS/TEMP] disk; 2 more failed",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR QUIT",
            here: &[],
            gone: &[],
            ..DELETE
        },
        Case {
            name: "W21 +OKAY to a RETR",
            server: |s| s.on("RETR 2", raw("+OKAY\r\nSubject: two\r\n\r\n.\r\n")),
            says: "expected +OK or -ERR in the reply to RETR 2, got '+OKAY'",
            hears: RETRIEVAL,
            ..NOTHING
        },
        Case {
            name: "-ERR to one TOP, for a list",
            server: |s| s.on("TOP 2", raw("-ERR [SYS/TEMP] no\r\n")),
            command: "list",
            args: &[],
            hears: "CAPA AUTH CAPA STAT UIDL LIST TOP QUIT",
            here: &[],
            ..FETCH
        },
        Case {
            name: "W21 +OKAY to a TOP, for a list",
            server: |s| s.on("TOP 2", raw("+OKAY\r\nSubject: two\r\n\r\n.\r\n")),
            command: "list",
            args: &[],
            says: "expected +OK or -ERR in the reply to TOP 2 0, got '+OKAY'",
            hears: LISTED,
            ..NOTHING
        },
        Case {
            name: "a code on a positive reply means nothing",
            server: |s| {
                let text =
                    "+OK [SYS/TEMP] here\r\nSubject: two\r\n\r\nthe second body\r\nend\r\n.\r\n";
                s.on("RETR 2", raw(text)).on("STAT", raw("+OK 3 110 [SYS/PERM]\r\n"))
            },
            hears: DELETION,
            ..DELETE
        },
    ]);
}
