//! Each mechanism and a real Dovecot, with the right credentials and with wrong ones.

use std::process::Command;

use crate::interop::Site;
use crate::support::dovecot::PASSWORD;
use crate::support::expect::run;
use crate::support::tokens::{Tokens, signed};

/// A token that the provider knows.
const OPAQUE: &str = "opaque-0123456789abcdef";

/// Dovecot with all mechanisms.
fn site(tokens: &Tokens) -> Site {
    let names = "plain login cram-md5 scram-sha-1 scram-sha-256 apop xoauth2 oauthbearer";
    Site::with(&format!("auth_mechanisms = {names}\n{}", tokens.settings()))
}

#[test]
fn each_mechanism_with_the_right_credentials_and_with_wrong_ones() {
    let tokens = Tokens::new(OPAQUE);
    let site = site(&tokens);
    let (fresh, expired) = (signed("alice", 600), signed("alice", -600));
    let somebodys = signed("bob", 600);
    let mut fetched: Vec<String> = Vec::new();
    for (auth, right, wrong) in [
        ("USER", PASSWORD, "wrong"),
        ("APOP", PASSWORD, "wrong"),
        ("PLAIN", PASSWORD, "wrong"),
        ("LOGIN", PASSWORD, "wrong"),
        ("CRAM-MD5", PASSWORD, "wrong"),
        ("SCRAM-SHA-1", PASSWORD, "wrong"),
        ("SCRAM-SHA-256", PASSWORD, "wrong"),
        ("XOAUTH2", &fresh, &expired),
        ("XOAUTH2", &fresh, &somebodys),
        ("OAUTHBEARER", OPAQUE, "opaque-wrong"),
    ] {
        let to = site.home.to();
        let fetch = |secret: &str| -> Command {
            let mut command = site.command("fetch", "alice", &["--to", &to, "--auth", auth, "-vv"]);
            command.env("POPFETCH_PASSWORD", secret);
            command
        };
        let used = if auth == "USER" || auth == "APOP" {
            format!("C: {auth}")
        } else {
            format!("AUTH {auth}")
        };
        let message =
            format!("From: a@b\nMessage-ID: <{}@x>\nSubject: {auth}\n\nbody\n", fetched.len());
        site.dovecot.deliver("alice", &message);
        let refused = run(&mut fetch(wrong)).exits(77).says("cannot log in to localhost as alice");
        assert!(refused.stderr.contains(&used), "{auth}\n{}", refused.stderr);
        assert!(!refused.stderr.contains(wrong) || wrong == "wrong", "{}", refused.stderr);
        site.home.mail().holds(&fetched);
        let output = run(&mut fetch(right)).exits(0);
        assert!(output.stderr.contains(&used), "{auth}\n{}\n{}", output.stderr, site.dovecot.log());
        assert!(!output.stderr.contains(right), "{auth}: {}", output.stderr);
        fetched.push(message);
        site.home.mail().holds(&fetched);
    }
    assert_eq!(tokens.asked(), 2, "the provider was asked about opaque tokens");
}
