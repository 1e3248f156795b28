//! Proxies: one of each kind, with or without a login, that know a name which nobody else does.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use socket2::Socket;

use super::relay::Relay;

/// The name that only the proxies know.
pub(crate) const HIDDEN: &str = "pop.behind.example";

/// What the proxies' users are called, and their password.
pub(crate) const LOGIN: (&str, &str) = ("me@home", "proxy-pw:Zq7");

/// A proxy in front of one server.
pub(crate) struct Proxy {
    relay: Relay,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// SOCKS 5.
    pub(crate) fn socks(with_login: bool, server: SocketAddr) -> Self {
        Self::start(move |client, asked| {
            let target = socks(client, with_login)?;
            asked.lock().unwrap().push(target);
            // From where it connects: a name, to make it as hard as it may be.
            client.write_all(b"\x05\0\0\x03\x05proxy\0\x07").ok()?;
            Some(server)
        })
    }

    /// HTTP CONNECT.
    pub(crate) fn http(with_login: bool, server: SocketAddr) -> Self {
        Self::start(move |client, asked| {
            let head = read_until(client, b"\r\n\r\n")?;
            let mut lines = head.lines();
            let request = lines.next()?;
            let pair = BASE64.encode(format!("{}:{}", LOGIN.0, LOGIN.1));
            let wanted = format!("Proxy-Authorization: Basic {pair}");
            if with_login && !lines.any(|line| line == wanted) {
                let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
                client.write_all(refusal).ok()?;
                return None;
            }
            let target = request.strip_prefix("CONNECT ")?.strip_suffix(" HTTP/1.1")?;
            asked.lock().unwrap().push(target.to_owned());
            client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n").ok()?;
            Some(server)
        })
    }

    fn start(
        lead: impl Fn(&mut Socket, &Mutex<Vec<String>>) -> Option<SocketAddr> + Clone + Send + 'static,
    ) -> Self {
        let asked = Arc::default();
        let seen = Arc::clone(&asked);
        Self { relay: Relay::proxy(move |client| lead(client, &seen)), asked }
    }

    pub(crate) fn port(&self) -> u16 {
        self.relay.port()
    }

    /// Where it was asked to connect to, as it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The server's side of SOCKS 5, up to where to connect to.
fn socks(client: &mut Socket, with_login: bool) -> Option<String> {
    let version = take(client, 1)?;
    let ways = counted(client)?;
    let way = if with_login { 2 } else { 0 };
    if version != [5] || !ways.contains(&way) {
        client.write_all(b"\x05\xff").ok()?;
        return None;
    }
    client.write_all(&[5, way]).ok()?;
    if with_login {
        let login = (take(client, 1)?, counted(client)?, counted(client)?);
        let is_right = login == (vec![1], LOGIN.0.into(), LOGIN.1.into());
        client.write_all(&[1, u8::from(!is_right)]).ok()?;
        if !is_right {
            return None;
        }
    }
    let head = take(client, 4)?;
    assert_eq!(head[..3], [5, 1, 0]);
    let host = match head[3] {
        1 => format!("IPv4 {:?}", take(client, 4)?),
        3 => format!("name {}", String::from_utf8(counted(client)?).unwrap()),
        4 => format!("IPv6 {:?}", take(client, 16)?),
        kind => panic!("address type {kind}"),
    };
    let port = take(client, 2)?;
    Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

fn take(client: &mut Socket, count: usize) -> Option<Vec<u8>> {
    let mut octets = vec![0; count];
    client.read_exact(&mut octets).ok().map(|()| octets)
}

/// As many octets as the first one says.
fn counted(client: &mut Socket) -> Option<Vec<u8>> {
    let count = take(client, 1)?[0];
    take(client, count.into())
}

fn read_until(client: &mut Socket, end: &[u8]) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(end) {
        let mut octet = [0];
        client.read_exact(&mut octet).ok()?;
        head.extend(octet);
    }
    String::from_utf8(head).ok()
}
