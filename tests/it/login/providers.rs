//! Servers with the manners of the two providers that everybody meets.

use std::sync::Arc;

use crate::support::World;
use crate::support::expect::{fails, run};
use crate::support::server::sasl::{Answer, Mechanism, takes_token};
use crate::support::server::{Capabilities, Pipelined, Script};

const TOKEN: &str = "EwBIA8l6BAAU-token-Zq7.never_shown";

/// Outlook: no PIPELINING and no response codes, and who puts the token into the command is thrown
/// out.
fn microsoft(script: Script, token: &str) -> Script {
    script
        .greeting("+OK The Microsoft Exchange POP3 service is ready. [QQBNAA==]\r\n")
        .capabilities(Capabilities::lines(["TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"]))
        .pipelined(Pipelined::Closed)
        .mechanism("XOAUTH2", with_bare_plus(takes_token(token)))
}

/// The empty challenge as Exchange writes it.
fn with_bare_plus(mechanism: Mechanism) -> Mechanism {
    Arc::new(move |exchange| match mechanism(exchange) {
        Answer::Challenge(challenge) if challenge.is_empty() => Answer::Raw(b"+\r\n".to_vec()),
        answer => answer,
    })
}

/// Gmail: several commands at once only behind the login, and what was retrieved is gone.
fn google(script: Script, token: &str) -> Script {
    let common =
        ["USER", "RESP-CODES", "EXPIRE 0", "LOGIN-DELAY 300", "TOP", "UIDL", "X-GOOGLE-RICO"];
    let before = common.iter().chain(&["SASL PLAIN XOAUTH2 OAUTHBEARER"]).copied();
    let after = common.iter().chain(&["PIPELINING"]).copied();
    script
        .greeting("+OK Gpop ready for requests from 192.0.2.1 abc123\r\n")
        .capabilities_before_login(Capabilities::lines(before))
        .capabilities_after_login(Capabilities::lines(after))
        .mechanism("XOAUTH2", takes_token(token))
        .mechanism("OAUTHBEARER", takes_token(token))
}

/// A fetch with the token, by this mechanism.
fn fetch(world: &World, auth: &str) -> crate::support::Output {
    world.home.write("token", TOKEN);
    let (url, to) = (world.url(), world.home.to());
    run(&mut world.home.command(&[
        "fetch",
        &url,
        "--ca-file",
        "ca.pem",
        "--to",
        &to,
        "--password-file",
        "token",
        "--auth",
        auth,
    ]))
}

#[test]
fn microsoft_gets_the_token_in_a_line_of_its_own() {
    let world = World::with(|script| microsoft(script, TOKEN));
    let all = world.add_many(3);
    fetch(&world, "XOAUTH2").succeeds();
    world.mail().holds(&all);
    let log = world.server.finished_log();
    assert_eq!(log.len(), 1, "thrown out");
    assert!(log[0].flights().iter().all(|flight| flight.len() == 1), "{:?}", log[0].flights());
    assert_eq!(log[0].commands()[1], "AUTH XOAUTH2");

    // And says why it does not take one, in JSON.
    world.now(|script| microsoft(script, "another"));
    world.add("more");
    let says = "the server says: Authentication failure: bad token (status 401, schemes bearer, ";
    fails(fetch(&world, "XOAUTH2"), 77, says, Some("a token that is an hour old"));
}

#[test]
fn google_takes_several_commands_behind_the_login() {
    for auth in ["XOAUTH2", "OAUTHBEARER"] {
        let world = World::with(|script| google(script, TOKEN));
        let all = world.add_many(20);
        fetch(&world, auth).succeeds();
        world.mail().holds(&all);
        let flights = world.server.finished_log()[0].flights();
        let login = flights.iter().position(|flight| flight[0].starts_with("AUTH")).unwrap();
        let (before, behind) = flights.split_at(login + 2);
        assert!(before.iter().all(|flight| flight.len() == 1), "{before:?}");
        assert!(behind.iter().any(|flight| flight.len() > 5), "{behind:?}");
    }
}
