//! T6-T10 and their CVEs: whose certificate is taken for whose, and that nobody gets the password
//! in the clear.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use popfetch::sasl::LoginMethod;

use crate::support::certs::{Authority, Issued, Leaf};
use crate::support::expect::{fails, run};
use crate::support::namespace::Namespace;
use crate::support::server::{Action, Capabilities, Script};
use crate::support::site::tls_acceptor;
use crate::support::world::PASSWORD;
use crate::support::{Accounts, Home, Site};

#[test]
fn what_a_certificate_without_the_exact_name_is_good_for() {
    let Some(namespace) = Namespace::new() else { return };
    for (name, host, is_good) in [
        ("pop.example.test", "pop.example.test", true),
        ("POP.Example.TEST", "pop.example.test", true),
        // A wildcard is the whole of the first label, and one label only (RFC 9525, 6.3).
        ("*.example.test", "pop.example.test", true),
        ("*.example.test", "a.b.example.test", false),
        ("*.example.test", "example.test", false),
        ("p*.example.test", "pop.example.test", false),
        ("*p.example.test", "pop.example.test", false),
        ("pop.*.test", "pop.example.test", false),
        ("*.*.test", "pop.example.test", false),
        ("*", "pop.example.test", false),
        ("*.test", "pop.example.test", false),
        // CVE-2009-2666: it ends where a C string would.
        ("pop.example.test\0.evil.test", "pop.example.test", false),
        ("pop.example.test.evil.test", "pop.example.test", false),
        ("evil.pop.example.test", "pop.example.test", false),
        (".example.test", "pop.example.test", false),
    ] {
        let issue = |authority: &Authority| authority.issue(Leaf::new().names([name]));
        for (scheme, tls) in
            [("pop3s", Script::implicit_tls as fn(_, _) -> _), ("pop3", Script::starttls)]
        {
            let site = Site::with(issue, tls);
            let hosts = "127.0.0.1 localhost pop.example.test a.b.example.test example.test\n";
            site.home.write("hosts", hosts);
            let url = format!("{scheme}://user@{host}:{}", site.server.port());
            let to = site.home.to();
            let args = ["fetch", &url, "--ca-file", "ca.pem", "--to", &to, "--delete"];
            let mut command = site.home.command(&args);
            command.env("POPFETCH_PASSWORD", "secret");
            let script = "mount --bind hosts /etc/hosts && exec \"$@\"";
            let output = namespace.run(script, &command);
            if is_good {
                output.succeeds();
                site.delivered();
            } else {
                let sentence = format!("the certificate of {host} was refused: ");
                fails(output, 76, &sentence, None);
                let (heard, then): (&[&str], &[&str]) =
                    if scheme == "pop3" { (&["CAPA", "STLS"], &["STLS"]) } else { (&[], &[]) };
                site.looked_at(heard, then);
            }
        }
    }
}

#[test]
fn by_default_only_the_systems_authorities_count() {
    type Issue = fn(&Authority) -> Issued;
    let other: Issue = |authority| authority.issue(Leaf::new());
    let self_signed: Issue = |_| Leaf::new().self_signed();
    let expired: Issue = |authority| authority.issue(Leaf::new().expired());
    for issue in [other, self_signed, expired] {
        for (tls, scheme) in
            [(Script::implicit_tls as fn(_, _) -> _, "implicit"), (Script::starttls, "starttls")]
        {
            let site = Site::with(issue, tls);
            let config = site.home.path("home/.config/popfetch");
            std::fs::create_dir_all(&config).unwrap();
            let port = site.server.port();
            let text = format!(
                "[accounts.work]\nhost = \"localhost\"\nport = {port}\ntls = \"{scheme}\"\n\
                 user = \"user\"\npassword = \"secret\"\nto = \"maildir:{}\"\ndelete = true\n",
                site.home.path("mail").display()
            );
            site.home.write("home/.config/popfetch/config.toml", text);
            let output = site.home.run(&["fetch"]).exits(76);
            output.says("popfetch: work: the certificate of localhost was refused: ");
            let (heard, then): (&[&str], &[&str]) =
                if scheme == "starttls" { (&["CAPA", "STLS"], &["STLS"]) } else { (&[], &[]) };
            site.looked_at(heard, then);
        }
    }
}

#[test]
fn what_a_refused_certificate_says_of_itself_is_not_shown() {
    // CVE-2010-0562.
    let evil = format!("\x1b]0;owned\x07{}", "x".repeat(10_000));
    let leaf = || Leaf::new().common_name_only(&evil);
    for issue in [
        &(|_: &Authority| leaf().self_signed()) as &dyn Fn(&Authority) -> Issued,
        &|authority| authority.issue(leaf()),
        &|authority| authority.issue(Leaf::new().names([evil.as_str()])),
    ] {
        let site = Site::implicit(issue);
        let output = site.fetch("pop3s", "localhost", &["--ca-file", "ca.pem", "-vv"]).exits(76);
        assert!(output.stderr.len() < 500, "{}", output.stderr);
        assert!(!output.stderr.contains('\x1b'), "{:?}", output.stderr);
    }
}

#[test]
fn tls_1_1_is_too_old_behind_stls_too() {
    let acceptor = tls_acceptor(native_tls::Protocol::Tlsv11);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("pop3://user@localhost:{}", listener.local_addr().unwrap().port());
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.write_all(b"+OK ready\r\n").unwrap();
        for answer in ["+OK\r\nSTLS\r\n.\r\n", "+OK go\r\n"] {
            let mut command = [0; 6];
            socket.read_exact(&mut command).unwrap();
            assert!([b"CAPA\r\n", b"STLS\r\n"].contains(&&command));
            socket.write_all(answer.as_bytes()).unwrap();
        }
        acceptor.accept(socket).is_err()
    });
    let home = Home::new();
    let output = run(home.command(&["list", &url]).env("POPFETCH_PASSWORD", "secret"));
    fails(output, 76, "the TLS handshake with localhost failed:", None);
    assert!(server.join().unwrap(), "the server let a modern client in");
}

#[test]
fn no_way_to_log_in_is_used_without_the_tls_that_was_asked_for() {
    // CVE-2006-5867, CVE-2020-15954, CVE-2021-22946, CVE-2021-39272.
    let all = ["USER", "SASL PLAIN LOGIN CRAM-MD5 EXTERNAL", "UIDL", "TOP"];
    let with_stls = [&all[..], &["STLS"]].concat();
    let lines = |names: &[&str]| Capabilities::lines(names.iter().copied());
    let refuse = Action::Reply(b"-ERR no\r\n".to_vec());
    let named = LoginMethod::ALL.map(|method| vec!["--auth", method.name()]);
    let others = [vec![], vec!["--allow-cleartext-password"]];
    for auth in named.iter().chain(&others) {
        for (missing, script) in [
            ("not offered", Script::new().capabilities(lines(&all))),
            ("no CAPA", Script::new().capabilities(Capabilities::Refused)),
            ("refused", Script::new().capabilities(lines(&with_stls)).on("STLS", refuse.clone())),
            ("cut", Script::new().capabilities(lines(&with_stls)).on("STLS", Action::Close)),
            ("an APOP greeting", Script::new().greeting("+OK <1896.697170952@dbc.mtview>\r\n")),
        ] {
            let site = Site::plain(|_| script);
            let output = site.fetch("pop3", "localhost", auth);
            assert!([69, 75].contains(&output.status), "{missing} {auth:?}: {output:?}");
            let log = site.server.finished_log();
            assert_eq!(log.len(), 1, "{missing}: no second try");
            for command in log[0].commands() {
                assert!(["CAPA", "STLS", "QUIT"].contains(&command), "{missing}: {command}");
            }
        }
    }
}

#[test]
fn accounts_of_one_server_share_no_connection() {
    // CVE-2014-0138, CVE-2022-22576: what one has logged in to is not given to the other.
    let mut accounts = Accounts::new();
    let messages = accounts.serve_mail("alice", 2);
    let other = accounts.section("other", "alice").replace("user = \"alice\"", "user = \"bob\"");
    let config = Accounts::defaults() + &accounts.section("work", "alice") + &other;
    accounts.config(&config);
    accounts.run(&["fetch", "-q"]).exits(77);
    accounts.mail("work").holds(&messages);
    assert!(accounts.mail("other").messages().is_empty());
    let log = accounts.server("alice").finished_log();
    assert_eq!(log.len(), 2, "a connection each");
    let mut users: Vec<Vec<u8>> = Vec::new();
    for session in &log {
        let commands = session.commands();
        let sent: Vec<_> =
            commands.iter().filter_map(|line| line.strip_prefix("AUTH PLAIN ")).collect();
        assert_eq!(sent.len(), 1, "{commands:?}");
        users.push(BASE64.decode(sent[0]).unwrap());
        let retrieves = commands.iter().any(|line| line.starts_with("RETR"));
        assert_eq!(retrieves, users.last().unwrap().starts_with(b"\0alice\0"));
    }
    users.sort();
    let expected = ["alice", "bob"].map(|user| format!("\0{user}\0{PASSWORD}").into_bytes());
    assert_eq!(users, expected);
}
