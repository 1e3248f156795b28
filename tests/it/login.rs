//! Logins, and what a refusal means.

mod dovecot;
mod providers;
mod tokens;
mod unprotected;
mod utf8;

use crate::support::World;
use crate::support::expect::{APP_PASSWORD, fails, reply, untouched};
use crate::support::server::Capabilities;

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
        fails(
            world.fetch(&["--retries", "0"]),
            status,
            &sentence,
            (status == 77).then_some(APP_PASSWORD),
        );
        let log = world.server.finished_log();
        let auth = log[0].commands().iter().filter(|line| line.starts_with("AUTH")).count();
        assert_eq!((log.len(), auth), (1, 1), "{text}");
        untouched(&world, &all);
    }
}
