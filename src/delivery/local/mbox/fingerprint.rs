//! Recognising messages in an mbox that somebody has rewritten.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::FROM;

/// What a message is, whatever mail readers have noted down in its header: SHA-256 of it with its
/// From_ line, without their fields and without empty lines at its end.
pub(super) type Fingerprint = [u8; 32];

/// Fields that mail readers add and change where a message lies (Dovecot, mutt, Alpine,
/// Thunderbird).
const NOTES: [&[u8]; 9] = [
    b"status:",
    b"x-status:",
    b"x-keywords:",
    b"x-uid:",
    b"x-imap:",
    b"x-imapbase:",
    b"content-length:",
    b"lines:",
    b"x-mozilla-",
];
/// As much of a line as tells what it is.
const HEAD: usize = 15;

/// Reads an mbox, in pieces, and takes the fingerprint of each message.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    counts: HashMap<Fingerprint, usize>,
    position: u64,
    /// Where the last message begins.
    last: Option<u64>,
    digest: Sha256,
    in_header: bool,
    /// Whether the line before was a mail reader's field, which may go on in the next.
    after_note: bool,
    /// Line ends that count only when something follows.
    line_ends: u64,
    line: Line,
    line_start: u64,
    /// The start of a line, until it tells what the line is.
    head: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Start,
    Counts,
    /// A mail reader's field.
    Note,
}

/// What an mbox holds.
#[derive(Debug)]
pub(super) struct Found {
    /// How many messages of each kind.
    pub(super) counts: HashMap<Fingerprint, usize>,
    /// Where the last message begins, and which it is.
    pub(super) last: Option<(u64, Fingerprint)>,
}

impl Scanner {
    pub(super) fn read(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            let end = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
            let (piece, rest) = octets.split_at(end);
            self.position += piece.len() as u64;
            self.read_line(piece);
            octets = rest;
        }
    }

    /// A piece of one line, perhaps with its end.
    fn read_line(&mut self, piece: &[u8]) {
        let (content, ends) = match piece {
            [content @ .., b'\n'] => (content, true),
            content => (content, false),
        };
        if self.line == Line::Start {
            self.head.extend_from_slice(content);
            if ends || self.head.len() >= HEAD {
                self.begin_line(ends);
            }
        } else if self.line == Line::Counts {
            self.digest.update(content);
        }
        if ends {
            self.after_note = self.line == Line::Note;
            self.line_ends += u64::from(!self.after_note);
            self.line = Line::Start;
            self.line_start = self.position;
        }
    }

    /// Decides what the line is that begins with `head`.
    fn begin_line(&mut self, whole: bool) {
        let head = std::mem::take(&mut self.head);
        if head.starts_with(FROM) {
            let _ = self.end_message();
            self.last = Some(self.line_start);
            self.in_header = true;
        } else if head.is_empty() && whole {
            self.in_header = false;
        }
        let lower = head.to_ascii_lowercase();
        let is_note = NOTES.iter().any(|note| lower.starts_with(note));
        let is_folded = self.after_note && matches!(head.first(), Some(b' ' | b'\t'));
        if self.in_header && (is_note || is_folded) {
            self.line = Line::Note;
            return;
        }
        self.line = Line::Counts;
        if !head.is_empty() {
            for _ in 0..std::mem::take(&mut self.line_ends) {
                self.digest.update(b"\n");
            }
            self.digest.update(&head);
        }
    }

    /// Gives the message that ends here, if it is not what stands before the first.
    fn end_message(&mut self) -> Option<(u64, Fingerprint)> {
        let digest: Fingerprint = std::mem::take(&mut self.digest).finalize().into();
        self.line_ends = 0;
        self.after_note = false;
        let start = self.last?;
        *self.counts.entry(digest).or_default() += 1;
        Some((start, digest))
    }

    pub(super) fn finish(mut self) -> Found {
        if !self.head.is_empty() {
            self.begin_line(false);
        }
        let last = self.end_message();
        Found { counts: self.counts, last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str, piece: usize) -> Found {
        let mut scanner = Scanner::default();
        for piece in text.as_bytes().chunks(piece) {
            scanner.read(piece);
        }
        scanner.finish()
    }

    fn only(text: &str) -> Fingerprint {
        let found = scan(text, 7);
        assert_eq!(found.counts.len(), 1, "{text}");
        *found.counts.keys().next().unwrap()
    }

    #[test]
    fn messages_are_found_wherever_the_text_is_cut() {
        let (a, b) =
            ("From a\nSubject: a\n\n>From x\nFro\n\n", "From b\n\n\nlong line of text\n\n");
        let text = format!("{a}{b}{a}");
        for piece in 1..=text.len() {
            let found = scan(&text, piece);
            let wanted = HashMap::from([(only(a), 2), (only(b), 1)]);
            assert_eq!(found.counts, wanted, "pieces of {piece}");
            assert_eq!(found.last, Some(((a.len() + b.len()) as u64, only(a))));
        }
        assert_eq!(scan("", 1).last, None);
    }

    #[test]
    fn what_mail_readers_note_down_does_not_count() {
        let plain = only("From a\nSubject: x\nTo: y\n\nbody\n\n");
        for same in [
            "From a\nSubject: x\nTo: y\nStatus: RO\nX-UID: 7   \n\nbody\n\n",
            "From a\nX-IMAPbase: 1 2\nX-Keywords: a\n b\n\tc\nSubject: x\nTo: y\n\nbody\n",
            "From a\nSubject: x\nX-Mozilla-Status2: 0001\nTo: y\nContent-Length: 5\n\nbody",
            "From a\nSubject: x\nTo: y\n\nbody\n\n\n\n",
        ] {
            assert_eq!(only(same), plain, "{same}");
        }
        for other in [
            "From b\nSubject: x\nTo: y\n\nbody\n\n",
            "From a\nSubject: x\nTo: y\n\nbod\n\n",
            "From a\nSubject: x\nTo: y\n\nbody\nStatus: RO\n\n",
            "From a\nSubject: x\n y\nTo: y\n\nbody\n\n",
            "From a\nSubject: x\nTo: y\n\n\nbody\n\n",
            "From a\nSubject: x\nTo: y\nLinesman: z\n\nbody\n\n",
        ] {
            assert_ne!(only(other), plain, "{other}");
        }
        // Only what folds such a field goes with it.
        assert_ne!(
            only("From a\nStatus: R\nSubject: x\n folded\n\n"),
            only("From a\nStatus: R\nSubject: x\n\n")
        );
    }
}
