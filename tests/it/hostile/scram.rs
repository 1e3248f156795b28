//! Servers that play SCRAM otherwise than it is written down: they do not know the password, or want
//! something for it.

use super::case::{Case, NOTHING, able};
use super::runner::run;
use crate::support::server::Script;
use crate::support::server::sasl::{Answer, Exchange};

/// A login by SCRAM that comes to nothing.
const SCRAM: Case =
    Case { args: &["--delete", "--auth", "SCRAM-SHA-256"], hears: "CAPA AUTH *", ..NOTHING };
/// The same after the client's proof.
const PROVED: Case = Case { hears: "CAPA AUTH ...", ..SCRAM };

fn scram(script: Script, play: fn(&Exchange) -> Answer) -> Script {
    able(script, ["UIDL", "TOP", "USER", "SASL PLAIN SCRAM-SHA-256"]).plays("SCRAM-SHA-256", play)
}

/// A server's first message: the client's nonce, and these words behind it.
fn first(exchange: &Exchange, behind: &str) -> Answer {
    let said = exchange.said();
    let said = String::from_utf8_lossy(&said[0]);
    let (_, nonce) = said.split_once("r=").expect("a nonce");
    Answer::challenge(format!("r={nonce}{behind}"))
}

/// The same, for the next message where the client has answered it.
fn then(exchange: &Exchange, next: Answer) -> Answer {
    match exchange.lines.len() {
        0 => first(exchange, "server,s=c2FsdA==,i=4096"),
        _ => next,
    }
}

macro_rules! refused_first {
    ($name:literal, $behind:literal, $says:literal) => {
        Case {
            name: $name,
            server: |s| scram(s, |exchange| first(exchange, $behind)),
            says: $says,
            ..SCRAM
        }
    };
}

#[test]
fn challenges() {
    run(&[
        refused_first!("A15 no nonce of the server's", ",s=c2FsdA==,i=4096", "not made for this"),
        refused_first!("no salt", "x,i=4096", "malformed: it lacks a salt"),
        refused_first!("an empty salt", "x,s=,i=4096", "its salt is empty"),
        refused_first!("a salt that is not base64", "x,s=c2Fsd?==,i=4096", "salt is not base64"),
        refused_first!("no count", "x,s=c2FsdA==", "it lacks a count of iterations"),
        refused_first!("i=0", "x,s=c2FsdA==,i=0", "hashed only 0 times"),
        refused_first!("A15 i=1", "x,s=c2FsdA==,i=1", "hashed only 1 times (4096 is the least)"),
        refused_first!("A15 i=2^32-1", "x,s=c2FsdA==,i=4294967295", "more than 1000000 times"),
        refused_first!("A15 i=10^14-1", "x,s=c2FsdA==,i=99999999999999", "more than 1000000"),
        refused_first!("i=-1", "x,s=c2FsdA==,i=-1", "its count of iterations is not a number"),
        Case {
            name: "A15 somebody else's nonce",
            server: |s| scram(s, |_| Answer::challenge("r=other,s=c2FsdA==,i=4096")),
            says: "the server's challenge was not made for this exchange",
            ..SCRAM
        },
        Case {
            name: "an extension that must be understood",
            server: |s| scram(s, |_| Answer::challenge("m=x,r=other,s=c2FsdA==,i=4096")),
            says: "it does not begin with a nonce",
            ..SCRAM
        },
        Case {
            name: "A5 a challenge that is not base64",
            server: |s| scram(s, |_| Answer::Raw(b"+ r=x?\r\n".to_vec())),
            says: "the server's challenge is not base64: 'r=x?'",
            ..SCRAM
        },
        Case {
            name: "A5 the same, and the line is cut where it was given up",
            server: |s| {
                scram(s, |exchange| match exchange.lines.len() {
                    0 => Answer::Raw(b"+ r=x?\r\n".to_vec()),
                    _ => Answer::Close(Vec::new()),
                })
            },
            says: "the server's challenge is not base64: 'r=x?'",
            ..SCRAM
        },
        Case {
            name: "A4 an empty challenge",
            server: |s| scram(s, |_| Answer::Raw(b"+\r\n".to_vec())),
            says: "the SCRAM-SHA-256 exchange failed: the server's challenge is malformed",
            ..SCRAM
        },
        Case {
            name: "A7 a challenge of 70 KiB",
            server: |s| scram(s, |_| Answer::challenge(vec![b'x'; 70 << 10])),
            says: "a line of the reply to AUTH SCRAM-SHA-256 (hidden) is longer than 65534 octets",
            hears: "CAPA AUTH",
            ..SCRAM
        },
        Case {
            name: "challenges without end, in one breath",
            server: |s| scram(s, |_| Answer::Raw(b"+ eA==\r\n".repeat(10_000))),
            says: "the server sent data that nobody asked for",
            hears: "CAPA AUTH",
            ..SCRAM
        },
    ]);
}

#[test]
fn success_without_a_proof() {
    run(&[
        Case {
            name: "A9 +OK at once",
            server: |s| scram(s, |_| Answer::LogIn),
            says: "the server says that it succeeded without a proof that it knows the password",
            hears: "CAPA AUTH",
            ..SCRAM
        },
        Case {
            name: "A15 +OK in place of the proof",
            server: |s| scram(s, |exchange| then(exchange, Answer::LogIn)),
            says: "the server says that it succeeded without a proof that it knows the password",
            ..PROVED
        },
        Case {
            name: "A8 +OK with the proof, which is no place for one",
            server: |s| {
                scram(s, |exchange| then(exchange, Answer::Raw(b"+OK dj1jMkZzZEE=\r\n".to_vec())))
            },
            says: "without a proof that it knows the password",
            ..PROVED
        },
        Case {
            name: "A15 a wrong proof",
            server: |s| scram(s, |exchange| then(exchange, Answer::challenge("v=c2FsdA=="))),
            says: "the server's proof that it knows the password is wrong",
            hears: "CAPA AUTH ... *",
            ..SCRAM
        },
        Case {
            name: "A15 the client's own proof",
            server: |s| {
                scram(s, |exchange| {
                    let said = exchange.said();
                    let said = String::from_utf8_lossy(said.last().unwrap()).into_owned();
                    let proof = said.split_once(",p=").map_or("", |(_, proof)| proof).to_owned();
                    then(exchange, Answer::challenge(format!("v={proof}")))
                })
            },
            says: "the server's proof that it knows the password is wrong",
            hears: "CAPA AUTH ... *",
            ..SCRAM
        },
        Case {
            name: "no proof, and no error",
            server: |s| scram(s, |exchange| then(exchange, Answer::challenge("x=y"))),
            says: "it holds neither a proof nor an error",
            hears: "CAPA AUTH ... *",
            ..SCRAM
        },
        Case {
            name: "an error, then +OK",
            server: |s| {
                scram(s, |exchange| match exchange.lines.len() {
                    2 => Answer::LogIn,
                    _ => then(exchange, Answer::challenge("e=other-error")),
                })
            },
            says: "without a proof that it knows the password",
            hears: "CAPA AUTH ... ...",
            ..SCRAM
        },
        Case {
            name: "an error, then -ERR",
            server: |s| {
                scram(s, |exchange| match exchange.lines.len() {
                    2 => Answer::refuse("no"),
                    _ => then(exchange, Answer::challenge("e=invalid-proof")),
                })
            },
            status: 77,
            says: "the server says: no (invalid-proof)",
            hears: "CAPA AUTH ... ... QUIT",
            ..SCRAM
        },
        Case {
            name: "an error at once",
            server: |s| {
                scram(s, |exchange| match exchange.lines.len() {
                    1 => Answer::refuse("[AUTH] no"),
                    _ => Answer::challenge("e=unknown-user"),
                })
            },
            status: 77,
            says: "the server says: [AUTH] no (unknown-user)",
            hears: "CAPA AUTH ... QUIT",
            ..SCRAM
        },
        Case {
            name: "[IN-USE] after the proof",
            server: |s| scram(s, |exchange| then(exchange, Answer::refuse("[IN-USE] locked"))),
            status: 75,
            says: "[IN-USE] locked",
            hears: "CAPA AUTH ... QUIT",
            args: &["--delete", "--auth", "SCRAM-SHA-256", "--retries", "0"],
            ..SCRAM
        },
        Case {
            name: "A24 the line is cut after the proof",
            server: |s| scram(s, |exchange| then(exchange, Answer::Close(Vec::new()))),
            status: 75,
            says: "which may mean a wrong password",
            ..PROVED
        },
        Case {
            name: "A18 it is refused, and PLAIN is not tried",
            server: |s| scram(s, |exchange| then(exchange, Answer::refuse("no"))),
            status: 77,
            says: "the server says: no",
            hears: "CAPA AUTH ... QUIT",
            ..SCRAM
        },
        Case {
            name: "A18 it is not offered, and PLAIN is not tried",
            server: |s| able(s, ["UIDL", "USER", "SASL PLAIN LOGIN"]),
            status: 69,
            says: "cannot log in to localhost: it offers only PLAIN, LOGIN",
            hears: "CAPA QUIT",
            ..SCRAM
        },
    ]);
}
