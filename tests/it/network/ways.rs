//! Each way carries mail, from a real server, over TLS that knows the server by its name.

use std::net::{Ipv4Addr, SocketAddr};

use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::expect::{fails, run};
use crate::support::proxy::{HIDDEN, LOGIN, Proxy};
use crate::support::relay::Relay;
use crate::support::server::{Mailbox, Script, Server};
use crate::support::{Home, Output};

const MESSAGE: &str = "Subject: far away\n\nand yet here\n";

/// Relays its standard input and output; the argument is the port.
const TUNNEL: &str = "
import os, socket, sys, threading
line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
def up():
    while data := os.read(0, 65536): line.sendall(data)
    line.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := line.recv(65536):
    while data: data = data[os.write(1, data):]
";

/// A home with an account whose server is known by a name that only proxies know.
struct Far {
    home: Home,
    dovecot: Dovecot,
}

impl Far {
    fn new() -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        home.write("tunnel.py", TUNNEL);
        let dovecot = Dovecot::start(&authority.issue(Leaf::new().names([HIDDEN])));
        dovecot.deliver("alice", MESSAGE);
        Self { home, dovecot }
    }

    fn server(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.dovecot.port()).into()
    }

    /// Fetches with more lines of the account's configuration, and more arguments.
    fn fetch(&self, lines: &str, args: &[&str]) -> Output {
        let port = self.dovecot.port();
        let config = format!(
            "[accounts.far]\nhost = \"{HIDDEN}\"\nport = {port}\nuser = \"alice\"\n\
             ca-file = \"ca.pem\"\nto = \"maildir:mail\"\n{lines}\n"
        );
        self.home.write("config.toml", config);
        let fixed = ["fetch", "far", "--config", "config.toml"];
        let mut command = self.home.command(&[&fixed, args].concat());
        run(command.env("POPFETCH_PASSWORD", PASSWORD))
    }
}

#[test]
fn without_a_way_the_name_is_unknown() {
    let far = Far::new();
    fails(far.fetch("", &[]), 68, &format!("far: cannot find the host {HIDDEN}"), Some("spelt"));
}

#[test]
fn proxies_carry_mail_and_look_the_name_up_themselves() {
    type Start = fn(bool, SocketAddr) -> Proxy;
    for (scheme, start, prefix) in [
        ("socks5", Proxy::socks as Start, "name "),
        ("socks5h", Proxy::socks, "name "),
        ("http", Proxy::http, ""),
    ] {
        for with_login in [false, true] {
            let far = Far::new();
            let proxy = start(with_login, far.server());
            let at = format!("127.0.0.1:{}", proxy.port());
            let login = format!("{}:{}@", LOGIN.0.replace('@', "%40"), LOGIN.1);
            let login = if with_login { &login } else { "" };
            far.fetch(&format!("proxy = \"{scheme}://{login}{at}\""), &[]).succeeds();
            far.home.mail().holds([MESSAGE]);
            let place = format!("{HIDDEN}:{}", far.dovecot.port());
            assert_eq!(proxy.asked(), [format!("{prefix}{place}")]);
        }
    }
}

#[test]
fn a_proxy_of_the_command_line_counts_before_the_configured_way() {
    let far = Far::new();
    let proxy = Proxy::socks(false, far.server());
    let url = format!("socks5://localhost:{}", proxy.port());
    far.fetch("tunnel = \"exit 1\"", &["--proxy", &url]).succeeds();
    far.home.mail().holds([MESSAGE]);
    // And the other way round: no proxy at all.
    let lines = format!("proxy = \"{url}\"");
    fails(far.fetch(&lines, &["--proxy", "none"]), 68, "cannot find the host", Some("spelt"));
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn an_address_is_sent_as_one() {
    for (host, target) in [
        ("127.0.0.1", "IPv4 [127, 0, 0, 1]:995"),
        ("::1", "IPv6 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]:995"),
    ] {
        let far = Far::new();
        let proxy = Proxy::socks(false, far.server());
        let url = format!(
            "pop3s://alice@{}",
            if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
        );
        let way = format!("socks5://127.0.0.1:{}", proxy.port());
        let args = ["list", &url, "--proxy", &way, "--ca-file", "ca.pem"];
        let mut command = far.home.command(&args);
        // The certificate is for the name.
        let sentence = format!("the certificate of {host} was refused: it is not for {host}");
        run(command.env("POPFETCH_PASSWORD", PASSWORD)).exits(76).says(&sentence);
        assert_eq!(proxy.asked()[0], target);
    }
}

#[test]
fn a_tunnel_and_a_socket_carry_mail() {
    let tunnel = |far: &Far| format!("tunnel = \"exec python3 tunnel.py {}\"", far.dovecot.port());
    let words =
        |far: &Far| format!("tunnel = [\"python3\", \"tunnel.py\", \"{}\"]", far.dovecot.port());
    let socket = |_: &Far| "socket = \"pop3.sock\"".to_owned();
    let ways: [&dyn Fn(&Far) -> String; 3] = [&tunnel, &words, &socket];
    for way in ways {
        let far = Far::new();
        let _relay = Relay::unix(&far.home.path("pop3.sock"), far.server());
        far.fetch(&way(&far), &[]).succeeds();
        far.home.mail().holds([MESSAGE]);
        far.fetch(&way(&far), &[]).succeeds();
        far.home.mail().holds([MESSAGE]);
    }
}

#[test]
fn tls_to_the_end_of_a_tunnel_is_for_the_host() {
    let far = Far::new();
    let tunnel = format!("tunnel = \"echo >>runs; exec python3 tunnel.py {}\"", far.dovecot.port());
    far.home.write(
        "other.toml",
        format!(
            "[accounts.far]\nhost = \"pop.example.com\"\nuser = \"alice\"\nca-file = \"ca.pem\"\n{tunnel}\n"
        ),
    );
    let mut command = far.home.command(&["list", "far", "--config", "other.toml"]);
    let sentence = "the certificate of pop.example.com was refused: it is not for pop.example.com";
    run(command.env("POPFETCH_PASSWORD", PASSWORD)).exits(76).says(sentence);
    // It may have asked its user for something: it is not run again to look at the certificate.
    assert_eq!(std::fs::read_to_string(far.home.path("runs")).unwrap(), "\n");
}

#[test]
fn ways_that_lead_nowhere() {
    for (way, status, sentence) in [
        ("tunnel = \"exit 255\"", 75, "the tunnel command exited with status 255"),
        ("tunnel = \"kill -9 $$\"", 75, "the tunnel command was ended by a signal: 9 (SIGKILL)"),
        ("tunnel = \"exit 0\"", 75, "broke during the TLS handshake"),
        ("tunnel = [\"/nowhere/ssh\"]", 78, "cannot start the tunnel command: No such file"),
        ("socket = \"nothing\"", 75, "/nothing: No such file"),
        ("socket = \"closed\"", 69, "/closed: connection refused"),
        (
            "proxy = \"socks5://127.0.0.1:1\"",
            69,
            "cannot connect to the proxy socks5://127.0.0.1:1: connection refused",
        ),
        (
            "proxy = \"http://no-such-proxy.invalid:1\"",
            68,
            "cannot find the host no-such-proxy.invalid",
        ),
    ] {
        let far = Far::new();
        drop(std::os::unix::net::UnixListener::bind(far.home.path("closed")).unwrap());
        let output = far.fetch(way, &[]).exits(status).says(sentence);
        assert!(output.stderr.starts_with("popfetch: far: "), "{}", output.stderr);
    }
}

/// A tunnel is not to see more than it needs, and its complaints are the user's to read.
#[test]
fn what_a_tunnel_sees_and_says() {
    let far = Far::new();
    let script = "printenv SSL_CERT_FILE POPFETCH_PASSWORD >seen; echo out of order >&2; exit 3";
    let output = far.fetch(&format!("tunnel = \"{script}\""), &[]).exits(75);
    assert!(output.stderr.starts_with("out of order\npopfetch: far: "), "{}", output.stderr);
    assert_eq!(std::fs::read_to_string(far.home.path("seen")).unwrap(), "");
}

#[test]
fn there_is_one_way() {
    let far = Far::new();
    for (lines, first, second) in [
        ("proxy = \"none\"\ntunnel = \"x\"", "proxy", "tunnel"),
        ("tunnel = \"x\"\nsocket = \"y\"", "tunnel", "socket"),
        ("socket = \"y\"\nproxy = \"http://h:1\"", "proxy", "socket"),
    ] {
        let sentence = format!("there is one way to a server, either {first} or {second}");
        fails(far.fetch(lines, &[]), 78, &sentence, None);
    }
    // An account's own counts before what holds for all.
    let _relay = Relay::unix(&far.home.path("pop3.sock"), far.server());
    far.fetch("socket = \"pop3.sock\"\n[defaults]\ntunnel = \"exit 1\"", &[]).succeeds();
    far.home.mail().holds([MESSAGE]);
}

/// Only what stays on this machine is safe in the clear.
#[test]
fn no_password_goes_in_the_clear_where_the_way_may_lead_away() {
    let home = Home::new();
    let mailbox = Mailbox::new();
    let server = Server::start(Script::new(), &mailbox);
    let port = server.port();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let socks = Proxy::socks(false, address);
    let http = Proxy::http(false, address);
    let _relay = Relay::unix(&home.path("pop3.sock"), address);
    home.write("tunnel.py", TUNNEL);
    for (way, is_safe) in [
        (format!("tunnel = \"python3 tunnel.py {port}\""), false),
        (format!("proxy = \"socks5://127.0.0.1:{}\"", socks.port()), false),
        (format!("proxy = \"http://127.0.0.1:{}\"", http.port()), false),
        ("socket = \"pop3.sock\"".to_owned(), true),
        (String::new(), true),
    ] {
        home.write(
            "config.toml",
            format!(
                "[accounts.near]\nhost = \"localhost\"\nport = {port}\nuser = \"user\"\n\
                 tls = \"none\"\n{way}\n"
            ),
        );
        let mut command = home.command(&["list", "near", "--config", "config.toml"]);
        let output = run(command.env("POPFETCH_PASSWORD", "secret"));
        if is_safe {
            output.succeeds();
        } else {
            let sentence = "near: the connection to localhost is not protected";
            fails(output, 64, sentence, Some("--allow-cleartext-password"));
        }
    }
    let heard: Vec<_> = server.finished_log();
    assert_eq!(heard.len(), 5);
    for session in &heard[..3] {
        assert_eq!(session.commands(), ["CAPA", "QUIT"]);
    }
}
