//! S19, W50, CVE-2018-14356, CVE-2018-14362: what a server, a URL or a sender calls something is
//! never a part of a path.

use crate::support::expect::run;
use crate::support::tree::tree;
use crate::support::world::PASSWORD;
use crate::support::{Mbox, World};

/// Unique-ids that would lead out of a directory, or mean something to a shell or a database.
const UIDS: [&[u8]; 17] = [
    b"../../../escaped",
    b"/etc/escaped",
    b"..",
    b".",
    b"~/escaped",
    b"escaped/x",
    b"tmp/escaped",
    b"-rf",
    b"%2e%2e%2fescaped",
    b"a:2,S",
    b"'; drop table messages; --",
    b"$(touch${IFS}escaped)",
    b"`touch`",
    b"|touch",
    b"CON",
    b"\xff\xfe",
    b"x,S=1,W=2",
];

/// Where popfetch may make something, and what its files there may be called.
fn belongs(name: &str) -> bool {
    let plain =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "@._%,=-+".contains(c));
    let places = ["/state", "/mail", "/box"];
    let below = |place: &&str| {
        name.strip_prefix(*place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('.'))
    };
    places.iter().any(below) && name.split('/').all(plain)
}

#[test]
fn unique_ids_are_no_paths() {
    for uid in UIDS {
        let world = World::new();
        world.mailbox.add_with_uid(uid, "Subject: one\r\n\r\n");
        world.mailbox.add_with_uid(b"sound".as_slice(), "Subject: two\r\n\r\n");
        let before = tree(&world.home.path(""));
        let to = format!("mbox:{}", world.home.path("box").display());
        world.fetch(&["--to", &to]).succeeds();
        assert_eq!(world.mail().messages().len(), 2);
        assert_eq!(Mbox::at(world.home.path("box")).messages().len(), 2);
        // It was understood as it is: known the next time, and so only deleted.
        world.fetch(&["--to", &to, "--delete"]).succeeds();
        assert_eq!(world.mail().messages().len(), 2);
        assert!(world.mailbox.is_empty());
        let made = tree(&world.home.path("")).into_iter().map(|(name, _)| name);
        let strange =
            |name: &String| !belongs(name) && !before.iter().any(|(before, _)| before == name);
        let strange: Vec<String> = made.filter(strange).collect();
        assert_eq!(strange, Vec::<String>::new(), "{}", uid.escape_ascii());
    }
}

#[test]
fn unique_ids_that_are_none() {
    let long = |length| vec![b'u'; length];
    for (uid, accepted) in [
        (b"".to_vec(), false),
        (b"nul\0".to_vec(), false),
        (b"escape\x1b[2J".to_vec(), false),
        (b"delete\x7f".to_vec(), false),
        (long(70), true),
        (long(71), true),
        (long(512), true),
        (long(513), false),
        (long(1_000_000), false),
    ] {
        let world = World::with(|script| script.uid_override(1, uid.clone()));
        world.add_many(1);
        let shown = uid[..uid.len().min(20)].escape_ascii();
        if accepted {
            world.fetch(&[]).succeeds();
            assert_eq!(world.mail().messages().len(), 1, "{shown}");
        } else {
            let output = world.fetch(&[]).exits(76);
            assert!(output.stderr.len() < 500, "{shown}: {}", output.stderr);
            assert!(world.mail().messages().is_empty());
        }
    }
}

#[test]
fn users_and_hosts_are_no_paths() {
    for user in ["..%2f..%2fescaped", ".", "..", "%2fetc%2fescaped", "-rf", "a%2fb", "~", "%25"] {
        let world = World::new();
        world.add_many(1);
        let before = tree(&world.home.path(""));
        let url = format!("pop3s://{user}@localhost:{}", world.server.port());
        let to = ["--to", "maildir:mail/{account}", "--to", "mbox:box.{account}"];
        std::fs::create_dir(world.home.path("mail")).unwrap();
        let args = [&["fetch", &url, "--ca-file", "ca.pem"], &to[..]].concat();
        // The server knows no such user; by then everything is made that would be.
        run(world.home.command(&args).env("POPFETCH_PASSWORD", PASSWORD)).exits(77);
        let made = tree(&world.home.path("")).into_iter().map(|(name, _)| name);
        let strange = |name: &String| {
            let plain = name.replace(['~', ':'], "_");
            !belongs(&plain) && !before.iter().any(|(before, _)| before == name)
        };
        let strange: Vec<String> = made.filter(strange).collect();
        assert_eq!(strange, Vec::<String>::new(), "{user}");
    }
}
