//! The places where passwords are kept: the order in which they count, the keyring and netrc.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::World;
use crate::support::expect::{fails, run};
use crate::support::home::{behind, program};
use crate::support::keyring::with_keyring;
use crate::support::server::{Capabilities, Script};
use crate::support::world::PASSWORD;

/// A server that shows the password as it was sent.
fn world() -> World {
    World::with(by_name)
}

fn by_name(script: Script) -> Script {
    script.capabilities(Capabilities::lines(["USER", "UIDL", "TOP", "AUTH-RESP-CODE"]))
}

/// What the server was last sent for a password.
#[track_caller]
fn sent(world: &World) -> String {
    let log = world.server.finished_log();
    let commands = log.last().expect("a connection").commands();
    let pass = commands.iter().find_map(|line| line.strip_prefix("PASS "));
    pass.expect("a password").to_owned()
}

/// Configures the mailbox as `work`, with these lines.
fn configure(world: &World, lines: &[&str]) {
    let port = world.server.port();
    let lines = lines.join("\n");
    let text = format!(
        "[accounts.work]\nhost = \"localhost\"\nport = {port}\nuser = \"alice\"\n\
         ca-file = \"ca.pem\"\n{lines}\n"
    );
    world.home.write("config.toml", text);
}

/// `list` of what is configured, with no password but what is there.
fn list(world: &World) -> Command {
    world.home.command(&["--config", "config.toml", "list", "--count"])
}

/// Keeps a password in the keyring, as another program does it.
fn keep(world: &World, password: &str) -> String {
    let mailbox = format!("alice@localhost:{}", world.server.port());
    format!("printf '{password}' | secret-tool store --label=x service popfetch username {mailbox}")
}

#[test]
fn the_first_place_that_has_one_counts() {
    let world = world();
    world.home.write("file", "of-the-file\n");
    fs::create_dir(world.home.path("credentials")).unwrap();
    world.home.write("credentials/popfetch.work", "of-systemd\n");
    world.home.write("home/.netrc", "machine localhost login alice password of-netrc\n");
    // Each row lacks what counted in the one before.
    let config = [
        "password-file = \"file\"",
        "password-command = \"echo of-the-command\"",
        "password = \"of-the-configuration\"",
    ];
    let credentials = world.home.path("credentials");
    for (has_variable, lines, has_credential, has_keyring, expected) in [
        (true, &config[..], true, true, "of-the-environment"),
        (false, &config, true, true, "of-the-file"),
        (false, &config[1..], true, true, "of-the-command"),
        (false, &config[2..], true, true, "of-the-configuration"),
        (false, &[], true, true, "of-systemd"),
        (false, &[], false, true, "of-the-keyring"),
        (false, &[], false, false, "of-netrc"),
    ] {
        configure(&world, lines);
        let mut command = list(&world);
        if has_variable {
            command.env("POPFETCH_PASSWORD", "of-the-environment");
        }
        if has_credential {
            command.env("CREDENTIALS_DIRECTORY", &credentials);
        }
        let before = if has_keyring { keep(&world, "of-the-keyring") } else { "true".into() };
        // A session each, so that none has what another keeps.
        let _ = fs::remove_dir_all(world.home.path("home/.local"));
        run(&mut with_keyring(&world.home, &before, &command)).exits(77);
        assert_eq!(sent(&world), expected);
    }
}

#[test]
fn a_keyring_is_asked_only_where_there_is_one() {
    let world = world();
    configure(&world, &[]);
    let before = keep(&world, PASSWORD);
    // What the bus of the session says of itself is not ours.
    let output = run(&mut with_keyring(&world.home, &before, &list(&world))).exits(0);
    assert!(!output.stderr.contains("popfetch: "), "{}", output.stderr);
    // No session, as under cron; and a session whose bus is gone.
    for address in [None, Some("unix:path=/nonexistent")] {
        let mut command = list(&world);
        command.envs(address.map(|address| ("DBUS_SESSION_BUS_ADDRESS", address)));
        fails(
            run(&mut command),
            77,
            "there is no password, and no terminal to ask for one",
            Some("~/.netrc"),
        );
    }
}

#[test]
fn netrc() {
    let world = world();
    configure(&world, &[]);
    let netrc = world.home.write(
        "home/.netrc",
        format!(
            "machine localhost login bob password b\n\
             machine localhost login alice password \"{PASSWORD}\"\n"
        ),
    );
    run(&mut list(&world)).succeeds();
    // A URL finds it as well, and another file may be named.
    let url = world.url();
    let by_url = || world.home.command(&["list", &url, "--ca-file", "ca.pem"]);
    run(&mut by_url()).succeeds();
    fs::rename(&netrc, world.home.path("other")).unwrap();
    run(&mut by_url()).exits(77).says("no terminal to ask");
    run(by_url().env("NETRC", world.home.path("other"))).succeeds();

    // Others may read it: refused, unless there is nothing of ours in it.
    let other = world.home.path("other");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o640)).unwrap();
    let output = run(by_url().env("NETRC", &other));
    fails(output, 78, "others can read or write the file", Some("chmod 600"));
    world.home.write("other", "machine elsewhere login alice password x\n");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o644)).unwrap();
    run(by_url().env("NETRC", &other)).exits(77).says("no terminal to ask");
    // What is no file is none.
    run(by_url().env("NETRC", "/dev/null")).exits(77).says("no terminal to ask");
}

#[test]
fn what_login_keeps_every_command_finds_until_logout() {
    let world = world();
    configure(&world, &[]);
    let popfetch = format!("{} --config config.toml", program().display());
    let kept = format!("printf '{PASSWORD}' | {popfetch} login work");
    let then = |before: &str, args: &[&str]| {
        let mut command = world.home.command(&[&["--config", "config.toml"], args].concat());
        command.env("TERM", "dumb");
        run(&mut with_keyring(&world.home, before, &command))
    };
    // It is tried first, and found by account and by URL.
    let output = then(&kept, &["list", "--count"]).exits(0);
    assert!(output.text().starts_with("the keyring has the password of work"), "{}", output.text());
    assert!(output.text().ends_with("0\n"), "{}", output.text());
    assert!(!output.stderr.contains(PASSWORD) && !output.text().contains(PASSWORD));
    then(&kept, &["list", "--count", "--ca-file", "ca.pem", &world.url()]).exits(0);
    then(&format!("{kept} && {popfetch} logout work"), &["list"]).exits(77);
    let twice = then(&format!("{popfetch} logout work"), &["logout", "work"]).exits(0);
    assert!(twice.text().contains("the keyring had no password of work"), "{}", twice.text());

    // A wrong one is not kept, nor one that would never be asked for.
    let wrong = format!("printf wrong | {popfetch} login work; test $? = 77");
    then(&wrong, &["list"]).exits(77).says("no terminal to ask for one");
    configure(&world, &["password-command = \"echo x\""]);
    let output = run(&mut world.home.command(&["--config", "config.toml", "login", "work"]));
    fails(output, 78, "comes from somewhere else", Some("popfetch config show"));
    // Where there is no keyring that is said, after it was tried.
    configure(&world, &[]);
    world.home.write("pw", PASSWORD);
    let command = world.home.command(&["--config", "config.toml", "login", "work"]);
    let output = run(&mut behind(&["sh", "-c", "\"$@\" <pw", "sh"], &command));
    fails(output, 77, "there is no keyring in this session", Some("password-command"));
}
