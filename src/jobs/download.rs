//! The network side of a fetch: messages come in and are staged, batch by batch.

use std::collections::VecDeque;

use super::commit::{Batch, Committer, Stored};
use super::plan::{Deletable, Item};
use super::remove::Deletions;
use super::{Error, Event, Observer, Outcome};
use crate::client::{Exchange, Part};
use crate::delivery::{Destination, Names, Sink};
use crate::model::{Interrupt, MessageKey, Octets};
use crate::proto::{Command, ServerText, Status};

/// RETRs in a window, with DELEs of committed batches between them.
pub(super) struct Download<'a> {
    pub(super) destinations: &'a [Destination],
    pub(super) names: &'a mut Names,
    pub(super) committer: Committer,
    pub(super) observer: &'a mut dyn Observer,
    pub(super) interrupt: &'a Interrupt,
    pub(super) outcome: &'a mut Outcome,
    /// Not asked for yet.
    pub(super) ask: VecDeque<Item>,
    /// Asked for; the first is the one whose reply is coming in.
    pub(super) asked: VecDeque<Item>,
    pub(super) incoming: Option<(Sink, Octets)>,
    pub(super) batch: Batch,
    /// Whether one message is a batch, because a destination cannot take anything back.
    pub(super) one_by_one: bool,
    /// Nothing where mail is kept.
    pub(super) deletable: Option<Deletable>,
    pub(super) deletions: Deletions,
    /// Messages that could not be fetched, and why.
    pub(super) failures: Vec<(Option<MessageKey>, String)>,
    /// Messages whose RETR was answered with `+OK` and that are not durable.
    pub(super) at_risk: u64,
}

impl Download<'_> {
    /// Hands the batch to the committer.
    pub(super) fn flush(&mut self) {
        self.committer.submit(std::mem::take(&mut self.batch));
    }

    /// Takes note of what the committer has committed so far.
    pub(super) fn poll(&mut self) -> Result<(), Error> {
        let stored = self.committer.poll()?;
        self.take(stored);
        Ok(())
    }

    /// Hands everything over and waits until it is committed.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        self.flush();
        let stored = self.committer.wait()?;
        self.take(stored);
        Ok(())
    }

    fn take(&mut self, stored: Vec<Stored>) {
        for Stored { item, octets, message_id, places, file } in stored {
            self.observer.event(&Event::MessageStored {
                message: &item.message,
                message_id: message_id.as_deref(),
                octets,
                places: &places,
                file: file.as_deref(),
            });
            self.at_risk -= 1;
            self.outcome.fetched += 1;
            self.outcome.octets.0 += octets.0;
            if let Some(deletable) = &mut self.deletable {
                self.deletions.want(deletable.delivered(item));
            }
        }
    }

    /// The message that is coming in, or is next, cannot be fetched.
    pub(super) fn fail(&mut self, reason: &str) {
        let Some(item) = self.asked.pop_front() else { return };
        self.observer.event(&Event::MessageFailed { message: &item.message, reason });
        self.outcome.failed += 1;
        self.failures.push((item.key, reason.to_owned()));
    }

    fn retr_status(&mut self, status: &Status) -> Result<(), Error> {
        if !status.ok {
            let reason = match status.text.as_str() {
                "" => ServerText::default().to_string(),
                text => format!("the server says: {text}"),
            };
            self.fail(&reason);
            return Ok(());
        }
        self.at_risk += 1;
        let key = self.asked.front().and_then(|item| item.key.as_ref());
        self.incoming = Some((Sink::create(self.destinations, self.names, key)?, Octets(0)));
        Ok(())
    }

    fn message_end(&mut self) -> Result<(), Error> {
        let (Some((sink, octets)), Some(item)) = (self.incoming.take(), self.asked.pop_front())
        else {
            return Ok(());
        };
        self.batch.push(item, octets, sink.finish()?);
        if self.one_by_one || self.batch.is_full() {
            self.flush();
        }
        self.poll()
    }
}

impl Exchange for Download<'_> {
    type Error = Error;

    fn next_command(&mut self) -> Option<Command> {
        // What is committed already may as well be deleted now: if the line is cut later, less
        // has to be done again.
        if let Some(command) = self.deletions.next_command() {
            return Some(command);
        }
        if self.interrupt.is_raised() {
            self.flush();
            return None;
        }
        let item = self.ask.pop_front()?;
        let command = Command::Retr(item.message.number);
        self.asked.push_back(item);
        Some(command)
    }

    fn reply(&mut self, command: &Command, part: Part<'_>) -> Result<(), Error> {
        match (command, part) {
            (Command::Dele(_), Part::Status(status)) => self.deletions.answered(status),
            (_, Part::Status(status)) => self.retr_status(status)?,
            (_, Part::Chunk(chunk)) => {
                if let Some((sink, octets)) = &mut self.incoming {
                    sink.write(chunk)?;
                    octets.0 += chunk.len() as u64;
                    self.observer.event(&Event::BodyOctets(chunk.len() as u64));
                }
            }
            (_, Part::End) => self.message_end()?,
            (_, Part::Line(_)) => {}
        }
        Ok(())
    }
}
