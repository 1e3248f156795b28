//! Questions to name servers, for what the system's resolver does not answer. What they mean is
//! not known here.

use std::fmt::Display;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::Dial;
use super::wait::{TICK, is_tick};
use crate::model::{Endpoint, Interrupt, Route, Timeouts, TlsMode};

/// Name servers, which are asked in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameServers(Vec<SocketAddr>);

/// How long one of them may take.
const LIMIT: Duration = Duration::from_secs(3);
/// How many of them are asked (resolv.conf(5)).
const MOST: usize = 3;
const PORT: u16 = 53;
/// Octets of a message's header.
const HEADER: usize = 12;

impl NameServers {
    /// Those that the text of a resolv.conf(5) names; without any, the one on this machine.
    #[must_use]
    pub fn of_resolv_conf(text: &str) -> Self {
        let address = |line: &str| {
            let mut words = line.split_whitespace();
            // What follows a % is the interface of a link-local address.
            let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
            address.split('%').next()?.parse().ok()
        };
        let mut all: Vec<IpAddr> = text.lines().filter_map(address).take(MOST).collect();
        if all.is_empty() {
            all.push(Ipv4Addr::LOCALHOST.into());
        }
        Self(all.into_iter().map(|address| SocketAddr::new(address, PORT)).collect())
    }

    /// The one at `address`: an IP address, perhaps with a port.
    #[must_use]
    pub fn at(address: &str) -> Option<Self> {
        let alone = || address.parse().ok().map(|address| SocketAddr::new(address, PORT));
        address.parse().ok().or_else(alone).map(|server| Self(vec![server]))
    }

    /// Sends a message and waits for the one that answers it: over UDP, and over TCP where that
    /// was not enough.
    ///
    /// # Errors
    /// The last one's, when none answers; [`io::ErrorKind::Interrupted`] on an interrupt.
    pub fn ask(&self, message: &[u8], interrupt: &Interrupt) -> io::Result<Vec<u8>> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for server in &self.0 {
            match ask(*server, message, interrupt) {
                Ok(answer) => return Ok(answer),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

fn ask(server: SocketAddr, message: &[u8], interrupt: &Interrupt) -> io::Result<Vec<u8>> {
    let answer = over_udp(server, message, interrupt)?;
    if is_cut(&answer) { over_tcp(server, message, interrupt) } else { Ok(answer) }
}

/// Whether a message says that it was cut to fit (RFC 1035, section 4.1.1: TC).
fn is_cut(message: &[u8]) -> bool {
    message.get(2).is_some_and(|flags| flags & 0b10 != 0)
}

fn over_udp(server: SocketAddr, message: &[u8], interrupt: &Interrupt) -> io::Result<Vec<u8>> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // From a port that the system draws, and heard by nobody but the server.
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(TICK))?;
    socket.send(message)?;
    let deadline = Instant::now() + LIMIT;
    let mut answer = vec![0; 64 * 1024];
    loop {
        match socket.recv(&mut answer) {
            Ok(octets) if answers(message, &answer[..octets]) => {
                answer.truncate(octets);
                return Ok(answer);
            }
            // Somebody else's, or an old one.
            Ok(_) => {}
            Err(error) if is_tick(&error) => {}
            Err(error) => return Err(error),
        }
        if interrupt.is_raised() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if Instant::now() >= deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

/// Whether `answer` has the number of `message`, is an answer, and repeats the question.
fn answers(message: &[u8], answer: &[u8]) -> bool {
    let question = message.get(HEADER..).unwrap_or_default();
    answer.get(..2) == message.get(..2)
        && answer.get(2).is_some_and(|flags| flags & 0x80 != 0)
        && answer.get(HEADER..).is_some_and(|rest| {
            rest.len() >= question.len() && rest[..question.len()].eq_ignore_ascii_case(question)
        })
}

/// The same with the length before each message (RFC 1035, section 4.2.2).
fn over_tcp(server: SocketAddr, message: &[u8], interrupt: &Interrupt) -> io::Result<Vec<u8>> {
    let (host, port) = (server.ip().to_string(), server.port());
    let endpoint = Endpoint { host, port, tls: TlsMode::None };
    let timeouts = Timeouts { connect: LIMIT, idle: LIMIT, session: Some(LIMIT) };
    let dial = Dial::start(&endpoint, &Route::default(), timeouts);
    let mut stream = dial.wait(interrupt).map_err(other)?;
    let length = u16::try_from(message.len()).map_err(other)?.to_be_bytes();
    stream.write_all(&[&length, message].concat())?;
    stream.flush()?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer)?;
    if answers(message, &answer) {
        Ok(answer)
    } else {
        Err(other("the answer to another question"))
    }
}

fn other(error: impl Display) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_from_a_file() {
        let servers = |text: &str| format!("{:?}", NameServers::of_resolv_conf(text).0);
        for (text, expected) in [
            ("", "[127.0.0.1:53]"),
            ("search x\nnameserver 192.0.2.1\n", "[192.0.2.1:53]"),
            (
                "# nameserver 192.0.2.9\nnameserver\t::1\nnameserver fe80::1%eth0\nnameserver x\n",
                "[[::1]:53, [fe80::1]:53]",
            ),
        ] {
            assert_eq!(servers(text), expected, "{text}");
        }
        let at = |text: &str| NameServers::at(text).map(|servers| servers.0[0].to_string());
        assert_eq!(at("127.0.0.1:5353").as_deref(), Some("127.0.0.1:5353"));
        assert_eq!(at("::1").as_deref(), Some("[::1]:53"));
        assert_eq!(at("localhost"), None);
    }

    #[test]
    fn only_the_answer_to_the_question_counts() {
        let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x21\0\x01";
        let changed = |at: usize, octet: u8| {
            let mut answer = question.to_vec();
            answer[2] |= 0x80;
            answer[at] = octet;
            answers(question, &answer)
        };
        assert!(changed(0, 0x12));
        assert!(!changed(0, 0x13), "another number");
        assert!(!changed(2, 0x01), "a question");
        assert!(!changed(13, b'b'), "another name");
        assert!(!answers(question, b"\x12\x34\x81"));
    }
}
