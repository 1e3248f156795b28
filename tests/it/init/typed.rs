//! Without a terminal: flags in place of answers.

use super::{CONFIG, Newcomer, PASSWORD};
use crate::support::expect::{fails, run};
use crate::support::home::{behind, program};
use crate::support::keyring::with_keyring;

#[test]
fn flags_are_enough() {
    let newcomer = Newcomer::with(2);
    let (server, to) = (newcomer.server(), newcomer.home.to());
    let flags = [
        "alice@example.test",
        "--host",
        &server,
        "--user",
        "alice",
        "--ca-file",
        "ca.pem",
        "--to",
        &to,
        "--delete",
        "--store",
        "config",
        "--name",
        "work",
        "--timeout",
        "20",
    ];
    let mut command = newcomer.command(&flags);
    let output = run(command.env("POPFETCH_PASSWORD", PASSWORD)).succeeds();
    assert!(output.text().contains("next: popfetch fetch work"), "{}", output.text());
    assert!(!output.text().contains(PASSWORD));
    newcomer.is_private(CONFIG);
    newcomer.home.run(&["fetch"]).succeeds();
    assert_eq!(newcomer.fetched("mail"), 2);
    assert!(newcomer.dovecot.messages("alice").is_empty());
}

#[test]
fn what_is_missing_or_wrong_ends_it() {
    let newcomer = Newcomer::new();
    let (server, to) = (newcomer.server(), newcomer.home.to());
    let there = ["--host", &server, "--user", "alice", "--ca-file", "ca.pem"];
    let with = |more: &[&str]| [&there, more].concat().join(" ");
    let password = "POPFETCH_PASSWORD";
    let fine = [(password, PASSWORD)];
    for (args, environment, status, sentence) in [
        ("".to_owned(), &[][..], 64, "missing: ADDRESS, --to (or --yes)"),
        ("a@example.test".to_owned(), &fine, 64, "missing: --to (or --yes), --store"),
        ("a@example.test --to mbox:x --host".to_owned(), &[], 64, "a value is required"),
        (with(&["--to", &to]), &[], 77, "there is no password"),
        (with(&["--to", &to, "--store", "file"]), &[(password, "x")], 77, "cannot log in"),
        (with(&["--to", &to, "--store", "keyring"]), &fine, 78, "there is no keyring"),
        (with(&["--to", "maildir:no/such/place", "--store", "none"]), &fine, 73, "no/such"),
        (with(&["--to", "-", "--store", "none"]), &fine, 64, "standard output is no place"),
        (with(&["--to", &to, "--name", "a/b", "--store", "none"]), &fine, 64, "is no name"),
        ("alice --yes".to_owned(), &[], 64, "'alice': a mail address looks like"),
        ("al@icloud.com --yes".to_owned(), &[], 69, "iCloud has no POP3 server"),
        ("pop3s://a@h --host i --yes".to_owned(), &[], 64, "--host is too much"),
        ("a@hotmail.com --yes".to_owned(), &[], 64, "OAuth2 needs --oauth-client-id"),
        ("--host pop.example.invalid --user a --yes".to_owned(), &fine, 64, "missing: --store"),
        (
            "--host pop.example.invalid --user a --yes --store none".to_owned(),
            &fine,
            68,
            "cannot find the host",
        ),
    ] {
        let args: Vec<&str> = args.split_whitespace().collect();
        let mut command = newcomer.command(&args);
        let output = run(command.envs(environment.iter().copied())).exits(status).says(sentence);
        assert!(!output.stderr.contains(PASSWORD), "{args:?}");
        newcomer.has_written_nothing();
    }
}

#[test]
fn an_untrusted_server_gets_no_password() {
    let newcomer = Newcomer::new();
    let (server, to) = (newcomer.server(), newcomer.home.to());
    let flags = ["--host", &server, "--user", "alice", "--to", &to, "--store", "none"];
    let mut command = newcomer.command(&flags);
    let output = run(command.env("POPFETCH_PASSWORD", PASSWORD));
    fails(output, 76, "the certificate of localhost was refused", Some("--ca-file"));
    newcomer.has_written_nothing();
}

#[test]
fn a_password_in_the_keyring() {
    let newcomer = Newcomer::with(1);
    let (url, to) = (format!("pop3s://alice@{}", newcomer.server()), newcomer.home.to());
    let init = newcomer.command(&[&url, "--ca-file", "ca.pem", "--to", &to, "--store", "keyring"]);
    let fetch = format!("\"$@\" && env -u POPFETCH_PASSWORD {} fetch", program().display());
    let mut both = behind(&["sh", "-c", &fetch, "sh"], &init);
    both.env("POPFETCH_PASSWORD", PASSWORD);
    run(&mut with_keyring(&newcomer.home, "true", &both)).exits(0);
    assert_eq!(newcomer.fetched("mail"), 1);
    assert!(!newcomer.config().contains("password"), "{}", newcomer.config());
}

#[test]
fn consent_comes_after_the_configuration() {
    let newcomer = Newcomer::new();
    let to = newcomer.home.to();
    let flags = ["alice@outlook.com", "--oauth-client-id", "9e5f94bc", "--to", &to];
    let output = run(&mut newcomer.command(&flags)).succeeds();
    assert!(output.text().ends_with("next: popfetch login outlook\n"), "{}", output.text());
    assert!(newcomer.config().contains("oauth-provider = \"microsoft\"\n"));
    newcomer.home.run(&["config", "check"]).exits(0);
}
