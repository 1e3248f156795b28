//! Standard output: an mboxrd stream, or the messages' own octets.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::mboxrd::{Quoter, from_line};
use crate::delivery::Error;
use crate::durable::{Directory, File};
use crate::model::Place;

/// How messages are written to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamFormat {
    /// The octets alone, with nothing between two messages, instead of mboxrd.
    pub raw: bool,
    /// CRLF line ends, as they came, instead of LF.
    pub crlf: bool,
}

/// Standard output. It has no transaction: a message is handed over whole, and counts as
/// delivered when the flush succeeds. So each is spooled first, in an unnamed file.
pub struct Stream {
    output: Mutex<Box<dyn Write + Send>>,
    format: StreamFormat,
    spools: Directory,
}

/// A message that waits to be handed over. Gone when dropped.
#[derive(Debug)]
pub struct Spool {
    file: File,
}

impl Stream {
    /// Messages go to `output`; the spool files lie in `spools`.
    #[must_use]
    pub fn new(output: Box<dyn Write + Send>, format: StreamFormat, spools: Directory) -> Self {
        Self { output: Mutex::new(output), format, spools }
    }

    /// Whether it wants the octets as they came.
    pub(crate) fn keeps_crlf(&self) -> bool {
        self.format.crlf
    }

    /// A spool file for the next message.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub(crate) fn spool(&self, name: &str) -> Result<Spool, Error> {
        let file = self.spools.create_file(name).and_then(|file| {
            self.spools.remove(name.as_ref())?;
            Ok(file)
        });
        Ok(Spool { file: file.map_err(spooling)? })
    }

    /// Writes a complete message out and flushes: `sender` and `seconds` are for the From_ line.
    ///
    /// # Errors
    /// [`Error::Output`] when it could not be written: it does not count as delivered.
    pub(crate) fn hand_over(
        &self,
        spool: &mut Spool,
        sender: Option<&str>,
        seconds: i64,
    ) -> Result<(), Error> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let line_end = if self.format.crlf { "\r\n" } else { "\n" };
        let mut quoter = Quoter::default();
        let mut last = b'\n';
        let mut piece = vec![0; 64 * 1024];
        spool.file.rewind().map_err(spooling)?;
        if !self.format.raw {
            write!(output, "{}{line_end}", from_line(sender, seconds)).map_err(Error::Output)?;
        }
        loop {
            let read = spool.file.read(&mut piece).map_err(spooling)?;
            let Some(&end) = piece[..read].last() else { break };
            last = end;
            let written = if self.format.raw {
                output.write_all(&piece[..read])
            } else {
                quoter.quote(&piece[..read], |quoted| output.write_all(quoted))
            };
            written.map_err(Error::Output)?;
        }
        if !self.format.raw {
            quoter.finish(|quoted| output.write_all(quoted)).map_err(Error::Output)?;
            let blank = if last == b'\n' { line_end.to_owned() } else { line_end.repeat(2) };
            output.write_all(blank.as_bytes()).map_err(Error::Output)?;
        }
        output.flush().map_err(Error::Output)
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Spool {
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }
}

fn spooling(source: crate::durable::Error) -> Error {
    Error::Spool { place: Place::Stdout, source }
}
