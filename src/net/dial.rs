//! From a route to a connected stream.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use super::proxy::lead_on;
use super::race::race;
use super::resolve::resolve;
use super::socket::Socket;
use super::wait::{Patience, TICK};
use super::{Error, Stream};
use crate::model::{Endpoint, Interrupt, Proxy, Route, Timeouts, Way};

/// What the dialling thread reports.
#[derive(Debug)]
enum Progress {
    /// The name has these addresses, or none is asked for.
    Resolved(Vec<IpAddr>),
    Done(Result<Socket, Error>),
}

/// A connection that is being made, by whichever route.
///
/// The work is done by a thread of its own, since the resolver cannot be interrupted, and since
/// there is more to do until it is done. One that is given up goes on for a while and ends by
/// itself.
#[derive(Debug)]
pub struct Dial {
    endpoint: Endpoint,
    timeouts: Timeouts,
    started: Instant,
    /// Nothing comes where there is no thread to be had.
    reports: io::Result<Receiver<Progress>>,
}

impl Dial {
    /// Starts to connect to `endpoint`.
    #[must_use]
    pub fn start(endpoint: &Endpoint, route: &Route, timeouts: Timeouts) -> Self {
        let (report, reports) = channel();
        let started = Instant::now();
        let dialler = Dialler {
            endpoint: endpoint.clone(),
            route: route.clone(),
            timeouts,
            deadline: started + timeouts.connect,
            report,
        };
        let thread = thread::Builder::new().name("dial".to_owned());
        let reports = thread.spawn(move || dialler.run()).map(|_| reports);
        Self { endpoint: endpoint.clone(), timeouts, started, reports }
    }

    /// Waits for the connection. The session has begun with [`Self::start`].
    ///
    /// # Errors
    /// [`Error`] when the name does not resolve, when nobody answers, or on an interrupt.
    pub fn wait(self, interrupt: &Interrupt) -> Result<Stream, Error> {
        let Self { endpoint, timeouts, started, reports } = self;
        let unreachable = |source| Error::Unreachable { place: endpoint.to_string(), source };
        let reports = reports.map_err(unreachable)?;
        let mut patience = Patience::new(interrupt.clone(), timeouts.session, started);
        let mut awaited = format!("an answer to the question for the address of {}", endpoint.host);
        // A few ticks more than the work may take: its error is the better one.
        let deadline = started + timeouts.connect + 5 * TICK;
        let mut addresses = Vec::new();
        loop {
            match reports.recv_timeout(TICK) {
                Ok(Progress::Resolved(found)) => {
                    addresses = found;
                    awaited = format!("a connection to {endpoint}");
                }
                Ok(Progress::Done(done)) => {
                    return Ok(Stream::new(done?, addresses, timeouts.idle, patience));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(gave_up) = patience.check(deadline) {
                        return Err(gave_up.waiting_for(awaited, timeouts.connect));
                    }
                }
                // Only a panic of the thread gets here.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::Resolver {
                        host: endpoint.host,
                        reason: "it gave up".into(),
                    });
                }
            }
        }
    }
}

/// The work of the dialling thread.
struct Dialler {
    endpoint: Endpoint,
    route: Route,
    timeouts: Timeouts,
    deadline: Instant,
    report: Sender<Progress>,
}

impl Dialler {
    fn run(self) {
        // A send fails when nobody waits any more; there is nothing to do about it.
        let _ = self.report.send(Progress::Done(self.connect()));
    }

    fn connect(&self) -> Result<Socket, Error> {
        let Endpoint { host, port, .. } = &self.endpoint;
        match &self.route.way {
            Way::Direct => {
                let place = self.endpoint.to_string();
                let stream = self.connect_to(host, *port, &place)?;
                Socket::direct(stream).map_err(|source| Error::Unreachable { place, source })
            }
            Way::Proxy(proxy) => self.connect_through(proxy),
            Way::Tunnel(tunnel) => {
                self.note_resolved(&[]);
                Socket::tunnel(tunnel)
            }
            Way::Socket(path) => {
                self.note_resolved(&[]);
                let left = self.deadline.saturating_duration_since(Instant::now());
                let place = path.display().to_string();
                Socket::unix(path, left).map_err(|source| match source.kind() {
                    io::ErrorKind::ConnectionRefused => Error::Refused { place },
                    io::ErrorKind::WouldBlock => self.timeout(&place),
                    _ => Error::Unreachable { place, source },
                })
            }
        }
    }

    fn connect_through(&self, proxy: &Proxy) -> Result<Socket, Error> {
        let place = format!("the proxy {proxy}");
        let stream = self.connect_to(&proxy.host, proxy.port, &place)?;
        lead_on(proxy, &stream, &self.endpoint, self.deadline)
            .map_err(|source| Error::Proxy { proxy: proxy.to_string(), source })?;
        Socket::proxied(stream).map_err(|source| Error::Unreachable { place, source })
    }

    /// Connects to whichever address of `host` answers first.
    fn connect_to(&self, host: &str, port: u16, place: &str) -> Result<TcpStream, Error> {
        let Route { family, source, .. } = self.route;
        let addresses = resolve(host, family)?;
        self.note_resolved(&addresses);
        let addresses: Vec<_> = addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
        let connected = race(&addresses, source, self.deadline);
        connected.map_err(|all| all.explain(place.to_owned(), self.timeouts.connect.as_secs()))
    }

    fn note_resolved(&self, addresses: &[IpAddr]) {
        let _ = self.report.send(Progress::Resolved(addresses.to_vec()));
    }

    fn timeout(&self, place: &str) -> Error {
        let what = format!("a connection to {place}");
        Error::Timeout { what, seconds: self.timeouts.connect.as_secs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TlsMode;
    use std::net::TcpListener;
    use std::time::Duration;

    fn dial(host: &str, port: u16) -> Dial {
        let endpoint = Endpoint { host: host.to_owned(), port, tls: TlsMode::None };
        let wait = Duration::from_secs(5);
        let timeouts = Timeouts { connect: wait, idle: wait, session: None };
        Dial::start(&endpoint, &Route::default(), timeouts)
    }

    fn dialled(host: &str, port: u16) -> Result<Stream, Error> {
        dial(host, port).wait(&Interrupt::default())
    }

    #[test]
    fn connects_by_name_and_by_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(dialled("localhost", port).is_ok());
        assert!(dialled("127.0.0.1", port).is_ok());
    }

    #[test]
    fn a_refusal_and_an_unknown_name_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(matches!(dialled("127.0.0.1", port), Err(Error::Refused { .. })));
        assert!(matches!(dialled("no-such-host.invalid", 995), Err(Error::UnknownHost { .. })));
    }

    #[test]
    fn an_interrupt_ends_it() {
        let interrupt = Interrupt::default();
        interrupt.raise(2);
        let result = dial("localhost", 1).wait(&interrupt);
        // A refusal may come first: both are fine, waiting is not.
        assert!(matches!(result, Err(Error::Interrupted | Error::Refused { .. })));
    }
}
