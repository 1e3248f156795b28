//! How an account is, by what is known here; when cron is told of a fault, and when not.

use crate::support::World;
use crate::support::accounts::Accounts;
use crate::support::expect::reply;
use crate::support::server::{Capabilities, Script};

/// One account, `work`, with these lines.
fn accounts(lines: &str, change: impl FnOnce(Script) -> Script) -> Accounts {
    let mut accounts = Accounts::new();
    accounts.serve("alice", change);
    configure(&accounts, lines);
    accounts
}

fn configure(accounts: &Accounts, lines: &str) {
    let section = accounts.section("work", "alice");
    accounts.config(&format!("{}{section}{lines}\n", Accounts::defaults()));
}

fn in_use(script: Script) -> Script {
    script.on("AUTH", reply("-ERR [SYS/TEMP] out to lunch"))
}

fn mend(accounts: &Accounts, change: impl FnOnce(Script) -> Script) {
    accounts.change("alice", change);
}

#[test]
fn an_account_before_and_after_its_runs() {
    let accounts = accounts("delete = \"14d\"", |script| script.on("RETR 2", reply("-ERR no")));
    let none = accounts.run(&["status"]).succeeds();
    assert_eq!(none.text(), "work\tnever\t\t0\t0\t\t0\t\n");
    accounts.run(&["status", "--max-age", "1h"]).exits(75).says("no run has gone well yet");

    accounts.mailbox("alice").add("Subject: a\r\n\r\na\r\n");
    accounts.mailbox("alice").add("Subject: b\r\n\r\nb\r\n");
    accounts.run(&["fetch"]).exits(74);
    let status = &accounts.run(&["status", "--json"]).succeeds().json()[0];
    assert_eq!(status["account"], "work");
    assert_eq!(status["seen"], 1);
    assert_eq!(status["waiting_deletes"], 1);
    assert_eq!(status["failing"][0]["runs"], 1);
    assert!(status["last_success"].is_null() && status["last_login"].is_i64());

    mend(&accounts, |script| script);
    accounts.run(&["fetch"]).succeeds();
    let text = accounts.run(&["status", "work", "--max-age", "1h"]).succeeds();
    let fields: Vec<&str> = text.text().trim_end_matches('\n').split('\t').collect();
    assert_eq!((fields[1], fields[3], fields[4], fields[6]), ("ok", "2", "2", "0"));
    accounts.move_times("work", -1);
    accounts.run(&["status", "--max-age", "1h"]).exits(75).says("well was 24 h ago");

    // A fault shows until a run goes well, and says nothing secret.
    mend(&accounts, in_use);
    accounts.run(&["fetch"]).exits(75);
    let failing = accounts.run(&["status"]).succeeds();
    assert!(failing.text().contains("\tfailing\t"), "{}", failing.text());
    assert!(failing.text().contains("[SYS/TEMP] out to lunch"), "{}", failing.text());
    mend(&accounts, |script| script);
    accounts.run(&["fetch"]).succeeds();
    assert!(accounts.run(&["status"]).succeeds().text().contains("\tok\t"));
}

#[test]
fn cron_is_told_of_a_fault_once_when_it_lasts_and_once_when_it_is_over() {
    let accounts = accounts("report-errors-after = \"12h\"", in_use);
    let silent = |status: i32| {
        let output = accounts.run(&["fetch"]).exits(status);
        assert_eq!(output.stderr, "", "cron would send a mail");
    };
    silent(75);
    silent(75);
    // It has lasted for a day now.
    accounts.move_times("work", -1);
    accounts.run(&["fetch"]).exits(75).says("out to lunch");
    silent(75);
    mend(&accounts, |script| script);
    accounts.run(&["fetch"]).exits(0).says("works again, after 24 h");
    silent(0);
    // One that is over before it was told of never was.
    mend(&accounts, in_use);
    silent(75);
    mend(&accounts, |script| script);
    silent(0);
    // What does not pass by itself is told at once, and the events tell all.
    mend(&accounts, |script| script.on("AUTH", reply("-ERR [SYS/PERM] gone")));
    accounts.run(&["fetch"]).exits(69).says("gone");
    mend(&accounts, in_use);
    let events = accounts.run(&["fetch", "--json"]).exits(75);
    assert!(events.text().contains("out to lunch"), "{}", events.text());
}

#[test]
fn without_the_key_every_run_says_what_is_wrong() {
    let accounts = accounts("", in_use);
    for _ in 0..2 {
        accounts.run(&["fetch"]).exits(75).says("out to lunch");
    }
    mend(&accounts, |script| script);
    accounts.run(&["fetch"]).succeeds();
}

/// An account of which cron hears once, at a server that `change` makes refuse its password.
fn damped(change: impl FnOnce(Script) -> Script) -> Accounts {
    accounts("report-errors-after = \"1h\"", change)
}

#[test]
fn a_password_that_was_refused_is_not_tried_again_until_something_changes() {
    let accounts = damped(|script| script.login("alice", "another"));
    let tries = || accounts.server("alice").finished_log().len();
    accounts.run(&["fetch"]).exits(77).says("cannot log in");
    // It was said once, and cron has heard it.
    let output = accounts.run(&["fetch"]).exits(77);
    assert_eq!(output.stderr, "");
    let again = accounts.run(&["fetch", "--json"]).exits(77);
    assert!(again.text().contains("has refused this password before"), "{}", again.text());
    assert!(again.text().contains("--retry"), "{}", again.text());
    assert_eq!(tries(), 1);
    // A person who only looks may try, and so may who insists.
    accounts.run(&["list"]).exits(77).says("the server says");
    accounts.run(&["fetch", "--retry"]).exits(77).says("the server says");
    assert_eq!(tries(), 3);
    // Another password, or another way to log in.
    let with = |password: &str| {
        accounts.run_with(&["fetch"], |command| {
            command.env("POPFETCH_PASSWORD", password);
        })
    };
    with("a third").exits(77).says("the server says");
    accounts.run(&["fetch", "work", "--auth", "user"]).exits(77).says("the server says");
    with("another").exits(0).says("works again");
    // After it went well nothing is held against the old one.
    mend(&accounts, |script| script);
    accounts.run(&["fetch"]).succeeds();
}

#[test]
fn a_refusal_that_may_mean_anything_is_believed_the_third_time() {
    let accounts = damped(|script| {
        let lines = Capabilities::lines(["SASL PLAIN", "UIDL", "TOP"]);
        script
            .capabilities(lines)
            .on("AUTH", reply("-ERR Logon failure: unknown user name or bad password."))
    });
    for _ in 0..3 {
        accounts.run(&["fetch"]).exits(77).says("Logon failure");
    }
    assert_eq!(accounts.run(&["fetch"]).exits(77).stderr, "");
    assert_eq!(accounts.server("alice").finished_log().len(), 3);
}

#[test]
fn where_every_run_tells_every_run_tries() {
    let world = World::with(|script| script.login("alice", "another"));
    world.fetch(&[]).exits(77).says("the server says");
    world.now(|script| script);
    world.fetch(&[]).succeeds();
}
