//! What a terminal would act on, in mail and in what the server says: it is shown, and does nothing.

use super::case::{
    Case, DELETE, DELETION, FETCH, LISTING, NOTHING, RETRIEVAL, SURVEY, message, raw,
};
use super::runner::run;
use crate::support::server::Action;

#[test]
fn what_a_terminal_would_act_on() {
    /// A list is shown whole, and does nothing to the terminal.
    const LIST: Case = Case { command: "list", hears: LISTING, here: &[], ..FETCH };
    run(&[
        Case {
            name: "S1 escape sequences in subjects and names",
            mail: |mailbox| {
                mailbox.add(
                    "From: \x1b]0;x\x07 <a\u{9b}2J@x>\r\nSubject: \x1b[2J\x1b[31mred\r\n\
                     Date: \x1b[5m\r\n\r\n",
                );
                mailbox.add(
                    "From: =?utf-8?q?=1b]0;x=07?= <a@x>\r\nSubject: =?utf-8?q?=1b[2J?=\r\n\r\n",
                );
            },
            ..LIST
        },
        Case {
            name: "S1 subjects that turn text around",
            mail: |mailbox| {
                mailbox.add("Subject: \u{202e}txt.exe\u{2066}\u{2069}\u{200f}\u{61c}\r\n\r\n");
                mailbox.add("Subject: =?utf-8?B?4oCuZXhlLmdwaA==?=\r\n\r\n");
            },
            ..LIST
        },
        Case {
            name: "S2 subjects that forge lines and fields",
            mail: |mailbox| {
                mailbox.add("Subject: =?utf-8?q?a=0D=0A9=09new=0991?=\r\n\r\n");
                mailbox.add("Subject: a\r\n\t9\tnew\t91\r\n\r\n");
                mailbox.add("Subject: =?utf-8?q?=E2=80=A8line=E2=80=A9?=\r\n\r\n");
            },
            ..LIST
        },
        Case {
            name: "S1 escape sequences in what fails",
            server: |s| {
                s.uid_override(2, b"a\xe2\x80\xae\xc2\x9b2J".as_slice())
                    .on("RETR 2", raw("-ERR \x1b[2J\x08\u{202e}\u{9b}31m\r\n"))
            },
            status: 74,
            says: "failed: the server says: \\x1b[2J\\x08\\u{202e}\\x9b31m",
            here: &[1, 3],
            gone: &[1, 3],
            ..DELETE
        },
        Case {
            name: "S1 everything at once",
            server: |s| {
                s.greeting("+OK \x1b[2J\u{202e}\u{9b}\0\r\n")
                    .on("STAT", raw("-ERR \x1b]52;c;eA==\x07 \u{2028}\r\n"))
            },
            status: 75,
            says: "the server refuses STAT: \\x1b]52;c;eA==\\x07 \\u{2028}",
            hears: SURVEY,
            ..NOTHING
        },
        Case {
            name: "CVE-2008-2711 a refusal of 8 KiB of broken UTF-8 is cut short",
            server: |s| s.on("AUTH", raw([b"-ERR ".as_slice(), &[0xe2; 8000], b"\r\n"].concat())),
            status: 75,
            says: "\\xe2\\xe2",
            hears: "CAPA AUTH QUIT",
            ..NOTHING
        },
        Case {
            name: "an unknown line end in a refusal",
            server: |s| s.on("RETR 1", raw(b"-ERR a\rb\x0bc\x0cd\x85e\r\n")),
            status: 74,
            says: "a\\rb\\x0bc\\x0cd\\x85e",
            hears: DELETION,
            here: &[2, 3],
            gone: &[2, 3],
            ..DELETE
        },
        Case {
            name: "a message of nothing but line ends, cut",
            mail: |mailbox| {
                mailbox.add("\r\n".repeat(50_000));
                mailbox.add(message("next", "b"));
            },
            server: |s| s.on("RETR 1", Action::CutBody { after: 99_999 }),
            status: 75,
            says: "the rest of message 1",
            hears: RETRIEVAL,
            ..NOTHING
        },
    ]);
}
