//! A socket that gives control back once a tick.

use std::io::{self, BufReader, Read, Write};
use std::time::Instant;

use super::socket::Socket;
use super::wait::TICK;

/// The socket below TLS. OpenSSL reads on until a record is complete, and a server that sends an
/// octet now and then would keep it from ever coming back, to a timeout or to Ctrl-C: so once a
/// tick it hears that there is nothing more.
///
/// It reads ahead besides: OpenSSL reads the head of a record and then the rest of it, and many
/// servers send records of 4 kB, which would be two calls of the system for each.
#[derive(Debug)]
pub(super) struct Ticking {
    socket: BufReader<Socket>,
    /// The end of the tick.
    until: Instant,
    /// Octets so far.
    pub(super) received: u64,
}

/// What is read ahead, in octets: two of the largest records.
const AHEAD: usize = 32 * 1024;

impl Ticking {
    pub(super) fn new(socket: Socket) -> Self {
        let socket = BufReader::with_capacity(AHEAD, socket);
        Self { socket, until: Instant::now() + TICK, received: 0 }
    }

    pub(super) fn socket(&self) -> &Socket {
        self.socket.get_ref()
    }

    /// Begins a tick.
    pub(super) fn start(&mut self) {
        self.until = Instant::now() + TICK;
    }
}

impl Read for Ticking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // What is there already takes no time.
        if self.socket.buffer().is_empty() && Instant::now() >= self.until {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = self.socket.read(buffer).map_err(or_tick)?;
        self.received += read as u64;
        Ok(read)
    }
}

impl Write for Ticking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.get_mut().write(bytes).map_err(or_tick)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.get_mut().flush()
    }
}

/// A signal that comes in between ends a tick early: whoever waits then looks what it means. OpenSSL
/// would take it for a broken line.
fn or_tick(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Interrupted => io::ErrorKind::WouldBlock.into(),
        _ => error,
    }
}
