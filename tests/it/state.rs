//! `popfetch state`: what has been seen, shown, changed, carried elsewhere and found again.

use std::fs;

use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::{Home, Output, World};

/// `popfetch state COMMAND` on the world's mailbox, without a password.
fn offline(world: &World, command: &str, args: &[&str]) -> Output {
    let url = world.url();
    world.home.run(&[&["state", command, &url], args].concat())
}

/// The same where the server is asked.
fn online(world: &World, command: &str, args: &[&str]) -> Output {
    let url = world.url();
    let fixed = ["state", command, &url, "--ca-file", "ca.pem"];
    let mut command = world.home.command(&[&fixed, args].concat());
    command.env("POPFETCH_PASSWORD", crate::support::world::PASSWORD);
    crate::support::home::finish(command.spawn().expect("the program starts"))
}

fn new(world: &World) -> String {
    world.run("list", &["--new", "--count"]).succeeds().text().trim().to_owned()
}

#[test]
fn what_is_known_is_shown() {
    let world = World::new();
    assert!(offline(&world, "show", &[]).succeeds().text().contains("nothing is known yet"));
    world.add_many(3);
    world.fetch(&[]).succeeds();
    let shown = offline(&world, "show", &[]).succeeds();
    assert!(shown.text().contains("3 messages"), "{}", shown.text());
    let json = &offline(&world, "show", &["--json"]).succeeds().json()[0];
    assert_eq!((&json["known"], &json["origins"]["delivered"]), (&3.into(), &3.into()));
    assert!(json["last_success"].as_i64().unwrap() > 0);
}

#[test]
fn what_is_forgotten_is_new_again() {
    let world = World::new();
    world.add_many(3);
    world.fetch(&[]).succeeds();
    offline(&world, "forget", &[]).exits(64);
    let said = offline(&world, "forget", &["--uid", "uid-000002"]).succeeds();
    assert_eq!(said.text(), "1 message forgotten\n");
    assert_eq!(new(&world), "1");
    offline(&world, "forget", &["--all"]).succeeds();
    assert_eq!(new(&world), "3");
}

#[test]
fn what_is_marked_as_seen_is_not_fetched_and_never_deleted() {
    let world = World::new();
    world.add_many(5);
    online(&world, "mark-seen", &[]).exits(64);
    let said = online(&world, "mark-seen", &["--first", "4"]).succeeds();
    assert_eq!(said.text(), "4 messages marked as seen\n");
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mail().messages().len(), world.mailbox.len()), (1, 4));
}

#[test]
fn a_state_is_carried_to_another_machine() {
    let world = World::new();
    world.mailbox.add_with_uid(&b"eight\xe4bit"[..], "Subject: x\r\n\r\n");
    let all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let export = offline(&world, "export", &[]).succeeds();
    assert_eq!(export.lines().len(), 3);
    world.home.write("export.json", &export.stdout);
    fs::remove_dir_all(world.home.path("state")).unwrap();
    assert_eq!(new(&world), "3");
    let said = offline(&world, "import", &["export.json"]).succeeds();
    assert_eq!(said.text(), "3 messages taken in\n");
    assert_eq!(
        offline(&world, "import", &["export.json"]).succeeds().text(),
        "0 messages taken in\n"
    );
    assert_eq!(new(&world), "0");
    // What was delivered there may be deleted from here.
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mailbox.len(), world.mail().messages().len()), (0, all.len() + 1));
    world.home.write("bad.json", "{}\n");
    offline(&world, "import", &["bad.json"]).exits(65).says("bad.json, line 1: there is no uid");
}

#[test]
fn a_lost_state_is_rebuilt_from_the_maildir() {
    let world = World::new();
    let mut all = world.add_many(6);
    world.fetch(&[]).succeeds();
    // A reader has been at work: one read, one deleted.
    let mail = world.mail();
    let names = mail.names("new");
    let path = mail.path();
    fs::rename(
        path.join("new").join(&names[0]),
        path.join("cur").join(format!("{}:2,S", names[0])),
    )
    .unwrap();
    fs::remove_file(path.join("new").join(&names[1])).unwrap();
    fs::remove_dir_all(world.home.path("state")).unwrap();
    assert_eq!(new(&world), "6");
    let to = world.home.to();
    let said = online(&world, "rebuild", &["--to", &to]).succeeds();
    assert_eq!(said.text(), "5 messages on the server found in the Maildir\n");
    assert_eq!(new(&world), "1");
    // The one that was deleted here cannot be told from a new one; the others do not come again.
    world.fetch(&[]).succeeds();
    assert_eq!(mail.messages().len(), 6);
    all.push(world.add("late"));
    world.fetch(&["--delete"]).succeeds();
    mail.holds(&all);
    assert_eq!(world.mailbox.len(), 0);
}

#[test]
fn a_state_is_not_rebuilt_from_what_is_other_mail_or_half_of_it() {
    // Header blocks alone are no messages.
    let world = World::new();
    world.add_many(2);
    world.fetch(&["--headers-only"]).succeeds();
    fs::remove_dir_all(world.home.path("state")).unwrap();
    let to = world.home.to();
    let said = online(&world, "rebuild", &["--to", &to]).succeeds();
    assert_eq!(said.text(), "0 messages on the server found in the Maildir\n");
    // Other mail under the UIDs of mail that is here.
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    world.mailbox.clear();
    for uid in ["uid-000001", "uid-000002"] {
        world.mailbox.add_with_uid(uid, format!("Subject: other {uid}\r\n\r\n"));
    }
    fs::remove_dir_all(world.home.path("state")).unwrap();
    let to = world.home.to();
    let said = online(&world, "rebuild", &["--to", &to]).succeeds();
    assert_eq!(said.text(), "0 messages on the server found in the Maildir\n");
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mailbox.len(), world.mail().messages().len()), (0, 4));
    online(&world, "rebuild", &[]).exits(64).says("say which Maildir");
}

#[test]
fn what_was_carried_here_is_looked_into_before_it_is_deleted() {
    let world = World::new();
    let as_long = |n: u32| format!("Subject: cron {n}\r\n\r\nall well\r\n");
    world.mailbox.add_with_uid("1", as_long(1));
    world.fetch(&["--delete"]).succeeds();
    let export = offline(&world, "export", &[]).succeeds();
    world.home.write("export.json", &export.stdout);
    fs::remove_dir_all(world.home.path("state")).unwrap();
    offline(&world, "import", &["export.json"]).succeeds();
    // The server uses the UID again, for a message as long.
    world.mailbox.add_with_uid("1", as_long(2));
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mailbox.len(), world.mail().messages().len()), (0, 2));
    // Nothing shows that this was ever delivered.
    world.mailbox.add_with_uid("2", as_long(3));
    world.home.write("bare.json", "{\"uid\":\"2\",\"origin\":\"delivered\"}\n");
    offline(&world, "import", &["bare.json"]).succeeds();
    world.fetch(&["--delete-after", "14d"]).succeeds();
    world.fetch(&["--delete"]).succeeds();
    assert_eq!(world.mailbox.len(), 1);
}

#[test]
fn dovecot_with_another_uidvalidity() {
    let home = Home::new();
    let authority = Authority::new();
    home.write("ca.pem", authority.ca_pem());
    let dovecot = Dovecot::start(&authority.issue(Leaf::new()));
    for n in 0..40 {
        dovecot.deliver("alice", format!("Subject: message {n}\nMessage-ID: <{n}@x>\n\n{n}\n"));
    }
    let url = format!("pop3s://alice@localhost:{}", dovecot.port());
    let run = |args: &[&str]| {
        let mut command = home.command(&[args, &[&url, "--ca-file", "ca.pem"]].concat());
        command.env("POPFETCH_PASSWORD", PASSWORD);
        crate::support::home::finish(command.spawn().expect("the program starts"))
    };
    let to = home.to();
    run(&["fetch", "--to", &to]).succeeds();
    assert_eq!(home.mail().messages().len(), 40);
    // The list of UIDs is gone; Dovecot makes a new one, with another UIDVALIDITY: the time in
    // seconds, so that another second must have come.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for entry in fs::read_dir(dovecot.maildir("alice")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("dovecot") {
            fs::remove_file(path).unwrap();
        }
    }
    dovecot.deliver("alice", "Subject: late\n\nlate\n");
    let refused = run(&["fetch", "--to", &to]).exits(65);
    refused.says("has given all messages new unique-ids").says("popfetch state adopt");
    assert_eq!(home.mail().messages().len(), 40);
    let adopted = run(&["state", "adopt"]).succeeds();
    assert_eq!(adopted.text(), "40 known messages found again; 1 new\n");
    run(&["fetch", "--to", &to, "--delete"]).succeeds();
    assert_eq!(home.mail().messages().len(), 41);
    assert!(dovecot.messages("alice").is_empty());
}

#[test]
fn what_is_known_by_its_uid_alone_is_known_whatever_its_size_and_never_deleted() {
    let world = World::new();
    world.add_many(4);
    world.home.write("uids.json", "{\"uid\":\"uid-000002\"}\n{\"uid\":\"uid-000003\"}\n");
    offline(&world, "import", &["uids.json"]).succeeds();
    assert_eq!(new(&world), "2");
    world.fetch(&["--delete"]).succeeds();
    assert_eq!((world.mail().messages().len(), world.mailbox.len()), (2, 2));
    // No header block had to be looked at: the UIDs say it.
    let session = world.server.finished_log().pop().unwrap();
    let commands = session.commands();
    assert!(!commands.iter().any(|command| command.starts_with("TOP")), "{commands:?}");
    // From then on their sizes are known as well, and the same UIDs are no news.
    let export = offline(&world, "export", &[]).succeeds();
    let sizes = export.json().into_iter().filter(|row| row["origin"] == "imported");
    assert!(sizes.map(|row| row["octets"].is_u64()).eq([true, true]), "{}", export.text());
    let said = offline(&world, "import", &["uids.json"]).succeeds();
    assert_eq!(said.text(), "0 messages taken in\n");
}
