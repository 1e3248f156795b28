//! A connection, in the clear or under TLS, that never waits for ever.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use super::Error;
use super::socket::Socket;
use super::ticking::Ticking;
use super::tls::{Leaf, TlsSettings, explain, explain_alert};
use super::wait::{Clock, Patience, is_tick};
use crate::model::Endpoint;

/// A connection. Reads and writes end with [`io::ErrorKind::TimedOut`] when nothing moves for the
/// timeout, with an [`Overdue`] inside when the session has taken too long, and with
/// [`io::ErrorKind::Interrupted`] on an [`Interrupt`], which `Write::write_all` would take for a
/// reason to try again: use `write`.
///
/// End of stream is only that: on Linux native-tls cannot tell a clean TLS close from a cut line,
/// so no reader may take it for the end of a message.
///
/// [`Interrupt`]: crate::model::Interrupt
/// [`Overdue`]: crate::model::Overdue
#[derive(Debug)]
pub struct Stream {
    inner: Inner,
    /// Those of the server or of the proxy.
    addresses: Vec<IpAddr>,
    /// What the other end has shown, under TLS.
    leaf: Option<Leaf>,
    timeout: Duration,
    patience: Patience,
}

#[derive(Debug)]
enum Inner {
    Plain(Socket),
    Tls(Box<Protected>),
}

impl Stream {
    /// Takes over a connected socket, unprotected.
    pub(super) fn new(
        socket: Socket,
        addresses: Vec<IpAddr>,
        timeout: Duration,
        patience: Patience,
    ) -> Self {
        Self { inner: Inner::Plain(socket), addresses, leaf: None, timeout, patience }
    }

    /// The addresses that the name of the server, or of the proxy, was found to have.
    #[must_use]
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// The address that answered, if it is one of the network.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        match &self.inner {
            Inner::Plain(socket) => socket.peer(),
            Inner::Tls(tls) => tls.0.get_ref().socket().peer(),
        }
    }

    /// The certificate that the server has shown, under TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&Leaf> {
        self.leaf.as_ref()
    }

    /// Does the TLS handshake and verifies that the server is `endpoint`'s host: a chain to a
    /// trusted authority, dates, and a subject alternative name that matches (RFC 9525); or that it
    /// shows a certificate that is pinned. `connector` is the one for `settings`.
    ///
    /// # Errors
    /// [`Error`] when the handshake fails, is refused, or takes longer than the timeout.
    pub fn secure(
        self,
        endpoint: &Endpoint,
        settings: &TlsSettings,
        connector: &TlsConnector,
    ) -> Result<Self, Error> {
        let (protected, leaf) = self.shake_hands(endpoint, settings, connector)?;
        settings.check(&leaf, settings.name(&endpoint.host))?;
        Ok(Self { leaf: Some(leaf), ..protected })
    }

    /// Does the TLS handshake only to look at the certificate, which nobody has verified: the
    /// connection ends with it, so nothing can be said to whoever that is.
    ///
    /// # Errors
    /// [`Error`] when the handshake fails.
    pub fn look_at_certificate(
        self,
        endpoint: &Endpoint,
        settings: &TlsSettings,
        connector: &TlsConnector,
    ) -> Result<Leaf, Error> {
        self.shake_hands(endpoint, settings, connector).map(|(_, leaf)| leaf)
    }

    fn shake_hands(
        self,
        endpoint: &Endpoint,
        settings: &TlsSettings,
        connector: &TlsConnector,
    ) -> Result<(Self, Leaf), Error> {
        let socket = match self.inner {
            Inner::Plain(socket) => socket,
            Inner::Tls(_) => {
                let (host, reason) = (endpoint.host.clone(), "it is done already".to_owned());
                return Err(Error::Handshake { host, reason });
            }
        };
        let mut patience = self.patience;
        let host = settings.name(&endpoint.host);
        let deadline = Instant::now() + self.timeout;
        let mut handshake = connector.connect(host, Ticking::new(socket));
        let tls = loop {
            match handshake {
                Ok(tls) => break tls,
                Err(HandshakeError::Failure(error)) => {
                    return Err(explain(&error, endpoint, settings));
                }
                // A tick passed without an answer: not a failure yet.
                Err(HandshakeError::WouldBlock(mut unfinished)) => {
                    patience.check(deadline).map_err(|gave_up| {
                        let what = format!("the TLS handshake with {}", endpoint.host);
                        gave_up.waiting_for(what, self.timeout)
                    })?;
                    unfinished.get_mut().start();
                    handshake = unfinished.handshake();
                }
            }
        };
        let leaf = Leaf::of(&tls, host)?;
        let inner = Inner::Tls(Box::new(Protected(tls)));
        let Self { addresses, timeout, .. } = self;
        Ok((Self { inner, addresses, leaf: None, timeout, patience }, leaf))
    }

    /// Whether what is sent is protected by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        matches!(self.inner, Inner::Tls(_))
    }

    /// Whether the other end is this very machine, where nobody can listen in.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match &self.inner {
            Inner::Plain(socket) => socket.is_local(),
            Inner::Tls(tls) => tls.0.get_ref().socket().is_local(),
        }
    }

    /// How long reads and writes may go on after an interrupt, to leave things in order. Zero
    /// to begin with.
    pub fn set_grace(&mut self, grace: Duration) {
        self.patience.grace = grace;
    }

    /// Repeats an operation until it is done, fails, or patience ends.
    fn patiently(
        &mut self,
        mut operation: impl FnMut(&mut Inner) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut clock: Option<Clock> = None;
        loop {
            // Also while data flows: a server that never pauses must not outlast Ctrl-C.
            self.patience.check_session()?;
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
                tls.0.read(buffer).map_err(explain_alert)
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
