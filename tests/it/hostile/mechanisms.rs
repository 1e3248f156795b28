//! Servers that play a mechanism otherwise than it is written down.

use super::case::{Case, NOTHING, SESSION, able, raw};
use super::runner::run;
use crate::support::server::Script;
use crate::support::server::sasl::{Answer, Exchange};

/// A login with a token, which is what the password stands for here.
const TOKEN: Case =
    Case { args: &["--delete", "--auth", "XOAUTH2"], hears: "CAPA AUTH ... ... QUIT", ..NOTHING };

fn xoauth2(script: Script, play: fn(&Exchange) -> Answer) -> Script {
    able(script, ["UIDL", "TOP", "USER", "SASL PLAIN XOAUTH2"]).plays("XOAUTH2", play)
}

/// Refuses a token with this reason, and then with this text.
fn refuses(exchange: &Exchange, reason: &str, text: &str) -> Answer {
    match exchange.lines.len() {
        0 => Answer::challenge(""),
        1 => Answer::challenge(reason),
        _ => Answer::refuse(text),
    }
}

#[test]
fn tokens() {
    run(&[
        Case {
            name: "A17 a reason that repeats the token",
            server: |s| {
                xoauth2(s, |exchange| {
                    let reason = r#"{"status":"401","token":"pw-Zq7-never-\u0073hown"}"#;
                    refuses(exchange, reason, "[AUTH] no")
                })
            },
            status: 77,
            says: "the server says: [AUTH] no (status 401, token (hidden))",
            ..TOKEN
        },
        Case {
            name: "S1 a reason that would act on a terminal",
            server: |s| {
                xoauth2(s, |exchange| refuses(exchange, r#"{"status":"\u001b[31m\u202e"}"#, "no"))
            },
            status: 77,
            says: r"(status \x1b[31m\u{202e})",
            ..TOKEN
        },
        Case {
            name: "A7 a reason of 40 KiB",
            server: |s| {
                xoauth2(s, |exchange| {
                    let reason = format!(r#"{{"scope":"{}"}}"#, "x".repeat(40 << 10));
                    refuses(exchange, &reason, "no")
                })
            },
            status: 77,
            says: "xxx…)",
            ..TOKEN
        },
        Case {
            name: "a reason that is no JSON",
            server: |s| xoauth2(s, |exchange| refuses(exchange, "sorry", "no")),
            status: 77,
            says: "the server says: no (sorry)",
            ..TOKEN
        },
        Case {
            name: "[SYS/TEMP] after a reason",
            server: |s| xoauth2(s, |exchange| refuses(exchange, "{}", "[SYS/TEMP] later")),
            status: 75,
            says: "[SYS/TEMP] later",
            ..TOKEN
        },
        Case {
            name: "A9 +OK before the token was sent",
            server: |s| xoauth2(s, |_| Answer::LogIn),
            says: "the server says that it succeeded before it was complete",
            hears: "CAPA AUTH",
            ..TOKEN
        },
        Case {
            name: "reasons without end",
            server: |s| xoauth2(s, |_| Answer::challenge("again")),
            says: "the server asks for more than the mechanism has",
            hears: "CAPA AUTH ... ... *",
            ..TOKEN
        },
        Case {
            name: "A5 a reason that is not base64",
            server: |s| {
                xoauth2(s, |exchange| match exchange.lines.len() {
                    0 => Answer::challenge(""),
                    _ => Answer::Raw(b"+ {\"status\":\"401\"}\r\n".to_vec()),
                })
            },
            says: "the server's challenge is not base64",
            hears: "CAPA AUTH ... *",
            ..TOKEN
        },
        Case {
            name: "A24 the line is cut after the token",
            server: |s| {
                xoauth2(s, |exchange| match exchange.lines.len() {
                    0 => Answer::challenge(""),
                    _ => Answer::Close(Vec::new()),
                })
            },
            status: 75,
            says: "the server closed the connection during the login",
            hears: "CAPA AUTH ...",
            ..TOKEN
        },
    ]);
}

fn login(script: Script, play: fn(&Exchange) -> Answer) -> Script {
    able(script, ["UIDL", "TOP", "SASL LOGIN"]).plays("LOGIN", play)
}

fn cram(script: Script, play: fn(&Exchange) -> Answer) -> Script {
    able(script, ["UIDL", "TOP", "SASL CRAM-MD5"]).plays("CRAM-MD5", play)
}

#[test]
fn others() {
    const CRAM: Case =
        Case { args: &["--delete", "--auth", "CRAM-MD5"], hears: "CAPA AUTH *", ..NOTHING };
    run(&[
        Case {
            name: "A9 LOGIN: +OK before the password",
            server: |s| {
                login(s, |exchange| match exchange.lines.len() {
                    0 => Answer::challenge("Username:"),
                    _ => Answer::LogIn,
                })
            },
            says: "the server says that it succeeded before it was complete",
            hears: "CAPA AUTH ...",
            ..NOTHING
        },
        Case {
            name: "LOGIN: one question too many",
            server: |s| login(s, |_| Answer::challenge("Password:")),
            says: "the server asks for more than the mechanism has",
            hears: "CAPA AUTH ... ... *",
            ..NOTHING
        },
        Case {
            name: "A4 LOGIN: questions without words",
            server: |s| {
                login(s, |exchange| match exchange.lines.len() {
                    0 | 1 => Answer::Raw(b"+\r\n".to_vec()),
                    _ => Answer::refuse("[AUTH] no"),
                })
            },
            status: 77,
            says: "[AUTH] no",
            hears: "CAPA AUTH ... ... QUIT",
            ..NOTHING
        },
        Case {
            name: "CRAM-MD5: an empty challenge",
            server: |s| cram(s, |_| Answer::challenge("")),
            says: "the CRAM-MD5 exchange failed: the server's challenge is malformed: it is empty",
            ..CRAM
        },
        Case {
            name: "A9 CRAM-MD5: +OK at once",
            server: |s| cram(s, |_| Answer::LogIn),
            says: "the server says that it succeeded before it was complete",
            hears: "CAPA AUTH",
            ..CRAM
        },
        Case {
            name: "A14 CRAM-MD5 is all there is, and nobody asked for it",
            server: |s| cram(s, |_| Answer::challenge("<1@x>")),
            status: 69,
            says: "it offers only CRAM-MD5",
            hears: "CAPA QUIT",
            ..NOTHING
        },
        Case {
            name: "CRAM-MD5 by name",
            server: |s| {
                cram(s, |exchange| match exchange.said().as_slice() {
                    [] => Answer::challenge("<1896.697170952@postoffice.reston.mci.net>"),
                    // HMAC-MD5 with the password of the tests as the key.
                    [answer] if answer == b"alice 001a8f07ac438d73cee10f50fd21ddc7" => {
                        Answer::LogIn
                    }
                    _ => Answer::refuse("[AUTH] no"),
                })
            },
            args: &["--auth", "cram-md5"],
            status: 0,
            says: "",
            hears: "CAPA AUTH ... CAPA STAT UIDL LIST RETR QUIT",
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "EXTERNAL names the user and sends no password",
            server: |s| {
                let s = able(s, ["UIDL", "PIPELINING", "SASL PLAIN EXTERNAL"]);
                s.plays("EXTERNAL", |exchange| match exchange.said().as_slice() {
                    [user] if user == b"alice" && exchange.lines.is_empty() => Answer::LogIn,
                    _ => Answer::refuse("[AUTH] no"),
                })
            },
            args: &["--auth", "EXTERNAL"],
            status: 0,
            says: "",
            hears: SESSION,
            here: &[1, 2, 3],
            ..NOTHING
        },
    ]);
}

/// APOP with a greeting.
const APOP: Case = Case {
    args: &["--delete", "--auth", "APOP"],
    status: 69,
    says: "cannot log in to localhost: it offers only PLAIN",
    hears: "CAPA QUIT",
    ..NOTHING
};

#[test]
fn apop_without_a_timestamp_to_rely_on() {
    run(&[
        Case { name: "CVE-2007-1558 none", server: |s| s.greeting(*b"+OK ready\r\n"), ..APOP },
        Case { name: "CVE-2007-1558 <>", server: |s| s.greeting(*b"+OK <>\r\n"), ..APOP },
        Case { name: "CVE-2007-1558 8 bits", server: |s| s.greeting(*b"+OK <\x80@x>\r\n"), ..APOP },
        Case { name: "CVE-2007-1558 a space", server: |s| s.greeting(*b"+OK <a b@c>\r\n"), ..APOP },
        Case { name: "CVE-2007-1558 a NUL", server: |s| s.greeting(*b"+OK <a\0@c>\r\n"), ..APOP },
        Case { name: "no @", server: |s| s.greeting(*b"+OK <abc>\r\n"), ..APOP },
        Case {
            name: "CVE-2018-1060 a greeting of brackets",
            server: |s| s.greeting([&b"+OK "[..], &[b'<'; 2000], b"\r\n"].concat()),
            ..APOP
        },
        Case {
            name: "T3 a timestamp before STLS",
            server: |s| s.over_starttls().greeting(*b"+OK <1@x>\r\n"),
            args: &["--delete", "--auth", "APOP", "--tls", "starttls"],
            hears: "CAPA STLS CAPA QUIT",
            ..APOP
        },
        Case {
            name: "A18 APOP refused, and nothing else tried",
            server: |s| s.greeting(*b"+OK <1@x>\r\n").on("APOP", raw("-ERR [AUTH] no\r\n")),
            status: 77,
            says: "[AUTH] no",
            hears: "CAPA APOP QUIT",
            ..APOP
        },
        Case {
            name: "S3 the refusal repeats the digest",
            server: |s| {
                let digest = "7da347211e0aef893af941ea0a864bfd";
                s.greeting(*b"+OK <1@x>\r\n")
                    .on("APOP", raw(format!("-ERR APOP alice {digest}\r\n")))
            },
            status: 75,
            says: "APOP alice (hidden)",
            hears: "CAPA APOP QUIT",
            ..APOP
        },
    ]);
}
