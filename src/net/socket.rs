//! What carries the octets below TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, SockAddr, SockRef, TcpKeepalive, Type};

use super::Error;
use super::tunnel::{self, Running};
use super::wait::TICK;
use crate::model::Tunnel;

/// How long a line may be idle before the system looks whether the other end is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// A connected socket, whichever way it leads. Its reads and writes last a tick at most.
#[derive(Debug)]
pub(super) struct Socket {
    carrier: Carrier,
    /// Whether the other end is this very machine, where nobody can listen in.
    is_local: bool,
    /// The command at the other end.
    tunnel: Option<Running>,
}

#[derive(Debug)]
enum Carrier {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    /// To the server itself.
    pub(super) fn direct(stream: TcpStream) -> io::Result<Self> {
        let peer = stream.peer_addr();
        let is_local = peer.is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        Ok(Self { is_local, ..Self::proxied(stream)? })
    }

    /// To a proxy that leads on to the server, wherever that is.
    pub(super) fn proxied(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE);
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(TICK))?;
        Ok(Self { carrier: Carrier::Tcp(stream), is_local: false, tunnel: None })
    }

    /// To a server on this machine, which may take so long to accept.
    pub(super) fn unix(path: &Path, limit: Duration) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        // It is what limits a connect, too (unix(7) has no other way to say so).
        socket.set_write_timeout(Some(limit.max(TICK)))?;
        socket.connect(&SockAddr::unix(path)?)?;
        Ok(Self { is_local: true, ..Self::over(OwnedFd::from(socket).into())? })
    }

    /// To a command, which leads anywhere.
    pub(super) fn tunnel(tunnel: &Tunnel) -> Result<Self, Error> {
        let (stream, running) = tunnel::start(tunnel)?;
        let socket = Self::over(stream).map_err(|source| Error::Tunnel { source })?;
        Ok(Self { tunnel: Some(running), ..socket })
    }

    fn over(stream: UnixStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(TICK))?;
        Ok(Self { carrier: Carrier::Unix(stream), is_local: false, tunnel: None })
    }

    pub(super) fn is_local(&self) -> bool {
        self.is_local
    }

    /// The address of the other end, if it is one of the network.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        match &self.carrier {
            Carrier::Tcp(stream) => stream.peer_addr().ok(),
            Carrier::Unix(_) => None,
        }
    }

    /// Puts the end of a tunnel command in the place of the end of the line.
    fn explained(&mut self, done: io::Result<usize>) -> io::Result<usize> {
        let Some(tunnel) = &mut self.tunnel else { return done };
        let is_over = match &done {
            Ok(octets) => *octets == 0,
            Err(error) => {
                matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
            }
        };
        if is_over { tunnel.failure().map_or(done, Err) } else { done }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.carrier {
            Carrier::Tcp(stream) => stream.read(buffer),
            Carrier::Unix(stream) => stream.read(buffer),
        };
        self.explained(read)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.carrier {
            Carrier::Tcp(stream) => stream.write(bytes),
            Carrier::Unix(stream) => stream.write(bytes),
        };
        self.explained(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
