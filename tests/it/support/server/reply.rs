//! Replies and their way onto the wire.

use std::io::{self, BufRead, Cursor, Read};

/// What happens once a reply has been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Continue,
    StartTls,
    Close,
}

/// The answer to a command.
pub(super) struct Reply {
    head: Head,
    /// The body of a multi-line reply.
    text: Option<Text>,
    pub(super) then: Then,
}

enum Head {
    /// A status line without its end.
    Line(String),
    /// To be sent as it is.
    Raw(Vec<u8>),
}

impl Reply {
    pub(super) fn ok(message: &str) -> Self {
        Self::line(format!("+OK {message}"))
    }

    pub(super) fn err(message: &str) -> Self {
        Self::line(format!("-ERR {message}"))
    }

    pub(super) fn line(line: impl Into<String>) -> Self {
        Self::new(Head::Line(line.into()))
    }

    /// Bytes to be sent as they are.
    pub(super) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Head::Raw(bytes.into()))
    }

    fn new(head: Head) -> Self {
        Self { head, text: None, then: Then::Continue }
    }

    pub(super) fn with_text(mut self, text: Text) -> Self {
        self.text = Some(text);
        self
    }

    pub(super) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// The octets of the status line and of the body.
    pub(super) fn encode(self, lf_only: bool) -> (Vec<u8>, impl Read) {
        let head = match self.head {
            Head::Line(line) if lf_only => format!("{line}\n").into_bytes(),
            Head::Line(line) => format!("{line}\r\n").into_bytes(),
            Head::Raw(bytes) => bytes,
        };
        let wire = Wire {
            ended: self.text.is_none(),
            text: self.text.unwrap_or_else(|| Text::lines(Vec::new())),
            lf_only,
            at_line_start: true,
            line: Vec::new(),
            ready: Cursor::default(),
        };
        (head, wire)
    }
}

/// The body of a reply before dot-stuffing.
pub(super) struct Text {
    source: Box<dyn BufRead + Send>,
    /// For `TOP`: how many more lines may follow the header.
    limit: Option<u64>,
    in_header: bool,
}

impl Text {
    /// A list, one item a line.
    pub(super) fn lines(items: Vec<Vec<u8>>) -> Self {
        let mut bytes = Vec::new();
        for item in items {
            bytes.extend(item);
            bytes.extend_from_slice(b"\r\n");
        }
        Self::message(Box::new(Cursor::new(bytes)))
    }

    /// A whole message.
    pub(super) fn message(source: Box<dyn BufRead + Send>) -> Self {
        Self { source, limit: None, in_header: true }
    }

    /// The header of a message, the empty line and so many lines more.
    pub(super) fn top(source: Box<dyn BufRead + Send>, lines: u64) -> Self {
        Self { limit: Some(lines), ..Self::message(source) }
    }

    /// Reads the next line, its end included; false at the end.
    fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        if !self.in_header
            && let Some(left) = &mut self.limit
        {
            if *left == 0 {
                return Ok(false);
            }
            *left -= 1;
        }
        self.source.read_until(b'\n', line)?;
        if matches!(line.as_slice(), b"\r\n" | b"\n") {
            self.in_header = false;
        }
        Ok(!line.is_empty())
    }
}

/// Reads a text as it goes over the wire: dot-stuffed and terminated.
struct Wire {
    text: Text,
    lf_only: bool,
    at_line_start: bool,
    ended: bool,
    line: Vec<u8>,
    ready: Cursor<Vec<u8>>,
}

/// Lines are collected up to about this size before they are handed out.
const CHUNK: usize = 16 << 10;

impl Wire {
    fn refill(&mut self) -> io::Result<()> {
        let ready = self.ready.get_mut();
        ready.clear();
        let end: &[u8] = if self.lf_only { b"\n" } else { b"\r\n" };
        while !self.ended && ready.len() < CHUNK {
            if !self.text.next_line(&mut self.line)? {
                self.ended = true;
                if !self.at_line_start {
                    ready.extend_from_slice(end);
                }
                ready.push(b'.');
                ready.extend_from_slice(end);
                break;
            }
            if self.at_line_start && self.line.starts_with(b".") {
                ready.push(b'.');
            }
            if self.lf_only && self.line.ends_with(b"\r\n") {
                self.line.remove(self.line.len() - 2);
            }
            // To a server that uses CRLF a bare LF is no line end.
            self.at_line_start = self.line.ends_with(end);
            ready.extend_from_slice(&self.line);
        }
        self.ready.set_position(0);
        Ok(())
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.ready.read(buffer)?;
        if n > 0 || self.ended {
            return Ok(n);
        }
        self.refill()?;
        self.ready.read(buffer)
    }
}
