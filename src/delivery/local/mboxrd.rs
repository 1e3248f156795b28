//! mboxrd: messages one behind the other, told apart by From_ lines (RFC 4155, qmail's mbox(5)).

/// Quotes a message for mboxrd, in pieces: every line that is `From ` behind any number of `>`
/// gets one more `>`. Reversible, unlike mboxo's quoting of `From ` alone.
#[derive(Debug, Default)]
pub(super) struct Quoter {
    state: State,
}

#[derive(Debug)]
enum State {
    /// At the start of a line, or behind `arrows` times `>` and so many octets of `From `. These
    /// were not passed on yet; counted, not kept, so that a line of a billion arrows costs nothing.
    Start { arrows: u64, matched: usize },
    /// Inside a line that needs nothing.
    Inside,
}

impl Default for State {
    fn default() -> Self {
        Self::Start { arrows: 0, matched: 0 }
    }
}

const FROM: &[u8] = b"From ";

impl Quoter {
    /// Quotes the next octets of the message, giving pieces of the result to `out`.
    pub(super) fn quote<E>(
        &mut self,
        mut piece: &[u8],
        mut out: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(&octet) = piece.first() {
            match &mut self.state {
                State::Inside => {
                    let end = memchr::memchr(b'\n', piece).map_or(piece.len(), |lf| lf + 1);
                    out(&piece[..end])?;
                    if piece[end - 1] == b'\n' {
                        self.state = State::default();
                    }
                    piece = &piece[end..];
                }
                State::Start { arrows, matched: 0 } if octet == b'>' => {
                    *arrows += 1;
                    piece = &piece[1..];
                }
                State::Start { arrows, matched } if octet == FROM[*matched] => {
                    *matched += 1;
                    piece = &piece[1..];
                    if *matched == FROM.len() {
                        *arrows += 1;
                        self.release(&mut out)?;
                    }
                }
                State::Start { .. } => self.release(&mut out)?,
            }
        }
        Ok(())
    }

    /// Passes on what was held back: the line is decided.
    fn release<E>(&mut self, out: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let State::Start { arrows, matched } = std::mem::replace(&mut self.state, State::Inside)
        else {
            return Ok(());
        };
        for _ in 0..arrows {
            out(b">")?;
        }
        if matched > 0 { out(&FROM[..matched]) } else { Ok(()) }
    }

    /// Ends the message, which may not end in a line end.
    pub(super) fn finish<E>(
        mut self,
        mut out: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.release(&mut out)
    }
}

/// The line before a message (RFC 4155, appendix A), without its end: a sender, and the time of
/// delivery in UTC.
pub(super) fn from_line(sender: Option<&str>, seconds: i64) -> String {
    format!("From {} {}", sender.unwrap_or("MAILER-DAEMON"), asctime(seconds))
}

/// C's `asctime` of a time since the epoch, in UTC, without its newline.
fn asctime(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%a %b %e %H:%M:%S %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(text: &[u8], piece: usize) -> Vec<u8> {
        let mut quoter = Quoter::default();
        let mut result = Vec::new();
        for piece in text.chunks(piece) {
            let out = |piece: &[u8]| {
                result.extend_from_slice(piece);
                Ok::<_, ()>(())
            };
            quoter.quote(piece, out).unwrap();
        }
        quoter
            .finish(|piece| {
                result.extend_from_slice(piece);
                Ok::<_, ()>(())
            })
            .unwrap();
        result
    }

    #[test]
    fn every_from_line_gets_one_arrow_wherever_the_text_is_cut() {
        let text =
            b"From a\n>From b\n>>From c\nFrom\nfrom d\n > From e\n>x\n>\nFro\n\nx From f\nFrom ";
        let quoted =
            b">From a\n>>From b\n>>>From c\nFrom\nfrom d\n > From e\n>x\n>\nFro\n\nx From f\n>From ";
        for piece in 1..=text.len() {
            assert_eq!(quote(text, piece), quoted, "pieces of {piece}");
        }
        assert_eq!(quote(b">>Fro", 1), b">>Fro");
        assert_eq!(quote(b"From x\r\ny\r\n", 3), b">From x\r\ny\r\n");
    }

    #[test]
    fn dates_as_asctime_writes_them() {
        assert_eq!(asctime(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(asctime(951_782_400), "Tue Feb 29 00:00:00 2000");
        assert_eq!(asctime(1_700_000_000), "Tue Nov 14 22:13:20 2023");
        assert_eq!(asctime(4_102_444_799), "Thu Dec 31 23:59:59 2099");
        assert_eq!(from_line(None, 0), "From MAILER-DAEMON Thu Jan  1 00:00:00 1970");
    }
}
