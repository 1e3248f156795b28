//! Standard output: an mboxrd stream or the messages' own bytes.

use crate::support::World;
use crate::support::expect::{fails, run, untouched};
use crate::support::home::behind;

const TRICKY: &str = "Return-Path: <bounce@example.org>\nSubject: x\n\nFrom a\n>From b\n.\nend\n";

fn add(world: &World, text: &str) {
    world.mailbox.add(text.replace('\n', "\r\n"));
}

/// The stream without its From_ line, whose date is that of the run.
fn without_from_line(stream: &str) -> (&str, &str) {
    stream.split_once('\n').expect("a From_ line")
}

#[test]
fn an_mboxrd_stream_with_quoting_and_a_blank_line() {
    let world = World::new();
    add(&world, TRICKY);
    let output = world.run("fetch", &["--to", "-", "-n", "1"]).succeeds();
    let (from, rest) = without_from_line(output.text());
    assert!(from.starts_with("From bounce@example.org "), "{from}");
    // `Thu Jan  1 00:00:00 1970`: 24 characters.
    assert_eq!(from.len(), "From bounce@example.org ".len() + 24);
    assert_eq!(rest, TRICKY.replace("From a", ">From a").replace(">From b", ">>From b") + "\n");
}

#[test]
fn raw_is_the_messages_own_bytes_and_nothing_between() {
    let world = World::new();
    add(&world, TRICKY);
    add(&world, "Subject: y\n\nlast\n");
    let both = format!("{TRICKY}Subject: y\n\nlast\n");
    let output = world.run("fetch", &["--to", "-", "--all", "--raw"]).succeeds();
    assert_eq!(output.text(), both);
    let crlf = world.run("fetch", &["--to", "-", "--all", "--raw", "--crlf"]).succeeds();
    assert_eq!(crlf.text(), both.replace('\n', "\r\n"));
}

#[test]
fn a_look_records_nothing_and_deletes_nothing() {
    let world = World::new();
    world.add_many(2);
    world.run("fetch", &["--to", "-", "--all"]).succeeds();
    let list = world.run("list", &["--short"]).succeeds();
    assert!(list.lines().iter().all(|line| line.contains("\tnew\t")));
    assert_eq!(world.mailbox.len(), 2);
    // With --delete on the command line it is meant.
    world.run("fetch", &["--to", "-", "-n", "1", "--delete"]).succeeds();
    assert_eq!(world.mailbox.uids(), [b"uid-000002"]);
}

#[test]
fn without_a_choice_what_is_new_goes_out_once() {
    let world = World::new();
    world.add_many(3);
    let first = world.run("fetch", &["--to", "-"]).succeeds();
    assert_eq!(first.text().matches("From MAILER-DAEMON ").count(), 3);
    assert_eq!(world.run("fetch", &["--to", "-"]).succeeds().text(), "");
    world.add("late");
    let third = world.run("fetch", &["--to", "-", "--raw"]).succeeds();
    assert_eq!(third.text(), "From: x@example.org\nSubject: late\n\nlate\n");
}

#[test]
fn a_maildir_and_standard_output_at_once() {
    let world = World::new();
    let all = world.add_many(2);
    let output = world.fetch(&["--to", "-", "--raw"]).succeeds();
    assert_eq!(output.text(), all.concat());
    world.mail().holds(&all);
    assert_eq!(world.fetch(&["--to", "-", "--raw"]).succeeds().text(), "");
}

#[test]
fn no_spool_is_left_behind() {
    let world = World::new();
    world.add_many(2);
    world.run("fetch", &["--to", "-"]).succeeds();
    let state = world.home.path("state/popfetch");
    let mut names: Vec<_> = std::fs::read_dir(state)
        .expect("the state directory")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let stem = world.account().replace(':', "%3A");
    assert_eq!(names, [format!("{stem}.db"), format!("{stem}.lock")]);
}

/// Mail for a standard output that is closed would be lost.
#[test]
fn mail_for_a_closed_standard_output() {
    let world = World::new();
    let all = world.add_many(3);
    let command = world.command("fetch", &["--to", "-", "--delete"]);
    for how in ["\"$@\" >&-", "\"$@\" <&- >&-"] {
        let output = run(&mut behind(&["sh", "-c", how, "sh"], &command));
        fails(output, 74, "standard output is closed", None);
    }
    untouched(&world, &all);
    // To throw it away on purpose is something else.
    let command = world.command("fetch", &["--to", "-", "--delete"]);
    run(&mut behind(&["sh", "-c", "\"$@\" >/dev/null", "sh"], &command)).succeeds();
    assert!(world.mailbox.is_empty());
}
