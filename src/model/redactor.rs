//! Keeping secrets out of what a server says.

use memchr::memmem::Finder;

use super::Secret;

/// Secrets that were sent, in each form in which they went over the wire. Some servers echo the
/// command that they refuse, password and all.
#[derive(Default)]
pub struct Redactor(Vec<Secret>);

/// What stands where a secret stood.
const HIDDEN: &[u8] = b"(hidden)";
/// Shorter secrets are hidden only where they stand as a word of their own: inside words they
/// would black out innocent text and give themselves away by it.
const SHORT: usize = 4;

impl Redactor {
    /// Adds a form to hide.
    pub fn hide(&mut self, secret: &Secret) {
        if !secret.is_empty() {
            self.0.push(secret.clone());
            // One secret may be part of another: the longer one is hidden as a whole.
            self.0.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    /// `text` with every secret replaced; nothing where there is none in it. A beginning of a
    /// secret at the very end counts: the rest may have been cut off.
    #[must_use]
    pub fn redact(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut redacted = Vec::new();
        let mut rest = 0;
        while let Some((start, end)) = self.next_secret(text, rest) {
            redacted.extend_from_slice(&text[rest..start]);
            redacted.extend_from_slice(HIDDEN);
            rest = end;
        }
        if rest == 0 {
            return None;
        }
        redacted.extend_from_slice(&text[rest..]);
        Some(redacted)
    }

    /// [`Self::redact`] for lines that may be the rest of one another: no secret holds a line
    /// break, but who repeats one may break it anywhere.
    #[must_use]
    pub fn redact_lines(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut redacted = Vec::new();
        for line in text.split_inclusive(|&octet| octet == b'\n') {
            let content = line.trim_ascii_end();
            let rest = self.rest_of_a_secret(content);
            if rest > 0 {
                redacted.extend_from_slice(HIDDEN);
            }
            let behind = &content[rest..];
            redacted.extend(self.redact(behind).unwrap_or_else(|| behind.to_vec()));
            redacted.extend_from_slice(&line[content.len()..]);
        }
        (redacted != text).then_some(redacted)
    }

    /// How much of the text is the end of a secret whose beginning stood in the line before.
    fn rest_of_a_secret(&self, text: &[u8]) -> usize {
        let ends = self.0.iter().filter_map(|secret| {
            let secret = secret.expose();
            let lengths = SHORT..secret.len().max(SHORT);
            lengths.rev().find(|&len| text.starts_with(&secret[secret.len() - len..]))
        });
        ends.max().unwrap_or(0)
    }

    /// Where the first secret at or behind `from` starts and ends; of several, the longest.
    fn next_secret(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = self.0.iter().filter_map(|secret| {
            let secret = secret.expose();
            let whole = whole(secret, text, from).map(|start| (start, start + secret.len()));
            whole.or_else(|| torn(secret, text, from))
        });
        // The list is sorted, so among equal starts the longest comes first, and stays.
        found.min_by_key(|(start, _)| *start)
    }
}

/// The first place of the whole secret.
fn whole(secret: &[u8], text: &[u8], from: usize) -> Option<usize> {
    let word = |octet: Option<&u8>| octet.is_some_and(u8::is_ascii_alphanumeric);
    let finder = Finder::new(secret);
    let mut places = finder.find_iter(&text[from..]).map(|at| from + at);
    places.find(|&at| {
        let inside = word(at.checked_sub(1).and_then(|before| text.get(before)))
            || word(text.get(at + secret.len()));
        secret.len() >= SHORT || !inside
    })
}

/// A beginning of the secret, too long to be chance, at the end of the text.
fn torn(secret: &[u8], text: &[u8], from: usize) -> Option<(usize, usize)> {
    let longest = secret.len().min(text.len() - from);
    let len = (SHORT..longest.max(SHORT)).rev().find(|&len| text.ends_with(&secret[..len]))?;
    Some((text.len() - len, text.len()))
}
