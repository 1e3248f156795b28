//! The octets of a message.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::sync::Arc;

/// What a message consists of, as it travels on the wire before dot-stuffing.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The octets themselves.
    Bytes(Arc<[u8]>),
    /// Deterministic text of exactly so many octets (at least 256), made up
    /// while it is read, so that a huge message costs no memory.
    Generated {
        /// The length of the message.
        octets: u64,
    },
    /// One line of so many octets, its end not counted, with something before and behind it.
    LongLine {
        /// What comes before it.
        before: &'static [u8],
        /// The length of the line.
        octets: u64,
        /// What comes behind it, its end to begin with.
        behind: &'static [u8],
    },
}

impl Body {
    /// The length of the message.
    pub(crate) fn octets(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Generated { octets } => *octets,
            Self::LongLine { before, octets, behind } => {
                (before.len() + behind.len()) as u64 + octets
            }
        }
    }

    /// A reader from the first octet on.
    pub(crate) fn reader(&self) -> Box<dyn BufRead + Send> {
        match self {
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::LongLine { before, octets, behind } => {
                let line = BufReader::new(io::repeat(b'x').take(*octets));
                Box::new(before.chain(line).chain(*behind))
            }
            Self::Generated { octets } => {
                Box::new(BufReader::with_capacity(16 << 10, Generator::new(*octets)))
            }
        }
    }

    /// All octets at once.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.reader().read_to_end(&mut bytes).expect("bodies are read from memory");
        bytes
    }
}

impl<T: AsRef<[u8]>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::Bytes(bytes.as_ref().into())
    }
}

/// Full lines are this long, line end included.
const LINE: u64 = 64;

/// Makes up numbered lines; some begin with a dot to keep dot-stuffing busy.
struct Generator {
    left: u64,
    number: u64,
    line: Cursor<Vec<u8>>,
}

impl Generator {
    fn new(octets: u64) -> Self {
        assert!(octets >= 256, "no room for a header");
        let header = format!(
            "From: generator@example.org\r\nSubject: {octets} octets\r\n\
             Date: Thu, 1 Jan 2026 12:00:00 +0000\r\n\r\n"
        );
        Self {
            left: octets - header.len() as u64,
            number: 0,
            line: Cursor::new(header.into_bytes()),
        }
    }

    fn next_line(&mut self) {
        // The last line takes what is left over, so that even a single odd
        // octet ends up in a line with a proper end.
        let length = if self.left < 2 * LINE { self.left } else { LINE };
        self.left -= length;
        self.number += 1;
        let line = self.line.get_mut();
        line.clear();
        if length > 0 {
            let dot = if self.number.is_multiple_of(16) { "." } else { "" };
            write!(line, "{dot}{:010} ", self.number).expect("memory takes it");
            line.resize(usize::try_from(length).expect("a short line") - 2, b'x');
            line.extend_from_slice(b"\r\n");
        }
        self.line.set_position(0);
    }
}

impl Read for Generator {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let n = self.line.read(&mut buffer[filled..])?;
            if n == 0 {
                if self.left == 0 {
                    break;
                }
                self.next_line();
            }
            filled += n;
        }
        Ok(filled)
    }
}
