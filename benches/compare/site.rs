//! The server, its mailboxes, and the place where the mail goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::case::Case;
use crate::relay;
use crate::support::Maildir;
use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::{Dovecot, PASSWORD};

/// A server, and a directory on a real disk.
pub(crate) struct Site {
    pub(crate) dovecot: Dovecot,
    authority: Authority,
    /// Grows until the end. Who removes many files makes the next ones slow on ext4, for a minute.
    directory: TempDir,
}

impl Site {
    /// Mail is delivered below `directory`; the server's own is below `server`.
    pub(crate) fn new(directory: &Path, server: &Path) -> Self {
        let authority = Authority::new();
        // Dovecot reads its list of users once a second, and here are new ones all the time. That
        // mail was read is not noted, or the first run would cost the server more than the next.
        let settings = format!(
            "passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n\
             pop3_no_flag_updates = yes\n"
        );
        let dovecot = Dovecot::start_below(server, &authority.issue(Leaf::new()), &settings);
        let directory = tempfile::Builder::new().prefix("popfetch-compare-").tempdir_in(directory);
        Self { dovecot, authority, directory: directory.expect("a directory for the mail") }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A new directory, with the authority's certificate in it.
    pub(crate) fn new_directory(&self, name: &str) -> PathBuf {
        let directory = self.directory().join(name);
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join("ca.pem"), self.authority.ca_pem()).expect("a certificate");
        directory
    }

    /// Where the server is, so far away.
    pub(crate) fn port(&self, round_trip: Duration) -> u16 {
        let port = self.dovecot.port();
        if round_trip.is_zero() { port } else { relay::start(port, round_trip) }
    }

    /// Makes the mailboxes of a case; `name` is the beginning of their users' names.
    pub(crate) fn fill(&self, case: &Case, name: &str) -> Vec<String> {
        let user = |n| format!("{name}-{n}");
        let users: Vec<String> = (1..=case.mailboxes).map(user).collect();
        for user in &users {
            self.dovecot.add_user(user);
            for n in 0..case.messages {
                self.dovecot.deliver(user, message(user, n, case.size));
            }
        }
        users
    }

    /// How many messages these users have on the server.
    pub(crate) fn messages(&self, users: &[String]) -> usize {
        let maildirs = users.iter().map(|user| Maildir::at(self.dovecot.maildir(user)));
        maildirs.map(|maildir| maildir.names("new").len() + maildir.names("cur").len()).sum()
    }
}

/// A message of lines of 72 characters, some of which begin with a dot.
fn message(user: &str, n: usize, size: usize) -> String {
    let mut text = format!(
        "From: Sender <sender@example.org>\nTo: {user}@example.org\nSubject: message {n}\n\
         Date: Mon, 06 Jan 2025 10:00:00 +0000\nMessage-ID: <{n}.{user}@example.org>\n\n"
    );
    let mut line = 0;
    while text.len() < size {
        let start = if line % 50 == 0 { '.' } else { 'x' };
        text.push(start);
        text.push_str(&"0123456789".repeat(7));
        text.push('\n');
        line += 1;
    }
    text
}
