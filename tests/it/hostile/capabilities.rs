//! Capabilities that lie, and odd ones.

use super::case::{
    BY_NAME, Case, DELETE, FETCH, KNOWN_SESSION, LISTING, NOTHING, SURVEY, able, message, raw,
};
use super::runner::{run, story};
use crate::support::server::{Capabilities, Pipelined, Script};

/// A server that announces PIPELINING and cannot do it is called again, and that is remembered.
#[test]
fn pipelining_that_does_not_work() {
    const FIRST: Case = Case {
        timeout: "1",
        hears: "CAPA AUTH CAPA STAT UIDL LIST | CAPA AUTH CAPA STAT UIDL LIST RETR QUIT",
        ..FETCH
    };
    const SECOND: Case = Case {
        mail: |mailbox| drop(mailbox.add(message("four", "the fourth"))),
        timeout: "1",
        hears: KNOWN_SESSION,
        here: &[1, 2, 3, 4],
        ..FETCH
    };
    let dropped = |script: Script| script.pipelined(Pipelined::Dropped);
    let closed = |script: Script| script.pipelined(Pipelined::Closed);
    story(&[
        Case { name: "W80 what is pipelined is lost", server: dropped, ..FIRST },
        Case { name: "W80 which is remembered", server: dropped, ..SECOND },
    ]);
    story(&[
        Case { name: "W80 what is pipelined ends the connection", server: closed, ..FIRST },
        Case { name: "W80 which is remembered, too", server: closed, ..SECOND },
    ]);
}

#[test]
fn capabilities_that_lie() {
    run(&[
        Case {
            name: "W80 no PIPELINING, and what is pipelined would end the connection",
            server: |s| able(s, ["UIDL", "SASL PLAIN"]).pipelined(Pipelined::Closed),
            ..DELETE
        },
        Case {
            name: "W82 Twisted's PIPELINE is not PIPELINING",
            server: |s| able(s, ["UIDL", "SASL PLAIN", "PIPELINE"]).pipelined(Pipelined::Closed),
            ..DELETE
        },
        Case {
            name: "W72 PIPELINING only before the login",
            server: |s| {
                s.capabilities_before_login(Capabilities::lines(["SASL PLAIN", "PIPELINING"]))
                    .capabilities_after_login(Capabilities::lines(["UIDL"]))
                    .pipelined(Pipelined::Closed)
            },
            ..DELETE
        },
        Case {
            name: "TOP announced, and unknown",
            server: |s| able(s, ["UIDL", "TOP", "SASL PLAIN"]).no_top(),
            command: "list",
            hears: LISTING,
            here: &[],
            ..FETCH
        },
        Case {
            name: "TOP announced, unknown, and needed",
            server: |s| able(s, ["UIDL", "TOP", "SASL PLAIN"]).no_top(),
            args: &["--headers-only"],
            status: 74,
            says: "message 1 (uid-000001) failed: the server says: Unknown command.; 2 more",
            hears: LISTING,
            here: &[],
            ..FETCH
        },
        Case {
            name: "W61 UIDL announced, and unknown",
            server: |s| able(s, ["UIDL", "SASL PLAIN", "PIPELINING"]).no_uidl(),
            status: 75,
            says: "the server refuses UIDL: Unknown command.",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "W60 UIDL neither announced nor known, and mail to be kept",
            server: Script::no_uidl,
            args: &[],
            status: 65,
            says: "localhost has no unique-ids (UIDL), so mail that stays there would be fetched \
                   again and again\nhint: fetch with --delete",
            hears: "CAPA AUTH CAPA STAT UIDL LIST QUIT",
            ..NOTHING
        },
        Case {
            name: "UIDL not announced, and known",
            server: |s| able(s, ["SASL PLAIN"]),
            ..FETCH
        },
        Case {
            name: "A18 SASL announced, and unknown: the password goes out once",
            server: |s| s.on("AUTH", raw("-ERR unknown command\r\n")),
            status: 75,
            says: "the server says: unknown command",
            hears: "CAPA AUTH QUIT",
            ..NOTHING
        },
        Case {
            name: "A1 no way to log in that popfetch has",
            server: |s| able(s, ["UIDL", "SASL GSSAPI NTLM"]),
            status: 69,
            says: "cannot log in to localhost: it offers only GSSAPI, NTLM",
            hears: "CAPA QUIT",
            ..NOTHING
        },
        Case {
            name: "no SASL, and USER not announced",
            server: |s| able(s, ["UIDL"]),
            hears: BY_NAME,
            ..FETCH
        },
    ]);
}

#[test]
fn capabilities_that_are_odd() {
    run(&[
        Case {
            name: "W82 GNU's EXPIRENEVER, LOGIN-DELAY without a number, and EXPIRE of 2^64",
            server: |s| {
                able(
                    s,
                    [
                        "UIDL",
                        "SASL PLAIN",
                        "EXPIRENEVER",
                        "LOGIN-DELAY",
                        "EXPIRE 18446744073709551616",
                    ],
                )
            },
            ..FETCH
        },
        Case {
            name: "W70 tags twice, in any case, with blanks",
            server: |s| able(s, ["uidl", "Uidl", "sasl plain", "SASL  LOGIN", " TOP", "SASL"]),
            ..FETCH
        },
        Case {
            name: "X_1 a line of 55 mechanisms, PLAIN the last",
            server: |s| {
                let names: Vec<String> = (0..54).map(|n| format!("MECHANISM-{n}")).collect();
                s.capabilities(Capabilities::lines([
                    "UIDL".to_owned(),
                    format!("SASL {} PLAIN", names.join(" ")),
                ]))
            },
            ..FETCH
        },
        Case {
            name: "S16 200 capabilities",
            server: |s| {
                let lines = (0..198).map(|n| format!("X-{n}"));
                s.capabilities(Capabilities::lines(
                    lines.chain(["UIDL".to_owned(), "SASL PLAIN".to_owned()]),
                ))
            },
            ..FETCH
        },
        Case {
            name: "S16 201 capabilities",
            server: |s| s.capabilities(Capabilities::lines((0..201).map(|n| format!("X-{n}")))),
            says: "the reply to CAPA is longer than 200 lines",
            hears: "CAPA",
            ..NOTHING
        },
        Case {
            name: "S1 NULs, escape sequences and broken UTF-8 among them",
            server: |s| {
                s.on("CAPA", raw(b"+OK\r\nUIDL\r\n\0\x1b[2J\xff\r\n\r\nSASL PLAIN\xe9\r\n.\r\n"))
            },
            hears: BY_NAME,
            ..FETCH
        },
        Case {
            name: "none at all",
            server: |s| s.on("CAPA", raw("+OK\r\n.\r\n")),
            hears: BY_NAME,
            ..FETCH
        },
        Case {
            name: "W79 LOGIN-DELAY: a login within it is refused",
            server: |s| {
                able(s, ["UIDL", "SASL PLAIN", "LOGIN-DELAY 300"])
                    .on("AUTH", raw("-ERR [LOGIN-DELAY] wait\r\n"))
            },
            status: 75,
            says: "[LOGIN-DELAY] wait",
            hears: "CAPA AUTH QUIT",
            ..NOTHING
        },
        Case {
            name: "W79 LOGIN-DELAY and EXPIRE 30 USER",
            server: |s| able(s, ["UIDL", "SASL PLAIN", "LOGIN-DELAY 10 USER", "EXPIRE 30 USER"]),
            ..FETCH
        },
    ]);
}
