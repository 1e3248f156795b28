//! `popfetch init`: from a mail address to the first mail.

mod answers;
mod found;
mod typed;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::Dovecot;
use crate::support::{Home, Terminal};

/// The password of everybody on the Dovecot.
const PASSWORD: &str = crate::support::dovecot::PASSWORD;

/// The file that init writes, in a home.
const CONFIG: &str = "home/.config/popfetch/config.toml";

/// Somebody who has a mailbox on a Dovecot, and nothing else yet.
struct Newcomer {
    home: Home,
    dovecot: Dovecot,
}

impl Newcomer {
    fn new() -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let dovecot = Dovecot::start(&authority.issue(Leaf::new()));
        Self { home, dovecot }
    }

    /// With messages that wait.
    fn with(messages: usize) -> Self {
        let newcomer = Self::new();
        for n in 1..=messages {
            newcomer.deliver(n);
        }
        newcomer
    }

    fn deliver(&self, n: usize) {
        self.dovecot.deliver("alice", format!("Subject: number {n}\n\nbody {n}\n"));
    }

    /// `localhost:PORT`.
    fn server(&self) -> String {
        format!("localhost:{}", self.dovecot.port())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(&[&["init"], args].concat());
        command.env("TERM", "dumb");
        command
    }

    /// `popfetch init` on a terminal.
    fn init(&self, args: &[&str]) -> Terminal {
        Terminal::start(&self.home, &self.command(args))
    }

    /// What stands in the configuration.
    fn config(&self) -> String {
        fs::read_to_string(self.home.path(CONFIG)).unwrap_or_default()
    }

    /// Requires that nothing was written.
    #[track_caller]
    fn has_written_nothing(&self) {
        assert!(!self.home.path("home/.config").exists());
        assert!(!self.home.path("home/Mail").exists());
        assert!(!self.home.path("state").exists());
    }

    /// Requires that a file is there for the user alone.
    #[track_caller]
    fn is_private(&self, name: &str) {
        let mode = fs::metadata(self.home.path(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    /// The bodies of the messages in a Maildir of the home.
    fn fetched(&self, maildir: &str) -> usize {
        fs::read_dir(self.home.path(maildir).join("new")).map_or(0, Iterator::count)
    }
}
