//! Many commands in flight (RFC 2449, section 6.6).

use std::io::{Read, Write};

use super::Error;
use super::channel::{Channel, Received};
use crate::proto::{Command, Status};

/// A piece of the reply to a command of an [`Exchange`].
#[derive(Debug)]
pub enum Part<'a> {
    /// Its status line, and the text of it as it came, for those few replies that say something
    /// in it (RFC 1939, section 9).
    Status(&'a Status, &'a [u8]),
    /// A line of a listing.
    Line(&'a [u8]),
    /// Octets of a message.
    Chunk(&'a [u8]),
    /// The end of the listing or message.
    End,
}

/// A piece of work that sends many commands and takes their replies as they come.
pub trait Exchange {
    /// What may end the work from inside.
    type Error;

    /// The next command to send, asked for when there is room in the window. Nothing means that
    /// there is nothing to send now; it is asked again after the next reply.
    fn next_command(&mut self) -> Option<Command>;

    /// Takes a piece of the reply to `command`.
    ///
    /// # Errors
    /// Whatever makes going on pointless. The replies that are still on their way are then not
    /// waited for, so the session is of no further use.
    fn reply(&mut self, command: &Command, part: Part<'_>) -> Result<(), Self::Error>;
}

/// Why an [`Exchange`] did not run to its end.
#[derive(Debug)]
pub enum Failure<E> {
    /// The connection is of no further use.
    Connection(Error),
    /// The exchange gave up by itself.
    Exchange(E),
}

impl From<Failure<Self>> for Error {
    fn from(failure: Failure<Self>) -> Self {
        match failure {
            Failure::Connection(error) | Failure::Exchange(error) => error,
        }
    }
}

/// How much may be unanswered at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Commands.
    commands: usize,
    /// Octets of command lines. Both sides may write at the same time, and a server whose output
    /// is blocked stops reading: what we write must fit into the transport's own window, or both
    /// wait for ever (RFC 2449, section 6.6). Dovecot stops reading at 4 KiB of unsent replies.
    octets: usize,
    /// Refilled when no more octets than this are unanswered, and no more than half of the
    /// commands: then a refill is one write of many commands instead of one write for each.
    low_water: usize,
}

/// Octets of command lines in flight on a connection on which pipelining has yet to work, ...
const UNPROVEN: usize = 1024;
/// ... and on one on which it has: some 700 RETRs, twice what a line of 100 Mbit/s with a round trip
/// of 100 ms holds in mail of 4 kB, so that it is refilled in time. A write of so little does not
/// wait for the other side: it fits into the socket's own buffer (16 KiB at the least on Linux).
const PROVEN: usize = 8192;

impl Window {
    /// One command at a time, for a server that does not announce PIPELINING.
    pub(super) const SINGLE: Self = Self { commands: 1, octets: usize::MAX, low_water: 0 };

    /// For a server that does: `most` commands, and as many octets as it has shown that it can
    /// take.
    pub(super) fn pipelined(most: usize, proven: bool) -> Self {
        if most <= 1 {
            return Self::SINGLE;
        }
        let octets = if proven { PROVEN } else { UNPROVEN };
        Self { commands: most, octets, low_water: octets / 2 }
    }

    pub(super) fn is_single(&self) -> bool {
        self.commands == 1
    }
}

/// Runs `exchange` until it has nothing to send and nothing is outstanding.
pub(super) fn run<S: Read + Write, E: Exchange>(
    channel: &mut Channel<S>,
    window: Window,
    exchange: &mut E,
) -> Result<(), Failure<E::Error>> {
    loop {
        refill(channel, window, exchange).map_err(Failure::Connection)?;
        if channel.engine().outstanding().0 == 0 {
            break;
        }
        let taken = channel.receive(|command, received, _| {
            let Some(command) = command else { return Ok(()) };
            let part = match &received {
                Received::Status(status, text) => Part::Status(status, text),
                Received::Line(line) => Part::Line(line),
                Received::Chunk(chunk) => Part::Chunk(chunk),
                Received::End => Part::End,
                // Only AUTH gets one, and AUTH is not for exchanges.
                Received::Challenge(_) => return Ok(()),
            };
            exchange.reply(command, part)
        });
        taken.map_err(Failure::Connection)?.map_err(Failure::Exchange)?;
        if channel.engine().outstanding().0 == 0 {
            channel.expect_silence().map_err(Failure::Connection)?;
        }
    }
    Ok(())
}

fn refill<S: Read + Write, E: Exchange>(
    channel: &mut Channel<S>,
    window: Window,
    exchange: &mut E,
) -> Result<(), Error> {
    let (commands, octets) = channel.engine().outstanding();
    if octets > window.low_water || commands > window.commands / 2 {
        return Ok(());
    }
    loop {
        let (commands, octets) = channel.engine().outstanding();
        if commands >= window.commands || octets >= window.octets {
            break;
        }
        match exchange.next_command() {
            Some(command) => channel.enqueue(command)?,
            None => break,
        }
    }
    channel.flush()
}
