//! The server falls silent, before or in any reply of a session.

use super::case::Case;
use super::case::{
    LISTED, LOGIN, RETRIEVAL, SILENCE, SURVEY, SURVEY_AGAIN, SURVEY_AGAIN_TO_UIDL, by_name, raw,
};
use super::runner::run;
use crate::support::server::{Action, Trigger};

#[test]
fn silent_before_the_mailbox() {
    run(&[
        Case {
            name: "T15 silent before the TLS handshake",
            server: |script| script.on(Trigger::connect(), Action::Stall),
            says: "timed out after 1 s waiting for the TLS handshake with localhost",
            hears: "",
            ..SILENCE
        },
        Case {
            name: "silent before the greeting",
            server: |script| script.on(Trigger::greeting(), Action::Stall),
            says: "timed out waiting for the greeting",
            hears: "",
            ..SILENCE
        },
        Case {
            name: "silent in the greeting",
            server: |script| script.on(Trigger::greeting(), raw("+OK rea")),
            says: "timed out waiting for the greeting",
            hears: "",
            ..SILENCE
        },
        Case {
            name: "silent at CAPA",
            server: |script| script.on("CAPA", Action::Stall),
            says: "timed out waiting for the reply to CAPA",
            hears: "CAPA",
            ..SILENCE
        },
        Case {
            name: "silent in the list of capabilities",
            server: |script| script.on("CAPA", Action::StallBody { after: 5 }),
            says: "timed out waiting for the rest of the reply to CAPA",
            hears: "CAPA",
            ..SILENCE
        },
        Case {
            name: "silent at AUTH",
            server: |script| script.on("AUTH", Action::Stall),
            says: "timed out waiting for the reply to AUTH PLAIN",
            hears: LOGIN,
            ..SILENCE
        },
        Case {
            name: "silent at the second CAPA",
            server: |script| script.on(Trigger::verb("CAPA").nth(2), Action::Stall),
            says: "timed out waiting for the reply to CAPA",
            hears: "CAPA AUTH CAPA",
            ..SILENCE
        },
        Case {
            name: "silent at USER",
            server: |script| by_name(script).on("USER", Action::Stall),
            says: "timed out waiting for the reply to USER alice",
            hears: "CAPA USER",
            ..SILENCE
        },
        Case {
            name: "silent at PASS",
            server: |script| by_name(script).on("PASS", Action::Stall),
            says: "timed out waiting for the reply to PASS",
            hears: "CAPA USER PASS",
            ..SILENCE
        },
    ]);
}

#[test]
fn silent_in_the_mailbox() {
    run(&[
        Case {
            name: "silent at STAT",
            server: |script| script.on("STAT", Action::Stall),
            says: "timed out waiting for the reply to STAT",
            hears: SURVEY_AGAIN,
            ..SILENCE
        },
        Case {
            name: "silent at UIDL",
            server: |script| script.on("UIDL", Action::Stall),
            says: "timed out waiting for the reply to UIDL",
            hears: SURVEY_AGAIN_TO_UIDL,
            ..SILENCE
        },
        Case {
            name: "silent in UIDL",
            server: |script| script.on("UIDL", Action::StallBody { after: 5 }),
            says: "timed out waiting for the rest of the reply to UIDL",
            hears: SURVEY,
            ..SILENCE
        },
        Case {
            name: "silent at LIST",
            server: |script| script.on("LIST", Action::Stall),
            says: "timed out waiting for the reply to LIST",
            hears: SURVEY,
            ..SILENCE
        },
        Case {
            name: "silent in LIST",
            server: |script| script.on("LIST", Action::StallBody { after: 5 }),
            says: "timed out waiting for the rest of the reply to LIST",
            hears: SURVEY,
            ..SILENCE
        },
        Case {
            name: "silent at RETR",
            server: |script| script.on("RETR 2", Action::Stall),
            says: "timed out waiting for the reply to RETR 2",
            hears: RETRIEVAL,
            here: &[1],
            ..SILENCE
        },
        Case {
            name: "W36 silent behind the status of RETR, as Twisted is",
            server: |script| script.on("RETR 2", Action::StallBody { after: 0 }),
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..SILENCE
        },
        Case {
            name: "silent in a message",
            server: |script| script.on("RETR 2", Action::StallBody { after: 20 }),
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..SILENCE
        },
        Case {
            name: "silent behind the dot of a message",
            server: |script| script.on("RETR 2", Action::StallBody { after: 39 }),
            says: "timed out waiting for the rest of message 2",
            hears: RETRIEVAL,
            here: &[1],
            ..SILENCE
        },
        Case {
            name: "silent at TOP",
            server: |script| script.on("TOP 2", Action::Stall),
            command: "list",
            args: &[],
            says: "timed out waiting for the reply to TOP 2 0",
            hears: LISTED,
            ..SILENCE
        },
    ]);
}
