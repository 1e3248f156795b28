//! The dialogue with a proxy: reads exactly what is asked for, so that nothing behind it is taken
//! away from TLS, and ends in time.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// The socket, until a deadline.
pub(super) struct Line<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl<'a> Line<'a> {
    pub(super) fn new(stream: &'a TcpStream, deadline: Instant) -> Self {
        Self { stream, deadline }
    }

    /// The next octets.
    pub(super) fn read<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut octets = [0; N];
        self.read_into(&mut octets)?;
        Ok(octets)
    }

    /// As many octets as fit.
    pub(super) fn read_into(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(&mut buffer[filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(octets) => filled += octets,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends what is small enough for the socket's own buffer.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }
}
