//! Wrong usage, and what is asked of a configuration.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::expect::{fails, run, untouched};
use crate::support::{Home, World};

#[test]
fn wrong_usage() {
    let home = Home::new();
    let url = "pop3s://alice@no-such-host.invalid";
    let other = "pop3s://bob@no-such-host.invalid";
    let to = "maildir:mail";
    for (args, said) in [
        (&["fetch", url][..], "--to maildir:~/Mail"),
        (&["fetch", url, "--to", "mail"], "'mail' is no destination"),
        (&["fetch", url, "--to", "maildir:"], "lacks its path"),
        (&["fetch", url, "--to", to, "--raw"], "--raw is for standard output"),
        (&["fetch", url, "--to", to, "--crlf"], "--crlf is for standard output"),
        (&["fetch", url, "--to", "-", "--json"], "--json"),
        (&["fetch", url, "--to", to, "--keep", "--delete"], "--keep"),
        (&["fetch", url, "--to", to, "-n", "0"], "0"),
        (&["fetch", url, "--to", to, "-n", "x"], "x"),
        (&["fetch", url, "--to", to, "-n", "9-5"], "9-5"),
        (&["fetch", url, "--to", to, "-n", ""], "-n"),
        (&["fetch", url, "--to", to, "-n", "4294967296"], "4294967296"),
        (&["fetch", url, "--to", to, "--last", "-1"], "-1"),
        (&["fetch", url, "--to", to, "--new", "--all"], "--all"),
        (&["fetch", url, "--to", to, "--uid", "a b"], "'a b' cannot be a unique-id"),
        (&["fetch", url, "--to", to, "--timeout", "0"], "0"),
        (&["fetch", url, "--to", to, "--auth", "NTLM"], "NTLM"),
        (&["fetch", url, "--to", to, "--quiet", "--verbose"], "--verbose"),
        (&["fetch", "pop3s://alice:hunter2@h", "--to", to], "a URL holds no password here"),
        (&["list", "pop3s://alice%0d%0aDELE%201@h"], "control character"),
        (&["list", "pop3s://alice%00@h"], "control character"),
        (&["list", "pop3s://alice@h%0a"], "control character"),
        (&["list", "pop3s://alice%c2%9b@h"], "control character"),
        (&["list", "pop3s://alice;AUTH=%0a@h"], "control character"),
        (&["list", "pop3s://alice\n@h"], "control character"),
        (&["list", "pop3s://h", "--user", "a\nb"], "control character"),
        (&["list", "pop3s://h"], "the user name is missing"),
        (&["list", "imap://alice@h"], "not a POP3 URL"),
        (&["list", "pop3s://alice@h:0"], "is not a port"),
        (&["list", "pop3s://alice@"], "the host is missing"),
        (&["list", url, other, "--user", "carol"], "--user is for exactly one SOURCE"),
        (&["list", url, other, "--tls", "none"], "--tls is for exactly one SOURCE"),
        (&["list", url, other, "--auth", "plain"], "--auth is for exactly one SOURCE"),
        (&["list", url, other, "--password-fd", "0"], "--password-fd is for exactly one SOURCE"),
        (&["list", url, other, "--password-file", "f"], "--password-file is for exactly one"),
        (&["list", url, other, "--password-command", "c"], "--password-command is for exactly"),
        (&["list", url, other, "--timeout", "5"], "--timeout is for exactly one SOURCE"),
        (&["list", url, other, "--allow-cleartext-password"], "is for exactly one SOURCE"),
        (&["delete", url, "--yes"], "say which messages"),
        (&["delete", url, "--all"], "delete needs --yes"),
        (&["delete", "--all", "--yes"], "SOURCE"),
        (&["delete", url, other, "--all", "--yes"], other),
        (&["list", url, "--no-such-flag"], "--no-such-flag"),
        (&["list", url, "--password", "hunter2"], "--password"),
        (&["frobnicate"], "frobnicate"),
        (&[], "Usage"),
    ] {
        let output = home.run(args).exits(64).says(said);
        assert_eq!(output.text(), "", "{args:?}");
        assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
        let first = output.stderr.lines().next().unwrap_or_default();
        // The line is popfetch's or the argument parser's.
        let begun = ["popfetch: ", "Fetch mail"].iter().any(|b| first.starts_with(b));
        assert!(begun, "{args:?}: {}", output.stderr);
        if first.starts_with("popfetch: ") {
            assert!(output.stderr.lines().count() <= 2, "{}", output.stderr);
        }
        let repeated = output.stderr.contains("hunter2");
        assert!(!repeated || args.contains(&"--password"), "{}", output.stderr);
    }
    assert!(!home.path("state").exists() && !home.path("mail").exists());
}

#[test]
fn a_password_in_the_environment_is_for_one_source() {
    let home = Home::new();
    let args = ["list", "pop3s://a@no-such-host.invalid", "pop3s://b@no-such-host.invalid"];
    let output = run(home.command(&args).env("POPFETCH_PASSWORD", "x"));
    fails(output, 64, "POPFETCH_PASSWORD is for exactly one SOURCE", None);
}

#[test]
fn configuration() {
    let home = Home::new();
    home.write("empty.pem", "");
    home.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let hint = "popfetch list pop3s://alice@pop.example.com";
    fails(home.run(&["list"]), 78, "there is no configuration", Some(hint));
    fails(
        home.run(&["fetch", "--to", "maildir:mail"]),
        78,
        "there is no configuration",
        Some(hint),
    );
    let sentence = "there is no account named 'work'";
    fails(home.run(&["list", "work"]), 78, sentence, Some("pop3s://user@host"));
    fails(home.run(&["delete", "work", "--all", "--yes"]), 78, sentence, Some("pop3s://"));
    let url = "pop3s://alice@no-such-host.invalid";
    let output = home.run(&["list", url, "--ca-file", "missing.pem"]);
    fails(output, 78, "missing.pem: No such file or directory", None);
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("pop3s://alice@localhost:{}", port.local_addr().unwrap().port());
    for file in ["empty.pem", "broken.pem"] {
        let mut command = home.command(&["list", &url, "--ca-file", file]);
        let output = run(command.env("POPFETCH_PASSWORD", "x"));
        fails(output, 78, "cannot use the certificates in", None);
    }
}

#[test]
fn an_account_name_is_made_visible() {
    let home = Home::new();
    let output = home.run(&["list", "wo\x1b[31mrk\n"]).exits(78);
    assert!(output.stderr.lines().next().unwrap().contains("wo\\x1b[31mrk\\n"));
    assert!(!output.stderr.contains('\x1b'));
}

#[test]
fn no_password_and_no_terminal() {
    let world = World::new();
    let all = world.add_many(1);
    let (url, to) = (world.url(), world.home.to());
    let output = world.home.run(&["fetch", &url, "--ca-file", "ca.pem", "--to", &to]);
    let hint = "--password-command, --password-file, --password-fd, the environment variable";
    fails(output, 77, "there is no password, and no terminal to ask for one", Some(hint));
    assert!(world.server.log().is_empty());
    untouched(&world, &all);
}

#[test]
fn several_sources_each_say_what_is_wrong() {
    let home = Home::new();
    let urls = ["pop3s://a@one.invalid", "pop3s://b@two.invalid"];
    let output = home.run(&["list", urls[0], urls[1]]).exits(77);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{}", output.stderr);
    assert!(lines[0].starts_with("popfetch: a@one.invalid: there is no password"));
    assert!(lines[2].starts_with("popfetch: b@two.invalid: there is no password"));
}

#[test]
fn help_and_version() {
    let home = Home::new();
    for args in [&["--help"][..], &["fetch", "--help"], &["list", "--help"], &["delete", "-h"]] {
        let output = home.run(args).succeeds();
        assert!(output.text().contains("Usage:"));
        assert!(output.lines().iter().all(|line| line.len() <= 100), "{}", output.text());
    }
    let version = home.run(&["--version"]).succeeds();
    assert_eq!(version.text(), concat!("popfetch ", env!("CARGO_PKG_VERSION"), "\n"));
    // `popfetch --help | head` is no failure worth a message.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = run(home.command(&["--help"]).stdout(writer));
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
}

#[test]
fn no_home_at_all() {
    let world = World::new();
    let all = world.add_many(1);
    let to = world.home.to();
    let state = world.home.path("elsewhere");
    let mut command = world.command("fetch", &["--to", &to, "--state-dir"]);
    command.arg(&state).env_remove("HOME").env_remove("XDG_STATE_HOME");
    run(&mut command).succeeds();
    world.mail().holds(&all);
    assert!(state.exists());
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
