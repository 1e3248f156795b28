//! Servers that are not there, and servers that do not answer.

use std::net::TcpListener;

use crate::support::expect::{fails, hasty, run, untouched};
use crate::support::namespace::Namespace;
use crate::support::server::{Action, Trigger};
use crate::support::{Home, Output, World};

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

#[test]
fn stalls_end_in_every_phase() {
    for (trigger, awaited) in [
        (Trigger::connect(), "the TLS handshake with localhost"),
        (Trigger::greeting(), "the greeting"),
        (Trigger::verb("CAPA").nth(1), "the reply to CAPA"),
        (Trigger::verb("AUTH"), "the reply to AUTH PLAIN"),
        (Trigger::verb("CAPA").nth(2), "the reply to CAPA"),
        (Trigger::verb("STAT"), "the reply to STAT"),
        (Trigger::verb("UIDL"), "the reply to UIDL"),
        (Trigger::verb("LIST"), "the reply to LIST"),
        (Trigger::verb("RETR"), "the reply to RETR 1"),
    ] {
        let world = World::with(|script| script.on(trigger, Action::Stall));
        let all = world.add_many(2);
        fails(hasty(&world, &["--delete"]), 75, awaited, None);
        untouched(&world, &all);
    }
}

#[test]
fn a_listing_that_stalls_in_the_middle() {
    for verb in ["CAPA", "UIDL", "LIST"] {
        let stall = Action::StallBody { after: 5 };
        let world = World::with(|script| script.on(verb, stall));
        let all = world.add_many(2);
        fails(hasty(&world, &[]), 75, &format!("the rest of the reply to {verb}"), None);
        untouched(&world, &all);
    }
}

#[test]
fn a_body_that_stalls() {
    let stall = Action::StallBody { after: 20 };
    let world = World::with(|script| script.on("RETR 3", stall));
    let all = world.add_many(4);
    let output = hasty(&world, &["--delete"]).exits(75).says("the rest of message 3");
    assert!(output.stderr.contains("timed out"), "{}", output.stderr);
    world.mail().holds(&all[..2]);
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_stall_at_quit_matters_only_where_something_hangs_on_it() {
    let world = World::with(|script| script.on("QUIT", Action::Stall));
    let all = world.add_many(2);
    assert_eq!(hasty(&world, &[]).exits(0).stderr, "");
    world.mail().holds(&all);
    let sentence = "localhost did not confirm that 2 messages are deleted: timed out";
    fails(hasty(&world, &["--delete"]), 75, sentence, None);
    assert_eq!(world.mailbox.len(), 2);
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_cut_body() {
    for after in [0, 1, 30] {
        let cut = Action::CutBody { after };
        let world = World::with(|script| script.on("RETR 4", cut));
        let all = world.add_many(5);
        let output = world.fetch(&[]).exits(75);
        let output = output.says("the server closed the connection instead of sending the rest");
        // One line an account: the message that broke it is named in it.
        assert!(output.stderr.lines().all(|line| line.contains("message 4")), "{}", output.stderr);
        world.mail().holds(&all[..3]);
        assert_eq!(world.mailbox.len(), 5);
        world.now(|script| script);
        world.fetch(&[]).succeeds();
        world.mail().holds(&all);
    }
}
