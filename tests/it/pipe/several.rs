//! Several destinations: each gets a message once, whatever the others say.

use super::{Office, UIDS};

fn run(office: &Office, command: &str, args: &[&str]) -> crate::support::Output {
    let maildir = office.world.home.to();
    office.fetch(command, &[&["--to", &maildir], args].concat())
}

#[test]
fn what_the_maildir_has_it_gets_no_second_time() {
    let office = Office::new();
    let messages = office.world.add_many(2);
    let later = Office::keeping("exit 75");
    for _ in 0..3 {
        run(&office, &later, &["--delete"]).exits(75);
        office.world.mail().holds(&messages[..1]);
    }
    // For the command it is still new.
    let listed = office.world.run("list", &["--short"]).succeeds();
    assert!(listed.text().starts_with("1\tnew\t"), "{}", listed.text());
    assert_eq!(office.left().len(), 2);
    run(&office, &Office::keeping("true"), &["--delete"]).succeeds();
    office.world.mail().holds(&messages);
    assert!(office.left().is_empty());
    assert_eq!(office.has(UIDS[0]), messages[0].repeat(4));
    assert_eq!(office.has(UIDS[1]), messages[1]);
}

#[test]
fn nor_does_a_command_when_another_one_fails() {
    for ends in ["exit 75", "exit 67"] {
        let office = Office::new();
        let message = office.world.add("one");
        let (one, two) = (
            "pipe:cat >> in/one".to_owned(),
            format!("pipe:cat >> in/two; test -e in/open || {ends}"),
        );
        let fetch = |args: &[&str]| office.fetch(&one, &[&["--to", &two], args].concat());
        assert_ne!(fetch(&[]).status, 0);
        assert_ne!(fetch(&["--retry-refused"]).status, 0);
        std::fs::write(office.kept("open"), "").unwrap();
        fetch(&["--retry-refused", "--delete"]).succeeds();
        assert_eq!(office.has("one"), message, "{ends}");
        assert_eq!(office.has("two"), message.repeat(3), "{ends}");
        assert!(office.left().is_empty());
    }
}

#[test]
fn a_destination_that_is_given_up_keeps_nothing_waiting() {
    let office = Office::new();
    let message = office.world.add("one");
    run(&office, &Office::keeping("exit 75"), &[]).exits(75);
    // The command is taken out of the configuration.
    office.world.fetch(&[]).succeeds();
    office.world.mail().holds([&message]);
    let listed = office.world.run("list", &["--short"]).succeeds();
    assert!(listed.text().starts_with("1\tseen\t"), "{}", listed.text());
    office.world.fetch(&["--delete"]).succeeds();
    assert!(office.left().is_empty());
}

#[test]
fn a_refusal_keeps_no_other_destination_from_it() {
    let office = Office::new();
    let message = office.world.add("one");
    run(&office, &Office::keeping("exit 67"), &["--delete"]).exits(74);
    office.world.mail().holds([&message]);
    // Not all have it: it is not deleted.
    run(&office, &Office::keeping("true"), &["--delete"]).succeeds();
    office.world.mail().holds([&message]);
    assert_eq!(office.left(), [UIDS[0]]);
}

#[test]
fn another_message_under_the_uid_goes_everywhere() {
    let office = Office::new();
    let first = office.world.add("aaa");
    run(&office, &Office::keeping("exit 75"), &[]).exits(75);
    // Somebody deletes it, and the server uses the UID again.
    office.world.mailbox.clear();
    let second = first.replace("aaa", "bbb");
    office.world.mailbox.add_with_uid(UIDS[0], second.replace('\n', "\r\n"));
    run(&office, &Office::keeping("true"), &[]).succeeds();
    office.world.mail().holds([&first, &second]);
    assert_eq!(office.has(UIDS[0]), format!("{first}{second}"));
}
