//! Who may hear the password: certificates, STLS, and servers that are not what they should be.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::thread;

use crate::support::certs::{Authority, Leaf};
use crate::support::expect::{fails, run};
use crate::support::home::behind;
use crate::support::server::{Action, Capabilities, Script, Trigger};
use crate::support::turns::{Then, answering};
use crate::support::world::PASSWORD;
use crate::support::{Home, Site, World};

#[test]
fn every_spelling_of_the_host() {
    for host in ["localhost", "LOCALHOST", "LocalHost", "localhost.", "LOCALHOST."] {
        let site = Site::implicit(|authority| authority.issue(Leaf::new().names(["localhost"])));
        site.trusting("pop3s", host).succeeds();
        site.delivered();
    }
    // They are all one mailbox.
    let site = Site::implicit(|authority| authority.issue(Leaf::new()));
    let keep = |host: &str| {
        let url = format!("pop3s://user@{host}:{}", site.server.port());
        let to = site.home.to();
        let mut command = site.home.command(&["fetch", &url, "--to", &to, "--ca-file", "ca.pem"]);
        run(command.env("POPFETCH_PASSWORD", "secret")).succeeds();
    };
    keep("localhost");
    keep("LOCALHOST.");
    assert_eq!(site.home.mail().messages().len(), 1);
}

#[test]
fn addresses_need_an_address_in_the_certificate() {
    let site = Site::implicit(|authority| authority.issue(Leaf::new()));
    site.trusting("pop3s", "127.0.0.1").succeeds();
    site.delivered();
    for names in [&["localhost"][..], &["localhost", "127.0.0.2"]] {
        let leaf = || Leaf::new().names(names.iter().copied());
        let site = Site::implicit(|authority| authority.issue(leaf()));
        let output = site.trusting("pop3s", "127.0.0.1");
        fails(output, 76, "the certificate of 127.0.0.1 was refused: it", None);
        site.looked_at(&[], &[]);
    }
    // A DNS name or a common name that looks like the address is none.
    let leaf = || Leaf::new().common_name_only("127.0.0.1");
    let site = Site::implicit(|authority| authority.issue(leaf()));
    fails(site.trusting("pop3s", "127.0.0.1"), 76, "the certificate of 127.0.0.1", None);
    site.looked_at(&[], &[]);
}

#[test]
fn a_plain_server_on_the_tls_port() {
    // The STLS port is the same to a client that begins with TLS.
    for site in [Site::plain(|script| script), Site::starttls(|script| script)] {
        let sentence = format!("localhost:{} does not speak TLS", site.server.port());
        fails(site.trusting("pop3s", "localhost"), 76, &sentence, Some("is the port right?"));
        let log = site.server.finished_log();
        assert_eq!(log.len(), 1, "no second try in the clear");
        // To the server the ClientHello is a heap of strange commands.
        let command = |line: &str| {
            ["CAPA", "STLS", "USER", "PASS", "AUTH", "QUIT"].iter().any(|v| line.starts_with(v))
        };
        assert!(!log[0].commands().into_iter().any(command), "{log:#?}");
        assert_eq!(site.mailbox.len(), 1);
        site.home.mail().holds(Vec::<String>::new());
    }
}

#[test]
fn a_tls_server_on_the_plain_port() {
    // It waits for us to begin; so do we, for its greeting.
    let site = Site::implicit(|authority| authority.issue(Leaf::new()));
    let url = format!("pop3://user@localhost:{}", site.server.port());
    let args = ["list", &url, "--ca-file", "ca.pem", "--timeout", "1"];
    let output = run(site.home.command(&args).env("POPFETCH_PASSWORD", "secret"));
    let output = output.exits(75).says("timed out waiting for the greeting");
    assert!(output.stderr.lines().count() <= 2, "{}", output.stderr);
    site.heard_only(&[]);
}

#[test]
fn a_handshake_that_is_cut_or_never_answered() {
    let issue = |authority: &Authority| authority.issue(Leaf::new());
    let at_once = |action: Action| {
        move |script: Script, identity| script.implicit_tls(identity).on(Trigger::connect(), action)
    };
    let site = Site::with(issue, at_once(Action::Close));
    let sentence = "the connection to localhost broke during the TLS handshake";
    fails(site.trusting("pop3s", "localhost"), 75, sentence, None);
    site.heard_only(&[]);
    let site = Site::with(issue, at_once(Action::Stall));
    let url = format!("pop3s://user@localhost:{}", site.server.port());
    let args = ["list", &url, "--ca-file", "ca.pem", "--timeout", "1"];
    let output = run(site.home.command(&args).env("POPFETCH_PASSWORD", "secret"));
    let sentence = "timed out after 1 s waiting for the TLS handshake with localhost";
    fails(output, 75, sentence, None);
    site.heard_only(&[]);
    // The same behind STLS.
    let site = Site::plain(|script| {
        let able = Capabilities::lines(["STLS", "USER", "UIDL"]);
        script.capabilities(able).on("STLS", Action::ReplyAndClose(b"+OK go\r\n".to_vec()))
    });
    let sentence = "the connection to localhost broke during the TLS handshake";
    fails(site.trusting("pop3", "localhost"), 75, sentence, None);
}

#[test]
fn handshakes_that_go_wrong() {
    for (bytes, status, sentence) in [
        // The beginning of a ServerHello.
        (&b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"[..], 75, "broke during the TLS"),
        // The alert `handshake_failure`, and `protocol_version`.
        (b"\x15\x03\x03\x00\x02\x02\x28", 76, "the TLS handshake with localhost failed:"),
        (b"\x15\x03\x03\x00\x02\x02\x46", 76, "the TLS handshake with localhost failed:"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", 76, "does not speak TLS"),
        (b"220 mail.example.org ESMTP\r\n", 76, "does not speak TLS"),
    ] {
        let (port, server) = answering([bytes.to_vec()], Then::Close);
        let home = Home::new();
        let url = format!("pop3s://user@localhost:{port}");
        let mut command = home.command(&["list", &url, "--timeout", "10"]);
        let output = run(command.env("POPFETCH_PASSWORD", "secret"));
        let output = output.exits(status).says(sentence);
        assert!(output.stderr.lines().count() <= 2, "{}", output.stderr);
        for ugly in ["error:0A", ":SSL routines", ".c:"] {
            assert!(!output.stderr.contains(ugly), "{}", output.stderr);
        }
        server.join().unwrap();
    }
}

#[test]
fn stls() {
    let site = Site::starttls(|script| script);
    site.trusting("pop3", "localhost").succeeds();
    site.delivered();
    let log = site.server.finished_log();
    assert!(log[0].is_tls());
    assert_eq!(log[0].commands()[..3], ["CAPA", "STLS", "CAPA"]);
    assert!(log[0].commands()[3].starts_with("AUTH PLAIN"));
    // Another way to say it.
    let site = Site::starttls(|script| script);
    let args = ["--ca-file", "ca.pem", "--tls", "starttls"];
    site.fetch("pop3s", "localhost", &args).succeeds();
    site.delivered();
}

#[test]
fn no_tls_at_all() {
    let site = Site::plain(|script| script);
    site.fetch("pop3", "localhost", &["--tls", "none"]).succeeds();
    site.delivered();
    // A server that could do better is not asked to.
    let site = Site::starttls(|script| script);
    site.fetch("pop3", "localhost", &["--tls", "none"]).succeeds();
    assert!(!site.server.finished_log()[0].is_tls());
}

#[test]
fn a_password_does_not_leave_the_machine_in_the_clear() {
    // An address of this machine that is not the loopback's; nothing is sent to find it out.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let known = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    let listener = known.and_then(|address| TcpListener::bind((address.ip(), 0)));
    let listener = listener.ok().filter(|it| !it.local_addr().unwrap().ip().is_loopback());
    let Some(listener) = listener else {
        eprintln!("skipped: no address here but the loopback's");
        return;
    };
    let address = listener.local_addr().unwrap().ip();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.write_all(b"+OK ready\r\n").unwrap();
        let mut heard = String::new();
        let mut buffer = [0; 1024];
        while let Ok(octets @ 1..) = socket.read(&mut buffer) {
            heard.push_str(&String::from_utf8_lossy(&buffer[..octets]));
            let answer = match &buffer[..octets] {
                b"CAPA\r\n" => "+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n",
                _ => "+OK\r\n",
            };
            socket.write_all(answer.as_bytes()).unwrap();
            if heard.ends_with("QUIT\r\n") {
                break;
            }
        }
        heard
    });
    let home = Home::new();
    let url = format!("pop3://user@{address}:{port}");
    let mut command = home.command(&["list", &url, "--tls", "none", "--timeout", "10"]);
    let output = run(command.env("POPFETCH_PASSWORD", "secret"));
    let sentence = "is not protected; the password was not sent";
    let output = output.says(sentence);
    assert_eq!(server.join().unwrap(), "CAPA\r\nQUIT\r\n");
    fails(output, 64, sentence, Some("--allow-cleartext-password"));
}

/// Where none of the system's authorities is trusted, the program starts itself again so that
/// OpenSSL reads none; a command of the user's is not to notice.
#[test]
fn a_password_command_finds_the_systems_authorities() {
    let world = World::new();
    world.add_many(1);
    let variables = "printenv SSL_CERT_FILE SSL_CERT_DIR >>seen; echo once >>asked";
    let command = format!("{variables}; echo {PASSWORD}");
    let url = world.url();
    let args = ["list", &url, "--ca-file", "ca.pem", "--password-command", &command];
    world.home.run(&args).succeeds();
    assert_eq!(fs::read_to_string(world.home.path("seen")).unwrap(), "");
    assert_eq!(fs::read_to_string(world.home.path("asked")).unwrap(), "once\n");
    // Certificates that can be read only once are read once.
    let args = ["list", &url, "--ca-file", "/dev/stdin", "--password-command", &command];
    let script = "cat ca.pem | \"$0\" \"$@\"";
    run(&mut behind(&["sh", "-c", script], &world.home.command(&args))).succeeds();
    let args = ["list", &url, "--ca-file", "ca.pem", "--password-command", &command];
    fs::remove_file(world.home.path("seen")).unwrap();
    // What the user says stays as it is.
    let mut with_own = world.home.command(&args);
    run(with_own.env("SSL_CERT_FILE", "/dev/null/mine")).succeeds();
    assert_eq!(fs::read_to_string(world.home.path("seen")).unwrap(), "/dev/null/mine\n");
}
