//! CRLF to LF, over the borders of chunks.

/// Turns every CRLF into LF and leaves all else alone: a lone CR, a lone LF, NUL.
#[derive(Debug, Default)]
pub struct LineFeeds {
    /// The last octet was a CR whose fate the next one decides.
    held: bool,
}

impl LineFeeds {
    /// Converts a chunk, giving pieces of the result to `out`. Nothing is copied: the pieces are
    /// the chunk with the CRs left out between them.
    ///
    /// # Errors
    /// The first error of `out`.
    pub fn convert<E>(
        &mut self,
        chunk: &[u8],
        mut out: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(&first) = chunk.first() else { return Ok(()) };
        if std::mem::take(&mut self.held) && first != b'\n' {
            out(b"\r")?;
        }
        let mut start = 0;
        for cr in memchr::memchr_iter(b'\r', chunk) {
            match chunk.get(cr + 1) {
                Some(b'\n') => {
                    if cr > start {
                        out(&chunk[start..cr])?;
                    }
                    start = cr + 1;
                }
                Some(_) => {}
                None => {
                    self.held = true;
                    return if cr > start { out(&chunk[start..cr]) } else { Ok(()) };
                }
            }
        }
        out(&chunk[start..])
    }

    /// Ends the message: a CR that nothing followed is data.
    ///
    /// # Errors
    /// That of `out`.
    pub fn finish<E>(self, mut out: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.held { out(b"\r") } else { Ok(()) }
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
            let mut out = |piece: &[u8]| {
                assert!(!piece.is_empty());
                result.extend_from_slice(piece);
                Ok::<_, ()>(())
            };
            converter.convert(&text[start..cut], &mut out).unwrap();
            start = cut;
        }
        converter
            .finish(|piece| {
                result.extend_from_slice(piece);
                Ok::<_, ()>(())
            })
            .unwrap();
        result
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
