//! The header block of a message that passes by.

use sha2::{Digest, Sha256};

/// Collects a message's header block from its octets, with LF line ends, as they come.
///
/// Its digest tells later whether two listings mean the same message. This reads no MIME and
/// decides nothing about delivery.
#[derive(Debug, Default)]
pub struct HeaderBlock {
    bytes: Vec<u8>,
    complete: bool,
}

/// What is kept of a header block, in octets; the rest of a longer one does not count.
const MAX: usize = 256 * 1024;
/// The longest Message-ID that is believed to be one (RFC 5322, section 2.1.1).
const MAX_MESSAGE_ID: usize = 998;

impl HeaderBlock {
    /// Looks at the next octets of the message.
    pub fn add(&mut self, piece: &[u8]) {
        if self.complete {
            return;
        }
        let piece = &piece[..piece.len().min(MAX - self.bytes.len())];
        let at_line_start = matches!(self.bytes.last(), None | Some(b'\n'));
        let end = if at_line_start && piece.starts_with(b"\n") {
            Some(0)
        } else {
            memchr::memmem::find(piece, b"\n\n").map(|at| at + 1)
        };
        // No more than that: it is kept as long as the message waits for its batch.
        self.bytes.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        self.complete = end.is_some() || self.bytes.len() == MAX;
    }

    /// Its octets, as far as they are kept.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether all of it has been seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// SHA-256 of the block, without the empty line behind it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The value of the first field called `name`, unfolded; nothing where it is missing or no
    /// printable ASCII.
    fn field(&self, name: &str) -> Option<String> {
        let mut lines = self.bytes.split(|&b| b == b'\n');
        let is_named = |line: &&[u8]| {
            let (start, rest) = line.split_at_checked(name.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(name.as_bytes())
                && rest.trim_ascii_start().first() == Some(&b':')
        };
        let first = lines.find(is_named)?;
        let mut value = first[name.len()..].trim_ascii_start()[1..].to_vec();
        for folded in lines.take_while(|line| matches!(line.first(), Some(b' ' | b'\t'))) {
            value.extend_from_slice(folded);
        }
        let value = value.trim_ascii();
        let printable = value.iter().all(|b| matches!(b, b' '..=b'~' | b'\t'));
        let text = printable.then(|| std::str::from_utf8(value).ok()).flatten()?;
        Some(text.to_owned())
    }

    /// The Message-ID, with its angle brackets, if there is a plausible one.
    #[must_use]
    pub fn message_id(&self) -> Option<String> {
        let value = self.field("Message-ID")?;
        let start = value.find('<')?;
        let end = start + value[start..].find('>')?;
        let id = &value[start..=end];
        let plausible = id.len() <= MAX_MESSAGE_ID && !id.contains([' ', '\t']);
        plausible.then(|| id.to_owned())
    }

    /// The address of the Return-Path field, reduced to characters that can stand in a From_
    /// line; nothing where it is missing or empty.
    #[must_use]
    pub fn return_path(&self) -> Option<String> {
        let value = self.field("Return-Path")?;
        let fine = |c: &char| c.is_ascii_alphanumeric() || "@._+-/=".contains(*c);
        let address: String = value.chars().filter(fine).take(254).collect();
        (!address.is_empty()).then_some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str, piece: usize) -> HeaderBlock {
        let mut block = HeaderBlock::default();
        for piece in text.as_bytes().chunks(piece) {
            block.add(piece);
        }
        block
    }

    #[test]
    fn the_block_ends_at_the_empty_line_however_it_arrives() {
        let head = "Subject: a\nMessage-Id:\n <x@y>\nreturn-path: <a b@c.d>\n";
        let text = format!("{head}\nMessage-ID: <not@this>\n\nbody\n");
        for piece in [1, 2, 3, 7, 1000] {
            let block = block(&text, piece);
            assert_eq!(block.message_id().as_deref(), Some("<x@y>"), "{piece}");
            assert_eq!(block.return_path().as_deref(), Some("ab@c.d"));
            let whole: [u8; 32] = Sha256::digest(head.as_bytes()).into();
            assert_eq!(block.digest(), whole);
        }
    }

    #[test]
    fn odd_messages() {
        assert_eq!(block("\nonly a body\n", 3).digest(), block("", 1).digest());
        assert_eq!(block("Message-ID: nothing like one\n", 4).message_id(), None);
        assert_eq!(block("Message-ID: <a b>\n\n", 4).message_id(), None);
        assert_eq!(block("Message-ID\n\n", 4).message_id(), None);
        assert_eq!(block("Return-Path: <>\n\n", 4).return_path(), None);
        let endless = "x".repeat(MAX + 10);
        assert_eq!(block(&endless, 4096).digest(), block(&endless[..MAX], 4096).digest());
    }
}
