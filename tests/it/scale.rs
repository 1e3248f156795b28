//! Many accounts, large mailboxes, and states that are many runs old.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::support::certs::{Authority, Leaf};
use crate::support::home::behind;
use crate::support::server::{Mailbox, Script, Server};
use crate::support::watch::watch;
use crate::support::{Home, Maildir, World};

#[test]
fn a_thousand_accounts_take_few_open_files_few_threads_and_little_memory() {
    let home = Home::in_memory();
    let authority = Authority::new();
    home.write("ca.pem", authority.ca_pem());
    let identity = authority.issue(Leaf::new()).identity();
    let mailbox = Mailbox::new();
    mailbox.add("Subject: to all\r\n\r\nx\r\n");
    let script = Script::new().implicit_tls(identity).login_anybody("secret");
    let server = Server::start(script, &mailbox);
    let mut config = format!(
        "jobs = 16\njobs-per-host = 16\n[defaults]\nhost = \"localhost\"\nport = {}\n\
         ca-file = \"ca.pem\"\npassword = \"secret\"\nto = \"maildir:mail/{{account}}\"\n",
        server.port()
    );
    let names: Vec<String> = (0..1000).map(|n| format!("a{n}")).collect();
    for name in &names {
        config += &format!("[accounts.{name}]\nuser = \"{name}\"\n");
    }
    home.write("config.toml", config);
    fs::create_dir(home.path("mail")).unwrap();
    let run = || {
        let command = home.command(&["fetch", "-c", "config.toml"]);
        let mut limited: Command =
            behind(&["sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"], &command);
        let watched = watch(limited.spawn().unwrap(), Duration::from_secs(120));
        watched.output.succeeds();
        let (peak, threads) = (watched.peak.unwrap(), watched.threads);
        println!("1000 accounts: {:?}, {peak} KiB, {threads} threads", watched.took);
        // An account at work has a thread that works, one that calls the server, one that reads
        // the state and one that commits.
        assert!(threads <= 4 * 16 + 2, "{threads} threads");
        assert!(peak < 48 * 1024, "peak of {peak} KiB");
    };
    run();
    let holds_one = |name: &String| {
        Maildir::at(home.path("mail").join(name)).holds(["Subject: to all\n\nx\n"]);
    };
    names.iter().for_each(holds_one);
    run();
    names.iter().for_each(holds_one);
}

#[test]
fn a_large_mailbox_of_known_messages_takes_little_memory() {
    let world = World::new();
    for _ in 0..50_000 {
        world.mailbox.add("Subject: x\r\n\r\n");
    }
    world.fetch(&["--first-fetch", "seen"]).exits(0);
    let child = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    let watched = watch(child, Duration::from_secs(60));
    watched.output.succeeds();
    let peak = watched.peak.unwrap();
    println!("50,000 known messages: {:?}, peak of {peak} KiB", watched.took);
    assert!(peak < 40 * 1024, "peak of {peak} KiB");
}

#[test]
fn runs_with_nothing_new_leave_the_state_as_large_as_it_is_and_nothing_beside_it() {
    let world = World::new();
    world.add_many(300);
    world.fetch(&[]).succeeds();
    let files = || {
        let entries = fs::read_dir(world.home.path("state/popfetch")).unwrap();
        let mut files: Vec<(String, u64)> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len())
            })
            .filter(|(name, _)| !name.ends_with(".lock"))
            .collect();
        files.sort();
        files
    };
    let before = files();
    assert_eq!(before.len(), 1, "the database alone: {before:?}");
    for _ in 0..5 {
        world.fetch(&[]).succeeds();
        assert_eq!(files(), before);
    }
}
