//! Greetings, logins and what a refusal of either means.

use crate::support::World;
use crate::support::expect::{APP_PASSWORD, fails, reply, untouched};
use crate::support::server::{Action, Capabilities, Trigger};

#[test]
fn a_wrong_password_is_tried_once() {
    for capabilities in [&["USER"][..], &["SASL PLAIN", "USER"], &["SASL PLAIN LOGIN", "USER"]] {
        let lines = capabilities.iter().copied();
        let world = World::with(|script| {
            script.login("alice", "another").capabilities(Capabilities::lines(lines))
        });
        let all = world.add_many(2);
        let says = "cannot log in to localhost as alice: the server says: [AUTH]";
        fails(world.fetch(&[]), 77, says, Some(APP_PASSWORD));
        let log = world.server.finished_log();
        assert_eq!(log.len(), 1, "one connection");
        let commands = log[0].commands();
        let tries = commands.iter().filter(|line| {
            let verb = line.split(' ').next().unwrap_or_default();
            ["AUTH", "PASS", "APOP"].contains(&verb)
        });
        assert_eq!(tries.count(), 1, "{commands:?}");
        assert_eq!(commands.last(), Some(&"QUIT"), "it leaves politely");
        untouched(&world, &all);
    }
}

#[test]
fn what_a_refused_login_means() {
    let codes = ["SASL PLAIN", "USER", "UIDL", "RESP-CODES", "AUTH-RESP-CODE"];
    let none = ["SASL PLAIN", "USER", "UIDL"];
    for (text, capabilities, status) in [
        ("[AUTH] no", &codes[..], 77),
        ("[IN-USE] another session", &codes, 75),
        ("[in-use] another session", &none, 75),
        ("[SYS/TEMP] database down", &codes, 75),
        ("[SYS/TEMP/FOO] database down", &none, 75),
        ("[SYS/PERM] account closed", &codes, 69),
        ("[SYS/PERM] account closed", &none, 69),
        ("[LOGIN-DELAY] too soon", &codes, 75),
        ("[LOGIN-DELAY] too soon", &none, 75),
        ("maildrop locked", &none, 75),
        ("no reason to give", &codes, 75),
        ("no reason to give", &none, 77),
    ] {
        let lines = || Capabilities::lines(capabilities.iter().copied());
        let answer = reply(&format!("-ERR {text}"));
        let world = World::with(|script| script.capabilities(lines()).on("AUTH", answer.clone()));
        let all = world.add_many(2);
        let sentence = format!("cannot log in to localhost as alice: the server says: {text}");
        fails(world.fetch(&[]), status, &sentence, (status == 77).then_some(APP_PASSWORD));
        let log = world.server.finished_log();
        let auth = log[0].commands().iter().filter(|line| line.starts_with("AUTH")).count();
        assert_eq!((log.len(), auth), (1, 1), "{text}");
        untouched(&world, &all);
    }
}

#[test]
fn a_line_closed_in_answer_to_the_password() {
    for verb in ["AUTH", "PASS"] {
        let lines = if verb == "AUTH" { "SASL PLAIN" } else { "USER" };
        let world = World::with(|script| {
            let script = script.capabilities(Capabilities::lines([lines, "UIDL"]));
            script.on(verb, Action::Close)
        });
        let all = world.add_many(1);
        fails(world.fetch(&[]), 75, "may mean a wrong password", None);
        assert_eq!(world.server.finished_log().len(), 1, "one attempt");
        untouched(&world, &all);
    }
}

#[test]
fn no_method_in_common() {
    let lines = Capabilities::lines(["UIDL", "SASL GSSAPI"]);
    let world = World::with(|script| script.capabilities(lines));
    let all = world.add_many(1);
    let output = world.fetch(&[]).exits(69).says("cannot log in to localhost");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert_eq!(world.server.finished_log()[0].commands(), ["CAPA", "QUIT"]);
    untouched(&world, &all);
}

#[test]
fn greetings_that_are_none() {
    let endless = "x".repeat(5000);
    for (greeting, status, sentence) in [
        ("-ERR go away\r\n", 69, "the server refuses the connection: go away"),
        ("-ERR\r\n", 69, "the server refuses the connection: (no reason given)"),
        ("-ERR [SYS/TEMP] later\r\n", 75, "the server refuses the connection: [SYS/TEMP] later"),
        ("-ERR [SYS/PERM] never\r\n", 69, "the server refuses the connection: [SYS/PERM] never"),
        ("220 mail.example.org ESMTP\r\n", 76, "expected +OK or -ERR"),
        ("+OKAY\r\n", 76, "expected +OK or -ERR"),
        ("\r\n", 76, "expected +OK or -ERR"),
        (&endless, 76, "longer than 2048 octets"),
        ("+OK ready\r\n+OK Logged in.\r\n", 76, "the server sent data that nobody asked for"),
        ("+OK ready\r\nx", 76, "the server sent data that nobody asked for"),
    ] {
        let world = World::with(|script| script.greeting(greeting));
        let all = world.add_many(1);
        fails(world.fetch(&[]), status, sentence, None);
        let log = world.server.finished_log();
        assert_eq!(log[0].commands(), Vec::<&str>::new(), "{greeting:?}");
        untouched(&world, &all);
    }
}

#[test]
fn a_greeting_cut_short() {
    let cut = Action::ReplyAndClose(b"+OK rea".to_vec());
    let world = World::with(|script| script.on(Trigger::greeting(), cut));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 75, "closed the connection instead of sending the greeting", None);
    untouched(&world, &all);
}
