//! The line is cut, before or in any reply of a session.

use super::case::{
    Case, FETCH, LISTED, LOGIN, NOTHING, RETRIEVAL, SURVEY, SURVEY_AGAIN, SURVEY_AGAIN_TO_UIDL,
    by_name, cut,
};
use super::runner::run;
use crate::support::server::{Action, Trigger};

/// Cut before or in a reply.
const CUT: Case = Case { status: 75, ..NOTHING };

#[test]
fn cut_before_the_mailbox() {
    run(&[
        Case {
            name: "T15 cut before the TLS handshake",
            server: |script| script.on(Trigger::connect(), Action::Close),
            says: "the connection to localhost broke during the TLS handshake",
            hears: "",
            ..CUT
        },
        Case {
            name: "T15 cut in the server's hello",
            server: |script| {
                script.on(Trigger::connect(), cut(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76"))
            },
            says: "the connection to localhost broke during the TLS handshake",
            hears: "",
            ..CUT
        },
        Case {
            name: "W2 cut before the greeting",
            server: |script| script.on(Trigger::greeting(), Action::Close),
            says: "closed the connection instead of sending the greeting",
            hears: "",
            ..CUT
        },
        Case {
            name: "W2 cut in the greeting",
            server: |script| script.on(Trigger::greeting(), cut("+OK rea")),
            says: "closed the connection instead of sending the greeting",
            hears: "",
            ..CUT
        },
        Case {
            name: "W2 cut between CR and LF of the greeting",
            server: |script| script.on(Trigger::greeting(), cut("+OK ready\r")),
            says: "closed the connection instead of sending the greeting",
            hears: "",
            ..CUT
        },
        Case {
            name: "A24 cut before the reply to AUTH",
            server: |script| script.on("AUTH", Action::Close),
            says: "during the login, which may mean a wrong password",
            hears: LOGIN,
            ..CUT
        },
        Case {
            name: "A24 cut in the reply to AUTH",
            server: |script| script.on("AUTH", cut("+OK Logged")),
            says: "during the login, which may mean a wrong password",
            hears: LOGIN,
            ..CUT
        },
        Case {
            name: "A24 cut before the reply to USER",
            server: |script| by_name(script).on("USER", Action::Close),
            says: "during the login, which may mean a wrong password",
            hears: "CAPA USER",
            ..CUT
        },
        Case {
            name: "A24 cut before the reply to PASS",
            server: |script| by_name(script).on("PASS", Action::Close),
            says: "during the login, which may mean a wrong password",
            hears: "CAPA USER PASS",
            ..CUT
        },
        Case {
            name: "cut before the second reply to CAPA",
            server: |script| script.on(Trigger::verb("CAPA").nth(2), Action::Close),
            says: "instead of sending the reply to CAPA",
            hears: "CAPA AUTH CAPA",
            ..CUT
        },
    ]);
}

/// A server that hangs up on the command that it does not know gets another chance without it.
const WITHOUT_CAPA: Case = Case { hears: "CAPA | USER PASS STAT UIDL LIST RETR QUIT", ..FETCH };

#[test]
fn cut_at_capa() {
    run(&[
        Case {
            name: "W70 cut before any reply to CAPA",
            server: |script| script.on("CAPA", Action::Close),
            ..WITHOUT_CAPA
        },
        Case {
            name: "W70 cut in any reply to CAPA",
            server: |script| script.on("CAPA", cut("+O")),
            ..WITHOUT_CAPA
        },
        Case {
            name: "W70 cut in any list of capabilities",
            server: |script| script.on("CAPA", Action::CutBody { after: 5 }),
            ..WITHOUT_CAPA
        },
        Case {
            name: "W70 -ERR to CAPA, and then cut",
            server: |script| script.on("CAPA", cut("-ERR what?\r\n")),
            says: "closed the connection during the login",
            hears: "CAPA",
            ..CUT
        },
    ]);
}

#[test]
fn cut_in_the_listings() {
    run(&[
        Case {
            name: "cut before the reply to STAT",
            server: |script| script.on("STAT", Action::Close),
            says: "instead of sending the reply to STAT",
            hears: SURVEY_AGAIN,
            ..CUT
        },
        Case {
            name: "cut in the reply to STAT",
            server: |script| script.on("STAT", cut("+OK 3 1")),
            says: "instead of sending the reply to STAT",
            hears: SURVEY_AGAIN,
            ..CUT
        },
        Case {
            name: "cut before the reply to UIDL",
            server: |script| script.on("UIDL", Action::Close),
            says: "instead of sending the reply to UIDL",
            hears: SURVEY_AGAIN_TO_UIDL,
            ..CUT
        },
        Case {
            name: "cut in a line of UIDL",
            server: |script| script.on("UIDL", cut("+OK\r\n1 uid-0")),
            says: "instead of sending the rest of the reply to UIDL",
            hears: SURVEY,
            ..CUT
        },
        Case {
            name: "cut between two lines of UIDL",
            server: |script| script.on("UIDL", cut("+OK\r\n1 uid-000001\r\n")),
            says: "instead of sending the rest of the reply to UIDL",
            hears: SURVEY,
            ..CUT
        },
        Case {
            name: "cut in the end of UIDL",
            server: |script| script.on("UIDL", cut("+OK\r\n1 uid-000001\r\n.\r")),
            says: "instead of sending the rest of the reply to UIDL",
            hears: SURVEY,
            ..CUT
        },
        Case {
            name: "cut before the reply to LIST",
            server: |script| script.on("LIST", Action::Close),
            says: "instead of sending the reply to LIST",
            hears: SURVEY,
            ..CUT
        },
        Case {
            name: "cut in a line of LIST",
            server: |script| script.on("LIST", cut("+OK\r\n1 4")),
            says: "instead of sending the rest of the reply to LIST",
            hears: SURVEY,
            ..CUT
        },
        Case {
            name: "cut before the end of LIST",
            server: |script| script.on("LIST", cut("+OK\r\n1 44\r\n2 38\r\n3 28\r\n")),
            says: "instead of sending the rest of the reply to LIST",
            hears: SURVEY,
            ..CUT
        },
    ]);
}

/// Cut in the second of three messages.
const CUT_IN_TWO: Case = Case {
    says: "closed the connection instead of sending the rest of message 2",
    hears: RETRIEVAL,
    here: &[1],
    ..CUT
};

#[test]
fn cut_in_a_message() {
    run(&[
        Case {
            name: "W34 cut before the reply to RETR",
            server: |script| script.on("RETR 2", Action::Close),
            says: "instead of sending the reply to RETR 2",
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut in the reply to RETR",
            server: |script| script.on("RETR 2", cut("+OK 38 oct")),
            says: "instead of sending the reply to RETR 2",
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut before the first octet of a message",
            server: |script| script.on("RETR 2", Action::CutBody { after: 0 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut in a header",
            server: |script| script.on("RETR 2", Action::CutBody { after: 10 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut behind the header",
            server: |script| script.on("RETR 2", Action::CutBody { after: 16 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut in the last line",
            server: |script| script.on("RETR 2", Action::CutBody { after: 35 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut between CR and LF of the last line",
            server: |script| script.on("RETR 2", Action::CutBody { after: 37 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut where the dot is due",
            server: |script| script.on("RETR 2", Action::CutBody { after: 38 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut behind the dot",
            server: |script| script.on("RETR 2", Action::CutBody { after: 39 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut between the dot's CR and LF",
            server: |script| script.on("RETR 2", Action::CutBody { after: 40 }),
            ..CUT_IN_TWO
        },
        Case {
            name: "W34 cut behind a whole message",
            server: |script| script.on("RETR 2", Action::CutBody { after: 41 }),
            says: "instead of sending the reply to RETR 3",
            here: &[1, 2],
            ..CUT_IN_TWO
        },
    ]);
}

#[test]
fn cut_in_the_headers_of_a_list() {
    run(&[
        Case {
            name: "cut before the reply to TOP",
            server: |script| script.on("TOP 2", Action::Close),
            command: "list",
            args: &[],
            says: "instead of sending the reply to TOP 2 0",
            hears: LISTED,
            ..CUT
        },
        Case {
            name: "cut in a header block",
            server: |script| script.on("TOP 2", Action::CutBody { after: 9 }),
            command: "list",
            args: &[],
            says: "instead of sending the rest of the reply to TOP 2 0",
            hears: LISTED,
            ..CUT
        },
    ]);
}
