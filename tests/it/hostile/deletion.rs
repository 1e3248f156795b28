//! DELE and QUIT, refused, unanswered or not meant: nothing is claimed that the server did not
//! confirm, nothing is deleted that is not here, and what was lost is done again.

use super::case::{Case, DELETE, DELETION, FETCH, NOTHING, SILENCE, cut, raw};
use super::runner::{run, story};
use crate::support::server::{Action, Capabilities, Script};

/// What the server hears when the line ends at a DELE.
const AT_DELE: &str = "CAPA AUTH CAPA STAT UIDL LIST RETR DELE";

#[test]
fn dele() {
    run(&[
        Case {
            name: "W55 one DELE refused",
            server: |s| s.on("DELE 2", raw("-ERR read-only\r\n")),
            status: 74,
            says: "message 2 (uid-000002) failed: the server does not delete it: read-only",
            gone: &[1, 3],
            ..DELETE
        },
        Case {
            name: "W77 one DELE refused, with a code",
            server: |s| s.on("DELE 2", raw("-ERR [SYS/TEMP] \x1b[2Jlocked\r\n")),
            status: 74,
            says: "the server does not delete it: [SYS/TEMP] \\x1b[2Jlocked",
            gone: &[1, 3],
            ..DELETE
        },
        Case {
            name: "W55 every DELE refused",
            server: |s| s.on("DELE", raw("-ERR read-only\r\n")),
            status: 74,
            says: "the server does not delete it: read-only; 2 more failed (-v names them)",
            gone: &[],
            ..DELETE
        },
        Case {
            name: "W55 DELE never answered",
            server: |s| s.on("DELE 2", Action::Stall),
            says: "timed out waiting for the reply to DELE 2",
            hears: AT_DELE,
            here: &[1, 2, 3],
            ..SILENCE
        },
        Case {
            name: "W55 cut at a DELE",
            server: |s| s.on("DELE 2", Action::Close),
            status: 75,
            says: "closed the connection instead of sending the reply to DELE 2",
            hears: AT_DELE,
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "W55 cut in the reply to DELE",
            server: |s| s.on("DELE 2", cut("+OK mark")),
            status: 75,
            says: "closed the connection instead of sending the reply to DELE 2",
            hears: AT_DELE,
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "W21 DELE answered with rubbish",
            server: |s| s.on("DELE 2", raw("deleted\r\n")),
            says: "expected +OK or -ERR in the reply to DELE 2, got 'deleted'",
            hears: AT_DELE,
            here: &[1, 2, 3],
            ..NOTHING
        },
        Case {
            name: "W55 DELE carried out at once, and the line cut",
            server: |s| s.on("DELE 2", Action::ExecuteAndClose),
            status: 75,
            says: "closed the connection instead of sending the reply to DELE 2",
            hears: AT_DELE,
            here: &[1, 2, 3],
            ..NOTHING
        },
    ]);
}

#[test]
fn quit() {
    /// Everything is here, nothing is confirmed.
    const UNCONFIRMED: Case = Case {
        status: 75,
        hears: DELETION,
        says: "localhost did not confirm that 3 messages are deleted",
        here: &[1, 2, 3],
        ..NOTHING
    };
    run(&[
        Case {
            name: "W56 QUIT refused",
            server: |s| s.on("QUIT", raw("-ERR some deleted messages not removed\r\n")),
            says: "the server says: some deleted messages not removed",
            ..UNCONFIRMED
        },
        Case {
            name: "W77 QUIT refused with a code",
            server: |s| s.on("QUIT", raw("-ERR [SYS/PERM/QUOTA] no\r\n")),
            ..UNCONFIRMED
        },
        Case {
            name: "W57 QUIT never answered",
            server: |s| s.on("QUIT", Action::Stall),
            timeout: "1",
            ..UNCONFIRMED
        },
        Case { name: "W55 cut at QUIT", server: |s| s.on("QUIT", Action::Close), ..UNCONFIRMED },
        Case {
            name: "W55 cut in the reply to QUIT",
            server: |s| s.on("QUIT", cut("+OK by")),
            ..UNCONFIRMED
        },
        Case {
            name: "W21 QUIT answered with +OKAY",
            server: |s| s.on("QUIT", raw("+OKAY\r\n")),
            says: "got '+OKAY'",
            ..UNCONFIRMED
        },
        Case {
            name: "W57 QUIT carried out, and the answer lost",
            server: |s| s.on("QUIT", Action::ExecuteAndClose),
            gone: &[1, 2, 3],
            ..UNCONFIRMED
        },
        Case {
            name: "W37 data behind the reply to QUIT",
            server: |s| s.on("QUIT", Action::Append(b"+OK more\r\n".into())),
            says: "the server sent data that nobody asked for: '+OK more",
            gone: &[1, 2, 3],
            ..UNCONFIRMED
        },
        Case {
            name: "W37 data behind the reply to QUIT, on which nothing hangs",
            server: |s| s.on("QUIT", Action::Append(b"+OK more\r\n".into())),
            ..FETCH
        },
        Case {
            name: "W55 QUIT refused, and nothing hangs on it",
            server: |s| s.on("QUIT", raw("-ERR [SYS/TEMP] no\r\n")),
            ..FETCH
        },
        Case {
            name: "W55 cut at QUIT, and nothing hangs on it",
            server: |s| s.on("QUIT", Action::Close),
            ..FETCH
        },
        Case {
            name: "W57 QUIT never answered, and nothing hangs on it",
            server: |s| s.on("QUIT", Action::Stall),
            timeout: "1",
            ..FETCH
        },
    ]);
}

#[test]
fn quit_that_lies() {
    story(&[
        Case {
            name: "W56 +OK to QUIT, and nothing was deleted",
            server: |s| s.on("QUIT", raw("+OK Bye.\r\n")),
            gone: &[],
            ..DELETE
        },
        Case {
            name: "W56 the same again: deleted once more, not fetched once more",
            mail: |_| {},
            server: |s| s.on("QUIT", raw("+OK Bye.\r\n")),
            hears: "AUTH CAPA STAT UIDL LIST TOP DELE QUIT",
            gone: &[],
            ..DELETE
        },
    ]);
}

/// A server that deletes at QUIT what was retrieved, as Gmail says of itself.
fn expiring(script: Script) -> Script {
    let lines = ["UIDL", "TOP", "USER", "SASL PLAIN", "PIPELINING", "EXPIRE 0"];
    script.capabilities(Capabilities::lines(lines))
}

#[test]
fn expire_0() {
    run(&[
        Case { name: "W58 EXPIRE 0, and all went well", server: expiring, ..FETCH },
        Case {
            name: "W58 EXPIRE 0, and one message refused: it was not retrieved",
            server: |s| expiring(s).on("RETR 2", raw("-ERR no\r\n")),
            status: 74,
            says: "message 2 (uid-000002) failed",
            here: &[1, 3],
            ..FETCH
        },
        Case {
            name: "W58 EXPIRE 0, and a message cut: no QUIT",
            server: |s| expiring(s).on("RETR 2", Action::CutBody { after: 9 }),
            status: 75,
            says: "the rest of message 2",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR",
            here: &[1],
            ..FETCH
        },
        Case {
            name: "W58 EXPIRE 0 for a list: TOP, and never RETR",
            server: expiring,
            command: "list",
            hears: "CAPA AUTH CAPA STAT UIDL LIST TOP QUIT",
            here: &[],
            ..FETCH
        },
        Case {
            name: "W58 EXPIRE 0 twice, the second time hidden behind a longer one",
            server: |s| {
                let lines = ["UIDL", "SASL PLAIN", "EXPIRE 30", "EXPIRE 0"];
                s.capabilities(Capabilities::lines(lines))
                    .on("RETR 2", Action::CutBody { after: 9 })
            },
            status: 75,
            says: "the rest of message 2",
            hears: "CAPA AUTH CAPA STAT UIDL LIST RETR",
            here: &[1],
            ..FETCH
        },
    ]);
}
