//! Standard output.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use popfetch::proto::visible;

use super::exit::Exit;
use super::report::Failure;

/// Standard output, buffered.
pub(crate) fn stdout() -> BufWriter<Stdout> {
    BufWriter::new(io::stdout())
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard output was closed when the program started: whatever is written is lost, and
/// no error tells of it. Rust's runtime puts the null device into its place, so that no file gets
/// its number, open for reading too; who throws output away opens it for writing only.
pub(crate) fn is_closed() -> bool {
    let null = rustix::fs::stat("/dev/null").map(|null| null.st_rdev);
    let ours = rustix::fs::fstat(io::stdout()).map(|stdout| stdout.st_rdev);
    let flags = rustix::fs::fcntl_getfl(io::stdout());
    matches!((null, ours), (Ok(null), Ok(ours)) if null == ours)
        && flags.is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR))
}

/// What an error of standard output means: a reader that has seen enough is no news.
pub(crate) fn written(result: io::Result<()>) -> Result<Exit, Failure> {
    match result {
        Ok(()) => Ok(Exit::OK),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::IO),
        Err(error) => {
            Err(Failure::new(Exit::IO, format!("cannot write to standard output: {error}")))
        }
    }
}

/// A terminal, which must not be given what it would act on: mail is anybody's text. Line ends
/// and tabs pass.
pub(crate) struct Guarded<W>(W);

impl<W: Write> Guarded<W> {
    /// Guards `terminal`.
    pub(crate) fn new(terminal: W) -> Self {
        Self(terminal)
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Whole lines, so that no character is torn in two; a line without end, in pieces.
        const PIECE: usize = 4096;
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1).min(PIECE);
        let taken = &bytes[..end];
        let line = taken.strip_suffix(b"\n").unwrap_or(taken);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        for (at, part) in line.split(|&b| b == b'\t').enumerate() {
            if at > 0 {
                self.0.write_all(b"\t")?;
            }
            self.0.write_all(visible(part, usize::MAX).as_bytes())?;
        }
        if taken.ends_with(b"\n") {
            self.0.write_all(b"\n")?;
        }
        Ok(end)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_nothing_it_would_act_on() {
        let mut out = Vec::new();
        let text = "a\tb\x1b]0;x\x07\r\nümlaut \u{202e}\n";
        Guarded::new(&mut out).write_all(text.as_bytes()).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown, "a\tb\\x1b]0;x\\x07\nümlaut \\u{202e}\n");
    }
}
