//! What is looked at, one thing a row.

use std::fs;

use crate::support::Output;
use crate::support::home::finish_within;
use crate::support::server::{Action, Gate, Script, Trigger};

use super::lab::{LIMIT, Lab};

/// A look at a program: what stands in its cell.
type Look = fn(&mut Lab) -> String;

pub(super) const ALL: [(&str, Look); 11] = [
    ("A certificate that nobody vouches for, no option about it given", certificate),
    ("The first of five messages cannot be read: of the others come", bad_message),
    ("... and the exit status says", bad_message_status),
    ("The line is cut in the third of five, then a second run: come; come twice", cut),
    ("A second run starts during the first: of five messages come; come twice", at_once),
    ("Two messages with one unique-id: come", same_uid),
    ("Unique-ids of 8-bit octets and of 80 octets: of two messages come", odd_uids),
    ("A server without unique-ids, mail kept, two runs: of three messages come", no_uidl),
    ("An octet NUL and a line of 20,000 octets arrive as sent", octets),
    ("The Maildir does not exist yet", no_maildir),
    ("The Maildir has vanished since the last run (disk not mounted)", vanished),
];

fn certificate(lab: &mut Lab) -> String {
    lab.add(1);
    lab.trusts_by_default();
    let _ = lab.fetch();
    let commands: Vec<String> =
        lab.sessions().iter().flat_map(|session| session.commands()).map(str::to_owned).collect();
    let said = |verb: &str| commands.iter().any(|command| command.starts_with(verb));
    if said("PASS") || said("AUTH PLAIN") { "gets the password" } else { "refused" }.to_owned()
}

/// A mailbox with a message that the server does not give out, fetched from twice.
fn bad(lab: &mut Lab) -> Option<Output> {
    lab.add(5);
    let refuse = || Action::Reply(b"-ERR cannot read that message\r\n".to_vec());
    lab.server(|script| script.on("RETR 1", refuse()).on("TOP 1", refuse()));
    let _ = lab.fetch();
    lab.fetch()
}

fn bad_message(lab: &mut Lab) -> String {
    bad(lab);
    format!("{} of 4", lab.arrived().0)
}

fn bad_message_status(lab: &mut Lab) -> String {
    match bad(lab) {
        None => "nothing: it hangs".to_owned(),
        Some(output) if lab.is_content(&output) => "all is well".to_owned(),
        Some(_) => "a failure".to_owned(),
    }
}

fn cut(lab: &mut Lab) -> String {
    lab.add(5);
    let cut = |verb: &str| Trigger::from(verb).connection(1);
    lab.server(|script| {
        script
            .on(cut("RETR 3"), Action::CutBody { after: 10 })
            .on(cut("TOP 3"), Action::CutBody { after: 10 })
    });
    for _ in 0..2 {
        let _ = lab.fetch();
    }
    let (come, twice) = lab.arrived();
    format!("{come}; {twice}")
}

fn at_once(lab: &mut Lab) -> String {
    lab.add(5);
    let gate = Gate::default();
    let first = |verb: &str| Trigger::from(verb).connection(1);
    lab.server(|script| {
        script
            .on(first("RETR 1"), Action::Hold(gate.clone()))
            .on(first("TOP 1"), Action::Hold(gate.clone()))
    });
    let run = lab.start();
    lab.wait_for_command(&["RETR 1", "TOP 1 "]);
    let _ = lab.fetch();
    gate.open();
    finish_within(run, LIMIT);
    let (come, twice) = lab.arrived();
    format!("{come}; {twice}")
}

fn same_uid(lab: &mut Lab) -> String {
    lab.add(2);
    lab.server(|script| script.uid_override(1, "same").uid_override(2, "same"));
    let _ = lab.fetch();
    format!("{} of 2", lab.arrived().0)
}

fn odd_uids(lab: &mut Lab) -> String {
    lab.add(2);
    let long = "x".repeat(80);
    lab.server(|script| script.uid_override(1, b"caf\xe9".to_vec()).uid_override(2, long.clone()));
    let _ = lab.fetch();
    format!("{} of 2", lab.arrived().0)
}

fn no_uidl(lab: &mut Lab) -> String {
    lab.add(3);
    lab.server(Script::no_uidl);
    let _ = lab.fetch();
    let last = lab.fetch();
    let is_content = last.is_some_and(|output| lab.is_content(&output));
    match lab.mail().len() {
        0 if is_content => "none, and no error".to_owned(),
        0 => "none, an error".to_owned(),
        all => format!("{all}"),
    }
}

fn octets(lab: &mut Lab) -> String {
    let long = "0123456789".repeat(2_000);
    lab.mailbox.add(format!(
        "From: a@example.org\r\nSubject: one\r\n\r\nbefore\0after\r\n{long}\r\nend\r\n"
    ));
    let _ = lab.fetch();
    match (lab.mail().len(), lab.arrived().0) {
        (0, _) => "nothing comes",
        (_, 0) => "no",
        _ => "yes",
    }
    .to_owned()
}

fn no_maildir(lab: &mut Lab) -> String {
    lab.add(1);
    lab.has_no_maildir();
    let _ = lab.fetch();
    if lab.arrived().0 == 1 { "is made" } else { "an error" }.to_owned()
}

fn vanished(lab: &mut Lab) -> String {
    lab.add(1);
    let _ = lab.fetch();
    assert_eq!(lab.arrived(), (1, 0));
    lab.add(1);
    fs::remove_dir_all(lab.maildir().path()).unwrap();
    let _ = lab.fetch();
    if lab.mail().is_empty() { "an error" } else { "a new one is made" }.to_owned()
}
