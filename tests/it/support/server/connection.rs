//! One client's socket, with the buffers on both sides of it.

use super::log::{Entry, Log};
use native_tls::{Identity, TlsAcceptor, TlsStream};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Replies are held back up to this size.
const BUFFER: usize = 16 << 10;

/// How long a closing connection waits for the client to close its side.
const LINGER: Duration = Duration::from_secs(1);

pub(super) struct Connection {
    /// Always there, except in the middle of a TLS handshake.
    stream: Option<Stream>,
    /// The socket below the stream.
    socket: TcpStream,
    output: Vec<u8>,
    /// The beginning of a line whose end has not arrived.
    partial: Vec<u8>,
    lines: VecDeque<Vec<u8>>,
    log: Log,
    session: usize,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    pub(super) fn new(socket: TcpStream, log: Log) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self {
            stream: Some(Stream::Plain(socket.try_clone()?)),
            socket,
            output: Vec::new(),
            partial: Vec::new(),
            lines: VecDeque::new(),
            session: log.open(),
            log,
        })
    }

    /// The index of the connection in the log.
    pub(super) fn session(&self) -> usize {
        self.session
    }

    pub(super) fn log(&self, entry: Entry) {
        self.log.push(self.session, entry);
    }

    /// The next line without its end. Replies are held back for as long as
    /// complete commands wait, as real servers do for pipelining clients.
    pub(super) fn read_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(line);
            }
            self.flush()?;
            self.fill()?;
        }
    }

    /// Whether another command came in the same read.
    pub(super) fn has_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Forgets the commands that came in the same read.
    pub(super) fn drop_lines(&mut self) {
        self.lines.clear();
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        let (n, tls) = match self.stream.as_mut() {
            Some(Stream::Plain(stream)) => (stream.read(&mut buffer)?, false),
            Some(Stream::Tls(stream)) => (stream.read(&mut buffer)?, true),
            None => (0, false),
        };
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut commands = Vec::new();
        for piece in buffer[..n].split_inclusive(|&b| b == b'\n') {
            self.partial.extend_from_slice(piece);
            if let Some(line) = self.partial.strip_suffix(b"\n") {
                let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
                self.partial.clear();
                commands.push(String::from_utf8_lossy(&line).into_owned());
                self.lines.push_back(line);
            }
        }
        self.log(Entry::Read { commands, tls });
        Ok(())
    }

    /// Turns a plain connection into a TLS one. What the client has sent
    /// already is dropped, so that nothing can be smuggled in.
    pub(super) fn start_tls(&mut self, identity: &Identity) -> io::Result<()> {
        self.flush()?;
        self.lines.clear();
        self.partial.clear();
        let Some(Stream::Plain(plain)) = self.stream.take() else {
            return Err(io::Error::other("TLS has been established already"));
        };
        let acceptor = TlsAcceptor::new(identity.clone()).map_err(io::Error::other)?;
        match acceptor.accept(plain) {
            Ok(stream) => {
                self.stream = Some(Stream::Tls(Box::new(stream)));
                self.log(Entry::TlsEstablished);
                Ok(())
            }
            Err(error) => {
                self.log(Entry::TlsFailed(error.to_string()));
                Err(io::Error::other(error.to_string()))
            }
        }
    }

    /// Writes past TLS.
    pub(super) fn write_below_tls(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Reads below TLS and throws away until the client leaves. That is no
    /// different, to the client, from not reading at all.
    pub(super) fn drain(&mut self, limit: Option<Duration>) {
        let start = Instant::now();
        let _ = self.socket.set_read_timeout(limit);
        while limit.is_none_or(|limit| start.elapsed() < limit)
            && matches!(self.socket.read(&mut [0; 1024]), Ok(1..))
        {}
    }

    /// Closes the connection, politely or with nothing but the end of TCP.
    pub(super) fn close(mut self, politely: bool) {
        if politely && let Some(Stream::Tls(stream)) = &mut self.stream {
            let _ = stream.shutdown();
        }
        // A socket closed over unread data sends a reset, which could take
        // away what the client has not read yet.
        if self.socket.shutdown(Shutdown::Write).is_ok() {
            self.drain(Some(LINGER));
        }
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(bytes);
        if self.output.len() >= BUFFER {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.stream.as_mut() {
            Some(Stream::Plain(stream)) => stream.write_all(&self.output)?,
            Some(Stream::Tls(stream)) => stream.write_all(&self.output)?,
            None => {}
        }
        self.output.clear();
        Ok(())
    }
}
