//! A web server that has a few pages, over TLS.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use native_tls::TlsAcceptor;

use super::certs::Issued;

/// Answers on a loopback port until the test process ends.
pub(crate) struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    /// Has `pages`: addresses without their scheme, each with all that is answered. For others it
    /// says 404.
    pub(crate) fn start(certificate: &Issued, pages: Vec<(&'static str, String)>) -> Self {
        let acceptor = TlsAcceptor::new(certificate.identity()).expect("an acceptor");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                // Who does not trust the certificate leaves during the handshake.
                let Ok(mut client) = acceptor.accept(client) else { continue };
                let mut head = Vec::new();
                let mut octet = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut octet).is_ok() {
                    head.extend(octet);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let host = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("host").then_some(value)
                });
                let page = format!("{}{path}", host.unwrap_or_default());
                let answer = pages.iter().find(|(name, _)| *name == page);
                let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
                let answer = answer.map_or(missing, |(_, answer)| answer.clone());
                seen.lock().unwrap().push(page);
                let _ = client.write_all(answer.as_bytes());
                let _ = client.shutdown();
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The pages that it was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The answer with a page.
pub(crate) fn page(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

/// The answer that a page is elsewhere.
pub(crate) fn elsewhere(url: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n")
}
