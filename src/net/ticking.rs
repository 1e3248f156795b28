//! A socket that gives control back once a tick.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::wait::TICK;

/// The socket below TLS. OpenSSL reads on until a record is complete, and a server that sends an
/// octet now and then would keep it from ever coming back, to a timeout or to Ctrl-C: so once a
/// tick it hears that there is nothing more.
#[derive(Debug)]
pub(super) struct Ticking {
    pub(super) socket: TcpStream,
    /// The end of the tick.
    until: Instant,
    /// Octets so far.
    pub(super) received: u64,
}

impl Ticking {
    pub(super) fn new(socket: TcpStream) -> Self {
        Self { socket, until: Instant::now() + TICK, received: 0 }
    }

    /// Begins a tick.
    pub(super) fn start(&mut self) {
        self.until = Instant::now() + TICK;
    }
}

impl Read for Ticking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.until {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = self.socket.read(buffer)?;
        self.received += read as u64;
        Ok(read)
    }
}

impl Write for Ticking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
