//! Header blocks of many messages, by pipelined TOP.

use std::collections::VecDeque;

use super::{Account, Error};
use crate::client::{self, Exchange, Failure, Part, Session};
use crate::model::MessageNumber;
use crate::net::Stream;
use crate::proto::{self, Command};
use crate::summary::MAX_HEADER;

/// Is shown header blocks: the place in the list that was asked for, and the block.
pub(super) type SeeHeader<'a> = dyn FnMut(usize, Option<&[u8]>) -> Result<(), Error> + 'a;

/// Reads the header blocks of `numbers` and shows each to `see` with its place in `numbers`, in
/// that order; nothing for one that the server does not show.
///
/// Never RETR instead: on a server with EXPIRE 0 that would delete the message, and elsewhere it
/// would mark it as read.
pub(super) fn read_headers(
    session: &mut Session<Stream>,
    account: &Account,
    numbers: &[MessageNumber],
    see: &mut SeeHeader<'_>,
) -> Result<(), Error> {
    let mut top = Top {
        ask: numbers.iter().copied().collect(),
        is_announced: session.capabilities().is_some_and(|offered| offered.top),
        done: 0,
        header: None,
        octets: 0,
        host: &account.endpoint.host,
        see,
    };
    if session.may_have_top() {
        session.run(&mut top).map_err(|failure| match failure {
            Failure::Connection(error) => Error::server(&account.endpoint.host, error),
            Failure::Exchange(error) => error,
        })?;
    }
    (top.done..numbers.len()).try_for_each(|at| (top.see)(at, None))
}

struct Top<'a, 's> {
    ask: VecDeque<MessageNumber>,
    is_announced: bool,
    done: usize,
    /// The block that is coming in.
    header: Option<Vec<u8>>,
    /// Its octets so far, kept or not.
    octets: u64,
    host: &'a str,
    see: &'a mut SeeHeader<'s>,
}

/// Octets after which a reply to TOP is not one any more. Servers that ignore the number of lines
/// send whole messages.
const ENDLESS: u64 = 64 * 1024 * 1024;

impl Top<'_, '_> {
    fn endless(&self) -> Error {
        let limit = usize::try_from(ENDLESS).unwrap_or(usize::MAX);
        let error = proto::Error::ReplyTooLong {
            reply: "the reply to TOP".to_owned(),
            limit,
            unit: "octets",
        };
        Error::server(self.host, client::Error::Protocol(error))
    }
}

impl Exchange for Top<'_, '_> {
    type Error = Error;

    fn next_command(&mut self) -> Option<Command> {
        self.ask.pop_front().map(|number| Command::Top(number, 0))
    }

    fn reply(&mut self, _: &Command, part: Part<'_>) -> Result<(), Error> {
        match part {
            Part::Status(status, _) if status.ok => {
                self.header = Some(Vec::new());
                self.octets = 0;
                return Ok(());
            }
            Part::Status(..) => {
                // A server that does not know TOP need not be asked a thousand times.
                if !self.is_announced {
                    self.ask.clear();
                }
            }
            Part::Chunk(chunk) => {
                self.octets += chunk.len() as u64;
                if self.octets > ENDLESS {
                    return Err(self.endless());
                }
                if let Some(header) = &mut self.header {
                    let room = MAX_HEADER - header.len();
                    header.extend_from_slice(&chunk[..chunk.len().min(room)]);
                }
                return Ok(());
            }
            Part::Line(_) => return Ok(()),
            Part::End => {}
        }
        let header = self.header.take();
        let at = self.done;
        self.done += 1;
        (self.see)(at, header.as_deref())
    }
}
