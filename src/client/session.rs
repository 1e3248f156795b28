//! A connection after the login: TRANSACTION state (RFC 1939, section 5).

use std::collections::VecDeque;
use std::io::{Read, Write};

use super::Error;
use super::channel::Channel;
use super::pipeline::{self, Exchange, Failure, Part, Window};
use crate::model::Listed;
use crate::proto::{self, Capabilities, Command, Limits, Sizes, Stat, Status, Uids, combine};

/// A connection in TRANSACTION state.
pub struct Session<S> {
    channel: Channel<S>,
    capabilities: Option<Capabilities>,
    source: Said,
    /// The most commands that may be in flight.
    most: usize,
}

/// When the server said what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// On this connection, but before the login.
    BeforeLogin,
    /// After the login, but on an earlier connection.
    Earlier,
    /// On this connection, after the login.
    Now,
}

/// What is in the mailbox.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    /// The messages, in ascending order of number.
    pub messages: Vec<Listed>,
    /// Whether the server has unique-ids.
    pub has_uids: bool,
}

/// How a session ended.
#[derive(Debug)]
pub enum Quit {
    /// `+OK`: what was marked as deleted is deleted.
    Done,
    /// `-ERR`: some, none or all of it may be (RFC 1939, section 6).
    Refused(Status),
}

impl<S: Read + Write> Session<S> {
    pub(super) fn new(channel: Channel<S>, capabilities: Option<Capabilities>) -> Self {
        Self { channel, capabilities, source: Said::BeforeLogin, most: usize::MAX }
    }

    /// What the server can do, as far as it said so.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// Takes for what the server can do what it said in this state at an earlier connection,
    /// until [`Self::mailbox`] has asked.
    pub fn assume(&mut self, mut capabilities: Capabilities) {
        if let Some(said) = self.capabilities.as_ref().filter(|said| said.retr_deletes()) {
            capabilities.expire = said.expire;
        }
        self.capabilities = Some(capabilities);
        self.source = Said::Earlier;
    }

    /// Sends no more than `most` commands ahead of their replies, whatever the server announces.
    pub fn limit_pipeline(&mut self, most: usize) {
        self.most = most;
    }

    /// Whether several commands wait for their replies.
    #[must_use]
    pub fn is_pipelining(&self) -> bool {
        self.channel.engine().outstanding().0 > 1
    }

    /// Whether commands that were sent together have been answered on this connection.
    #[must_use]
    pub fn has_pipelined(&self) -> bool {
        self.channel.engine().has_pipelined()
    }

    /// Whether commands wait for their replies that were sent together, on a connection on which
    /// that has never worked: after an error this may be the reason.
    #[must_use]
    pub fn doubts_pipelining(&self) -> bool {
        let engine = self.channel.engine();
        engine.outstanding().0 > 1 && !engine.has_pipelined()
    }

    /// The stream below.
    pub fn stream_mut(&mut self) -> &mut S {
        self.channel.stream_mut()
    }

    /// Whether TOP is worth trying: announced, or nothing is known.
    #[must_use]
    pub fn may_have_top(&self) -> bool {
        self.capabilities.as_ref().is_none_or(|offered| offered.top)
    }

    fn window(&self) -> Window {
        match &self.capabilities {
            // It may be offered in one state and not in the other.
            Some(offered) if offered.pipelining && self.source != Said::BeforeLogin => {
                Window::pipelined(self.most, self.channel.engine().has_pipelined())
            }
            _ => Window::SINGLE,
        }
    }

    /// Runs an exchange, with as many commands in flight as the server allows.
    ///
    /// # Errors
    /// [`Failure`]: the exchange's own error, or [`Error`] when the connection breaks.
    pub fn run<E: Exchange>(&mut self, exchange: &mut E) -> Result<(), Failure<E::Error>> {
        let window = self.window();
        pipeline::run(&mut self.channel, window, exchange)
    }

    /// Takes stock: STAT, UIDL and LIST, in one flight where the server allows it; before them
    /// CAPA, since some servers say more after the login (RFC 2449, section 5; Gmail announces
    /// PIPELINING only then). A server that no longer answers that keeps what it said before.
    ///
    /// UIDL goes before LIST because there are servers whose UIDL changes the sizes.
    ///
    /// # Errors
    /// [`Error::Refused`] when a listing is refused, [`Error::Protocol`] when it is malformed.
    pub fn mailbox(&mut self) -> Result<Mailbox, Error> {
        let surveyed = self.survey();
        surveyed.map_err(|error| self.channel.redact(error))
    }

    fn survey(&mut self) -> Result<Mailbox, Error> {
        let mut survey = Survey::new(*self.channel.engine().limits());
        if self.capabilities.is_some() && self.source != Said::Now {
            survey.ask.push_back(Command::Capa);
            if self.window().is_single() {
                self.take_in(&mut survey)?;
            }
        }
        survey.ask.extend([Command::Stat, Command::Uidl, Command::List]);
        self.take_in(&mut survey)?;
        let announced = self.capabilities.as_ref().is_some_and(|offered| offered.uidl);
        survey.finish(announced)
    }

    /// Runs a survey and takes note of what the server says that it can do.
    fn take_in(&mut self, survey: &mut Survey) -> Result<(), Error> {
        self.run(survey)?;
        match survey.capabilities.take() {
            // What it said on another connection, it may have forgotten since.
            Some(None) if self.source != Said::Earlier => {}
            Some(offered) => {
                // But that it deletes what it sends is too dangerous to forget.
                let deletes = self.capabilities.take().filter(Capabilities::retr_deletes);
                let kept = deletes.map(|known| Capabilities {
                    expire: known.expire,
                    top: known.top,
                    ..Capabilities::default()
                });
                self.capabilities = offered.or(kept);
                self.source = Said::Now;
            }
            None => {}
        }
        Ok(())
    }

    /// Only STAT: how many messages, how many octets.
    ///
    /// # Errors
    /// [`Error::Refused`] or [`Error::Protocol`].
    pub fn stat(&mut self) -> Result<Stat, Error> {
        let mut survey = Survey::new(*self.channel.engine().limits());
        survey.ask.push_back(Command::Stat);
        let surveyed = self.run(&mut survey).map_err(Error::from);
        surveyed.and_then(|()| survey.stat()).map_err(|error| self.channel.redact(error))
    }

    /// Keeps the session alive.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks.
    pub fn noop(&mut self) -> Result<(), Error> {
        self.channel.command(Command::Noop).map(drop)
    }

    /// Takes back the session's DELEs.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server will not.
    pub fn reset(&mut self) -> Result<(), Error> {
        match self.channel.command(Command::Rset)? {
            Status { ok: true, .. } => Ok(()),
            status => Err(Error::Refused { command: "RSET", status }),
        }
    }

    /// Ends the session without waiting for the answer: for one in which nothing was deleted.
    pub fn leave(mut self) {
        // Whether it goes out does not matter either.
        if self.channel.enqueue(Command::Quit).is_ok() {
            let _ = self.channel.flush();
        }
    }

    /// Ends the session; this is what carries deletions out (RFC 1939, section 6).
    ///
    /// # Errors
    /// [`Error`] when no answer comes: then nothing is known about the deletions.
    pub fn quit(mut self) -> Result<Quit, Error> {
        match self.channel.command(Command::Quit)? {
            Status { ok: true, .. } => Ok(Quit::Done),
            status => Ok(Quit::Refused(status)),
        }
    }
}

/// CAPA, STAT, UIDL and LIST as an exchange.
struct Survey {
    limits: Limits,
    ask: VecDeque<Command>,
    /// The answer to CAPA; nothing inside where that was `-ERR`.
    capabilities: Option<Option<Capabilities>>,
    stat: Option<Result<Stat, Error>>,
    uids: Result<Uids, Option<Status>>,
    sizes: Sizes,
    list_refused: Option<Status>,
    /// Lines of the listing that is coming in.
    lines: usize,
}

/// How many more lines than twice the messages that STAT counts a listing may have: mail comes in
/// meanwhile, but not without end.
const MORE_LINES: usize = 10_000;

impl Survey {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            ask: VecDeque::new(),
            capabilities: None,
            stat: None,
            uids: Ok(Uids::default()),
            sizes: Sizes::default(),
            list_refused: None,
            lines: 0,
        }
    }

    fn stat(self) -> Result<Stat, Error> {
        self.stat.unwrap_or(Err(Error::NotOffered { what: "STAT" }))
    }

    /// Counts a line of the listing that answers `command`.
    fn count_line(&mut self, command: &Command) -> Result<(), Error> {
        self.lines += 1;
        let Some(Ok(Stat { messages, .. })) = self.stat else { return Ok(()) };
        let messages = usize::try_from(messages).unwrap_or(usize::MAX);
        let limit = messages.saturating_mul(2).saturating_add(MORE_LINES);
        if self.lines <= limit {
            return Ok(());
        }
        let reply = format!("the reply to {}", command.describe());
        Err(proto::Error::ReplyTooLong { reply, limit, unit: "lines" }.into())
    }

    fn finish(self, announced_uidl: bool) -> Result<Mailbox, Error> {
        let empty = matches!(&self.stat, Some(Ok(Stat { messages: 0, .. })));
        if let Some(Err(error)) = self.stat {
            return Err(error);
        }
        if let Some(status) = self.list_refused {
            // Some servers refuse to list nothing.
            if empty {
                return Ok(Mailbox { messages: Vec::new(), has_uids: self.uids.is_ok() });
            }
            return Err(Error::Refused { command: "LIST", status });
        }
        let uids = match self.uids {
            Ok(uids) => Some(uids),
            // Announced and yet refused, or refused with a code: a fault that passes, and no reason
            // to treat this as a server without unique-ids.
            Err(Some(status)) if (announced_uidl || status.code.is_some()) && !empty => {
                return Err(Error::Refused { command: "UIDL", status });
            }
            Err(_) => None,
        };
        if uids.as_ref().is_some_and(Uids::is_empty) && !self.sizes.is_empty() {
            return Err(Error::NoUidsListed);
        }
        let has_uids = uids.is_some() || announced_uidl;
        Ok(Mailbox { messages: combine(self.sizes, uids)?, has_uids })
    }
}

impl Exchange for Survey {
    type Error = Error;

    fn next_command(&mut self) -> Option<Command> {
        self.ask.pop_front()
    }

    fn reply(&mut self, command: &Command, part: Part<'_>) -> Result<(), Error> {
        match part {
            Part::Status(..) => self.lines = 0,
            Part::Line(_) => self.count_line(command)?,
            Part::Chunk(_) | Part::End => {}
        }
        match (command, part) {
            (Command::Capa, Part::Status(status, _)) => {
                self.capabilities = Some(status.ok.then(Capabilities::default));
                Ok(())
            }
            (Command::Capa, Part::Line(line)) => {
                if let Some(Some(capabilities)) = &mut self.capabilities {
                    capabilities.add_line(line);
                }
                Ok(())
            }
            (Command::Stat, Part::Status(status, text)) => {
                self.stat = Some(if status.ok {
                    Stat::parse(text, &self.limits).map_err(Error::from)
                } else {
                    Err(Error::Refused { command: "STAT", status: status.clone() })
                });
                Ok(())
            }
            (Command::Uidl, Part::Status(status, _)) if !status.ok => {
                self.uids = Err(Some(status.clone()));
                Ok(())
            }
            (Command::List, Part::Status(status, _)) if !status.ok => {
                self.list_refused = Some(status.clone());
                Ok(())
            }
            (Command::Uidl, Part::Line(line)) => match &mut self.uids {
                Ok(uids) => Ok(uids.add_line(line, &self.limits)?),
                Err(_) => Ok(()),
            },
            (Command::List, Part::Line(line)) => Ok(self.sizes.add_line(line, &self.limits)?),
            (_, Part::Status(..) | Part::Line(_) | Part::Chunk(_) | Part::End) => Ok(()),
        }
    }
}
