//! The network side of a fetch: messages come in and are staged, batch by batch.

use std::collections::VecDeque;

use super::commit::{Batch, Committer, Ledger, Stored};
use super::plan::{Deletable, Item, Plan};
use super::remove::Deletions;
use super::{Context, Error, Event, Observer, Outcome};
use crate::client::{self, Exchange, Part};
use crate::delivery::{self, Destination, Names, Sink};
use crate::model::{Interrupt, MessageKey, Octets, Place};
use crate::proto::{Command, ResponseCode, ServerText, Status};

/// RETRs are sent ahead until so many octets are on their way by the server's word: more than any
/// line holds in a round trip, and little enough that Ctrl-C need not wait for gigabytes.
const AHEAD: u64 = 16 * 1024 * 1024;

/// RETRs in a window, with DELEs of committed batches between them.
pub(super) struct Download<'a> {
    destinations: &'a [Destination],
    names: Names,
    committer: Committer,
    interrupt: &'a Interrupt,
    observer: &'a mut dyn Observer,
    outcome: &'a mut Outcome,
    /// Not asked for yet.
    ask: VecDeque<Item>,
    /// Asked for; the first is the one whose reply is coming in.
    asked: VecDeque<Item>,
    /// Octets of the messages in `asked`, by the server's word.
    expected: u64,
    incoming: Option<(Sink, Octets)>,
    batch: Batch,
    /// The size that the user wants messages to have at the most.
    max_size: Option<Octets>,
    /// Whether one message is a batch, because a destination cannot take anything back.
    one_by_one: bool,
    /// Delivered by an earlier run; to be deleted when the new mail is safe.
    old: Vec<Item>,
    deletable: Deletable,
    /// Fetch header blocks instead of messages.
    headers_only: bool,
    pub(super) deletions: Deletions,
    failures: Vec<(Option<MessageKey>, String)>,
    at_risk: u64,
    /// Why nothing more is fetched: a destination takes nothing now. What it has taken may still be
    /// deleted on the server.
    stopped: Option<Error>,
}

/// What is left of a download that ended, well or not.
pub(super) struct Downloaded {
    pub(super) ledger: Ledger,
    pub(super) deletions: Deletions,
    /// Messages that could not be fetched, and why.
    pub(super) failures: Vec<(Option<MessageKey>, String)>,
    /// Messages whose RETR was answered with `+OK` and that are not durable.
    pub(super) at_risk: u64,
    /// Why the run ended early, though in good order.
    pub(super) stopped: Option<Error>,
}

impl<'a> Download<'a> {
    pub(super) fn new(
        destinations: &'a [Destination],
        names: Names,
        committer: Committer,
        context: &'a Context<'_>,
        observer: &'a mut dyn Observer,
        outcome: &'a mut Outcome,
        plan: Plan,
    ) -> Self {
        Self {
            destinations,
            names,
            committer,
            interrupt: context.interrupt,
            observer,
            outcome,
            ask: plan.retrieve.into(),
            asked: VecDeque::new(),
            expected: 0,
            incoming: None,
            batch: Batch::new(destinations.len(), context.surroundings.open_files),
            max_size: plan.max_size,
            one_by_one: !destinations.iter().all(Destination::is_transactional),
            old: plan.delete,
            deletable: plan.deletable,
            headers_only: plan.headers_only,
            deletions: Deletions::default(),
            failures: Vec::new(),
            at_risk: 0,
            stopped: None,
        }
    }

    /// Ends the committer and gives back what outlasts the download.
    pub(super) fn close(self) -> Downloaded {
        Downloaded {
            ledger: self.committer.close(),
            deletions: self.deletions,
            failures: self.failures,
            at_risk: self.at_risk,
            stopped: self.stopped,
        }
    }

    /// The connection is gone. The message that was due, begun or not, may be the reason; the
    /// error of the run says so, and next time it comes last.
    ///
    /// After a breach of the protocol nothing is kept that is not committed yet: replies are
    /// matched by their order only, and a message that could end itself, on a server that does
    /// not stuff its dots, can have forged what came behind it. Each of them may be the one, so
    /// next time they come last as well, and alone.
    pub(super) fn broken(&mut self, error: &client::Error) {
        self.incoming = None;
        let mut suspects = Vec::new();
        if matches!(error, client::Error::Protocol(_)) {
            suspects.extend(self.batch.take().discard());
        } else if !error.is_connection_loss() {
            return;
        }
        suspects.extend(self.take_asked());
        let reason = error.to_string();
        self.failures.extend(suspects.into_iter().map(|item| (item.key, reason.clone())));
    }

    /// Has what earlier runs delivered deleted, too.
    pub(super) fn release_old(&mut self) {
        for item in std::mem::take(&mut self.old) {
            self.deletions.want(self.deletable.delivered(item));
        }
    }

    fn delivered(&mut self, item: Item) {
        if item.may_go {
            self.deletions.want(self.deletable.delivered(item));
        }
    }

    /// Hands the batch to the committer.
    fn flush(&mut self) {
        let batch = self.batch.take();
        self.committer.submit(batch);
    }

    /// Takes note of what the committer has committed so far.
    fn poll(&mut self) -> Result<(), Error> {
        let mut stored = Vec::new();
        let polled = self.committer.poll(&mut stored);
        self.take(stored);
        self.stop_if_not_taken(polled)
    }

    /// A destination that takes nothing now ends the download, but no session: the server is still
    /// to hear what it may delete.
    fn stop_if_not_taken(&mut self, committed: Result<(), Error>) -> Result<(), Error> {
        match committed {
            Err(error @ Error::Delivery(delivery::Error::NotTaken { .. })) => {
                self.stopped.get_or_insert(error);
                Ok(())
            }
            other => other,
        }
    }

    /// Hands everything over and waits until it is committed.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        // A message that is not complete by now never will be.
        self.incoming = None;
        self.flush();
        let mut stored = Vec::new();
        let waited = self.committer.wait(&mut stored);
        self.take(stored);
        self.stop_if_not_taken(waited)
    }

    fn take(&mut self, stored: Vec<Stored>) {
        for warning in self.committer.take_warnings() {
            self.observer.event(&Event::Warning(&warning));
        }
        for Stored { item, octets, message_id, places, file, refusals } in stored {
            if !refusals.is_empty() {
                self.refused(&item, &refusals);
                continue;
            }
            self.observer.event(&Event::MessageStored {
                message: &item.message,
                message_id: message_id.as_deref(),
                octets,
                places: &places,
                file: file.as_deref(),
            });
            self.at_risk -= u64::from(!self.headers_only);
            self.outcome.fetched += 1;
            self.outcome.octets.0 += octets.0;
            self.delivered(item);
        }
    }

    /// Destinations have refused a message, for good. It stays on the server.
    fn refused(&mut self, item: &Item, refusals: &[(Place, String)]) {
        let reasons: Vec<String> = refusals
            .iter()
            .map(|(place, reason)| format!("{place} refused it: {reason}"))
            .collect();
        let reason = reasons.join("; ");
        self.observer.event(&Event::MessageFailed { message: &item.message, reason: &reason });
        self.outcome.failed += 1;
    }

    /// The message that is coming in, or is next, cannot be fetched.
    fn fail(&mut self, reason: &str) {
        let Some(item) = self.take_asked() else { return };
        self.observer.event(&Event::MessageFailed { message: &item.message, reason });
        self.outcome.failed += 1;
        self.failures.push((item.key, reason.to_owned()));
    }

    /// The message whose reply is over.
    fn take_asked(&mut self) -> Option<Item> {
        let item = self.asked.pop_front()?;
        self.expected = self.expected.saturating_sub(item.message.size.0);
        Some(item)
    }

    /// Octets that were asked for and are still to come, by the server's word.
    fn on_the_way(&self) -> u64 {
        let size = self.asked.front().map_or(0, |item| item.message.size.0);
        let received = self.incoming.as_ref().map_or(0, |(_, octets)| octets.0);
        self.expected.saturating_sub(received.min(size))
    }

    fn retr_status(&mut self, status: &Status) -> Result<(), Error> {
        if !status.ok {
            let reason = match (status.text.as_str(), status.code) {
                ("", _) => ServerText::default().to_string(),
                (text, Some(ResponseCode::Utf8)) => format!(
                    "the server says: {text} (with --utf8, or utf8 = true, it may send the message)"
                ),
                (text, _) => format!("the server says: {text}"),
            };
            self.fail(&reason);
            return Ok(());
        }
        // TOP takes nothing from the server.
        self.at_risk += u64::from(!self.headers_only);
        // A header block alone must never pass for the message when a state is rebuilt.
        let key = self.asked.front().and_then(|item| item.key.as_ref());
        let key = key.filter(|_| !self.headers_only);
        let has = self.asked.front().map_or(&[][..], |item| &item.has);
        let lacking = self.destinations.iter().filter(|to| !has.contains(&to.place()));
        self.incoming = Some((Sink::create(lacking, &mut self.names, key)?, Octets(0)));
        Ok(())
    }

    /// Requires that the message that is coming in does not grow far beyond what is wanted. The
    /// listing may have claimed less, in good faith by half where it counts LF line ends.
    fn check_size(&mut self) -> Result<(), Error> {
        let octets = self.incoming.as_ref().map_or(0, |(_, octets)| octets.0);
        let Some(max) = self.max_size.filter(|max| octets / 2 > max.0) else { return Ok(()) };
        let Some(item) = self.take_asked() else { return Ok(()) };
        let error =
            Error::Oversized { number: item.message.number, listed: item.message.size, max };
        self.failures.push((item.key, error.to_string()));
        Err(error)
    }

    fn message_end(&mut self) -> Result<(), Error> {
        let (Some((sink, octets)), Some(item)) = (self.incoming.take(), self.take_asked()) else {
            return Ok(());
        };
        // Not with this one: what comes next shows whether it was the end.
        if self.batch.is_full() || self.batch.is_worth_it() && self.committer.is_free() {
            self.flush();
        }
        if self.stopped.is_none() {
            self.batch.push(item, octets, sink.finish()?);
        }
        if self.one_by_one {
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
        if self.interrupt.is_raised() || self.stopped.is_some() {
            self.flush();
            return None;
        }
        // Enough is on its way. Small mail is bounded by the window of commands long before.
        if self.on_the_way() >= AHEAD && !self.asked.is_empty() {
            return None;
        }
        // What failed before may spoil what is on its way with it, and what is not committed.
        let is_alone = |item: Option<&Item>| item.is_some_and(|item| item.failed_before);
        if is_alone(self.ask.front()) {
            self.flush();
        }
        if !self.asked.is_empty() && (is_alone(self.ask.front()) || is_alone(self.asked.back())) {
            return None;
        }
        let item = self.ask.pop_front()?;
        self.expected = self.expected.saturating_add(item.message.size.0);
        let number = item.message.number;
        let command =
            if self.headers_only { Command::Top(number, 0) } else { Command::Retr(number) };
        self.asked.push_back(item);
        Some(command)
    }

    fn reply(&mut self, command: &Command, part: Part<'_>) -> Result<(), Error> {
        match (command, part) {
            (Command::Dele(_), Part::Status(status, _)) => self.deletions.answered(status),
            (_, Part::Status(status, _)) => self.retr_status(status)?,
            (_, Part::Chunk(chunk)) => {
                if let Some((sink, octets)) = &mut self.incoming {
                    sink.write(chunk)?;
                    octets.0 += chunk.len() as u64;
                    self.observer.event(&Event::BodyOctets(chunk.len() as u64));
                }
                self.check_size()?;
                // What is complete does not wait for the end of a message that takes an hour.
                if self.batch.is_full() {
                    self.flush();
                }
            }
            (_, Part::End) => self.message_end()?,
            (_, Part::Line(_)) => {}
        }
        Ok(())
    }
}
