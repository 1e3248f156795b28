//! A stream, a buffer and an engine: what a connection is made of in every state.

use std::io::{self, Read, Write};
use std::time::Instant;

use super::Error;
use super::buffer::Buffer;
use super::pace::Pace;
use super::redact;
use crate::model::{Redactor, Secret};
use crate::proto::{self, Command, Engine, Event, Limits, Status, visible};
use crate::sasl::timestamp;

/// Is shown the dialogue, for the user who wants to see it. Never a secret: commands describe
/// themselves, and what the server says is searched for what was sent.
pub trait Trace: Send {
    /// A command, as it describes itself.
    fn sent(&mut self, command: &str);
    /// A line of the server, made visible; of a message only that it came.
    fn received(&mut self, line: &str);
}

/// A trace, where one is wanted.
pub type Tracer = Option<Box<dyn Trace>>;

/// The longest server line that is traced, in characters.
const TRACED: usize = 256;

pub(super) struct Channel<S> {
    stream: S,
    buffer: Buffer,
    engine: Engine,
    pace: Pace,
    trace: Tracer,
    redactor: Redactor,
    /// Octets of the message that is coming in, for the trace.
    body_octets: u64,
}

/// One piece of a reply, as the caller of [`Channel::receive`] sees it.
pub(super) enum Received<'a> {
    Status(Status, &'a [u8]),
    Challenge(&'a [u8]),
    Line(&'a [u8]),
    Chunk(&'a [u8]),
    End,
}

impl<S: Read + Write> Channel<S> {
    /// Over a stream whose server has yet to greet.
    pub(super) fn new(stream: S, limits: Limits, trace: Tracer) -> Self {
        Self::with(stream, Engine::new(limits), trace)
    }

    /// Over a stream that was just upgraded to TLS.
    pub(super) fn resume(stream: S, limits: Limits, trace: Tracer) -> Self {
        Self::with(stream, Engine::resumed(limits), trace)
    }

    fn with(stream: S, engine: Engine, trace: Tracer) -> Self {
        Self {
            stream,
            buffer: Buffer::new(),
            engine,
            pace: Pace::default(),
            trace,
            redactor: Redactor::default(),
            body_octets: 0,
        }
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    pub(super) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Gives the stream back for TLS, together with what is kept over the upgrade: nothing that
    /// was received before it.
    ///
    /// # Errors
    /// [`proto::Error::Injection`] when bytes are waiting that
    /// arrived in the clear behind the reply to STLS.
    pub(super) fn into_clean(self) -> Result<(S, Limits, Tracer), Error> {
        match self.buffer.filled().len() {
            0 => Ok((self.stream, *self.engine.limits(), self.trace)),
            octets => Err(proto::Error::Injection { octets }.into()),
        }
    }

    /// Never shows `secret` in anything the server says.
    pub(super) fn hide(&mut self, secret: &Secret) {
        self.redactor.hide(secret);
    }

    /// Takes the secrets out of what an error quotes.
    pub(super) fn redact(&self, error: Error) -> Error {
        match error {
            Error::Protocol(error) => redact::error(&self.redactor, error).into(),
            other => other,
        }
    }

    /// `text` without the secrets.
    pub(super) fn redacted(&self, text: Vec<u8>) -> Vec<u8> {
        self.redactor.redact(&text).unwrap_or(text)
    }

    /// Puts a command into the outbox.
    pub(super) fn enqueue(&mut self, command: Command) -> Result<(), Error> {
        if let Some(trace) = &mut self.trace {
            trace.sent(&command.describe());
        }
        let verb = command.verb();
        let queued = self.engine.enqueue(command);
        queued.map_err(|source| Error::Argument { command: verb, source })
    }

    /// Sends what is in the outbox, all in one write: some servers cannot take a command in two
    /// pieces, and under TLS it is one record.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if self.engine.outbox().is_empty() {
            return Ok(());
        }
        let written = write_all(&mut self.stream, self.engine.outbox());
        written.map_err(|error| Error::of_io(error, self.engine.awaiting()))?;
        self.engine.sent();
        Ok(())
    }

    /// Waits for the next piece of a reply and shows it to `see`, with the command that it is a
    /// reply to (nothing for the greeting) and whether it is the last piece of that reply.
    pub(super) fn receive<T>(
        &mut self,
        see: impl FnOnce(Option<&Command>, Received<'_>, bool) -> T,
    ) -> Result<T, Error> {
        loop {
            let input = self.buffer.filled();
            let polled = self.engine.poll(input);
            let Some(step) = polled.map_err(|error| redact::error(&self.redactor, error))? else {
                self.fill()?;
                continue;
            };
            let received = match step.event {
                Event::Status { ok, text } => {
                    let text = &input[text];
                    Received::Status(redact::status(&self.redactor, ok, text), text)
                }
                Event::Challenge(span) => Received::Challenge(&input[span]),
                Event::Line(span) => Received::Line(&input[span]),
                Event::Chunk(span) => Received::Chunk(&input[span]),
                Event::End => Received::End,
            };
            if let Some(trace) = &mut self.trace {
                show(trace.as_mut(), &self.redactor, &received, &mut self.body_octets);
            }
            let last = step.finished.is_some();
            let command = step.finished.as_ref().or(self.engine.answering());
            let seen = see(command, received, last);
            self.buffer.consume(step.consumed);
            return Ok(seen);
        }
    }

    /// Reads more from the stream.
    fn fill(&mut self) -> Result<(), Error> {
        // A reply that has begun must go on: one line of it may take years otherwise.
        let begun = self.engine.is_inside_reply() || !self.buffer.filled().is_empty();
        let started = begun.then(Instant::now);
        match self.buffer.fill(&mut self.stream) {
            Ok(0) => Err(Error::Closed { awaiting: self.engine.awaiting() }),
            Ok(octets) => match started {
                Some(started) if !self.pace.received(octets, started) => {
                    Err(Error::TooSlow { awaiting: self.engine.awaiting() })
                }
                _ => Ok(()),
            },
            Err(error) => Err(Error::of_io(error, self.engine.awaiting())),
        }
    }

    /// Bytes behind a complete reply, with nothing outstanding, mean that the server and we
    /// disagree about what was said: nothing it sends later can be trusted.
    pub(super) fn expect_silence(&self) -> Result<(), Error> {
        match self.buffer.filled() {
            [] => Ok(()),
            data => Err(redact::error(&self.redactor, proto::Error::unsolicited(data)).into()),
        }
    }

    /// Waits for the greeting; gives it with the timestamp in it.
    pub(super) fn greeting(&mut self) -> Result<(Status, Option<Vec<u8>>), Error> {
        loop {
            let greeting = self.receive(|_, received, _| match received {
                Received::Status(status, text) => {
                    Some((status, timestamp(text).map(<[u8]>::to_vec)))
                }
                _ => None,
            })?;
            if let Some(greeting) = greeting {
                return Ok(greeting);
            }
        }
    }

    /// Waits for the status line of the one command outstanding.
    pub(super) fn status(&mut self) -> Result<Status, Error> {
        loop {
            let status = self.receive(|_, received, _| match received {
                Received::Status(status, _) => Some(status),
                _ => None,
            })?;
            if let Some(status) = status {
                return Ok(status);
            }
        }
    }

    /// One command and its status line, with nothing else in flight.
    pub(super) fn command(&mut self, command: Command) -> Result<Status, Error> {
        self.enqueue(command)?;
        self.flush()?;
        let status = self.status()?;
        self.expect_silence()?;
        Ok(status)
    }

    /// One command whose reply, if positive, is a listing; each line is shown to `see`.
    pub(super) fn listing(
        &mut self,
        command: Command,
        mut see: impl FnMut(&[u8]),
    ) -> Result<Status, Error> {
        self.enqueue(command)?;
        self.flush()?;
        let mut answer = None;
        loop {
            let last = self.receive(|_, received, last| {
                match received {
                    Received::Status(status, _) => answer = Some(status),
                    Received::Line(line) => see(line),
                    Received::Challenge(_) | Received::Chunk(_) | Received::End => {}
                }
                last
            })?;
            if let (true, Some(status)) = (last, answer.take_if(|_| last)) {
                self.expect_silence()?;
                return Ok(status);
            }
        }
    }
}

/// As `Write::write_all`, which would try again after an interrupt of the user's.
fn write_all(stream: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.write(bytes)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => bytes = &bytes[written..],
        }
    }
    stream.flush()
}

fn show(trace: &mut dyn Trace, redactor: &Redactor, received: &Received<'_>, octets: &mut u64) {
    match received {
        Received::Status(status, _) => {
            let indicator = if status.ok { "+OK" } else { "-ERR" };
            trace.received(format!("{indicator} {}", status.text.as_str()).trim_end());
        }
        // A challenge may be made from secrets; that it came is enough.
        Received::Challenge(_) => trace.received("+ (challenge)"),
        Received::Line(line) => {
            trace.received(&visible(redactor.redact(line).as_deref().unwrap_or(line), TRACED));
        }
        Received::Chunk(chunk) => *octets += chunk.len() as u64,
        Received::End => {
            if *octets > 0 {
                trace.received(&format!("({octets} octets)"));
            }
            *octets = 0;
            trace.received(".");
        }
    }
}
