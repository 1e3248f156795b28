//! The server: from presets, from the DNS, from the web.

use std::process::Command;

use super::{Newcomer, PASSWORD};
use crate::support::certs::{Authority, Leaf};
use crate::support::expect::run;
use crate::support::name_server::{NameServer, Record};
use crate::support::proxy::Proxy;
use crate::support::web::{Web, elsewhere, page};
use crate::support::{Home, Terminal};

/// What `init --dry-run` prints.
fn plan(home: &Home, args: &[&str]) -> String {
    let fixed = ["init", "--dry-run", "--yes"];
    run(&mut home.command(&[&fixed, args].concat())).succeeds().text().to_owned()
}

#[test]
fn presets() {
    let home = Home::new();
    for (address, args, expected) in [
        ("al@gmx.de", &[][..], "[accounts.gmx]\nhost = \"pop.gmx.net\"\nuser = \"al@gmx.de\"\n"),
        (
            "al@web.de",
            &[],
            "[accounts.web]\nhost = \"pop3.web.de\"\nuser = \"al\"\n\
             to = \"maildir:~/Mail/{account}\"\nlogin-delay = 900\n",
        ),
        (
            "al@outlook.com",
            &["--oauth-client-id", "9e5f"],
            "[accounts.outlook]\nhost = \"outlook.office365.com\"\nuser = \"al@outlook.com\"\n\
             oauth-provider = \"microsoft\"\noauth-client-id = \"9e5f\"\n",
        ),
        (
            "al@gmail.com",
            &["--user", "recent:al@gmail.com", "--password-command", "pass show x"],
            "[accounts.gmail]\nhost = \"pop.gmail.com\"\nuser = \"recent:al@gmail.com\"\n\
             password-command = \"pass show x\"\n",
        ),
        (
            "pop3://bob@h.example.com:2110",
            &["--delete-after", "14d", "--first-fetch", "seen", "-4"],
            "[accounts.example]\nhost = \"h.example.com\"\nport = 2110\ntls = \"starttls\"\n\
             user = \"bob\"\naddress-family = \"ipv4\"\nto = \"maildir:~/Mail/{account}\"\n\
             delete = \"14d\"\nfirst-fetch = \"seen\"\n",
        ),
    ] {
        let printed = plan(&home, &[&[address], args].concat());
        assert!(printed.starts_with(expected), "{address}:\n{printed}");
    }
}

fn record(name: &'static str, priority: u16, port: u16, target: &'static str) -> Record {
    Record { name, priority, port, target }
}

#[test]
fn services_in_the_dns() {
    let home = Home::new();
    let records = || {
        vec![
            record("_pop3s._tcp.a.test", 20, 995, "second.a.test"),
            record("_pop3s._tcp.a.test", 10, 1995, "first.a.test"),
            record("_pop3._tcp.b.test", 0, 110, "pop.b.test"),
            record("_pop3s._tcp.c.test", 0, 0, "."),
            record("_pop3._tcp.c.test", 0, 110, "pop.c.test"),
        ]
    };
    for servers in [NameServer::start(records()), NameServer::start_with_long_answers(records())] {
        let dns = servers.address();
        for (address, expected) in [
            ("al@a.test", "host = \"first.a.test\"\nport = 1995\nuser = \"al@a.test\"\n"),
            ("al@b.test", "host = \"pop.b.test\"\ntls = \"starttls\"\nuser = \"al@b.test\"\n"),
            ("al@c.test", "host = \"pop.c.test\"\ntls = \"starttls\"\nuser = \"al@c.test\"\n"),
        ] {
            let printed = plan(&home, &[address, "--dns", &dns]);
            assert!(printed.contains(expected), "{address}:\n{printed}");
        }
        assert_eq!(servers.asked()[0], "_pop3s._tcp.a.test");
    }
}

#[test]
fn no_password_goes_where_only_others_say() {
    let newcomer = Newcomer::with(1);
    let port = newcomer.dovecot.port();
    let servers = NameServer::start(vec![
        record("_pop3s._tcp.example.test", 0, port, "localhost"),
        record("_pop3s._tcp.localhost", 0, port, "localhost"),
    ]);
    let dns = servers.address();
    let to = newcomer.home.to();
    let fixed = ["--dns", &dns, "--ca-file", "ca.pem", "--to", &to, "--user", "alice"];
    let store = ["--store", "none", "--name", "work"];
    let flags = |address, more: &[&'static str]| -> Command {
        let mut command = newcomer.command(&[&[address], &fixed[..], &store[..], more].concat());
        command.env("POPFETCH_PASSWORD", PASSWORD);
        command
    };
    // Without a terminal, whether it is of the same domain or not.
    for address in ["alice@localhost", "alice@example.test"] {
        run(&mut flags(address, &[])).exits(64).says("--accept-host takes it");
        newcomer.has_written_nothing();
    }
    run(&mut flags("alice@example.test", &["--accept-host"])).succeeds();
    // On one: asked, and what is of another domain is not the default.
    let mut terminal = newcomer.init(&[&["alice@example.test"], &fixed[..]].concat());
    terminal
        .shows("named by the DNS records of example.test.")
        .shows("It belongs to another domain")
        .answers("Use this server? [y/N]: ", "")
        .shows("Server (host, host:port or pop3://host): ")
        .keys("\x03")
        .ends(130);
    let mut terminal = newcomer.init(&[&["alice@localhost"], &fixed[..]].concat());
    terminal
        .answers("Use this server? [Y/n]: ", "")
        .shows("is configured already, as the account 'work'")
        .ends(78);
}

fn advice(host: &str) -> String {
    page(&format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"x\"><incomingServer type=\"pop3\">\
         <hostname>{host}</hostname><port>995</port><socketType>SSL</socketType>\
         <username>%EMAILLOCALPART%</username></incomingServer></emailProvider></clientConfig>"
    ))
}

#[test]
fn pages_of_a_domain() {
    let home = Home::new();
    let authority = Authority::new();
    home.write("ca.pem", authority.ca_pem());
    let names = ["autoconfig.a.test", "a.test", "autoconfig.b.test", "b.test"];
    let more = ["autoconfig.c.test", "c.test", "autoconfig.thunderbird.net"];
    let certificate = authority.issue(Leaf::new().names([&names[..], &more].concat()));
    let pages = vec![
        ("autoconfig.a.test/mail/config-v1.1.xml?emailaddress=al%40a.test", advice("pop.a.test")),
        ("b.test/.well-known/autoconfig/mail/config-v1.1.xml", advice("pop.b.test")),
        ("autoconfig.thunderbird.net/v1.1/c.test", advice("pop.c.test")),
        // Into the clear: not followed, and the next page is asked.
        (
            "autoconfig.b.test/mail/config-v1.1.xml?emailaddress=al%40b.test",
            elsewhere("http://evil.test/config"),
        ),
        // Elsewhere, but as safe as here.
        (
            "c.test/.well-known/autoconfig/mail/config-v1.1.xml",
            elsewhere("https://a.test/no-such-page"),
        ),
    ];
    let web = Web::start(&certificate, pages);
    let proxy = Proxy::http(false, web.address());
    let through = format!("http://127.0.0.1:{}", proxy.port());
    let trusting = ["--proxy", &through, "--ca-file", "ca.pem"];
    for (address, host) in
        [("al@a.test", "pop.a.test"), ("al@b.test", "pop.b.test"), ("al@c.test", "pop.c.test")]
    {
        let printed = plan(&home, &[&[address], &trusting[..]].concat());
        let expected = format!("host = \"{host}\"\nuser = \"al\"\n");
        assert!(printed.contains(&expected), "{address}:\n{printed}");
    }
    let asked = proxy.asked();
    assert!(!asked.iter().any(|place| place.starts_with("evil.test")), "{asked:?}");
    assert!(web.asked().contains(&"a.test/no-such-page".to_owned()), "{:?}", web.asked());
    // Whose certificate is not trusted is not believed.
    let args = ["init", "--dry-run", "--yes", "al@a.test", "--proxy", &through];
    home.run(&args).exits(64).says("no server was found for a.test");
}

#[test]
fn nobody_knows_the_server() {
    let newcomer = Newcomer::new();
    let servers = NameServer::start(vec![record("_pop3s._tcp.a.invalid", 0, 995, "x")]);
    let dns = servers.address();
    let server = newcomer.server();
    let mut terminal = Terminal::start(
        &newcomer.home,
        &newcomer.command(&["alice@b.invalid", "--dns", &dns, "--ca-file", "ca.pem"]),
    );
    terminal
        .shows("Nobody says which server has the mail of b.invalid")
        .answers("Server (host, host:port or pop3://host): ", &server)
        .answers("User name [alice@b.invalid]: ", "alice")
        .shows("Password for alice at localhost: ")
        .keys("\x03")
        .ends(130);
    newcomer.has_written_nothing();
}
