//! Lines of status replies and listings, strictly ended.

/// How this server ends its lines: decided once, from its greeting, for the whole connection.
///
/// With pipelining, replies are matched by order only. A server that may end lines either way
/// would let a mail forge the end of itself and the next reply, so CRLF is all that counts,
/// unless the greeting itself ended in a bare LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// CRLF, as RFC 1939 says.
    Crlf,
    /// LF, as a few servers do. A CR before it is not part of the line.
    Lf,
}

/// A complete line at the start of some input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Octets of the line without its end.
    pub(super) len: usize,
    /// Octets with its end.
    pub(super) consumed: usize,
    /// How it ended.
    pub(super) end: LineEnd,
}

/// Finds the line that `input` begins with. The first `scanned` octets are known to hold no LF,
/// so that a line which arrives byte by byte is not searched from its start each time.
pub(super) fn find(input: &[u8], scanned: usize) -> Option<Line> {
    let lf = scanned + memchr::memchr(b'\n', input.get(scanned..)?)?;
    let (len, end) = match lf.checked_sub(1) {
        Some(cr) if input[cr] == b'\r' => (cr, LineEnd::Crlf),
        _ => (lf, LineEnd::Lf),
    };
    Some(Line { len, consumed: lf + 1, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_both_ends() {
        let crlf = Line { len: 3, consumed: 5, end: LineEnd::Crlf };
        assert_eq!(find(b"+OK\r\nx", 0), Some(crlf));
        let lf = Line { len: 3, consumed: 4, end: LineEnd::Lf };
        assert_eq!(find(b"+OK\nx", 2), Some(lf));
        assert_eq!(find(b"+OK\r", 0), None);
        assert_eq!(find(b"\n", 0), Some(Line { len: 0, consumed: 1, end: LineEnd::Lf }));
    }
}
