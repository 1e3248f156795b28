//! When a server is left alone for a while, and when it is asked once more.

use crate::support::World;
use crate::support::accounts::Accounts;
use crate::support::expect::reply;
use crate::support::server::{Action, Capabilities, Pipelined, Script, Trigger};

/// A server that announces `LOGIN-DELAY delay` where `after` says: behind the login, or before it.
fn announcing(script: Script, delay: &str, after: bool) -> Script {
    let common = ["SASL PLAIN", "UIDL", "TOP", "RESP-CODES"];
    let delay = format!("LOGIN-DELAY {delay}");
    let with = Capabilities::lines(common.iter().copied().chain([delay.as_str()]));
    let without = Capabilities::lines(common);
    let (before, behind) = if after { (without, with) } else { (with, without) };
    script.capabilities_before_login(before).capabilities_after_login(behind)
}

fn connections(world: &World) -> usize {
    world.server.finished_log().len()
}

#[test]
fn a_server_that_announces_a_delay_is_left_alone_for_as_long() {
    for (case, delay, after, clear) in [
        ("before the login", "300", false, false),
        ("for this user", "300 USER", true, false),
        ("in the clear", "300", false, true),
        ("longer than any sense", "4294967295", false, false),
    ] {
        let change = |script: Script| {
            let script = announcing(script, delay, after);
            if clear { script.in_the_clear() } else { script }
        };
        let world = World::with(change);
        let flags: &[&str] = if clear { &["--tls", "none"] } else { &[] };
        let with = |more: &[&'static str]| [flags, more].concat();
        world.add_many(1);
        world.fetch(flags).succeeds();
        assert_eq!(world.mail().messages().len(), 1, "{case}");

        // Within the delay nothing is done, and cron has nothing to say.
        world.add_many(1);
        let output = world.fetch(flags).succeeds();
        assert_eq!((output.text(), output.stderr.as_str()), ("", ""), "{case}");
        world.fetch(&with(&["-v"])).exits(0).says("skipped: the server allows the next login in");
        world.fetch(&with(&["--exit-code"])).exits(1);
        world.fetch(&with(&["--dry-run", "-v"])).exits(0).says("skipped: the server allows");
        let json = world.fetch(&with(&["--json"])).succeeds();
        assert!(json.text().contains("the server allows the next login"), "{case}");
        assert_eq!(connections(&world), 1, "{case}");
        // Who asks for something in particular may try.
        world.run("list", flags).succeeds();
        world.run("fetch", &with(&["--to", "-", "-n", "1"])).succeeds();
        assert_eq!(connections(&world), 3, "{case}");

        world.move_times(-2);
        world.fetch(flags).succeeds();
        assert_eq!(world.mail().messages().len(), 2, "{case}");
    }
}

#[test]
fn a_delay_of_the_configuration() {
    let mut accounts = Accounts::new();
    let stored = accounts.serve_mail("alice", 2);
    let section = accounts.section("work", "alice");
    accounts.config(&format!("{}{section}login-delay = 900\n", Accounts::defaults()));
    accounts.run(&["fetch"]).succeeds();
    accounts.run(&["fetch", "-v"]).exits(0).says("the next login in 15 min");
    accounts.mail("work").holds(&stored);
    assert_eq!(accounts.server("alice").finished_log().len(), 1);
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_out() {
    let world = World::with(|script| announcing(script, "300", false));
    world.fetch(&[]).succeeds();
    world.move_times(3);
    world.fetch(&[]).succeeds();
    world.move_hours(2);
    world.fetch(&[]).succeeds();
    assert_eq!(connections(&world), 3);
}

#[test]
fn a_server_that_wants_to_be_left_alone_is_not_tried_again_after_a_login() {
    let delayed = |script: Script| announcing(script, "300", false);
    let logins = |world: &World| {
        let log = world.server.finished_log();
        log.iter().flat_map(|it| it.commands()).filter(|it| it.starts_with("AUTH")).count()
    };
    let world = World::with(|script| delayed(script).on("STAT", Action::Close));
    world.fetch(&["--retries", "2"]).exits(75);
    assert_eq!(logins(&world), 1);
    // Nor where the cause may be that commands were sent together: the next run is more careful.
    let together = Capabilities::lines(["SASL PLAIN", "UIDL", "PIPELINING", "LOGIN-DELAY 300"]);
    let world = World::with(|script| script.capabilities(together).pipelined(Pipelined::Closed));
    world.fetch(&[]).exits(75);
    assert_eq!(logins(&world), 1);
    world.move_times(-1);
    world.fetch(&[]).succeeds();
    assert_eq!(logins(&world), 2);
}

/// The first `times` connections get `answer` to the command.
fn at_first(script: Script, command: &str, times: usize, answer: &str) -> Script {
    (1..=times)
        .fold(script, |script, at| script.on(Trigger::verb(command).connection(at), reply(answer)))
}

#[test]
fn what_may_pass_is_tried_again_and_nothing_else() {
    let in_use = "-ERR [IN-USE] another session";
    for (case, command, answer, flags, tries, status) in [
        ("in use for a moment", "AUTH", in_use, &[][..], 2, 0),
        ("in use, and nobody wants to wait", "AUTH", in_use, &["--retries", "0"], 1, 75),
        ("a bad day", "UIDL", "-ERR [SYS/TEMP] no", &["--retries", "1"], 2, 0),
        ("a bad day that nobody waits for", "UIDL", "-ERR [SYS/TEMP] no", &[], 1, 75),
        ("a bad day at the login", "AUTH", "-ERR [SYS/TEMP] no", &["--retries", "2"], 2, 0),
        ("a wrong password", "AUTH", "-ERR [AUTH] no", &["--retries", "9"], 1, 77),
        ("one that has no code", "AUTH", "-ERR no", &["--retries", "9"], 1, 75),
        ("words that sound like a bad day", "AUTH", "-ERR busy", &["--retries", "9"], 1, 75),
        ("too early", "AUTH", "-ERR [LOGIN-DELAY] no", &["--retries", "9"], 1, 75),
        ("a fault that lasts", "AUTH", "-ERR [SYS/PERM] no", &["--retries", "9"], 1, 69),
    ] {
        let world = World::with(|script| at_first(script, command, 1, answer));
        let stored = world.add_many(2);
        let output = world.fetch(flags);
        assert_eq!(output.status, status, "{case}: {}", output.stderr);
        assert_eq!(connections(&world), tries, "{case}");
        let came = if status == 0 { stored.len() } else { 0 };
        assert_eq!(world.mail().messages().len(), came, "{case}");
    }
}

#[test]
fn a_mailbox_that_stays_in_use_is_given_up() {
    let world = World::with(|script| script.on("AUTH", reply("-ERR [IN-USE] another session")));
    world.run("list", &["--retries", "2"]).exits(75).says("[IN-USE] another session");
    assert_eq!(connections(&world), 3);
}

#[test]
fn a_line_that_is_cut_in_the_middle_is_taken_up_where_it_was() {
    let cut = Trigger::from("RETR 4").connection(1);
    let world = World::with(|script| script.on(cut, Action::Close));
    let stored = world.add_many(6);
    world.fetch(&["--retries", "1"]).succeeds();
    world.mail().holds(&stored);
    let log = world.server.finished_log();
    assert_eq!(log.len(), 2);
    // What was complete is not asked for again.
    assert!(!log[1].commands().contains(&"RETR 1"));
}

#[test]
fn a_look_that_has_shown_something_is_not_begun_again() {
    let cut = Trigger::from("RETR 4").connection(1);
    let world = World::with(|script| script.on(cut, Action::Close));
    world.add_many(6);
    world.run("fetch", &["--to", "-", "--all", "--retries", "1"]).exits(75);
    assert_eq!(connections(&world), 1);
}
