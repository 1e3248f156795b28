//! Logins with OAuth2 tokens.

use crate::support::World;
use crate::support::expect::{fails, run, untouched};
use crate::support::server::sasl::takes_token;
use crate::support::server::{Capabilities, Script};

const TOKEN: &str = "ya29.token-Zq7_never~shown";

/// A provider that offers these mechanisms and takes this token.
fn provider(script: Script, sasl: &str, token: &str) -> Script {
    let lines = ["TOP", "UIDL", sasl, "USER"];
    let script = script.capabilities(Capabilities::lines(lines));
    let script = script.mechanism("XOAUTH2", takes_token(token));
    script.mechanism("OAUTHBEARER", takes_token(token))
}

/// A fetch with what stands in the file for the token, and these flags.
fn fetch(world: &World, token: &str, flags: &[&str]) -> crate::support::Output {
    world.home.write("token", token);
    let (url, to) = (world.url(), world.home.to());
    let fixed = ["fetch", &url, "--ca-file", "ca.pem", "--to", &to, "--password-file", "token"];
    run(&mut world.home.command(&[&fixed, flags].concat()))
}

#[test]
fn the_token_goes_out_in_a_line_of_its_own() {
    for (sasl, auth) in [
        ("SASL PLAIN XOAUTH2", "XOAUTH2"),
        ("SASL PLAIN XOAUTH2", "xoauth2"),
        ("SASL XOAUTH2 OAUTHBEARER", "OAUTHBEARER"),
        // Not every server that has it lists it.
        ("SASL PLAIN", "XOAUTH2"),
    ] {
        let world = World::with(|script| provider(script, sasl, TOKEN));
        let all = world.add_many(2);
        fetch(&world, TOKEN, &["--auth", auth]).succeeds();
        world.mail().holds(&all);
        let log = world.server.finished_log();
        let command = format!("AUTH {}", auth.to_uppercase());
        assert_eq!(log[0].commands()[1], command, "{sasl} {auth}");
        assert!(log[0].commands()[2].len() > 40);
    }
}

#[test]
fn a_refused_token() {
    for auth in ["XOAUTH2", "OAUTHBEARER"] {
        let world = World::with(|script| provider(script, "SASL XOAUTH2 OAUTHBEARER", "another"));
        let all = world.add_many(1);
        let says = "cannot log in to localhost as alice: the server says: Authentication failure: \
             bad token (status 401, schemes bearer, scope https://mail.example.com/)";
        let output = fetch(&world, TOKEN, &["--auth", auth, "-vv"]).exits(77).says(says);
        assert!(output.stderr.contains("hint: a token that is an hour old"), "{}", output.stderr);
        assert!(!output.stderr.contains("never~shown"), "{}", output.stderr);
        let log = world.server.finished_log();
        let answer = if auth == "XOAUTH2" { "" } else { "AQ==" };
        assert_eq!(log[0].commands()[3..], [answer, "QUIT"], "{auth}");
        assert_eq!(log.len(), 1, "one attempt");
        untouched(&world, &all);
    }
}

#[test]
fn a_server_that_has_no_such_mechanism() {
    let lines = || Capabilities::lines(["UIDL", "SASL PLAIN LOGIN", "USER"]);
    let world = World::with(|script| script.capabilities(lines()));
    let all = world.add_many(1);
    let says = "cannot log in to localhost: it offers only PLAIN, LOGIN";
    fails(fetch(&world, TOKEN, &["--auth", "OAUTHBEARER"]), 69, says, None);
    // Not listed and not there: the token was not sent, and so it is not what is refused.
    let says = "the server says: Unsupported authentication mechanism.";
    fails(fetch(&world, TOKEN, &["--auth", "XOAUTH2"]), 69, says, None);
    untouched(&world, &all);
}
