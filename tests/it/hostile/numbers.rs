//! Counts, sizes and numbers that are wrong, huge, missing, twice there or out of order.

use super::case::{Case, DELETE, FETCH, NOTHING, RETRIEVAL, SURVEY, raw};
use super::runner::run;
use crate::support::server::{Action, Capabilities, Script};

/// A listing.
fn listing(lines: &str) -> Action {
    raw(format!("+OK\r\n{lines}\r\n.\r\n"))
}

/// A STAT, LIST or UIDL that cannot be read. What it quotes, `says` shows.
fn refused(name: &'static str, server: fn(Script) -> Script, says: &'static str) -> Case {
    Case { name, server, says, hears: SURVEY, ..NOTHING }
}

/// An oddity that does no harm.
fn taken(name: &'static str, server: fn(Script) -> Script) -> Case {
    Case { name, server, ..DELETE }
}

#[test]
fn stat_that_cannot_be() {
    run(&[
        refused("W26 no number", |s| s.on("STAT", raw("+OK\r\n")), "two numbers expected"),
        refused("W26 one number", |s| s.on("STAT", raw("+OK 3\r\n")), "two numbers expected"),
        refused("W26 a word", |s| s.on("STAT", raw("+OK three 110\r\n")), "'three 110'"),
        refused("CVE-2001-1009 -3", |s| s.on("STAT", raw("+OK -3 110\r\n")), "'-3 110'"),
        refused("W25 +3", |s| s.on("STAT", raw("+OK +3 110\r\n")), "'+3 110'"),
        refused("W25 -110 octets", |s| s.on("STAT", raw("+OK 3 -110\r\n")), "'3 -110'"),
        refused("W25 0x3", |s| s.on("STAT", raw("+OK 0x3 110\r\n")), "'0x3 110'"),
        refused(
            "CVE-2002-0146 4,000,000,000 messages",
            |s| s.on("STAT", raw("+OK 4000000000 1\r\n")),
            "'4000000000 1' (more messages than popfetch accepts)",
        ),
        refused(
            "W25 2^32 messages",
            |s| s.on("STAT", raw("+OK 4294967296 110\r\n")),
            "'4294967296 110'",
        ),
        refused(
            "W25 2^64 octets",
            |s| s.on("STAT", raw("+OK 3 18446744073709551616\r\n")),
            "'3 18446744073709551616'",
        ),
        refused(
            "W25 a number of 400 digits",
            |s| s.on("STAT", raw(format!("+OK {} 1\r\n", "9".repeat(400)))),
            "malformed line in the reply to STAT: '9999",
        ),
        refused("W21 +OKAY", |s| s.on("STAT", raw("+OKAY 3 110\r\n")), "got '+OKAY 3 110'"),
    ]);
}

#[test]
fn list_that_cannot_be() {
    run(&[
        refused("W26 no size", |s| s.on("LIST", listing("1 44\r\n2")), "'2' (no size)"),
        refused("W26 a word", |s| s.on("LIST", listing("1 44\r\n2 x")), "'2 x'"),
        refused("CVE-2001-1009 0", |s| s.on("LIST", listing("1 44\r\n0 10")), "'0 10'"),
        refused("CVE-2001-1009 -1", |s| s.on("LIST", listing("1 44\r\n-1 5")), "'-1 5'"),
        refused("W25 +2", |s| s.on("LIST", listing("1 44\r\n+2 38")), "'+2 38'"),
        refused("W25 a negative size", |s| s.on("LIST", listing("2 -10")), "'2 -10'"),
        refused("W25 2^32", |s| s.on("LIST", listing("4294967296 10")), "'4294967296 10'"),
        refused("W25 2^32 + 2", |s| s.on("LIST", listing("4294967298 10")), "'4294967298 10'"),
        refused("CVE-2001-1009 99999999", |s| s.on("LIST", listing("99999999 5")), "'99999999 5'"),
        refused(
            "W28 a million and one",
            |s| s.on("LIST", listing("1000001 5")),
            "this message number is higher than popfetch accepts",
        ),
        refused(
            "W25 a size of 2^64",
            |s| s.on("LIST", listing("2 18446744073709551616")),
            "'2 18446744073709551616'",
        ),
        refused(
            "W28 one number, two sizes",
            |s| s.on("LIST", listing("1 44\r\n1 45")),
            "this number is listed twice",
        ),
        refused("W26 an empty line", |s| s.on("LIST", listing("1 44\r\n")), "no message number"),
        refused(
            "W24 a listing behind -ERR",
            |s| s.on("LIST", raw("-ERR\r\n1 44\r\n.\r\n")),
            "nobody asked for: '1 44",
        ),
    ]);
}

#[test]
fn uidl_that_cannot_be() {
    run(&[
        refused("W26 no UID", |s| s.on("UIDL", listing("1 a\r\n2")), "'2'"),
        refused("W26 no number", |s| s.on("UIDL", listing("1 a\r\nb")), "'b'"),
        refused("CVE-2001-1009 0", |s| s.on("UIDL", listing("1 a\r\n0 b")), "'0 b'"),
        refused("CVE-2001-1009 -2", |s| s.on("UIDL", listing("1 a\r\n-2 b")), "'-2 b'"),
        refused("W25 2^32", |s| s.on("UIDL", listing("4294967296 b")), "'4294967296 b'"),
        refused(
            "W28 one number, two UIDs",
            |s| s.on("UIDL", listing("1 a\r\n1 b")),
            "this number is listed twice",
        ),
        refused("W21 OK", |s| s.on("UIDL", raw("OK\r\n")), "got 'OK'"),
    ]);
}

#[test]
fn claims_that_are_wrong() {
    run(&[
        taken("W39 sizes of 0", |s| s.on("LIST", listing("1 0\r\n2 0\r\n3 0"))),
        taken("W39 sizes of LF counts", |s| s.on("LIST", listing("1 40\r\n2 33\r\n3 23"))),
        taken("W39 sizes rounded up", |s| s.on("LIST", listing("1 1024\r\n2 1024\r\n3 1024"))),
        taken("W39 sizes of 2^64 - 1, whose sum is more", |s| {
            let most = u64::MAX;
            s.on("LIST", listing(&format!("1 {most}\r\n2 {most}\r\n3 {most}")))
        }),
        taken("W17 a size of 2^64 in the reply to RETR", |s| {
            let text = "+OK 18446744073709551616 octets\r\nSubject: two\r\n\r\n\
                        the second body\r\nend\r\n.\r\n";
            s.on("RETR 2", raw(text))
        }),
        taken("W28 STAT counts more than are listed", |s| s.on("STAT", raw("+OK 30 1100\r\n"))),
        taken("W28 STAT counts fewer than are listed", |s| s.on("STAT", raw("+OK 1 44\r\n"))),
        taken("W63 STAT counts none, and three are listed", |s| s.on("STAT", raw("+OK 0 0\r\n"))),
        taken("W25 STAT with 2^64 - 1 octets", |s| {
            s.on("STAT", raw("+OK 3 18446744073709551615\r\n"))
        }),
        taken("W25 text behind the numbers of STAT", |s| {
            s.on("STAT", raw("+OK 3\t110 octets (-1 new)\r\n"))
        }),
        taken("W25 text behind the sizes of LIST", |s| {
            s.on("LIST", listing("1 44 octets\r\n2 38\t-1\r\n3 28 +OK"))
        }),
        taken("W27 blanks and a TAB before the value", |s| {
            let uids = listing("1  uid-000001\r\n2\tuid-000002\r\n3 \t uid-000003  ");
            s.on("LIST", listing("1   44\r\n2\t38\r\n 3 28")).on("UIDL", uids)
        }),
        taken("W27 +OK on each line", |s| {
            let uids = listing("+OK 1 uid-000001\r\n+OK 2 uid-000002\r\n+OK 3 uid-000003");
            s.on("LIST", listing("+OK 1 44\r\n+OK 2 38\r\n+OK 3 28")).on("UIDL", uids)
        }),
        taken("W28 out of order", |s| {
            let uids = listing("2 uid-000002\r\n1 uid-000001\r\n3 uid-000003");
            s.on("LIST", listing("3 28\r\n1 44\r\n2 38")).on("UIDL", uids)
        }),
        taken("W28 the same lines twice", |s| {
            let uids = "1 uid-000001\r\n2 uid-000002\r\n3 uid-000003";
            let sizes = "1 44\r\n2 38\r\n3 28";
            let twice = |lines: &str| listing(&format!("{lines}\r\n{lines}"));
            s.on("LIST", twice(sizes)).on("UIDL", twice(uids))
        }),
        taken("leading zeros", |s| s.on("LIST", listing("01 44\r\n002 0038\r\n3 28"))),
    ]);
}

#[test]
fn listings_that_disagree() {
    run(&[
        Case {
            name: "W29 a message came between UIDL and LIST",
            server: |s| s.on("LIST", listing("1 44\r\n2 38\r\n3 28\r\n4 99")),
            ..DELETE
        },
        Case {
            name: "W28 a gap in UIDL",
            server: |s| s.on("UIDL", listing("1 uid-000001\r\n3 uid-000003")),
            here: &[1, 3],
            gone: &[1, 3],
            ..DELETE
        },
        Case {
            name: "W28 a gap in LIST",
            server: |s| s.on("LIST", listing("2 38\r\n3 28")),
            here: &[2, 3],
            gone: &[2, 3],
            ..DELETE
        },
        Case {
            name: "W28 nothing in common",
            server: |s| s.on("LIST", listing("1 44")).on("UIDL", listing("2 uid-000002")),
            hears: "CAPA AUTH CAPA STAT UIDL LIST QUIT",
            here: &[],
            ..FETCH
        },
        Case {
            name: "W63 STAT counts three, and nothing is listed",
            server: |s| s.on("LIST", raw("+OK\r\n.\r\n")).on("UIDL", raw("+OK\r\n.\r\n")),
            hears: "CAPA AUTH CAPA STAT UIDL LIST QUIT",
            here: &[],
            ..FETCH
        },
        Case {
            name: "W61 messages are listed, and an empty list of UIDs",
            server: |s| s.on("UIDL", raw("+OK\r\n.\r\n")),
            status: 75,
            says: "the server lists messages but none of their unique-ids",
            hears: "CAPA AUTH CAPA STAT UIDL LIST",
            ..NOTHING
        },
        Case {
            name: "W28 a listed message that is not there",
            server: |s| {
                let uids = "1 uid-000001\r\n2 uid-000002\r\n3 uid-000003\r\n900000 more";
                s.on("LIST", listing("1 44\r\n2 38\r\n3 28\r\n900000 10")).on("UIDL", listing(uids))
            },
            status: 74,
            says: "message 900000 (more) failed: the server says: There is no such message.",
            ..DELETE
        },
        Case {
            name: "W39 a mailbox that is larger than the disk, by LIST",
            server: |s| s.on("LIST", listing("1 44\r\n2 9000000000000000000\r\n3 28")),
            ..DELETE
        },
        Case {
            name: "W24 a body behind -ERR to RETR, without PIPELINING",
            server: |s| {
                s.capabilities(Capabilities::lines(["UIDL", "SASL PLAIN"]))
                    .on("RETR 2", raw("-ERR no\r\nSubject: two\r\n\r\n.\r\n"))
            },
            says: "the server sent data that nobody asked for: 'Subject: two",
            hears: RETRIEVAL,
            ..NOTHING
        },
    ]);
}
