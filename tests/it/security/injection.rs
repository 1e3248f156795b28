//! W12, CVE-2012-0036, CVE-2025-15367: no argument, no URL, no configuration and no password puts a
//! line of its own into the dialogue.

use crate::support::expect::run;
use crate::support::world::PASSWORD;
use crate::support::{Accounts, World};

/// What ends a line somewhere.
const BREAKS: [&str; 4] = ["\r\n", "\n", "\r", "\0"];

/// As a URL and as TOML write it.
fn encoded(text: &str) -> (String, String) {
    let url = text.bytes().map(|octet| format!("%{octet:02x}")).collect();
    let toml = text.bytes().map(|octet| format!("\\u{octet:04x}")).collect();
    (url, toml)
}

#[test]
fn arguments() {
    let world = World::new();
    world.add_many(1);
    let port = world.server.port();
    for line_end in BREAKS {
        let (percent, _) = encoded(line_end);
        for url in [
            format!("pop3s://alice{percent}DELE%201@localhost:{port}"),
            format!("pop3s://{percent}@localhost:{port}"),
            format!("pop3s://alice;AUTH={percent}@localhost:{port}"),
            format!("pop3s://alice;AUTH=PLAIN{percent}@localhost:{port}"),
            format!("pop3s://alice@localhost{percent}:{port}"),
            format!("pop3s://alice@localhost:{port}{percent}"),
            format!("pop3s://alice@localhost:{port}/{percent}"),
        ] {
            let args = ["list", &url, "--ca-file", "ca.pem"];
            run(world.home.command(&args).env("POPFETCH_PASSWORD", PASSWORD)).exits(64);
        }
        if line_end == "\0" {
            // No argument can hold it.
            continue;
        }
        let evil = format!("alice{line_end}DELE 1");
        for args in [
            &["--user", &evil][..],
            &["--auth", &evil],
            &["--uid", &evil],
            &["--tls", &evil],
            &["-n", &evil],
            &["--larger", &evil],
            &["--header", &evil],
        ] {
            let output = world.run("list", args).exits(64);
            assert!(!output.stderr.contains('\r'), "{:?}", output.stderr);
        }
        let raw = format!("pop3s://{evil}@localhost:{port}");
        world.home.run(&["list", &raw]).exits(64);
        world.home.run(&["list", &evil]).exits(78);
    }
    assert!(world.server.log().is_empty(), "nothing was sent");
}

#[test]
fn passwords() {
    let world = World::new();
    for line_end in BREAKS {
        let evil = format!("{PASSWORD}{line_end}DELE 1");
        world.home.write("pw", &evil);
        for args in [["--password-file", "pw"], ["--password-command", "cat pw"]] {
            let url = world.url();
            let args = [&["list", &url, "--ca-file", "ca.pem"], &args[..]].concat();
            run(&mut world.home.command(&args)).exits(77).says("holds a line break or a NUL");
        }
        if line_end != "\0" {
            let mut list = world.command("list", &[]);
            run(list.env("POPFETCH_PASSWORD", &evil)).exits(77).says("holds a line break");
        }
    }
    assert!(world.server.log().is_empty(), "nothing was sent");
}

#[test]
fn configurations() {
    let mut accounts = Accounts::new();
    accounts.serve_mail("alice", 1);
    let port = accounts.port("alice");
    for line_end in BREAKS {
        let (_, toml) = encoded(line_end);
        for (user, host, password, status) in [
            (format!("alice{toml}DELE 1"), "localhost".to_owned(), PASSWORD.to_owned(), 78),
            ("alice".to_owned(), format!("localhost{toml}x"), PASSWORD.to_owned(), 78),
            ("alice".to_owned(), "localhost".to_owned(), format!("{PASSWORD}{toml}DELE 1"), 77),
        ] {
            accounts.config(&format!(
                "[accounts.work]\nca-file = \"ca.pem\"\nport = {port}\nuser = \"{user}\"\n\
                 host = \"{host}\"\npassword = \"{password}\"\n"
            ));
            let output = accounts.run(&["list"]).exits(status);
            assert_eq!(output.stderr.lines().filter(|l| !l.starts_with("hint")).count(), 1);
        }
        let key = format!("[accounts.\"work{toml}\"]\nhost = \"h\"\n");
        accounts.config(&key);
        accounts.run(&["list"]).exits(78);
    }
    assert!(accounts.server("alice").log().is_empty(), "nothing was sent");
}
