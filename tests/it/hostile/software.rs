//! Dialogues of servers as they are in use.

use super::case::{
    Case, DELETE, FETCH, LISTING, NOTHING, SESSION, SILENCE, able, cut, message, raw, three,
};
use super::runner::run;
use crate::support::server::{Capabilities, Trigger};

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
            hears: LISTING,
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
