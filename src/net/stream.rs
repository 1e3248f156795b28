//! A connection, in the clear or under TLS, that never waits for ever.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use super::Error;
use super::certificate;
use super::ticking::Ticking;
use super::tls::explain;
use super::wait::{Clock, GaveUp, Patience, TICK, is_tick};
use crate::model::{Endpoint, Interrupt};

/// A connected socket. Reads and writes end with [`io::ErrorKind::TimedOut`] when nothing moves
/// for the timeout, and with [`io::ErrorKind::Interrupted`] on an [`Interrupt`], which
/// `Write::write_all` would take for a reason to try again: use `write`.
///
/// End of stream is only that: on Linux native-tls cannot tell a clean TLS close from a cut line,
/// so no reader may take it for the end of a message.
#[derive(Debug)]
pub struct Stream {
    inner: Inner,
    timeout: Duration,
    patience: Patience,
}

#[derive(Debug)]
enum Inner {
    Plain(TcpStream),
    Tls(Box<Protected>),
}

impl Stream {
    /// Takes over a connected socket, unprotected.
    ///
    /// # Errors
    /// The system's, when the socket's options cannot be set.
    pub fn new(socket: TcpStream, timeout: Duration, interrupt: Interrupt) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(TICK))?;
        socket.set_write_timeout(Some(TICK))?;
        Ok(Self { inner: Inner::Plain(socket), timeout, patience: Patience::new(interrupt) })
    }

    /// Does the TLS handshake and verifies that the server is `endpoint`'s host: a chain to a
    /// trusted authority, dates, and a subject alternative name that matches (RFC 9525).
    ///
    /// # Errors
    /// [`Error`] when the handshake fails, is refused, or takes longer than the timeout.
    pub fn secure(self, endpoint: &Endpoint, connector: &TlsConnector) -> Result<Self, Error> {
        let Inner::Plain(socket) = self.inner else { return Ok(self) };
        let mut patience = self.patience;
        let host = &endpoint.host;
        let deadline = Instant::now() + self.timeout;
        let mut handshake = connector.connect(host, Ticking::new(socket));
        let tls = loop {
            match handshake {
                Ok(tls) => break tls,
                Err(HandshakeError::Failure(error)) => return Err(explain(&error, endpoint)),
                // A tick passed without an answer: not a failure yet.
                Err(HandshakeError::WouldBlock(mut unfinished)) => {
                    patience.check(deadline).map_err(|gave_up| match gave_up {
                        GaveUp::Interrupted => Error::Interrupted,
                        GaveUp::Timeout => Error::Timeout {
                            what: format!("the TLS handshake with {host}"),
                            seconds: self.timeout.as_secs(),
                        },
                    })?;
                    unfinished.get_mut().start();
                    handshake = unfinished.handshake();
                }
            }
        };
        let leaf = tls.peer_certificate().ok().flatten();
        certificate::require_alternative_name(leaf.as_ref(), host)?;
        Ok(Self { inner: Inner::Tls(Box::new(Protected(tls))), timeout: self.timeout, patience })
    }

    /// Whether what is sent is protected by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        matches!(self.inner, Inner::Tls(_))
    }

    /// Whether the other end is this very machine, where nobody can listen in.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.socket().peer_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback())
    }

    /// How long reads and writes may go on after an interrupt, to leave things in order. Zero
    /// to begin with.
    pub fn set_grace(&mut self, grace: Duration) {
        self.patience.grace = grace;
    }

    fn socket(&self) -> &TcpStream {
        match &self.inner {
            Inner::Plain(socket) => socket,
            Inner::Tls(tls) => tls.0.get_ref().socket(),
        }
    }

    /// Repeats an operation until it is done, fails, or patience ends.
    fn patiently(
        &mut self,
        mut operation: impl FnMut(&mut Inner) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut clock: Option<Clock> = None;
        loop {
            // Also while data flows: a server that never pauses must not outlast Ctrl-C.
            self.patience.check_interrupt()?;
            match operation(&mut self.inner) {
                Err(error) if is_tick(&error) => {
                    // The clock starts with the first tick, so that data that is there already
                    // costs no look at it.
                    let received = self.inner.received();
                    let clock = clock.get_or_insert_with(|| Clock::start(self.timeout, received));
                    self.patience.check(clock.deadline(received))?;
                }
                other => return other,
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patiently(|inner| match inner {
            Inner::Plain(socket) => socket.read(buffer),
            Inner::Tls(tls) => {
                tls.0.get_mut().start();
                tls.0.read(buffer)
            }
        })
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(|inner| match inner {
            Inner::Plain(socket) => socket.write(bytes),
            Inner::Tls(tls) => {
                tls.0.get_mut().start();
                tls.0.write(bytes)
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Plain(socket) => socket.flush(),
            Inner::Tls(tls) => tls.0.flush(),
        }
    }
}

impl Inner {
    /// Octets that came below TLS so far; in the clear they need not be counted.
    fn received(&self) -> u64 {
        match self {
            Self::Plain(_) => 0,
            Self::Tls(tls) => tls.0.get_ref().received,
        }
    }
}

/// A TLS connection that says goodbye when dropped, without waiting for the peer's goodbye (RFC
/// 8314, section 3.4).
#[derive(Debug)]
struct Protected(TlsStream<Ticking>);

impl Drop for Protected {
    fn drop(&mut self) {
        let _ = self.0.shutdown();
    }
}
