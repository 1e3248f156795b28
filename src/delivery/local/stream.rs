//! Standard output: an mboxrd stream, or the messages' own octets.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::mboxrd::{Quoter, from_line};
use crate::delivery::{Answer, Error, Letter, Receiver};
use crate::durable;
use crate::model::Place;

/// How messages are written to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamFormat {
    /// The octets alone, with nothing between two messages, instead of mboxrd.
    pub raw: bool,
    /// CRLF line ends, as they came, instead of LF.
    pub crlf: bool,
}

/// Standard output. A message counts as delivered when the flush succeeds.
pub struct Stream {
    output: Mutex<Box<dyn Write + Send>>,
    format: StreamFormat,
}

impl Stream {
    /// Messages go to `output`.
    #[must_use]
    pub fn new(output: Box<dyn Write + Send>, format: StreamFormat) -> Self {
        Self { output: Mutex::new(output), format }
    }
}

impl Receiver for Stream {
    fn place(&self) -> &Place {
        &Place::Stdout
    }

    fn keeps_crlf(&self) -> bool {
        self.format.crlf
    }

    fn hand_over(&self, letter: &mut Letter<'_>) -> Result<Answer, Error> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let line_end = if self.format.crlf { "\r\n" } else { "\n" };
        let mut quoter = Quoter::default();
        let mut last = b'\n';
        let mut piece = vec![0; 64 * 1024];
        if !self.format.raw {
            let from = from_line(letter.sender, letter.seconds);
            write!(output, "{from}{line_end}").map_err(Error::Output)?;
        }
        loop {
            let read = letter.content.read(&mut piece).map_err(spooling)?;
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
        output.flush().map_err(Error::Output)?;
        Ok(Answer::Taken)
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("format", &self.format).finish_non_exhaustive()
    }
}

fn spooling(source: durable::Error) -> Error {
    Error::Spool { place: Place::Stdout, source }
}
