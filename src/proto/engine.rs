//! The engine: commands in, bytes out; bytes in, events out.

use std::collections::VecDeque;
use std::ops::Range;

use zeroize::Zeroizing;

use super::command::Shape;
use super::dot::{Decoded, DotDecoder};
use super::error::Quoted;
use super::line::{self, LineEnd};
use super::reply::split_status;
use super::{Command, Error, InvalidArgument, Limits};

/// Something the server said, as spans of the input shown to [`Engine::poll`].
///
/// Spans and not slices, so that the caller may go on borrowing its buffer as it likes and slice
/// once, after the loop that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A status line; the span is the text behind `+OK` or `-ERR`.
    Status {
        /// Which of the two.
        ok: bool,
        /// The text.
        text: Range<usize>,
    },
    /// A SASL challenge; the span is its base64.
    Challenge(Range<usize>),
    /// A line of a listing, without its end and without stuffing.
    Line(Range<usize>),
    /// Octets of a message, line ends included, without stuffing. Never empty.
    Chunk(Range<usize>),
    /// The lone dot behind a listing or a message.
    End,
}

/// What [`Engine::poll`] made of the input.
#[derive(Debug)]
pub struct Step {
    /// How many octets at the start of the input are done with.
    pub consumed: usize,
    /// What they said.
    pub event: Event,
    /// The command whose reply this completes.
    pub finished: Option<Command>,
}

/// Where in the reply to the front command the engine is.
#[derive(Debug)]
enum Phase {
    /// The greeting is next, which answers no command.
    Greeting,
    /// A status line is next.
    Status,
    /// Inside a listing: so many lines and octets so far.
    Lines { lines: usize, octets: usize },
    /// Inside a message; the decoder knows where.
    Body,
}

/// The protocol's state: what was sent, and how far into which reply the server is.
#[derive(Debug)]
pub struct Engine {
    limits: Limits,
    /// Command lines that still have to be written. Wiped, since PASS passes through it.
    outbox: Zeroizing<Vec<u8>>,
    /// Commands without a complete reply, oldest first, with the length of their lines.
    outstanding: VecDeque<(Command, usize)>,
    /// Octets of the outstanding command lines.
    outstanding_octets: usize,
    /// Replies that are due until one answers a command that was sent ahead of an earlier reply;
    /// nothing while no command was.
    due_to_prove: Option<usize>,
    phase: Phase,
    decoder: DotDecoder,
    /// Decided by the greeting's own end; until then CRLF is as good as any.
    line_end: LineEnd,
    /// Octets of an incomplete line that were searched before.
    scanned: usize,
}

impl Engine {
    /// An engine that waits for the greeting.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            outbox: Zeroizing::default(),
            outstanding: VecDeque::new(),
            outstanding_octets: 0,
            due_to_prove: None,
            phase: Phase::Greeting,
            decoder: DotDecoder::new(LineEnd::Crlf),
            line_end: LineEnd::Crlf,
            scanned: 0,
        }
    }

    /// An engine for a server that has greeted before, in the clear, and is now behind TLS: it
    /// does not greet again (RFC 2595, section 4).
    #[must_use]
    pub fn resumed(limits: Limits) -> Self {
        Self { phase: Phase::Status, ..Self::new(limits) }
    }

    /// The bounds it holds the server to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Puts `command` into the outbox and awaits its reply.
    ///
    /// # Errors
    /// [`InvalidArgument`] when its line would be broken; then nothing has happened.
    pub fn enqueue(&mut self, command: Command) -> Result<(), InvalidArgument> {
        let before = self.outbox.len();
        // A Vec that grows leaves its old content behind unwiped: move to a larger one instead.
        let room = before + command.room();
        if self.outbox.capacity() < room {
            let mut larger = Zeroizing::new(Vec::with_capacity(room.max(4 * 1024)));
            larger.extend_from_slice(&self.outbox);
            self.outbox = larger;
        }
        command.encode(&mut self.outbox)?;
        let octets = self.outbox.len() - before;
        self.outstanding_octets += octets;
        self.outstanding.push_back((command, octets));
        if self.outstanding.len() > 1 && self.due_to_prove.is_none() {
            self.due_to_prove = Some(self.outstanding.len());
        }
        Ok(())
    }

    /// The command lines to write now. Call [`Self::sent`] when they are.
    #[must_use]
    pub fn outbox(&self) -> &[u8] {
        &self.outbox
    }

    /// The whole outbox was written.
    pub fn sent(&mut self) {
        use zeroize::Zeroize;
        self.outbox.as_mut_slice().zeroize();
        self.outbox.clear();
    }

    /// Commands that wait for their reply, and the octets of their lines.
    #[must_use]
    pub fn outstanding(&self) -> (usize, usize) {
        (self.outstanding.len(), self.outstanding_octets)
    }

    /// Whether the server has begun to answer a command that was sent before the reply to an earlier one
    /// was in (RFC 2449, section 6.6).
    #[must_use]
    pub fn has_pipelined(&self) -> bool {
        self.due_to_prove == Some(0)
    }

    /// The command whose reply comes next or is under way.
    #[must_use]
    pub fn answering(&self) -> Option<&Command> {
        self.outstanding.front().map(|(command, _)| command)
    }

    /// Whether any byte that arrives now is one that nobody asked for.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Status) && self.outstanding.is_empty()
    }

    /// Whether the reply to the oldest command has begun.
    #[must_use]
    pub fn is_inside_reply(&self) -> bool {
        matches!(self.phase, Phase::Lines { .. } | Phase::Body)
    }

    /// What is awaited, in words for an error.
    #[must_use]
    pub fn awaiting(&self) -> String {
        match (self.answering(), &self.phase) {
            (_, Phase::Greeting) => "the greeting".to_owned(),
            (None, _) => "a command".to_owned(),
            (Some(Command::Retr(n)), Phase::Body) => format!("the rest of message {n}"),
            (Some(command), Phase::Status) => format!("the reply to {}", command.describe()),
            (Some(command), _) => format!("the rest of the reply to {}", command.describe()),
        }
    }

    /// Reads the start of `input`: everything received and not yet consumed. Nothing when it
    /// takes more octets to tell; then show the same octets again with more behind them.
    ///
    /// # Errors
    /// [`Error`] when the server broke the protocol. The connection is of no use afterwards.
    pub fn poll(&mut self, input: &[u8]) -> Result<Option<Step>, Error> {
        if input.is_empty() {
            return Ok(None);
        }
        if self.is_idle() {
            return Err(Error::unsolicited(input));
        }
        match &mut self.phase {
            Phase::Greeting => self.poll_status(input, Shape::Greeting),
            Phase::Status => {
                let shape = self.answering().map_or(Shape::Single, Command::shape);
                self.poll_status(input, shape)
            }
            Phase::Lines { .. } => self.poll_line(input),
            Phase::Body => Ok(match self.decoder.decode(input) {
                Decoded::More => None,
                Decoded::Data { span, consumed } => {
                    Some(Step { consumed, event: Event::Chunk(span), finished: None })
                }
                Decoded::End { consumed } => Some(self.finish(consumed, Event::End)),
            }),
        }
    }

    fn poll_status(&mut self, input: &[u8], shape: Shape) -> Result<Option<Step>, Error> {
        let limit = match shape {
            Shape::Greeting => self.limits.greeting,
            Shape::Sasl => self.limits.challenge,
            Shape::Single | Shape::Lines | Shape::Body => self.limits.line,
        };
        let Some((len, consumed)) = self.take_line(input, limit)? else { return Ok(None) };
        let line = &input[..len];
        if let Some((ok, text)) = split_status(line) {
            let event = Event::Status { ok, text: len - text.len()..len };
            self.due_to_prove = self.due_to_prove.map(|due| due.saturating_sub(1));
            return Ok(Some(match shape {
                Shape::Lines if ok => {
                    self.phase = Phase::Lines { lines: 0, octets: 0 };
                    Step { consumed, event, finished: None }
                }
                Shape::Body if ok => {
                    self.phase = Phase::Body;
                    self.decoder.restart();
                    Step { consumed, event, finished: None }
                }
                _ => self.finish(consumed, event),
            }));
        }
        // A challenge is `+ base64`; servers also send a bare `+` (RFC 5034, section 4).
        if shape == Shape::Sasl && (line == b"+" || line.starts_with(b"+ ")) {
            return Ok(Some(self.finish(consumed, Event::Challenge(len.min(2)..len))));
        }
        Err(Error::NotAStatus { reply: self.reply(), line: Quoted::new(line) })
    }

    fn poll_line(&mut self, input: &[u8]) -> Result<Option<Step>, Error> {
        let Some((len, consumed)) = self.take_line(input, self.limits.line)? else {
            return Ok(None);
        };
        let line = &input[..len];
        if line == b"." {
            return Ok(Some(self.finish(consumed, Event::End)));
        }
        let capa = matches!(self.answering(), Some(Command::Capa));
        let most = if capa { self.limits.capability_lines } else { self.limits.listing_lines };
        if let Phase::Lines { lines, octets } = &mut self.phase {
            *lines += 1;
            *octets += consumed;
            let (lines, octets) = (*lines, *octets);
            let too_long = |limit, unit| Error::ReplyTooLong { reply: self.reply(), limit, unit };
            if lines > most {
                return Err(too_long(most, "lines"));
            }
            if octets > self.limits.listing_octets {
                return Err(too_long(self.limits.listing_octets, "octets"));
            }
        }
        let start = usize::from(line.starts_with(b"."));
        Ok(Some(Step { consumed, event: Event::Line(start..len), finished: None }))
    }

    /// The line that `input` begins with: its length without and with its end.
    fn take_line(&mut self, input: &[u8], limit: usize) -> Result<Option<(usize, usize)>, Error> {
        let found = line::find(input, self.scanned);
        let length = found.as_ref().map_or(input.len(), |line| line.consumed);
        if length > limit {
            return Err(Error::LineTooLong { reply: self.reply(), limit });
        }
        let Some(found) = found else {
            self.scanned = input.len();
            return Ok(None);
        };
        self.scanned = 0;
        if matches!(self.phase, Phase::Greeting) {
            self.line_end = found.end;
            self.decoder = DotDecoder::new(found.end);
        }
        if self.line_end == LineEnd::Crlf && found.end == LineEnd::Lf {
            let line = Quoted::new(&input[..found.len]);
            return Err(Error::BareLineFeed { reply: self.reply(), line });
        }
        Ok(Some((found.len, found.consumed)))
    }

    /// The reply to the front command is complete.
    fn finish(&mut self, consumed: usize, event: Event) -> Step {
        if let Phase::Greeting = std::mem::replace(&mut self.phase, Phase::Status) {
            return Step { consumed, event, finished: None };
        }
        let front = self.outstanding.pop_front();
        self.outstanding_octets -= front.as_ref().map_or(0, |(_, octets)| *octets);
        Step { consumed, event, finished: front.map(|(command, _)| command) }
    }

    /// What is coming in, in words for an error.
    fn reply(&self) -> String {
        match self.answering() {
            Some(command) if !matches!(self.phase, Phase::Greeting) => {
                format!("the reply to {}", command.describe())
            }
            _ => "the greeting".to_owned(),
        }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
