//! Somebody else, who has mail delivered into the mbox between the kills.

use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::Mbox;
use crate::support::home::{behind, finish, finish_within};

use super::letters::Letters;

/// The mail of others.
#[derive(Default)]
pub(super) struct Others {
    /// What must be in the mbox.
    pub(super) delivered: Letters,
    /// Those who wait for the lock that a killed run has left, until the next run takes it over.
    waiting: Vec<(Child, String, Vec<u8>)>,
}

impl Others {
    /// Delivers, now or as soon as the lock is free, as the `user` whom the mbox belongs to.
    pub(super) fn deliver(&mut self, mbox: &Mbox, user: &[&str]) {
        let n = self.delivered.len() + self.waiting.len();
        let id = format!("<{n}@others.example.org>");
        let message = format!("Subject: of others\nMessage-ID: {id}\n\nof others\n");
        let mut command = behind(user, &mbox.procmail());
        let mut child = command.stdin(Stdio::piped()).spawn().expect("procmail");
        let mut input = child.stdin.take().expect("a pipe");
        let with_from_line = format!("From z Thu Jan  1 00:00:00 1970\n{message}\n");
        input.write_all(with_from_line.as_bytes()).expect("procmail reads");
        self.waiting.push((child, id, message.into_bytes()));
    }

    /// Notes who has come to an end.
    pub(super) fn collect(&mut self) {
        for (mut child, id, message) in std::mem::take(&mut self.waiting) {
            if child.try_wait().expect("a child").is_none() {
                self.waiting.push((child, id, message));
                continue;
            }
            finish(child).exits(0);
            self.delivered.insert(id, message);
        }
    }

    /// Waits for all of them, each as long as `limit`. Gives who has not got the lock by then.
    pub(super) fn wait(&mut self, limit: Duration) -> Vec<String> {
        let mut stuck = Vec::new();
        for (child, id, message) in std::mem::take(&mut self.waiting) {
            match finish_within(child, limit) {
                Some(output) => {
                    output.exits(0);
                    self.delivered.insert(id, message);
                }
                None => stuck.push(format!("{id} still waits for the lock of the mbox")),
            }
        }
        stuck
    }
}
