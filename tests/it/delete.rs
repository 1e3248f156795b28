//! Deleting by hand.

use crate::support::expect::{fails, reply, run};
use crate::support::server::{Action, Mailbox, Script, Server, Trigger};
use crate::support::{Home, World};

#[test]
fn delete_refuses_what_was_never_delivered() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    world.add("never fetched");
    let output = world.run("delete", &["-n", "3", "--yes"]).exits(74);
    let sentence = "message 3 (uid-000003) failed: it was never delivered here (--unfetched";
    let output = output.says(sentence);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert_eq!(output.text(), format!("{}: nothing deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.len(), 3);
    let log = world.server.finished_log();
    assert!(!log.iter().any(|s| s.commands().iter().any(|line| line.starts_with("DELE"))));

    // What was delivered goes all the same.
    let output = world.run("delete", &["-n", "2-3", "--yes"]).exits(74).says(sentence);
    assert_eq!(output.text(), format!("{}: 1 message deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.uids(), [b"uid-000001", b"uid-000003"]);
    let output = world.run("delete", &["--uid", "uid-000003", "--yes", "--unfetched"]).succeeds();
    assert_eq!(output.text(), format!("{}: 1 message deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.uids(), [b"uid-000001"]);
}

#[test]
fn a_look_is_no_delivery() {
    let world = World::new();
    world.add_many(1);
    world.run("fetch", &["--to", "-", "--all"]).succeeds();
    world.run("list", &[]).succeeds();
    world.run("delete", &["--all", "--yes"]).exits(74).says("it was never delivered here");
    assert_eq!(world.mailbox.len(), 1);
}

#[test]
fn delete_in_rehearsal() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    let output = world.run("delete", &["--seen", "--dry-run"]).succeeds();
    let would = |line: &&str| line.contains("would delete message");
    assert_eq!(output.lines().iter().filter(|line| would(line)).count(), 2, "{}", output.text());
    assert_eq!(world.mailbox.len(), 2);
    let log = world.server.finished_log();
    assert!(!log.iter().any(|s| s.commands().iter().any(|line| line.starts_with("DELE"))));
}

#[test]
fn delete_says_what_the_server_confirmed() {
    for (action, said) in [
        (Action::Close, "closed the connection"),
        (reply("-ERR [SYS/TEMP] some deleted messages not removed"), "[SYS/TEMP] some deleted"),
        (reply("+OKAY"), "expected +OK or -ERR"),
    ] {
        let world = World::new();
        world.add_many(2);
        world.fetch(&[]).succeeds();
        world.now(|script| script.on("QUIT", action));
        let output = world.run("delete", &["--all", "--yes"]);
        let sentence = "localhost did not confirm that 2 messages are deleted";
        let output = fails(output, 75, sentence, None).says(said);
        assert_eq!(output.text(), "", "nothing is claimed");
        assert_eq!(world.mailbox.len(), 2);
        world.now(|script| script);
        let output = world.run("delete", &["--all", "--yes"]).succeeds();
        assert!(output.text().contains("2 messages deleted on the server"));
        assert!(world.mailbox.is_empty());
    }
}

#[test]
fn delete_after_the_server_did_it_unheard() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    world.now(|script| script.on("QUIT", Action::ExecuteAndClose));
    world.run("delete", &["--all", "--yes"]).exits(75);
    assert!(world.mailbox.is_empty());
    world.now(|script| script);
    let output = world.run("delete", &["--all", "--yes"]).succeeds();
    assert!(output.text().contains("nothing deleted"), "{}", output.text());
}

#[test]
fn a_number_that_is_not_there() {
    let world = World::new();
    let all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let output = world.run("delete", &["-n", "7", "--yes"]).exits(0);
    assert!(output.text().contains("nothing deleted"), "{}", output.text());
    assert_eq!(world.mailbox.len(), all.len());
}

#[test]
fn an_empty_mailbox() {
    let world = World::new();
    assert_eq!(world.run("list", &[]).succeeds().text(), "");
    assert_eq!(world.run("list", &["--count"]).succeeds().text(), "0\n");
    assert_eq!(world.fetch(&["--delete"]).succeeds().text(), "");
    // A server that refuses to list nothing.
    let refuse = |script: Script| {
        let none = reply("-ERR no messages");
        script.on("LIST", none.clone()).on("UIDL", none)
    };
    world.now(refuse);
    assert_eq!(world.run("list", &[]).succeeds().text(), "");
    world.fetch(&[]).succeeds();
}

#[test]
fn a_server_that_only_speaks_when_spoken_to_is_not_waited_for_twice() {
    // A plain server for a TLS client that does not even greet: nobody says anything.
    let home = Home::new();
    let mailbox = Mailbox::new();
    let script = Script::new().on(Trigger::greeting(), Action::Stall);
    let server = Server::start(script, &mailbox);
    let url = format!("pop3://user@localhost:{}", server.port());
    let mut command = home.command(&["list", &url, "--timeout", "1"]);
    let output = run(command.env("POPFETCH_PASSWORD", "secret"));
    fails(output, 75, "timed out waiting for the greeting", None);
    assert_eq!(server.finished_log().len(), 1);
}
