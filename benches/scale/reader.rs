//! The floor: a client that asks for both listings and throws them away.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use native_tls::{Certificate, TlsConnector};

use crate::server::Server;

/// Logs in, reads UIDL and LIST, and leaves. Says how long that took.
pub(crate) fn read(server: &Server) -> Duration {
    let started = Instant::now();
    session(server).expect("a session of the reader");
    started.elapsed()
}

fn session(server: &Server) -> io::Result<()> {
    let root = Certificate::from_pem(server.ca_pem.as_bytes()).map_err(io::Error::other)?;
    let mut connector = TlsConnector::builder();
    let connector = connector.disable_built_in_roots(true).add_root_certificate(root).build();
    let socket = TcpStream::connect(("localhost", server.port))?;
    socket.set_nodelay(true)?;
    let connector = connector.map_err(io::Error::other)?;
    let mut stream = connector.connect("localhost", socket).map_err(io::Error::other)?;
    let mut buffer = vec![0; 64 * 1024];
    read_reply(&mut stream, &mut buffer, b"\r\n")?;
    for command in ["USER alice\r\n", "PASS secret\r\n"] {
        stream.write_all(command.as_bytes())?;
        read_reply(&mut stream, &mut buffer, b"\r\n")?;
    }
    // Both are in flight, so what comes last is the end of the second.
    stream.write_all(b"UIDL\r\nLIST\r\nNOOP\r\n")?;
    read_reply(&mut stream, &mut buffer, b".\r\n+OK\r\n")?;
    stream.write_all(b"QUIT\r\n")?;
    read_reply(&mut stream, &mut buffer, b"\r\n")
}

/// Reads until something ends in `end`.
fn read_reply(stream: &mut impl Read, buffer: &mut [u8], end: &[u8]) -> io::Result<()> {
    let mut tail = Vec::new();
    while !tail.ends_with(end) {
        let octets = stream.read(buffer)?;
        if octets == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        tail.extend_from_slice(&buffer[octets.saturating_sub(end.len())..octets]);
        tail.drain(..tail.len().saturating_sub(end.len()));
    }
    Ok(())
}
