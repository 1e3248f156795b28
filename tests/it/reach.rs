//! Servers that are not there.

use std::net::TcpListener;

use crate::support::expect::{fails, run};
use crate::support::namespace::Namespace;
use crate::support::{Home, Output};

fn fetch_url(url: &str, args: &[&str]) -> (Home, Output) {
    let home = Home::new();
    let to = home.to();
    let fixed = ["fetch", url, "--to", &to, "--timeout", "5"];
    let output = run(home.command(&[&fixed, args].concat()).env("POPFETCH_PASSWORD", "x"));
    (home, output)
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (_home, output) = fetch_url(&format!("pop3s://alice@localhost:{port}"), &[]);
    let sentence = format!("cannot connect to localhost:{port}: connection refused");
    fails(output, 69, &sentence, None);
}

#[test]
fn no_such_host() {
    let (_home, output) = fetch_url("pop3s://alice@no-such-host.invalid", &[]);
    let sentence = "cannot find the host no-such-host.invalid: no such name";
    fails(output, 68, sentence, Some("is the name spelt right?"));
}

#[test]
fn a_resolver_that_fails() {
    let Some(namespace) = Namespace::new() else { return };
    let home = Home::new();
    // Nothing listens there: the question cannot even be asked.
    home.write("resolv.conf", "nameserver 127.0.0.77\noptions timeout:1 attempts:1\n");
    let to = home.to();
    let args = ["fetch", "pop3s://alice@pop.example.com", "--to", &to, "--timeout", "10"];
    let mut command = home.command(&args);
    command.env("POPFETCH_PASSWORD", "x");
    let script = "mount --bind resolv.conf /etc/resolv.conf && exec \"$@\"";
    let output = namespace.run(script, &command);
    fails(output, 75, "cannot look up the host pop.example.com", None);
}
