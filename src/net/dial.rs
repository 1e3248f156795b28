//! From a host name to a connected socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};

use super::Error;
use super::wait::{GaveUp, Patience, TICK};
use crate::model::{Endpoint, Interrupt};

/// How many files the resolver may have open at once, generously: its configuration and a socket
/// for each name server (resolv.conf(5): at most three).
const RESOLVER_FILES: usize = 5;

/// What the dialling thread reports.
#[derive(Debug)]
enum Progress {
    /// The name has so many addresses.
    Resolved(usize),
    Done(Result<TcpStream, Error>),
}

/// A connection that is being made: the host is looked up, and its addresses are tried until one
/// answers. Each gets the timeout.
///
/// The work is done by a thread of its own, since neither the resolver nor a connect can be
/// interrupted, and since there is more to do until it is done. One that is given up goes on for a
/// while and ends by itself.
#[derive(Debug)]
pub struct Dial {
    endpoint: Endpoint,
    timeout: Duration,
    /// Nothing comes where there is no thread to be had.
    reports: io::Result<Receiver<Progress>>,
}

impl Dial {
    /// Starts to connect to `endpoint`.
    #[must_use]
    pub fn start(endpoint: &Endpoint, timeout: Duration) -> Self {
        let (report, reports) = channel();
        let to = endpoint.clone();
        let dialler = thread::Builder::new().name("dial".to_owned());
        let started = dialler.spawn(move || work(&to, timeout, &report));
        Self { endpoint: endpoint.clone(), timeout, reports: started.map(|_| reports) }
    }

    /// Waits for the connection.
    ///
    /// # Errors
    /// [`Error`] when the name does not resolve, when no address answers, or on an interrupt.
    pub fn wait(self, interrupt: &Interrupt) -> Result<TcpStream, Error> {
        let Self { endpoint, timeout, reports } = self;
        let reports = match reports {
            Ok(reports) => reports,
            Err(source) => return Err(Error::Unreachable { endpoint, source }),
        };
        let mut patience = Patience::new(interrupt.clone());
        let name = format!("an answer to the question for the address of {}", endpoint.host);
        let addresses = match wait(&reports, timeout, &mut patience, name)? {
            Progress::Resolved(addresses) => addresses,
            Progress::Done(result) => return result,
        };
        let addresses = u32::try_from(addresses).unwrap_or(u32::MAX);
        // A tick more than the connects may take together: theirs is the better error.
        let all = timeout.saturating_mul(addresses).saturating_add(5 * TICK);
        match wait(&reports, all, &mut patience, format!("a connection to {endpoint}"))? {
            Progress::Done(result) => result,
            Progress::Resolved(_) => Err(Error::Interrupted),
        }
    }
}

fn wait(
    reports: &Receiver<Progress>,
    timeout: Duration,
    patience: &mut Patience,
    what: String,
) -> Result<Progress, Error> {
    let deadline = Instant::now() + timeout;
    loop {
        match reports.recv_timeout(TICK) {
            Ok(progress) => return Ok(progress),
            Err(RecvTimeoutError::Timeout) => match patience.check(deadline) {
                Ok(()) => {}
                Err(GaveUp::Interrupted) => return Err(Error::Interrupted),
                Err(GaveUp::Timeout) => {
                    return Err(Error::Timeout { what, seconds: timeout.as_secs() });
                }
            },
            // Only a panic of the thread gets here.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::Resolver { host: what, reason: "it gave up".to_owned() });
            }
        }
    }
}

fn work(endpoint: &Endpoint, timeout: Duration, report: &Sender<Progress>) {
    let result = resolve(endpoint).and_then(|addresses| {
        // A send fails when nobody waits any more; there is nothing to do about it.
        let _ = report.send(Progress::Resolved(addresses.len()));
        connect(endpoint, &addresses, timeout)
    });
    let _ = report.send(Progress::Done(result));
}

fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    let host = endpoint.host.clone();
    // RFC 6761, section 6.4: these names never exist; asking a resolver may only take time.
    if host == "invalid" || host.ends_with(".invalid") {
        return Err(Error::UnknownHost { host });
    }
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let port = endpoint.port;
    let found =
        getaddrinfo(Some(&host), None, Some(hints)).map_err(|error| match error.kind() {
            LookupErrorKind::NoName | LookupErrorKind::NoData => unknown(host.clone()),
            _ => Error::Resolver { host: host.clone(), reason: io::Error::from(error).to_string() },
        })?;
    let addresses: Vec<SocketAddr> = found
        .filter_map(Result::ok)
        .map(|mut info| {
            info.sockaddr.set_port(port);
            info.sockaddr
        })
        .collect();
    if addresses.is_empty() { Err(unknown(host)) } else { Ok(addresses) }
}

/// A name that the resolver does not find. It says so too when it could open none of the files and
/// sockets by which it asks, and that is nothing that the user could find out from the name.
fn unknown(host: String) -> Error {
    let sockets = (0..RESOLVER_FILES).map(|_| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)));
    match sockets.collect::<io::Result<Vec<_>>>() {
        Err(error) if is_too_many_files(&error) => {
            Error::Resolver { host, reason: error.to_string() }
        }
        _ => Error::UnknownHost { host },
    }
}

fn is_too_many_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn connect(
    endpoint: &Endpoint,
    addresses: &[SocketAddr],
    timeout: Duration,
) -> Result<TcpStream, Error> {
    let mut refused = false;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect_timeout(address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                refused |= error.kind() == io::ErrorKind::ConnectionRefused;
                last = error;
            }
        }
    }
    let endpoint = endpoint.clone();
    Err(match last.kind() {
        // An address that refuses says more than one that cannot be reached, which on a machine
        // without IPv6 is nothing but the other half of the name.
        _ if refused => Error::Refused { endpoint },
        io::ErrorKind::TimedOut => Error::Timeout {
            what: format!("a connection to {endpoint}"),
            seconds: timeout.as_secs(),
        },
        _ => Error::Unreachable { endpoint, source: last },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TlsMode;
    use std::net::TcpListener;

    fn dialled(host: &str, port: u16) -> Result<TcpStream, Error> {
        let endpoint = Endpoint { host: host.to_owned(), port, tls: TlsMode::None };
        Dial::start(&endpoint, Duration::from_secs(5)).wait(&Interrupt::default())
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
        let endpoint = Endpoint { host: "localhost".into(), port: 1, tls: TlsMode::None };
        let result = Dial::start(&endpoint, Duration::from_secs(5)).wait(&interrupt);
        // A refusal may come first: both are fine, waiting is not.
        assert!(matches!(result, Err(Error::Interrupted | Error::Refused { .. })));
    }
}
