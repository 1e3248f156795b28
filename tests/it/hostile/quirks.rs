//! Servers as they are: capabilities that lie, dialogues of real software, and what else POP3 has
//! been bent into.

use super::case::{
    Case, DELETE, DELETION, FETCH, NOTHING, RETRIEVAL, SESSION, SILENCE, SURVEY, cut, message, raw,
    three,
};
use super::runner::run;
use crate::support::server::{Action, Capabilities, Pipelined, Script, Trigger};

/// A server with these capabilities, before the login and after it.
fn able<const N: usize>(script: Script, lines: [&str; N]) -> Script {
    script.capabilities(Capabilities::lines(lines))
}

/// What a server without SASL hears.
const BY_NAME: &str = "CAPA USER PASS CAPA STAT UIDL LIST RETR QUIT";

#[test]
fn capabilities_that_lie() {
    run(&[
        Case {
            name: "W80 PIPELINING, and what is pipelined is lost",
            server: |s| s.pipelined(Pipelined::Dropped),
            says: "timed out waiting for the reply to UIDL",
            hears: SURVEY,
            ..SILENCE
        },
        Case {
            name: "W80 PIPELINING, and what is pipelined ends the connection",
            server: |s| s.pipelined(Pipelined::Closed),
            status: 75,
            says: "closed the connection instead of sending the reply to STAT",
            hears: SURVEY,
            ..NOTHING
        },
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
            hears: SURVEY_TOP_QUIT,
            here: &[],
            ..FETCH
        },
        Case {
            name: "TOP announced, unknown, and needed",
            server: |s| able(s, ["UIDL", "TOP", "SASL PLAIN"]).no_top(),
            args: &["--headers-only"],
            status: 74,
            says: "message 1 (uid-000001) failed: the server says: Unknown command.; 2 more",
            hears: SURVEY_TOP_QUIT,
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

/// What a server hears that does not know TOP.
const SURVEY_TOP_QUIT: &str = "CAPA AUTH CAPA STAT UIDL LIST TOP QUIT";

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

#[test]
fn dialogues_of_real_servers() {
    run(&[
        Case {
            name: "Courier 1.0.16",
            server: |s| {
                let listing = "+OK POP3 clients that break here, they violate STD53.\r\n";
                able(
                    s.greeting("+OK Hello there. <3F5A@localhost.localdomain>\r\n"),
                    [
                        "SASL PLAIN LOGIN",
                        "STLS",
                        "TOP",
                        "USER",
                        "LOGIN-DELAY 10",
                        "PIPELINING",
                        "UIDL",
                        "UTF8 USER",
                        "IMPLEMENTATION Courier Mail Server",
                    ],
                )
                .on("LIST", raw(format!("{listing}1 44\r\n2 38\r\n3 28\r\n.\r\n")))
                .on(
                    "UIDL",
                    raw("+OK\r\n1 UID1-1795448207\r\n2 UID2-1795448207\r\n\
                         3 UID3-1795448207\r\n.\r\n"),
                )
            },
            ..DELETE
        },
        Case {
            name: "Cyrus 3.6.1, which drops SASL from CAPA behind the login",
            server: |s| {
                let common = ["EXPIRE NEVER", "LOGIN-DELAY 0", "TOP", "UIDL", "PIPELINING"];
                let codes = ["RESP-CODES", "AUTH-RESP-CODE"];
                let after: Vec<&str> = common.into_iter().chain(codes).collect();
                let before: Vec<&str> =
                    ["SASL PLAIN LOGIN"].into_iter().chain(after.clone()).collect();
                s.capabilities_before_login(Capabilities::lines(before))
                    .capabilities_after_login(Capabilities::lines(after))
                    .greeting("+OK mail Cyrus POP3 3.6.1 server ready <1234.5678@mail>\r\n")
                    .uid_override(1, "1795448207.1")
                    .uid_override(2, "1795448207.2")
                    .uid_override(3, "1795448207.3")
            },
            ..DELETE
        },
        Case {
            name: "GNU pop3d 3.15, whose sizes grow by the X-UIDL that it inserts",
            mail: |mailbox| {
                let uid = "X-UIDL: 5f1d9a\r\n";
                mailbox.add(format!("Subject: one\r\n{uid}\r\nbody\r\n"));
                mailbox.add(format!("Subject: two\r\n{uid}\r\n>From here\r\n"));
                mailbox.add(format!("Subject: three\r\n{uid}\r\n"));
            },
            server: |s| {
                able(s, ["TOP", "USER", "UIDL", "EXPIRENEVER", "STLS", "IMPLEMENTATION GNU POP3"])
                    .on("STAT", raw("+OK 3 90\r\n"))
                    .on("LIST", raw("+OK\r\n1 30\r\n2 30\r\n3 30\r\n.\r\n"))
            },
            hears: "CAPA USER PASS CAPA STAT UIDL LIST RETR DELE QUIT",
            ..DELETE
        },
        Case {
            name: "popa3d 1.0.3: no CAPA, bare +OK and -ERR, one UID for different messages",
            mail: |mailbox| {
                mailbox.add_with_uid("d98c1dd404b2008f", message("no date", "first"));
                mailbox.add_with_uid("d98c1dd404b2008f", message("nor here", "the second"));
                mailbox.add_with_uid("0123456789abcdef", message("other", "third"));
            },
            server: |s| {
                s.greeting("+OK\r\n")
                    .capabilities(Capabilities::Refused)
                    .on("CAPA", raw("-ERR\r\n"))
                    .on("RETR 3", raw("+OK\r\nSubject: other\r\n\r\nthird\r\n.\r\n"))
            },
            hears: "CAPA USER PASS STAT UIDL LIST RETR DELE QUIT",
            ..DELETE
        },
        Case {
            name: "mpopd 1.4.18: no TOP, UIDs that are names of Maildir files",
            server: |s| {
                able(s, ["USER", "UIDL"])
                    .no_top()
                    .uid_override(1, "1795448207.M1P2.mail,S=44")
                    .uid_override(2, "1795448207.M2P2.mail,S=38")
                    .uid_override(3, "1795448207.M3P2.mail,S=28")
            },
            hears: "CAPA USER PASS CAPA STAT UIDL LIST RETR DELE QUIT",
            ..DELETE
        },
        Case {
            name: "W36 Twisted 26.10: PIPELINE, LF sizes, and a RETR that stalls",
            server: |s| {
                able(s, ["TOP", "USER", "UIDL", "PIPELINE", "CELERITY", "AUSPEX", "POTENCE"])
                    .on("LIST", raw("+OK 3\r\n1 40\r\n2 33\r\n3 23\r\n.\r\n"))
                    .on("RETR 1", raw("+OK 40\r\n"))
            },
            hears: "CAPA USER PASS CAPA STAT UIDL LIST RETR",
            says: "timed out waiting for the rest of message 1",
            ..SILENCE
        },
        Case {
            name: "finding 12: Twisted's -ERR Server error to PASS is not about the password",
            server: |s| able(s, ["USER", "UIDL"]).on("PASS", raw("-ERR Server error\r\n")),
            status: 75,
            says: "Server error",
            hears: "CAPA USER PASS QUIT",
            ..NOTHING
        },
        Case {
            name: "Exchange Online: a code-like greeting, and no codes",
            server: |s| {
                let greeting = "+OK The Microsoft Exchange POP3 service is ready. [UwBDADEA]\r\n";
                able(s.greeting(greeting), ["TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"])
                    .on("AUTH", raw("-ERR Logon failure: unknown user name or bad password.\r\n"))
            },
            status: 77,
            says: "Logon failure: unknown user name or bad password.",
            hears: "CAPA AUTH QUIT",
            ..NOTHING
        },
        Case {
            name: "Dovecot: a message expunged by another client",
            server: |s| s.on("RETR 2", raw("-ERR Message 2 expunged.\r\n")),
            status: 74,
            says: "message 2 (uid-000002) failed: the server says: Message 2 expunged.",
            here: &[1, 3],
            gone: &[1, 3],
            ..DELETE
        },
        Case {
            name: "Dovecot: 3 bad commands, which one CAPA is not",
            server: |s| s.on(Trigger::verb("CAPA").nth(3), cut("-ERR Too many bad commands\r\n")),
            ..DELETE
        },
        Case {
            name: "OpenMail: TOP shows one line",
            server: |s| s.on("TOP", raw("+OK\r\nSubject: x\r\n.\r\n")),
            command: "list",
            hears: SURVEY_TOP_QUIT,
            here: &[],
            ..FETCH
        },
        Case {
            name: "W64 a message of the folder's own data comes like any other",
            mail: |mailbox| {
                mailbox.add(
                    "From: MAILER-DAEMON\r\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL \
                     DATA\r\nX-IMAP: 1795448207 0000000003\r\n\r\ndata\r\n",
                );
                three(mailbox);
            },
            here: &[1, 2, 3, 4],
            ..FETCH
        },
        Case {
            name: "W63 an empty mailbox whose listings are refused",
            mail: |_| {},
            server: |s| s.on("LIST", raw("-ERR none\r\n")).on("UIDL", raw("-ERR none\r\n")),
            hears: "CAPA AUTH CAPA STAT UIDL LIST QUIT",
            here: &[],
            ..FETCH
        },
        Case {
            name: "a server that dislikes the first command behind the login",
            server: |s| s.on(Trigger::verb("CAPA").nth(2), raw("-ERR not in this state\r\n")),
            hears: SESSION,
            ..FETCH
        },
    ]);
}

#[test]
fn what_a_terminal_would_act_on() {
    /// A list is shown whole, and does nothing to the terminal.
    const LIST: Case = Case { command: "list", hears: SURVEY_TOP_QUIT, here: &[], ..FETCH };
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
            name: "S1 everything at once in a traced session",
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
