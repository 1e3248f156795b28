//! What is shown to a server over a line that anybody can read.

use std::net::{IpAddr, UdpSocket};

use crate::support::Home;
use crate::support::expect::{reply, run};
use crate::support::server::{Capabilities, Mailbox, Script, Server};

/// An address of this machine that is not the loopback's; nothing is sent to find it out.
fn address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    let address = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr()).ok()?.ip();
    (!address.is_loopback()).then_some(address)
}

/// It offers everything, and refuses all of it.
fn server(address: IpAddr) -> Server {
    let sasl = "SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER EXTERNAL";
    let script = Script::new()
        .greeting("+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n")
        .capabilities(Capabilities::lines(["UIDL", "USER", sasl]));
    let refused = || reply("-ERR [AUTH] no");
    let script = script.on("AUTH", refused()).on("USER", refused()).on("APOP", refused());
    Server::start_at(address, script, &Mailbox::new())
}

#[test]
fn what_needs_a_protected_line_gets_one() {
    let Some(address) = address() else {
        eprintln!("skipped: no address here but the loopback's");
        return;
    };
    const PASSWORD: &str = "the password was not sent";
    const TOKEN: &str = "the token was not sent";
    for (auth, allowed, without, with) in [
        ("", PASSWORD, "", "AUTH SCRAM-SHA-256"),
        ("USER", PASSWORD, "", "USER alice"),
        ("APOP", PASSWORD, "", "APOP alice"),
        ("PLAIN", PASSWORD, "", "AUTH PLAIN"),
        ("LOGIN", PASSWORD, "", "AUTH LOGIN"),
        ("CRAM-MD5", PASSWORD, "", "AUTH CRAM-MD5"),
        ("SCRAM-SHA-1", "", "AUTH SCRAM-SHA-1", "AUTH SCRAM-SHA-1"),
        ("SCRAM-SHA-256", "", "AUTH SCRAM-SHA-256", "AUTH SCRAM-SHA-256"),
        ("XOAUTH2", TOKEN, "", ""),
        ("OAUTHBEARER", TOKEN, "", ""),
        ("EXTERNAL", "", "AUTH EXTERNAL", "AUTH EXTERNAL"),
    ] {
        for (flag, sent) in [(&[][..], without), (&["--allow-cleartext-password"], with)] {
            let server = server(address);
            let home = Home::new();
            let url = format!("pop3://alice@{address}:{}", server.port());
            let mut args = vec!["list", &url, "--tls", "none", "--timeout", "10"];
            args.extend(flag);
            if !auth.is_empty() {
                args.extend(["--auth", auth]);
            }
            let output = run(home.command(&args).env("POPFETCH_PASSWORD", "pw-Zq7"));
            let (status, says) = if sent.is_empty() { (64, allowed) } else { (77, "[AUTH] no") };
            let output = output.exits(status).says(says);
            assert!(!output.stderr.contains("pw-Zq7"), "{}", output.stderr);
            let log = server.finished_log();
            let commands = log[0].commands();
            let words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let tried: Vec<String> =
                commands[1..commands.len() - 1].iter().map(|line| words(line)).collect();
            let expected: Vec<&str> = Some(sent).into_iter().filter(|s| !s.is_empty()).collect();
            assert_eq!(tried, expected, "{auth} {flag:?}: {commands:?}");
        }
    }
}
