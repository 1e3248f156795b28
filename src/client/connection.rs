//! A connection before the login: AUTHORIZATION state (RFC 1939, section 4).

use std::io::{Read, Write};

use super::channel::Channel;
use super::login::{self, LoginError};
use super::{Error, Session, Tracer};
use crate::proto::{Capabilities, Command, Limits, ServerText};
use crate::sasl::{Credentials, LoginMethod};

/// A connection in AUTHORIZATION state.
pub struct Connection<S> {
    pub(super) channel: Channel<S>,
    /// Nothing until asked for, or where the server has no CAPA.
    capabilities: Option<Capabilities>,
    /// The greeting's, for APOP. A greeting in the clear may be anybody's: behind STLS there is none
    /// (RFC 2595, section 4).
    timestamp: Option<Vec<u8>>,
    /// What the server said first.
    greeting: ServerText,
}

impl<S: Read + Write> Connection<S> {
    /// Reads the greeting of a server that was just connected to.
    ///
    /// # Errors
    /// [`Error::Greeting`] when the server refuses, any other when it does not greet.
    pub fn open(stream: S, limits: Limits, trace: Tracer) -> Result<Self, Error> {
        let mut channel = Channel::new(stream, limits, trace);
        let (greeting, timestamp) = channel.greeting()?;
        if !greeting.ok {
            return Err(Error::Greeting(greeting));
        }
        channel.expect_silence()?;
        Ok(Self { channel, capabilities: None, timestamp, greeting: greeting.text })
    }

    /// Asks what the server can do. A server that has no CAPA, which is fine, leaves nothing.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks.
    pub fn ask_capabilities(&mut self) -> Result<Option<&Capabilities>, Error> {
        self.capabilities = capabilities(&mut self.channel)?;
        Ok(self.capabilities.as_ref())
    }

    /// Takes for what the server can do what it said at an earlier connection.
    pub fn assume(&mut self, capabilities: Capabilities) {
        self.capabilities = Some(capabilities);
    }

    /// What the server said that it can do.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// What the server said first.
    #[must_use]
    pub fn greeting(&self) -> &ServerText {
        &self.greeting
    }

    /// Whether the greeting holds a timestamp, without which there is no APOP.
    #[must_use]
    pub fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Asks for messages as they are, with UTF-8 in their headers, and not as a translation into
    /// ASCII (RFC 6856). A refusal changes nothing.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks.
    pub fn allow_utf8(&mut self) -> Result<bool, Error> {
        Ok(self.channel.command(Command::Utf8)?.ok)
    }

    /// The stream below.
    #[must_use]
    pub fn stream(&self) -> &S {
        self.channel.stream()
    }

    /// Goes on under TLS (RFC 2595, section 4): sends STLS, requires that nothing waits behind
    /// its reply, and gives the stream to `upgrade`. The new connection knows nothing that was
    /// said in the clear, capabilities included.
    ///
    /// # Errors
    /// [`Error::NotOffered`] or [`Error::Refused`] when the server will not, `upgrade`'s own,
    /// and [`proto::Error::Injection`](crate::proto::Error::Injection).
    pub fn starttls<T: Read + Write, E: From<Error>>(
        mut self,
        upgrade: impl FnOnce(S) -> Result<T, E>,
    ) -> Result<Connection<T>, E> {
        if !self.capabilities.as_ref().is_some_and(|offered| offered.stls) {
            return Err(Error::NotOffered { what: "STLS" }.into());
        }
        self.channel.enqueue(Command::Stls)?;
        self.channel.flush()?;
        let status = self.channel.status()?;
        if !status.ok {
            return Err(Error::Refused { command: "STLS", status }.into());
        }
        let (stream, limits, trace) = self.channel.into_clean()?;
        let channel = Channel::resume(upgrade(stream)?, limits, trace);
        Ok(Connection { channel, capabilities: None, timestamp: None, greeting: self.greeting })
    }

    /// Logs in. A refusal gives the connection back, still in AUTHORIZATION state.
    ///
    /// # Errors
    /// The [`LoginError`] and the connection when the server refuses; [`Error`] alone when the
    /// connection is of no further use.
    pub fn login(
        mut self,
        credentials: &Credentials<'_>,
        method: LoginMethod,
    ) -> Result<Session<S>, (Error, Option<Box<Self>>)> {
        let (offered, timestamp) = (self.capabilities.as_ref(), self.timestamp.as_deref());
        match login::login(&mut self.channel, credentials, method, offered, timestamp) {
            Ok(()) => Ok(Session::new(self.channel, self.capabilities)),
            Err(Error::Login(error @ LoginError::Refused(_))) => {
                Err((error.into(), Some(Box::new(self))))
            }
            Err(error) => Err((error, None)),
        }
    }

    /// Says goodbye before any login; whether the server answers does not matter.
    pub fn quit(mut self) {
        let _ = self.channel.command(Command::Quit);
    }
}

/// Asks CAPA (RFC 2449, section 5).
fn capabilities<S: Read + Write>(channel: &mut Channel<S>) -> Result<Option<Capabilities>, Error> {
    let mut capabilities = Capabilities::default();
    let status = channel.listing(Command::Capa, |line| capabilities.add_line(line))?;
    Ok(status.ok.then_some(capabilities))
}
