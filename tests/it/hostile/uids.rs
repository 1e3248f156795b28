//! UIDs of any kind: none may name a file, hide a message or delete another one.

use super::case::{Case, DELETE, FETCH, KNOWN_DELETION, NOTHING, SURVEY, first, message, raw};
use super::runner::{run, story};
use crate::support::server::{Mailbox, Script};

/// A UID that cannot be one.
fn refused(name: &'static str, server: fn(Script) -> Script, says: &'static str) -> Case {
    Case { name, server, says, hears: SURVEY, ..NOTHING }
}

/// A UID that is odd and does no harm.
fn taken(name: &'static str, server: fn(Script) -> Script) -> Case {
    Case { name, server, ..DELETE }
}

#[test]
fn uids_that_cannot_be() {
    run(&[
        refused("CVE-2018-14356 an empty UID", |s| s.uid_override(2, ""), "'2 '"),
        refused("W50 nothing but blanks", |s| s.uid_override(2, "  \t "), "unique-id is missing"),
        refused("W50 513 octets", |s| s.uid_override(2, "u".repeat(513)), "cannot be a unique-id"),
        refused("W50 a NUL", |s| s.uid_override(2, "a\0b"), "'2 a\\x00b'"),
        refused("S1 an escape sequence", |s| s.uid_override(2, "\x1b[2J"), "'2 \\x1b[2J'"),
        refused("W50 DEL", |s| s.uid_override(2, "b\x7f"), "'2 b\\x7f'"),
        refused("W50 a lone CR", |s| s.uid_override(2, "a\rb"), "'2 a\\rb'"),
        refused(
            "CVE-2004-0757 8,000 octets",
            |s| s.uid_override(2, "u".repeat(8000)),
            "cannot be a unique-id",
        ),
        refused(
            "CVE-2004-0757 a million octets",
            |s| s.uid_override(2, "u".repeat(1_000_000)),
            "a line of the reply to UIDL is longer than 8192 octets",
        ),
    ]);
}

#[test]
fn uids_that_are_only_odd() {
    run(&[
        taken("W50 70 octets", |s| s.uid_override(2, "u".repeat(70))),
        taken("W50 71 octets", |s| s.uid_override(2, "u".repeat(71))),
        taken("W50 512 octets", |s| s.uid_override(2, "u".repeat(512))),
        taken("W50 8-bit octets", |s| s.uid_override(2, b"caf\xe9\xff\x80\x9b2J".as_slice())),
        taken("S1 what turns text around", |s| s.uid_override(2, "a\u{202e}b\u{2066}c")),
        taken("CVE-2018-14362 ../x", |s| s.uid_override(2, "../x")),
        taken("CVE-2018-14362 /etc/passwd", |s| s.uid_override(2, "/etc/passwd")),
        taken("CVE-2018-14362 .", |s| s.uid_override(2, ".")),
        taken("CVE-2018-14362 ..", |s| s.uid_override(2, "..")),
        taken("a name of a Maildir file", |s| s.uid_override(2, "1795448207.M1P2Q3.host,S=9:2,S")),
        taken("what SQL would run", |s| s.uid_override(2, "');DROP/**/TABLE/**/message;--")),
        taken("what printf would run", |s| s.uid_override(2, "%s%n%99999d")),
        taken("an option", |s| s.uid_override(2, "--delete")),
        taken("blanks in it, of which the first word counts", |s| {
            s.uid_override(2, "second uid of the three")
        }),
        taken("the same but for the case", |s| {
            s.uid_override(1, "uid").uid_override(2, "UID").uid_override(3, "Uid")
        }),
        taken("the beginning of another one", |s| {
            s.uid_override(1, "u").uid_override(2, "uu").uid_override(3, "uuu")
        }),
    ]);
}

/// Adds two different messages with one UID, and one with its own.
fn shared(mailbox: &Mailbox) {
    mailbox.add_with_uid("same", message("first", "a"));
    mailbox.add_with_uid("same", message("second, which is longer", "b"));
    mailbox.add_with_uid("own", message("third", "c"));
}

/// Adds two copies of one message with one UID, and one with its own.
fn copies(mailbox: &Mailbox) {
    mailbox.add_with_uid("same", message("copy", "a"));
    mailbox.add_with_uid("same", message("copy", "a"));
    mailbox.add_with_uid("own", message("third", "c"));
}

#[test]
fn uids_that_are_not_unique() {
    run(&[
        Case { name: "W52 one UID, different messages", mail: shared, ..FETCH },
        Case { name: "W52 one UID, different messages, deleted", mail: shared, ..DELETE },
        Case { name: "W52 one UID, identical copies", mail: copies, ..FETCH },
        Case { name: "W52 one UID, identical copies, deleted", mail: copies, ..DELETE },
        Case {
            name: "W52 one UID, and one of its messages is refused: none of them is deleted",
            mail: shared,
            server: |s| s.on("RETR 2", raw("-ERR cannot read it\r\n")),
            status: 74,
            says: "message 2 (same) failed: the server says: cannot read it",
            here: &[1, 3],
            gone: &[3],
            ..DELETE
        },
        Case {
            name: "W52 one UID for two thousand messages",
            mail: |mailbox| {
                for n in 0..2000 {
                    mailbox.add_with_uid("same", message("many", (n % 7).to_string()));
                }
            },
            here: &TWO_THOUSAND,
            ..FETCH
        },
    ]);
}

/// All of them.
const TWO_THOUSAND: [u64; 2000] = first();

#[test]
fn a_uid_is_used_again_for_another_message_of_another_size() {
    story(&[
        Case {
            name: "W51 a UID that is deleted",
            mail: |mailbox| mailbox.add_with_uid("1", message("old", "a")),
            here: &[1],
            gone: &[1],
            ..DELETE
        },
        Case {
            name: "W51 and used again",
            mail: |mailbox| mailbox.add_with_uid("1", message("new and longer", "b")),
            hears: KNOWN_DELETION,
            here: &[1, 2],
            gone: &[1, 2],
            ..DELETE
        },
    ]);
}

#[test]
fn a_uid_is_used_again_for_another_message_of_the_same_size() {
    const HEARS: &str = "AUTH CAPA STAT UIDL LIST TOP RETR DELE QUIT";
    story(&[
        Case {
            name: "W51 a UID that is deleted",
            mail: |mailbox| mailbox.add_with_uid("1", message("old", "a")),
            here: &[1],
            gone: &[1],
            ..DELETE
        },
        Case {
            name: "W51 and used again at once, which only the header shows",
            mail: |mailbox| mailbox.add_with_uid("1", message("new", "b")),
            hears: HEARS,
            here: &[1, 2],
            gone: &[1, 2],
            ..DELETE
        },
    ]);
}

#[test]
fn all_uids_change() {
    const RENUMBERED: Case = Case {
        status: 65,
        says: "localhost has given all messages new unique-ids: 3 known ones are gone",
        hears: "AUTH CAPA STAT UIDL LIST TOP QUIT",
        here: &[1, 2, 3],
        gone: &[],
        ..FETCH
    };
    story(&[
        Case { name: "2.6 a fetch that keeps", ..FETCH },
        Case {
            name: "2.6 UIDVALIDITY changes",
            mail: |_| {},
            server: |s| s.uid_override(1, "n1").uid_override(2, "n2").uid_override(3, "n3"),
            ..RENUMBERED
        },
        Case {
            name: "2.6 and changes again, with deletion",
            mail: |_| {},
            server: |s| s.uid_override(1, "m1").uid_override(2, "m2").uid_override(3, "m3"),
            args: &["--delete"],
            ..RENUMBERED
        },
    ]);
}
