//! The octets of a message: dot-unstuffing and the end (RFC 1939, section 3).

use std::ops::Range;

use memchr::memmem::Finder;

use super::line::LineEnd;

/// Where in a line the next octet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the start of a line: a dot here is the end, or stuffing.
    LineStart,
    /// Inside a line.
    Inside,
    /// Inside a line, right behind a CR: a LF now ends the line.
    AfterCr,
}

/// Finds the lone dot and takes stuffed dots out. Octets are never looked at one by one: the
/// search is for a line end with a dot behind it, which is rare, so data passes in large spans.
#[derive(Clone, Debug)]
pub(super) struct DotDecoder {
    place: Place,
    end: LineEnd,
    /// A line end and a dot, as this server writes them.
    needle: Finder<'static>,
}

/// What the decoder makes of the start of some input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Cannot tell yet: show the same octets again with more behind them. At most two octets
    /// are ever held back.
    More,
    /// `span` of the input is data; `consumed` octets are done with.
    Data { span: Range<usize>, consumed: usize },
    /// The lone dot; `consumed` octets are done with.
    End { consumed: usize },
}

impl DotDecoder {
    pub(super) fn new(end: LineEnd) -> Self {
        let needle: &[u8] = match end {
            LineEnd::Crlf => b"\r\n.",
            LineEnd::Lf => b"\n.",
        };
        Self { place: Place::LineStart, end, needle: Finder::new(needle) }
    }

    /// Begins the next message.
    pub(super) fn restart(&mut self) {
        self.place = Place::LineStart;
    }

    /// Decodes the start of `input`, which must not be empty.
    pub(super) fn decode(&mut self, input: &[u8]) -> Decoded {
        let mut from = 0;
        if self.place == Place::LineStart && input[0] == b'.' {
            match self.dot_line(input) {
                Some(Decoded::End { consumed }) => return Decoded::End { consumed },
                Some(more) => return more,
                // Stuffed: the dot is not data.
                None => from = 1,
            }
        }
        if self.place == Place::AfterCr && input[0] == b'\n' {
            // The line end lies across two reads, where the needle cannot match.
            self.place = Place::LineStart;
            return Decoded::Data { span: 0..1, consumed: 1 };
        }
        let line_end = self.needle.needle().len() - 1;
        let to = match self.needle.find(&input[from..]) {
            Some(at) => {
                self.place = Place::LineStart;
                from + at + line_end
            }
            None => {
                self.place = self.place_after(&input[from..]);
                input.len()
            }
        };
        Decoded::Data { span: from..to, consumed: to }
    }

    /// A line that begins with a dot: its end, or more octets needed, or nothing when the dot is
    /// stuffing.
    fn dot_line(&self, input: &[u8]) -> Option<Decoded> {
        match (input.get(1), input.get(2), self.end) {
            (None, _, _) | (Some(b'\r'), None, _) => Some(Decoded::More),
            (Some(b'\r'), Some(b'\n'), _) => Some(Decoded::End { consumed: 3 }),
            (Some(b'\n'), _, LineEnd::Lf) => Some(Decoded::End { consumed: 2 }),
            _ => None,
        }
    }

    /// Where the octet behind `data` stands.
    fn place_after(&self, data: &[u8]) -> Place {
        match (data, self.end) {
            ([.., b'\r', b'\n'], _) | ([.., b'\n'], LineEnd::Lf) => Place::LineStart,
            ([.., b'\r'], LineEnd::Crlf) => Place::AfterCr,
            _ => Place::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `wire` in pieces that end at `cuts`; gives the data and what is left behind the end.
    fn decode(wire: &[u8], end: LineEnd, cuts: &[usize]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut decoder = DotDecoder::new(end);
        let mut data = Vec::new();
        let mut start = 0;
        for &cut in cuts.iter().chain([&wire.len()]) {
            while start < cut {
                match decoder.decode(&wire[start..cut]) {
                    Decoded::More => break,
                    Decoded::Data { span, consumed } => {
                        data.extend_from_slice(&wire[start..cut][span]);
                        start += consumed;
                    }
                    Decoded::End { consumed } => {
                        return Some((data, wire[start + consumed..].to_vec()));
                    }
                }
            }
        }
        None
    }

    /// The same by the letter of RFC 1939, with no thought of speed or of pieces.
    fn oracle(wire: &[u8], end: LineEnd) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut data = Vec::new();
        let mut rest = wire;
        loop {
            let ended = match end {
                LineEnd::Crlf => rest.strip_prefix(b".\r\n"),
                LineEnd::Lf => rest.strip_prefix(b".\r\n").or(rest.strip_prefix(b".\n")),
            };
            if let Some(left) = ended {
                return Some((data, left.to_vec()));
            }
            let is_end = |i: usize| match end {
                LineEnd::Crlf => i > 0 && rest[i] == b'\n' && rest[i - 1] == b'\r',
                LineEnd::Lf => rest[i] == b'\n',
            };
            let len = (0..rest.len()).find(|&i| is_end(i))? + 1;
            let line = &rest[..len];
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            rest = &rest[len..];
        }
    }

    /// Every string of up to seven octets over the alphabet that matters, in one piece, byte by
    /// byte and at every single cut, against the oracle.
    #[test]
    fn agrees_with_the_oracle_on_every_short_input_at_every_cut() {
        let alphabet = b"\r\n.x";
        let mut ended = 0_u32;
        for len in 0..=7_u32 {
            for mut n in 0..4_usize.pow(len) {
                let mut wire = Vec::new();
                for _ in 0..len {
                    wire.push(alphabet[n % 4]);
                    n /= 4;
                }
                for end in [LineEnd::Crlf, LineEnd::Lf] {
                    let expected = oracle(&wire, end);
                    ended += u32::from(expected.is_some());
                    let bytewise: Vec<usize> = (1..=wire.len()).collect();
                    assert_eq!(decode(&wire, end, &[]), expected, "{wire:?} {end:?}");
                    assert_eq!(decode(&wire, end, &bytewise), expected, "{wire:?} bytewise");
                    for cut in 1..wire.len() {
                        assert_eq!(decode(&wire, end, &[cut]), expected, "{wire:?} at {cut}");
                    }
                }
            }
        }
        assert!(ended > 1000, "the oracle ended too few inputs to mean anything: {ended}");
    }

    #[test]
    fn a_bare_lf_never_ends_a_crlf_message() {
        let wire = b"text\n.\n+OK forged\r\n.\r\nleft";
        let (data, left) = decode(wire, LineEnd::Crlf, &[]).unwrap();
        assert_eq!(data, b"text\n.\n+OK forged\r\n");
        assert_eq!(left, b"left");
    }

    #[test]
    fn octets_of_any_value_pass_unchanged() {
        let mut body: Vec<u8> = (0..=255).collect();
        body.extend_from_slice(b"\r\n");
        let wire = [&body[..], b".\r\n"].concat();
        assert_eq!(decode(&wire, LineEnd::Crlf, &[]), Some((body, Vec::new())));
    }
}
