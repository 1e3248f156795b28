//! CRLF to LF, over the borders of chunks.

/// Turns every CRLF into LF and leaves all else alone: a lone CR, a lone LF, NUL.
#[derive(Debug, Default)]
pub struct LineFeeds {
    /// The last octet was a CR whose fate the next one decides.
    held: bool,
}

/// Most lines of text are no longer than this.
const SHORT: usize = 64;

impl LineFeeds {
    /// Converts a chunk, adding the result to `out`. This is the one time that the octets of a
    /// message are copied on their way into a file.
    pub fn convert(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let Some(&first) = chunk.first() else { return };
        if std::mem::take(&mut self.held) && first != b'\n' {
            out.push(b'\r');
        }
        self.held = chunk.ends_with(b"\r");
        let len = chunk.len() - usize::from(self.held);
        let before = out.len();
        out.resize(before + len, 0);
        let room = &mut out[before..];
        let (mut from, mut to) = (0, 0);
        let line_ends = memchr::memchr_iter(b'\r', &chunk[..len]);
        let line_ends = line_ends.filter(|cr| chunk[cr + 1] == b'\n');
        for end in line_ends.chain([len]) {
            let line = &chunk[from..end];
            match (chunk.get(from..from + SHORT), room.get_mut(to..to + SHORT)) {
                // A copy of fixed size takes less time than to find out how to copy a few octets.
                // The next line overwrites what is too much.
                (Some(more), Some(room)) if line.len() <= SHORT => room.copy_from_slice(more),
                _ => room[to..to + line.len()].copy_from_slice(line),
            }
            to += line.len();
            from = end + 1;
        }
        out.truncate(before + to);
    }

    /// Ends the message: a CR that nothing followed is data.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.held {
            out.push(b'\r');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(text: &[u8], cuts: &[usize]) -> Vec<u8> {
        let mut converter = LineFeeds::default();
        let mut result = Vec::new();
        let mut start = 0;
        for &cut in cuts.iter().chain([&text.len()]) {
            converter.convert(&text[start..cut], &mut result);
            start = cut;
        }
        converter.finish(&mut result);
        result
    }

    /// Lines are copied in one way or another by their length and by what is left of the chunk.
    #[test]
    fn lines_of_every_length_come_out_whole() {
        let line = |len: usize| ('a'..='z').cycle().take(len);
        let text: String =
            (0..=2 * SHORT).flat_map(|len| line(len).chain("\r\n".chars())).collect();
        let wanted = text.replace("\r\n", "\n").into_bytes();
        for piece in [1, 2, 3, SHORT - 1, SHORT, SHORT + 1, 1000, text.len()] {
            let cuts: Vec<usize> = (piece..text.len()).step_by(piece).collect();
            assert!(convert(text.as_bytes(), &cuts) == wanted, "pieces of {piece}");
        }
    }

    #[test]
    fn only_crlf_changes_wherever_the_text_is_cut() {
        let alphabet = b"\r\nx";
        for len in 0..=6_u32 {
            for mut n in 0..3_usize.pow(len) {
                let mut text = Vec::new();
                for _ in 0..len {
                    text.push(alphabet[n % 3]);
                    n /= 3;
                }
                let wanted =
                    String::from_utf8(text.clone()).unwrap().replace("\r\n", "\n").into_bytes();
                assert_eq!(convert(&text, &[]), wanted, "{text:?}");
                let bytewise: Vec<usize> = (1..=text.len()).collect();
                assert_eq!(convert(&text, &bytewise), wanted, "{text:?} bytewise");
            }
        }
    }
}
