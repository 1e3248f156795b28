//! Being called by a program on this machine.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use super::Stream;
use super::socket::Socket;
use super::wait::Patience;
use crate::model::Interrupt;

/// A port of this machine that nobody else can reach.
#[derive(Debug)]
pub struct Loopback(TcpListener);

impl Loopback {
    /// Listens on `port`, or on any free one.
    ///
    /// # Errors
    /// The system's, when somebody else has the port.
    pub fn listen(port: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    /// Which port it is.
    ///
    /// # Errors
    /// The system's.
    pub fn port(&self) -> io::Result<u16> {
        self.0.local_addr().map(|address| address.port())
    }

    /// Whoever calls, if somebody does just now. He has `timeout` for each octet.
    ///
    /// # Errors
    /// The system's.
    pub fn accept(&self, timeout: Duration, interrupt: &Interrupt) -> io::Result<Option<Stream>> {
        match self.0.accept() {
            Ok((socket, _)) => {
                socket.set_nonblocking(false)?;
                let patience = Patience::new(interrupt.clone(), None, Instant::now());
                Ok(Some(Stream::new(Socket::direct(socket)?, Vec::new(), timeout, patience)))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}
