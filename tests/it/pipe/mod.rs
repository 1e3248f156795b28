//! Delivery by a command: what it is given, what its answer means, and what becomes of a message
//! that several destinations are to have.

mod answers;
mod ends;
mod input;
mod several;

use std::fs;
use std::path::PathBuf;

use crate::support::{Output, World};

/// A world, and a directory that the commands write into.
struct Office {
    world: World,
}

impl Office {
    fn new() -> Self {
        let world = World::new();
        fs::create_dir(world.home.path("in")).unwrap();
        Self { world }
    }

    /// A command that keeps a message under its UID, and then does `and`.
    fn keeping(and: &str) -> String {
        format!("pipe:cat >> in/$POPFETCH_UID; {and}")
    }

    fn fetch(&self, to: &str, args: &[&str]) -> Output {
        self.world.run("fetch", &[&["--to", to], args].concat())
    }

    fn kept(&self, uid: &str) -> PathBuf {
        self.world.home.path("in").join(uid)
    }

    /// What the command has of a message; nothing where it never got it.
    fn has(&self, uid: &str) -> String {
        fs::read_to_string(self.kept(uid)).unwrap_or_default()
    }

    /// The UIDs of what is still on the server.
    fn left(&self) -> Vec<String> {
        self.world.mailbox.uids().iter().map(|uid| String::from_utf8_lossy(uid).into()).collect()
    }
}

const UIDS: [&str; 3] = ["uid-000001", "uid-000002", "uid-000003"];
