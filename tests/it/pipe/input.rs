//! What a command is given.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Office, UIDS};
use crate::support::home::finish;
use crate::support::world::{PASSWORD, secret_forms};

#[test]
fn each_message_whole_and_once() {
    let office = Office::new();
    let messages = office.world.add_many(3);
    for _ in 0..2 {
        office.fetch(&Office::keeping("true"), &[]).succeeds();
        for (uid, message) in UIDS.iter().zip(&messages) {
            assert_eq!(office.has(uid), *message);
        }
    }
    assert_eq!(office.left().len(), 3);
    // What was taken is delivered, and may go.
    office.fetch(&Office::keeping("true"), &["--delete"]).succeeds();
    assert!(office.left().is_empty());
}

#[test]
fn of_the_environment_only_what_is_harmless_and_what_tells_of_the_message() {
    let office = Office::new();
    let mail = "Return-Path: <bob@example.org>\r\nSubject: x\r\n\r\nx\r\n";
    office.world.mailbox.add_with_uid("u;id$x", mail);
    let mut command = office.world.command("fetch", &["--to", "pipe:env > in/env"]);
    command.env("LC_TIME", "C").env("BASH_ENV", "/nowhere").env("OTHER_SECRET", "x");
    finish(command.spawn().unwrap()).succeeds();
    let seen = office.has("env");
    let mut names: Vec<&str> =
        seen.lines().filter_map(|line| line.split_once('=').map(|(name, _)| name)).collect();
    names.retain(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name));
    names.sort_unstable();
    let expected =
        ["HOME", "LC_TIME", "PATH", "POPFETCH_ACCOUNT", "POPFETCH_SENDER", "POPFETCH_UID", "TZ"];
    assert_eq!(names, expected);
    for line in [
        "POPFETCH_SENDER=bob@example.org".to_owned(),
        "POPFETCH_UID=u;id$x".to_owned(),
        format!("POPFETCH_ACCOUNT={}", office.world.account()),
    ] {
        assert!(seen.lines().any(|seen| seen == line), "{line}\n{seen}");
    }
    assert!(secret_forms().iter().all(|form| !seen.contains(form)), "{PASSWORD} is seen");
}

#[test]
fn with_a_from_line_where_it_is_wanted() {
    let office = Office::new();
    let message = office.world.add("one");
    office.fetch(&Office::keeping("true"), &["--from-line"]).succeeds();
    let kept = office.has(UIDS[0]);
    let (from, rest) = kept.split_once('\n').unwrap();
    assert!(from.starts_with("From MAILER-DAEMON "), "{from}");
    assert_eq!(rest, message);
}

#[test]
fn a_command_without_a_shell() {
    let office = Office::new();
    office.world.add("one");
    let script = office.world.home.write("take", "#!/bin/sh\nprintf '%s\\n' \"$@\" > in/words\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let config = format!(
        "[accounts.work]\nhost = \"localhost\"\nport = {}\nuser = \"alice\"\nca-file = \"ca.pem\"\n\
         to = [[\"pipe:{}\", \"a b\", \"$HOME;x\", \"{{account}}\"]]\n",
        office.world.server.port(),
        script.display(),
    );
    office.world.home.write("config.toml", config);
    let run = |args: &[&str]| {
        let mut command = office.world.home.command(&[&["-c", "config.toml"], args].concat());
        finish(command.env("POPFETCH_PASSWORD", PASSWORD).spawn().unwrap())
    };
    run(&["fetch", "work"]).succeeds();
    assert_eq!(office.has("words"), "a b\n$HOME;x\n{account}\n");
    let shown = run(&["config", "show"]).exits(0);
    assert!(shown.text().contains("\"$HOME;x\""), "{}", shown.text());
}

#[test]
fn one_that_reads_nothing_and_one_that_says_too_much() {
    let office = Office::new();
    office.world.add(&"x".repeat(300_000));
    for command in ["pipe:exit 0", "pipe:yes | head -c 3000000; exit 0"] {
        let state = office.world.home.path("state-of-its-own").display().to_string();
        office.fetch(command, &["--state-dir", &state]).succeeds();
        fs::remove_dir_all(state).unwrap();
    }
}
