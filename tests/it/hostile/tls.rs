//! STLS refused, not offered, or with something behind it; and TLS that is none. The password
//! never goes out.

use std::time::Duration;

use super::case::{Case, NOTHING, SILENCE, cut, endless, raw};
use super::runner::run;
use crate::support::server::{Action, Capabilities, Script, Trigger};

/// STLS goes wrong.
const STLS: Case = Case { args: &["--delete", "--tls", "starttls"], hears: "CAPA STLS", ..NOTHING };

/// A server with STLS that sends more behind its reply, in the same segment.
fn injected(name: &'static str, server: fn(Script) -> Script, says: &'static str) -> Case {
    Case { name, server, says, ..STLS }
}

fn append(octets: &str) -> Action {
    Action::Append(octets.into())
}

#[test]
fn injections() {
    run(&[
        injected(
            "T2 CVE-2020-14954 a reply in the same segment",
            |s| s.over_starttls().on("STLS", append("+OK\r\n")),
            "the server sent 5 unprotected octets behind its reply to STLS",
        ),
        injected(
            "T2 CVE-2026-41319 a fragment without a line end",
            |s| s.over_starttls().on("STLS", append("x")),
            "the server sent 1 unprotected octets behind its reply to STLS",
        ),
        injected(
            "T2 an empty line",
            |s| s.over_starttls().on("STLS", append("\r\n")),
            "the server sent 2 unprotected octets behind its reply to STLS",
        ),
        injected(
            "T2 replies to CAPA, AUTH and STAT in advance",
            |s| s.over_starttls().on("STLS", append("+OK\r\nUSER\r\n.\r\n+OK\r\n+OK 0 0\r\n")),
            "unprotected octets behind its reply to STLS",
        ),
        injected(
            "T2 replies in a segment of their own",
            |s| {
                let (first, again) = (b"+OK go\r\n".to_vec(), b"+OK\r\n+OK 0 0\r\n".to_vec());
                let pause = Duration::from_millis(50);
                s.over_starttls().on("STLS", Action::Endless { first, again, pause })
            },
            "does not speak TLS",
        ),
        Case {
            name: "T3 what is offered in the clear is forgotten",
            server: |s| {
                let forged = "+OK\r\nSTLS\r\nSASL PLAIN\r\nPIPELINING\r\nTOP\r\n.\r\n";
                s.over_starttls()
                    .capabilities(Capabilities::lines(["USER", "UIDL"]))
                    .on(Trigger::verb("CAPA").nth(1), raw(forged))
            },
            status: 0,
            says: "",
            hears: "CAPA STLS CAPA USER PASS CAPA STAT UIDL LIST RETR DELE QUIT",
            here: &[1, 2, 3],
            gone: &[1, 2, 3],
            ..STLS
        },
        Case {
            name: "nothing wrong with STLS",
            server: Script::over_starttls,
            status: 0,
            says: "",
            hears: "CAPA STLS CAPA AUTH CAPA STAT UIDL LIST RETR DELE QUIT",
            here: &[1, 2, 3],
            gone: &[1, 2, 3],
            ..STLS
        },
    ]);
}

#[test]
fn stls_that_is_not_to_be_had() {
    /// Not even the question is asked.
    const NOT_OFFERED: Case = Case {
        status: 69,
        says: "the server does not offer STLS\nhint: use --tls implicit (port 995)",
        hears: "CAPA",
        ..STLS
    };
    const REFUSED: Case = Case { status: 69, says: "the server refuses STLS", ..STLS };
    run(&[
        Case {
            name: "T4 CVE-2006-5867 STLS not offered",
            server: Script::in_the_clear,
            ..NOT_OFFERED
        },
        Case {
            name: "T4 CVE-2021-22946 CAPA refused",
            server: |s| s.over_starttls().on("CAPA", raw("-ERR what?\r\n")),
            ..NOT_OFFERED
        },
        Case {
            name: "T4 a tag that only begins like STLS",
            server: |s| s.over_starttls().on("CAPA", raw("+OK\r\nSTLS-LATER\r\nXSTLS\r\n.\r\n")),
            ..NOT_OFFERED
        },
        Case {
            name: "T4 hung up on at CAPA",
            server: |s| s.over_starttls().on("CAPA", Action::Close),
            status: 75,
            says: "closed the connection instead of sending the reply to CAPA",
            hears: "CAPA",
            ..STLS
        },
        Case {
            name: "T4 STLS refused",
            server: |s| s.over_starttls().on("STLS", raw("-ERR not today\r\n")),
            ..REFUSED
        },
        Case {
            name: "W77 STLS refused for the moment",
            server: |s| s.over_starttls().on("STLS", raw("-ERR [SYS/TEMP] not today\r\n")),
            status: 75,
            ..REFUSED
        },
        Case {
            name: "W77 STLS refused for ever",
            server: |s| s.over_starttls().on("STLS", raw("-ERR [sys/perm] never\r\n")),
            ..REFUSED
        },
        Case {
            name: "W21 +OKAY to STLS",
            server: |s| s.over_starttls().on("STLS", raw("+OKAY\r\n")),
            says: "expected +OK or -ERR in the reply to STLS, got '+OKAY'",
            ..STLS
        },
        Case {
            name: "T15 cut before the reply to STLS",
            server: |s| s.over_starttls().on("STLS", Action::Close),
            status: 75,
            says: "closed the connection instead of sending the reply to STLS",
            ..STLS
        },
        Case {
            name: "T15 cut behind the reply to STLS",
            server: |s| s.over_starttls().on("STLS", cut("+OK go\r\n")),
            status: 75,
            says: "the connection to localhost broke during the TLS handshake",
            ..STLS
        },
        Case {
            name: "CVE-2011-1947 STLS accepted, and silence",
            server: |s| s.over_starttls().on("STLS", Action::StallBody { after: 0 }),
            timeout: "1",
            status: 75,
            says: "timed out after 1 s waiting for the TLS handshake with localhost",
            ..STLS
        },
        Case {
            name: "STLS never answered",
            server: |s| s.over_starttls().on("STLS", Action::Stall),
            timeout: "1",
            status: 75,
            says: "timed out waiting for the reply to STLS",
            ..STLS
        },
        Case {
            name: "W6 something behind the greeting, before STLS",
            server: |s| s.over_starttls().greeting("+OK ready\r\n+OK\r\nSTLS\r\n.\r\n"),
            says: "the server sent data that nobody asked for",
            hears: "",
            ..STLS
        },
    ]);
}

#[test]
fn tls_that_is_none() {
    const AT_ONCE: Case = Case { hears: "", ..NOTHING };
    run(&[
        Case {
            name: "T16 a greeting in the clear on the TLS port",
            server: |s| s.on(Trigger::connect(), cut("+OK ready\r\n")),
            says: "does not speak TLS",
            ..AT_ONCE
        },
        Case {
            name: "T16 a web server on the TLS port",
            server: |s| s.on(Trigger::connect(), cut("HTTP/1.1 400 Bad Request\r\n\r\n")),
            says: "does not speak TLS",
            ..AT_ONCE
        },
        Case {
            name: "T6 an alert instead of a hello",
            server: |s| s.on(Trigger::connect(), cut(b"\x15\x03\x03\x00\x02\x02\x28")),
            says: "the TLS handshake with localhost failed",
            ..AT_ONCE
        },
        Case {
            name: "T16 noise without end instead of a hello",
            server: |s| s.on(Trigger::connect(), endless("", b"\xaa\x55\x00\xff")),
            says: "localhost",
            ..AT_ONCE
        },
        Case {
            name: "T16 empty records without end instead of a hello",
            server: |s| s.on(Trigger::connect(), endless("", b"\x16\x03\x03\x00\x00")),
            says: "localhost",
            ..AT_ONCE
        },
        Case {
            name: "a TLS server that waits for TLS on the plain port",
            args: &["--delete", "--tls", "starttls"],
            says: "timed out waiting for the greeting",
            hears: "",
            ..SILENCE
        },
    ]);
}
