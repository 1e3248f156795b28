//! Proxies that refuse, or that are none.

use crate::support::Home;
use crate::support::expect::{fails, run};
use crate::support::proxy::LOGIN;
use crate::support::turns::{Then, answering};

/// A proxy's answers, one after the other, and what is said of it.
struct Case {
    answers: &'static [&'static [u8]],
    then: Then,
    status: i32,
    sentence: &'static str,
}

const fn closes(answers: &'static [&'static [u8]], status: i32, sentence: &'static str) -> Case {
    Case { answers, then: Then::Close, status, sentence }
}

const fn stalls(answers: &'static [&'static [u8]], status: i32, sentence: &'static str) -> Case {
    Case { answers, then: Then::Stall, status, sentence }
}

const FINE: &[u8] = b"\x05\0";

/// Without a login.
const SOCKS: &[Case] = &[
    stalls(&[b"\x04\0"], 76, "it does not speak SOCKS 5"),
    stalls(&[b"HTTP/1.1 400 Bad Request\r\n\r\n"], 76, "it does not speak SOCKS 5"),
    stalls(&[b"\x05\xff"], 77, "it wants a login"),
    stalls(&[b"\x05\x02"], 76, "it chose a way to log in (2) that was not offered"),
    stalls(&[b"\x05\x01"], 76, "it chose a way to log in (1) that was not offered"),
    closes(&[b""], 75, "it closed the connection"),
    closes(&[b"\x05"], 75, "it closed the connection"),
    closes(&[FINE], 75, "it closed the connection"),
    closes(&[FINE, b"\x05\0\0"], 75, "it closed the connection"),
    closes(&[FINE, b"\x05\0\0\x01\0\0\0"], 75, "it closed the connection"),
    closes(&[FINE, b"\x05\0\0\x03\xffshort"], 75, "it closed the connection"),
    stalls(&[FINE, b"\x05\0\0\x07"], 76, "it sends an address of no known type (7)"),
    stalls(&[FINE, b"\x04\0\0\x01\0\0\0\0\0\0"], 76, "it does not speak SOCKS 5"),
    stalls(&[FINE, b"\x05\x01\0\x01"], 75, "pop.example.com:995: general failure"),
    stalls(&[FINE, b"\x05\x02\0\x01"], 69, "pop.example.com:995: its rules do not allow it"),
    stalls(&[FINE, b"\x05\x03\0\x01"], 75, "pop.example.com:995: network unreachable"),
    stalls(&[FINE, b"\x05\x04\0\x01"], 75, "pop.example.com:995: host unreachable"),
    stalls(&[FINE, b"\x05\x05\0\x01"], 69, "pop.example.com:995: connection refused"),
    stalls(
        &[FINE, b"\x05\x06\0\x01"],
        75,
        "pop.example.com:995: the way is too long (TTL expired)",
    ),
    stalls(
        &[FINE, b"\x05\x07\0\x01"],
        69,
        "pop.example.com:995: it does not know the command CONNECT",
    ),
    stalls(&[FINE, b"\x05\x08\0\x01"], 69, "pop.example.com:995: it does not know such addresses"),
    stalls(&[FINE, b"\x05\x09\0\x01"], 75, "pop.example.com:995: for a reason without a name"),
    stalls(&[], 75, "it does not answer"),
    stalls(&[FINE, b"\x05\0\0\x03\xff"], 75, "it does not answer"),
];

/// With one.
const SOCKS_LOGIN: &[Case] = &[
    stalls(&[b"\x05\xff"], 77, "it refuses the login"),
    stalls(&[b"\x05\x02", b"\x01\x01"], 77, "it refuses the login"),
    stalls(&[b"\x05\x02", b"\x05\0"], 76, "it answers the login in version 5, not 1"),
    closes(&[b"\x05\x02", b"\x01"], 75, "it closed the connection"),
];

const HTTP: &[Case] = &[
    stalls(&[b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"], 77, "it wants a login"),
    stalls(
        &[b"HTTP/1.1 403 Forbidden\r\n\r\n"],
        69,
        "pop.example.com:995: its rules do not allow it (status 403)",
    ),
    stalls(
        &[b"HTTP/1.1 404 Not Found\r\nX: y\r\n\r\n<html>"],
        69,
        "pop.example.com:995: status 404",
    ),
    stalls(&[b"HTTP/1.1 502 Bad Gateway\r\n\r\n"], 75, "pop.example.com:995: status 502"),
    stalls(&[b"HTTP/1.0 504 \x1b[31mred\r\n\r\n"], 75, "pop.example.com:995: status 504"),
    stalls(&[b"HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n"], 69, "pop.example.com:995: status 301"),
    stalls(&[b"+OK ready\r\n"], 76, "it does not speak HTTP"),
    stalls(&[b"\x05\0"], 76, "it does not speak HTTP"),
    stalls(&[b"HTTP/1.1 abc\r\n\r\n"], 76, "it does not speak HTTP"),
    stalls(&[b"HTTP/1.1 2000 OK\r\n\r\n"], 76, "it does not speak HTTP"),
    stalls(&[b"HTTP/2 200\r\n\r\n"], 76, "it does not speak HTTP"),
    closes(&[b"HTTP/1.1 200 OK\r\nVia: x\r\n"], 75, "it closed the connection"),
    closes(&[b""], 75, "it closed the connection"),
    stalls(&[b"HTTP/1.1 200 OK\r\n"], 75, "it does not answer"),
    stalls(&[&[b'x'; 1]], 76, "it does not speak HTTP"),
];

const HTTP_LOGIN: &[Case] = &[stalls(&[b"HTTP/1.1 407 No\r\n\r\n"], 77, "it refuses the login")];

/// Lists through a proxy with `scheme` that answers so; gives what popfetch says, and what the
/// proxy heard.
fn list(
    scheme: &str,
    with_login: bool,
    answers: Vec<Vec<u8>>,
    then: Then,
) -> (crate::support::Output, u16, Vec<u8>) {
    let (port, peer) = answering(answers, then);
    let home = Home::new();
    let login = if with_login { format!("me:{}@", LOGIN.1) } else { String::new() };
    home.write(
        "config.toml",
        format!(
            "[accounts.a]\nhost = \"pop.example.com\"\nuser = \"alice\"\nconnect-timeout = 2\n\
             proxy = \"{scheme}://{login}127.0.0.1:{port}\"\n"
        ),
    );
    let mut command = home.command(&["list", "a", "--config", "config.toml"]);
    let output = run(command.env("POPFETCH_PASSWORD", "secret"));
    let heard = peer.join().unwrap();
    (output, port, heard)
}

#[test]
fn proxies_that_do_not_lead_on() {
    for (scheme, with_login, cases) in [
        ("socks5", false, SOCKS),
        ("socks5", true, SOCKS_LOGIN),
        ("http", false, HTTP),
        ("http", true, HTTP_LOGIN),
    ] {
        for Case { answers, then, status, sentence } in cases {
            let answers = answers.iter().map(|answer| answer.to_vec()).collect();
            let (output, port, heard) = list(scheme, with_login, answers, *then);
            let output = output.exits(*status).says(sentence);
            let proxy = format!("popfetch: a: the proxy {scheme}://127.0.0.1:{port}: it ");
            assert!(output.stderr.starts_with(&proxy), "{}", output.stderr);
            assert!(output.stderr.lines().count() <= 2, "{}", output.stderr);
            assert!(!output.stderr.contains(LOGIN.1) && !output.stderr.contains('\x1b'));
            // The mailbox's own password is not for a proxy.
            assert!(!String::from_utf8_lossy(&heard).contains("secret"));
        }
    }
}

#[test]
fn an_answer_without_an_end_is_not_read_for_ever() {
    let mut endless = b"HTTP/1.1 200 OK\r\n".to_vec();
    endless.extend(b"X-Header: and on it goes\r\n".repeat(4096));
    let (output, ..) = list("http", false, vec![endless], Then::Stall);
    output.exits(76).says("it sends an answer without an end");
    let mut long = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    long.extend(vec![b'y'; 100_000]);
    let (output, ..) = list("http", false, vec![long], Then::Stall);
    output.exits(76).says("it sends an answer without an end");
}

/// What stands behind the proxy's answer is the server's, however early it comes.
#[test]
fn what_comes_right_behind_the_answer_is_not_lost() {
    let greeting = b"HTTP/1.1 200 OK\r\n\r\n+OK early\r\n".to_vec();
    let (port, peer) = answering([greeting, b"-ERR what?\r\n".to_vec()], Then::Close);
    let home = Home::new();
    let proxy = format!("http://127.0.0.1:{port}");
    let args = ["list", "pop3://user@pop.example.com", "--tls", "none", "--proxy", &proxy];
    let output = run(home.command(&args).env("POPFETCH_PASSWORD", "secret"));
    fails(output, 64, "the connection to pop.example.com is not protected", Some("use TLS"));
    let heard = String::from_utf8(peer.join().unwrap()).unwrap();
    let request = "CONNECT pop.example.com:110 HTTP/1.1\r\nHost: pop.example.com:110\r\n\r\n";
    assert_eq!(heard, format!("{request}CAPA\r\nQUIT\r\n"));
}

#[test]
fn a_name_that_is_too_long_for_socks() {
    let home = Home::new();
    let (port, peer) = answering([], Then::Close);
    let url = format!("pop3s://user@{}", ["a"; 129].join("."));
    let proxy = format!("socks5://127.0.0.1:{port}");
    let args = ["list", &url, "--proxy", &proxy];
    let output = run(home.command(&args).env("POPFETCH_PASSWORD", "secret"));
    output.exits(69).says("it takes no host name of more than 255 octets");
    assert_eq!(peer.join().unwrap(), b"");
}

#[test]
fn a_proxys_password_is_kept() {
    let home = Home::new();
    for url in [
        "socks5://me:hunter22@h",
        "http://me:hunter22@h:1",
        "socks5://me:hunter22",
        "x://me:hunter22@h",
    ] {
        let args = ["list", "pop3s://a@pop.example.com", "--proxy", url];
        let output = home.run(&args).exits(64).says("--proxy");
        assert!(!output.stderr.contains("hunter22"), "{}", output.stderr);
    }
    let write = |proxy: &str| {
        let text = format!("[accounts.a]\nhost = \"h\"\nuser = \"u\"\nproxy = \"{proxy}\"\n");
        home.write("config.toml", text)
    };
    let config = |args: &[&str]| home.run(&[&["config", "--config", "config.toml"], args].concat());
    let path = write("socks5://me:hunter22@proxy.example.com");
    for args in [&["show"][..], &["show", "--json"], &["show", "-v"]] {
        let output = config(args).succeeds();
        assert!(output.text().contains("socks5://proxy.example.com:1080"), "{}", output.text());
        assert!(!output.text().contains("hunter22"), "{}", output.text());
    }
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fails(config(&["show"]), 78, "holds a password, and others can read", Some("chmod 600"));
    write("socks5://proxy.example.com");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    config(&["show"]).succeeds();
    write("socks5://me:hunter22");
    let output = config(&["show"]).exits(78).says("a proxy is written");
    assert!(!output.stderr.contains("hunter22"));
}

/// Whatever sets variables is not asked who may see the connection.
#[test]
fn variables_name_no_proxy() {
    let home = Home::new();
    let mut command = home.command(&["list", "pop3s://a@no-such-host.invalid"]);
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "http_proxy"] {
        command.env(name, "socks5://127.0.0.1:1");
    }
    let output = run(command.env("POPFETCH_PASSWORD", "x"));
    fails(output, 68, "cannot find the host no-such-host.invalid", Some("spelt"));
}
