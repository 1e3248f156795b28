//! mboxrd: messages one behind the other, told apart by From_ lines (RFC 4155, qmail's mbox(5)).

/// Quotes a message for mboxrd, in pieces: every line that is `From ` behind any number of `>`
/// gets one more `>`. Reversible, unlike mboxo's quoting of `From ` alone.
#[derive(Debug, Default)]
pub(super) struct Quoter {
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At the start of a line, or behind arrows there, and then behind so many octets of `From `,
    /// which are held back: another arrow may have to stand before them.
    Start { matched: usize },
    /// Inside a line that needs nothing.
    Inside,
}

impl Default for State {
    fn default() -> Self {
        Self::Start { matched: 0 }
    }
}

const FROM: &[u8] = b"From ";

impl Quoter {
    /// Quotes the next octets of the message, giving pieces of the result to `out`, as large as
    /// can be. Nothing is copied.
    pub(super) fn quote<E>(
        &mut self,
        piece: &[u8],
        mut out: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        // Octets of the line's `From ` that came with an earlier piece.
        let mut earlier = self.held_back();
        let (mut passed, mut at) = (0, 0);
        while at < piece.len() {
            match &mut self.state {
                State::Inside => match memchr::memchr(b'\n', &piece[at..]) {
                    Some(lf) => {
                        at += lf + 1;
                        self.state = State::default();
                    }
                    None => at = piece.len(),
                },
                State::Start { matched: 0 } if piece[at] == b'>' => at += 1,
                State::Start { matched } if piece[at] == FROM[*matched] => {
                    at += 1;
                    *matched += 1;
                    if *matched == FROM.len() {
                        let start = at - (FROM.len() - earlier);
                        out(&piece[passed..start])?;
                        out(b">")?;
                        out(&FROM[..earlier])?;
                        (passed, earlier) = (start, 0);
                        self.state = State::Inside;
                    }
                }
                State::Start { .. } => {
                    out(&FROM[..earlier])?;
                    earlier = 0;
                    self.state = State::Inside;
                }
            }
        }
        out(&piece[passed..piece.len() - (self.held_back() - earlier)])
    }

    fn held_back(&self) -> usize {
        match self.state {
            State::Start { matched } => matched,
            State::Inside => 0,
        }
    }

    /// Ends the message, which may not end in a line end.
    pub(super) fn finish<E>(self, mut out: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        out(&FROM[..self.held_back()])
    }
}

/// The line before a message (RFC 4155, appendix A), without its end: a sender, and the time of
/// delivery in UTC.
pub(in crate::delivery) fn from_line(sender: Option<&str>, seconds: i64) -> String {
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

    /// The same by the letter, with no thought of speed or of pieces.
    fn oracle(text: &[u8]) -> Vec<u8> {
        let lines = text.split_inclusive(|&octet| octet == b'\n');
        let is_from = |line: &[u8]| {
            let arrows = line.iter().take_while(|&&octet| octet == b'>').count();
            line[arrows..].starts_with(FROM)
        };
        let arrow = |line| if is_from(line) { &b">"[..] } else { b"" };
        lines.flat_map(|line| [arrow(line), line].concat()).collect()
    }

    #[test]
    fn agrees_with_the_oracle_on_every_short_text_wherever_it_is_cut() {
        let words: [&[u8]; 6] = [b">", b"\n", b"From ", b"Fro", b"m ", b"x"];
        let mut quoted = 0;
        for len in 0..=5_u32 {
            for mut n in 0..words.len().pow(len) {
                let mut text = Vec::new();
                for _ in 0..len {
                    text.extend_from_slice(words[n % words.len()]);
                    n /= words.len();
                }
                let expected = oracle(&text);
                quoted += u32::from(expected != text);
                for piece in 1..=text.len() {
                    assert_eq!(quote(&text, piece), expected, "{text:?} in pieces of {piece}");
                }
            }
        }
        assert!(quoted > 1000, "too few texts needed quoting to mean anything: {quoted}");
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
