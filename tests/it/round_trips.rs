//! How few round trips a run takes, by what it remembers of the server; and that what has changed
//! since is found out.

use crate::support::World;
use crate::support::expect::run;
use crate::support::server::{Action, Capabilities, Entry, Pipelined, Script, Session};

fn lines(capabilities: &[&str]) -> Capabilities {
    Capabilities::lines(capabilities.iter().copied())
}

/// The flights of the last connection, only the verbs; a flight is what arrived before anything of
/// it was answered.
fn flights(world: &World) -> Vec<String> {
    verbs(world.server.finished_log().last().unwrap())
}

fn verbs(session: &Session) -> Vec<String> {
    let verb = |line: &String| line.split(' ').next().unwrap().to_owned();
    let join = |flight: &Vec<String>| flight.iter().map(verb).collect::<Vec<_>>().join(" ");
    session.flights().iter().map(join).collect()
}

/// A world in which one message was fetched.
fn met(change: impl FnOnce(Script) -> Script) -> World {
    let world = World::with(change);
    world.add_many(1);
    world.fetch(&[]).succeeds();
    world
}

#[test]
fn a_look_for_new_mail() {
    let world = World::new();
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["CAPA", "AUTH", "CAPA", "STAT UIDL LIST", "QUIT"]);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
    // One that only looks remembers nothing, and knows all the same.
    world.run("list", &["--short"]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
    world.run("list", &["--count"]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "STAT", "QUIT"]);
}

#[test]
fn nobody_waits_for_the_answer_to_quit_that_nothing_hangs_on() {
    let world = met(|script| script.on("QUIT", Action::Stall));
    world.run("list", &[]).succeeds();
    let args = ["--to", &world.home.to(), "--delete"];
    run(&mut world.command_within("1", "fetch", &args)).exits(75).says("did not confirm");
}

#[test]
fn nothing_is_remembered_of_what_was_said_in_the_clear() {
    let world = World::with(Script::in_the_clear);
    for _ in 0..2 {
        world.fetch(&["--tls", "none"]).succeeds();
        assert_eq!(flights(&world), ["CAPA", "AUTH", "CAPA", "STAT UIDL LIST", "QUIT"]);
    }
}

#[test]
fn nothing_that_was_said_under_tls_holds_in_the_clear() {
    let world = met(|script| script);
    world.now(Script::in_the_clear);
    world.fetch(&["--tls", "none"]).succeeds();
    assert_eq!(flights(&world), ["CAPA", "AUTH", "CAPA", "STAT UIDL LIST", "QUIT"]);
    world.run("list", &["--tls", "none", "--count"]).succeeds();
    assert_eq!(flights(&world), ["CAPA", "AUTH", "STAT", "QUIT"]);
    // And it is still known where it was said.
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
}

#[test]
fn stls() {
    let world = World::with(Script::over_starttls);
    world.fetch(&["--tls", "starttls"]).succeeds();
    world.fetch(&["--tls", "starttls"]).succeeds();
    assert_eq!(flights(&world), ["STLS", "AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
    // Without TLS there is no way on, whatever is remembered.
    world.now(|script| script.over_starttls().on("STLS", Action::Reply(b"-ERR no\r\n".to_vec())));
    world.fetch(&["--tls", "starttls"]).exits(69).says("the server refuses STLS");
    assert_eq!(flights(&world), ["STLS"]);
}

#[test]
fn another_way_to_log_in() {
    let world = met(|script| script);
    // What is remembered is no longer offered.
    world
        .now(|script| script.capabilities(lines(&["USER", "UIDL", "PIPELINING"])).on("AUTH", no()));
    // The password was in it: it is not sent by another way in the same run.
    world.fetch(&[]).exits(75);
    assert_eq!(flights(&world), ["AUTH", "QUIT"]);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["CAPA", "USER", "PASS", "CAPA", "STAT UIDL LIST", "QUIT"]);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["USER", "PASS", "CAPA STAT UIDL LIST", "QUIT"]);
    // One that is asked for by name and was not offered then.
    world.now(|script| script);
    world.fetch(&["--auth", "plain"]).succeeds();
    assert_eq!(flights(&world)[..2], ["CAPA", "AUTH"]);
}

fn no() -> Action {
    Action::Reply(b"-ERR what?\r\n".to_vec())
}

#[test]
fn a_password_that_is_wrong_now() {
    let world = met(|script| script);
    world.now(|script| script.login("alice", "another"));
    world.fetch(&[]).exits(77);
    // `[AUTH]` says what it is about.
    assert_eq!(flights(&world), ["AUTH", "QUIT"]);
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world)[0], "CAPA", "nothing is taken for granted after a failure");
}

#[test]
fn pipelining_that_is_gone() {
    let world = met(|script| script);
    world.now(|script| script.capabilities(lines(&["SASL PLAIN", "UIDL", "TOP"])));
    world.add_many(3);
    world.fetch(&["--delete"]).succeeds();
    // The first flight goes by what is remembered; nothing behind it does.
    let flights = flights(&world);
    assert_eq!(flights[..2], ["AUTH", "CAPA STAT UIDL LIST"]);
    assert!(flights[2..].iter().all(|flight| !flight.contains(' ')), "{flights:?}");
}

#[test]
fn expire_0_that_is_new() {
    let world = met(|script| script);
    world.now(|script| {
        let lines = lines(&["SASL PLAIN", "UIDL", "TOP", "PIPELINING", "EXPIRE 0"]);
        script.capabilities(lines).on("RETR 3", Action::CutBody { after: 9 })
    });
    world.add_many(3);
    world.fetch(&[]).exits(75);
    assert!(!flights(&world).contains(&"QUIT".to_owned()), "it would delete what is not here");
}

#[test]
fn no_capa_any_more() {
    let world = met(|script| script);
    world.now(|script| script.on("CAPA", no()));
    world.add_many(2);
    world.fetch(&[]).succeeds();
    let flights = flights(&world);
    assert_eq!(flights[1], "CAPA STAT UIDL LIST");
    assert_eq!(flights[2..], ["RETR", "RETR", "QUIT"], "nothing is known to be allowed");
    assert_eq!(world.mail().messages().len(), 3);
}

#[test]
fn as_many_commands_ahead_as_the_user_says() {
    /// The most commands that ever waited for their replies.
    fn most(session: &Session) -> usize {
        let mut unanswered = 0;
        let mut most = 0;
        for entry in &session.entries {
            match entry {
                Entry::Read { commands, .. } => unanswered += commands.len(),
                Entry::Sent(_) => unanswered = 0,
                _ => {}
            }
            most = most.max(unanswered);
        }
        most
    }
    for (pipeline, expected) in [("off", 1), ("1", 1), ("4", 4), ("auto", 30), ("1000", 30)] {
        let world = World::new();
        world.add_many(30);
        world.fetch(&["--pipeline", pipeline, "--delete"]).succeeds();
        assert_eq!(most(&world.server.finished_log()[0]), expected, "--pipeline {pipeline}");
        assert_eq!(world.mail().messages().len(), 30);
    }
    let world = World::new();
    world.fetch(&["--pipeline", "0"]).exits(64).says("neither auto nor off nor a number");
}

#[test]
fn one_at_a_time_after_a_silence_with_many_commands_on_their_way() {
    let world = met(|script| script);
    world.add_many(5);
    world.now(|script| script.on("RETR 3", Action::Stall));
    run(&mut world.command_within("1", "fetch", &["--to", &world.home.to()])).exits(75);
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    assert!(flights(&world).iter().all(|flight| !flight.contains(' ')), "{:?}", flights(&world));
    world.move_times(-2);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
}

/// Two runs: one that learns that the server cannot take several commands, and one a month later.
#[test]
fn pipelining_is_tried_again_some_day() {
    let world = World::with(|script| script.pipelined(Pipelined::Closed));
    world.add_many(1);
    world.fetch(&[]).succeeds();
    assert_eq!(world.server.finished_log().len(), 2);
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA", "STAT", "UIDL", "LIST", "QUIT"]);
    world.move_times(-31);
    world.fetch(&[]).succeeds();
    assert_eq!(flights(&world), ["AUTH", "CAPA STAT UIDL LIST", "QUIT"]);
}
