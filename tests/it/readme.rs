//! The recipes of the README, run as they stand there but for the servers' names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::support::home::{finish, program};
use crate::support::world::PASSWORD;
use crate::support::{Accounts, Maildir, Output};

/// The shell block behind the comment that names it.
fn recipe(name: &str) -> String {
    let readme = include_str!("../../README.md");
    let comment = format!("<!-- recipe: {name} -->\n```sh\n");
    let (_, rest) = readme.split_once(&comment).expect("a recipe of that name");
    let (block, _) = rest.split_once("\n```\n").expect("its end");
    format!("{block}\n")
}

/// Replaces what must be there.
fn replace(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "there is no {old} in\n{text}");
    text.replace(old, new)
}

/// Runs a script as somebody types it: in a home of its own, with the program in the path and an
/// authority that the whole system trusts.
fn run(accounts: &Accounts, script: &str, environment: &[(&str, &str)]) -> Output {
    let home = &accounts.home;
    let directory = program().parent().expect("a directory").display();
    let tools = home.path("bin");
    let mut command = Command::new("sh");
    command
        .args(["-e", "-c", script])
        .current_dir(home.path("home"))
        .env_clear()
        .env("PATH", format!("{}:{directory}:/usr/bin:/bin", tools.display()))
        .env("HOME", home.path("home"))
        .env("XDG_STATE_HOME", home.path("state"))
        .env("SSL_CERT_FILE", home.path("home/.config/popfetch/ca.pem"))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    finish(command.spawn().expect("a shell"))
}

/// A tool that the recipe calls and that a test must not.
fn tool(accounts: &Accounts, name: &str, script: &str) {
    let _ = fs::create_dir(accounts.home.path("bin"));
    let path = accounts.home.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
}

fn mail(accounts: &Accounts, path: &str) -> Maildir {
    Maildir::at(accounts.home.path("home").join(path))
}

/// The recipe `name` for the mailbox of `alice`, and three messages in it.
fn by_url(name: &str) -> (Accounts, Vec<String>, String) {
    let mut accounts = Accounts::new();
    let messages = accounts.serve_mail("alice", 3);
    let host = format!("localhost:{}", accounts.port("alice"));
    let script = replace(&recipe(name), "pop.example.com", &host);
    (accounts, messages, script)
}

#[test]
fn list_and_fetch_by_url() {
    let (accounts, mut messages, script) = by_url("by-url");
    let now = jiff::Timestamp::now();
    let dated = format!("Date: {}\nSubject: new\n\nx\n", now.strftime("%a, %d %b %Y %T +0000"));
    accounts.mailbox("alice").add(dated.replace('\n', "\r\n"));
    let password = [("POPFETCH_PASSWORD", PASSWORD)];
    let listed = run(&accounts, &script, &password).exits(0);
    assert_eq!(listed.lines().len(), 1, "only what came this week:\n{}", listed.text());
    assert!(listed.text().contains("\tnew\t"));
    messages.push(dated);
    mail(&accounts, "Mail/alice").holds(&messages);
    let again = run(&accounts, &script, &password).succeeds();
    assert!(again.text().contains("\tseen\t"));
    mail(&accounts, "Mail/alice").holds(&messages);
}

#[test]
fn several_accounts_from_cron() {
    let mut accounts = Accounts::new();
    let mut script = recipe("cron");
    let mut all = Vec::new();
    for (name, user, host) in
        [("work", "alice", "pop.example.com"), ("home", "bob", "pop.example.net")]
    {
        all.push((name, accounts.serve_mail(user, 2)));
        let port = accounts.port(user);
        let (old, new) = (format!("\"{host}\""), format!("\"localhost\"\nport = {port}"));
        script = replace(&script, &old, &new);
    }
    tool(&accounts, "pass", &format!("echo '{PASSWORD}'"));
    tool(&accounts, "crontab", "[ \"$1\" = -l ] && exit 1; cat > \"$HOME/crontab\"");
    run(&accounts, &script, &[]).succeeds();
    let crontab = fs::read_to_string(accounts.home.path("home/crontab")).unwrap();
    let line = crontab.strip_prefix("*/10 * * * * ").expect(&crontab);
    // As cron runs it, and silent.
    assert_eq!(run(&accounts, line, &[]).succeeds().text(), "");
    for (name, messages) in &all {
        mail(&accounts, &format!("Mail/{name}")).holds(messages);
    }
    assert_eq!(run(&accounts, line, &[]).succeeds().text(), "");
    mail(&accounts, "Mail/home").holds(&all[1].1);
}

#[test]
fn an_archive_and_two_weeks_on_the_server() {
    let (accounts, messages, script) = by_url("archive");
    let password = [("POPFETCH_PASSWORD", PASSWORD)];
    let left = |days: i64| {
        // Time goes by: what was delivered lies further back.
        let name = format!("alice@localhost%3A{}.db", accounts.port("alice"));
        let state = Connection::open(accounts.home.path("state/popfetch").join(name)).unwrap();
        state.execute("UPDATE message SET at = at - ?", [days * 24 * 3600]).unwrap();
        run(&accounts, &script, &password).succeeds();
        for path in ["Mail/alice", "Archive/alice"] {
            mail(&accounts, path).holds(&messages);
        }
        accounts.mailbox("alice").len()
    };
    run(&accounts, &script, &password).exits(0);
    assert_eq!(left(13), 3);
    assert_eq!(left(2), 0);
}
