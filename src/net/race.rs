//! From addresses to a connected socket: who answers first (RFC 8305, in spirit).

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use super::Error;
use crate::model::AddressFamily;

/// How long an address is alone before the next one is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// How many addresses are tried at once. One more gives the oldest up, which then has had four
/// seconds: a host with hundreds of dead addresses must not use up sockets, nor hide a living one.
const MOST: usize = 16;

/// A connect under way.
struct Attempt {
    socket: Socket,
    address: SocketAddr,
}

/// Why nobody answered: one reason for each address that was tried.
#[derive(Debug, Default)]
pub(super) struct Failures(Vec<(AddressFamily, io::Error)>);

/// Connects to the first of `addresses` that answers until `deadline`, from `source` if that is
/// given. Each has a head start before the next; one that fails lets the next begin at once.
pub(super) fn race(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    deadline: Instant,
) -> Result<TcpStream, Failures> {
    let mut waiting = addresses.iter();
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut failures = Failures::default();
    let mut next_start = Instant::now();
    loop {
        let now = Instant::now();
        if now >= deadline {
            attempts.iter().for_each(|attempt| failures.time_out(attempt));
            return Err(failures);
        }
        if now >= next_start
            && let Some(&address) = waiting.next()
        {
            match begin(address, source) {
                Ok(socket) => {
                    if attempts.len() == MOST {
                        failures.time_out(&attempts.remove(0));
                    }
                    attempts.push(Attempt { socket, address });
                    next_start = now + HEAD_START;
                }
                Err(error) => failures.add(address, error),
            }
            continue;
        }
        let more = waiting.len() > 0;
        if attempts.is_empty() && !more {
            return Err(failures);
        }
        let until = if more { deadline.min(next_start) } else { deadline };
        for at in ready(&attempts, until.saturating_duration_since(now)).into_iter().rev() {
            let Attempt { socket, address } = attempts.remove(at);
            match finish(&socket) {
                Ok(()) => return Ok(socket.into()),
                Err(error) => failures.add(address, error),
            }
            next_start = now;
        }
    }
}

/// Begins to connect.
fn begin(address: SocketAddr, source: Option<IpAddr>) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(source) = source {
        socket.bind(&SocketAddr::from((source, 0)).into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if !is_under_way(&error) => Err(error),
        _ => Ok(socket),
    }
}

fn is_under_way(error: &io::Error) -> bool {
    let under_way = rustix::io::Errno::INPROGRESS.raw_os_error();
    error.raw_os_error() == Some(under_way) || error.kind() == io::ErrorKind::WouldBlock
}

/// The places of the attempts that are decided, waiting for one at most so long.
fn ready(attempts: &[Attempt], wait: Duration) -> Vec<usize> {
    let mut polled: Vec<PollFd<'_>> =
        attempts.iter().map(|it| PollFd::new(&it.socket, PollFlags::OUT)).collect();
    // A signal only ends the wait early, and so does a time that no system can wait for.
    let wait = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
    let _ = poll(&mut polled, Some(&wait));
    let decided = polled.iter().enumerate().filter(|(_, fd)| !fd.revents().is_empty());
    decided.map(|(at, _)| at).collect()
}

/// What came of an attempt.
fn finish(socket: &Socket) -> io::Result<()> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    socket.peer_addr()?;
    socket.set_nonblocking(false)
}

impl Failures {
    fn add(&mut self, address: SocketAddr, error: io::Error) {
        self.0.push((AddressFamily::of(address.ip()), error));
    }

    fn time_out(&mut self, attempt: &Attempt) {
        self.add(attempt.address, silent());
    }

    /// The error of a connection to `place`, for which so many seconds were waited.
    pub(super) fn explain(self, place: String, seconds: u64) -> Error {
        let of = |family: AddressFamily| {
            let ours = self.0.iter().filter(|(of, _)| *of == family).map(|(_, error)| error);
            ours.min_by_key(|error| rank(error))
        };
        let pair = (of(AddressFamily::Ipv6), of(AddressFamily::Ipv4));
        let best = self.0.iter().map(|(_, error)| error).min_by_key(|error| rank(error));
        match (best.map(io::Error::kind), pair) {
            (Some(io::ErrorKind::ConnectionRefused), _) => Error::Refused { place },
            (_, (Some(six), Some(four))) if six.kind() != four.kind() => {
                let both = format!("IPv6: {}; IPv4: {}", reason(six), reason(four));
                Error::Unreachable { place, source: io::Error::other(both) }
            }
            (Some(io::ErrorKind::TimedOut) | None, _) => {
                Error::Timeout { what: format!("a connection to {place}"), seconds }
            }
            _ => Error::Unreachable { place, source: best.map(again).unwrap_or_else(silent) },
        }
    }
}

/// How much an error says, from the most. An address that refuses says more than one that does not
/// answer, and that more than one that cannot be reached, which on a machine without IPv6 is
/// nothing but the other half of the name.
fn rank(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => 0,
        io::ErrorKind::TimedOut => 1,
        _ => 2,
    }
}

fn silent() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// The same error once more.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// What an error says; the system has no number for silence.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn one_error_for_all_addresses() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let lost = || io::Error::from(io::ErrorKind::NetworkUnreachable);
        let six = "[::1]:995".parse().unwrap();
        let four = "127.0.0.1:995".parse().unwrap();
        for (failed, sentence) in [
            (
                vec![(six, refused()), (four, refused())],
                "cannot connect to h:995: connection refused",
            ),
            (vec![(six, lost()), (four, refused())], "cannot connect to h:995: connection refused"),
            (
                vec![(four, silent()), (four, refused())],
                "cannot connect to h:995: connection refused",
            ),
            (
                vec![(four, lost()), (four, silent())],
                "timed out after 7 s waiting for a connection to h:995",
            ),
            (
                vec![(six, silent()), (four, silent())],
                "timed out after 7 s waiting for a connection to h:995",
            ),
            (vec![(four, lost())], "cannot connect to h:995: network unreachable"),
            (
                vec![(six, lost()), (four, silent())],
                "cannot connect to h:995: IPv6: network unreachable; IPv4: no answer",
            ),
            (vec![], "timed out after 7 s waiting for a connection to h:995"),
        ] {
            let mut failures = Failures::default();
            failed.into_iter().for_each(|(address, error)| failures.add(address, error));
            let error = failures.explain("h:995".to_owned(), 7);
            let cause = std::error::Error::source(&error).map(|it| format!(": {it}"));
            assert_eq!(format!("{error}{}", cause.unwrap_or_default()), sentence);
        }
    }

    /// An address that never answers: a listener whose queue is full, with who waits in it.
    fn dead() -> (SocketAddr, Vec<Socket>) {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let queue = (0..4).map(|_| begin(address, None).unwrap());
        (address, queue.collect::<Vec<_>>().into_iter().chain([listener]).collect())
    }

    #[test]
    fn a_dead_address_does_not_keep_a_living_one_waiting() {
        let (dead, _queue) = dead();
        let living = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = living.local_addr().unwrap();
        let far = || Instant::now() + Duration::from_secs(60);
        // As many as would take minutes one after another.
        for before in [1, MOST + 3] {
            let mut addresses = vec![dead; before];
            addresses.push(address);
            let connected = race(&addresses, None, far()).unwrap();
            assert_eq!(connected.peer_addr().unwrap(), address);
        }
        let failures = race(&[dead; 3], None, Instant::now() + HEAD_START).unwrap_err();
        assert!(failures.0.iter().all(|(_, error)| error.kind() == io::ErrorKind::TimedOut));
        assert!(!failures.0.is_empty());
    }

    #[test]
    fn a_refusal_costs_no_head_start() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let started = Instant::now();
        let failures = race(&[closed; 300], None, started + Duration::from_secs(60)).unwrap_err();
        assert_eq!(failures.0.len(), 300);
        assert!(started.elapsed() < HEAD_START * 40);
    }

    #[test]
    fn the_source_is_bound() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let source: IpAddr = "127.0.0.9".parse().unwrap();
        let connected =
            race(&[address], Some(source), Instant::now() + Duration::from_secs(60)).unwrap();
        assert_eq!(connected.local_addr().unwrap().ip(), source);
    }
}
