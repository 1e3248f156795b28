//! Deletions on the server: a wish until QUIT says `+OK`.

use std::collections::VecDeque;

use super::error::Unanswered;
use super::plan::Item;
use super::{Account, Error, Event, Observer, Outcome};
use crate::client::{Exchange, Part, Quit, Session};
use crate::net::Stream;
use crate::proto::{Command, Status};

/// The DELEs of a session.
#[derive(Debug, Default)]
pub(super) struct Deletions {
    queue: VecDeque<Item>,
    /// Sent, not answered.
    asked: VecDeque<Item>,
    /// Answered with `+OK`: QUIT will carry them out.
    marked: Vec<Item>,
    /// Answered with `-ERR`.
    refused: Vec<(Item, Status)>,
}

impl Deletions {
    /// Wants `items` deleted. Each must be durable here, or be meant by the user as it is.
    pub(super) fn want(&mut self, items: impl IntoIterator<Item = Item>) {
        self.queue.extend(items);
    }

    /// How many QUIT would delete.
    pub(super) fn marked(&self) -> usize {
        self.marked.len()
    }

    /// The state's ids of the messages whose DELE was sent and not refused.
    pub(super) fn rows(&self) -> Vec<i64> {
        self.asked.iter().chain(&self.marked).filter_map(|item| item.row).collect()
    }

    /// Whether there is something to send.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next DELE.
    pub(super) fn next_command(&mut self) -> Option<Command> {
        let item = self.queue.pop_front()?;
        let command = Command::Dele(item.message.number);
        self.asked.push_back(item);
        Some(command)
    }

    /// The answer to the oldest DELE.
    pub(super) fn answered(&mut self, status: &Status) {
        match self.asked.pop_front() {
            Some(item) if status.ok => self.marked.push(item),
            Some(item) => self.refused.push((item, status.clone())),
            None => {}
        }
    }

    /// Ends the session with QUIT and gives the messages whose deletion that confirms.
    pub(super) fn quit(
        self,
        session: Session<Stream>,
        account: &Account,
        observer: &mut dyn Observer,
        outcome: &mut Outcome,
    ) -> Result<Vec<Item>, Error> {
        for (item, status) in &self.refused {
            let reason = format!("the server does not delete it: {}", status.text);
            observer.event(&Event::MessageFailed { message: &item.message, reason: &reason });
            outcome.failed += 1;
        }
        if self.marked.is_empty() {
            // Nothing hangs on the answer then.
            session.leave();
            return Ok(Vec::new());
        }
        let answer = session.quit();
        let unconfirmed = |source| Error::Unconfirmed {
            host: account.endpoint.host.clone(),
            count: self.marked.len(),
            source,
        };
        match answer {
            Ok(Quit::Done) => {}
            Ok(Quit::Refused(status)) => return Err(unconfirmed(Unanswered::Refused(status))),
            Err(crate::client::Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => return Err(unconfirmed(Unanswered::Lost(error))),
        }
        for item in &self.marked {
            observer.event(&Event::Deleted(&item.message));
            outcome.deleted += 1;
        }
        Ok(self.marked)
    }
}

impl Exchange for Deletions {
    type Error = Error;

    fn next_command(&mut self) -> Option<Command> {
        Self::next_command(self)
    }

    fn reply(&mut self, _: &Command, part: Part<'_>) -> Result<(), Error> {
        if let Part::Status(status, _) = part {
            self.answered(status);
        }
        Ok(())
    }
}
