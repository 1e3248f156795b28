//! A peer that answers one connection in turns, whatever it hears.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::thread::{self, JoinHandle};

/// What becomes of the connection behind the last turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It is closed.
    Close,
    /// It stays as it is until the client leaves.
    Stall,
}

/// Accepts one connection on the port that it gives; reads, and answers with the next of `turns`,
/// until there is no more. Gives back everything that it heard.
pub(crate) fn answering<T>(turns: T, then: Then) -> (u16, JoinHandle<Vec<u8>>)
where
    T: IntoIterator<Item = Vec<u8>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let peer = thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut heard = Vec::new();
        for turn in turns {
            let mut buffer = [0; 4096];
            let octets = socket.read(&mut buffer).unwrap_or(0);
            heard.extend_from_slice(&buffer[..octets]);
            let _ = socket.write_all(&turn);
        }
        if then == Then::Close {
            let _ = socket.shutdown(Shutdown::Write);
        }
        let _ = socket.read_to_end(&mut heard);
        heard
    });
    (port, peer)
}
