//! The messages of a round, recognised wherever they are found.

use std::collections::BTreeMap;

use crate::interop::Random;

/// A message by its Message-ID.
pub(super) type Letters = BTreeMap<String, Vec<u8>>;

/// Writes messages, none like another: plain text that every client passes on, so that what is not
/// whole was torn.
#[derive(Default)]
pub(super) struct Writer {
    written: usize,
}

const LINES: [&str; 6] = [
    "The quick brown fox jumps over the lazy dog, and the dog does not mind.",
    "",
    "From here on it is about something else.",
    "> Somebody wrote this, and somebody answered:",
    ". is what a line may begin with",
    "0123456789",
];

impl Writer {
    /// A message of 1 to 30 kB, by its Message-ID.
    pub(super) fn letter(&mut self, random: &mut Random) -> (String, Vec<u8>) {
        let n = self.written;
        self.written += 1;
        let id = format!("<{n}@example.org>");
        let mut text = format!(
            "From: a{n}@example.org\nTo: b@example.org\nSubject: number {n}\n\
             Date: Mon, 2 Mar 2026 10:00:00 +0000\nMessage-ID: {id}\n\n"
        );
        let size = random.size(1_000, 30_000);
        while text.len() < size {
            let line = random.below(LINES.len() as u64);
            text.push_str(LINES[usize::try_from(line).expect("small")]);
            text.push('\n');
        }
        text.push_str(&format!("The end of number {n}.\n"));
        (id, text.into_bytes())
    }
}

/// What was found in one place.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How often each message is there, whole.
    pub(super) copies: BTreeMap<String, usize>,
    /// What is no whole message.
    pub(super) torn: Vec<Vec<u8>>,
}

impl Found {
    /// Sorts `pieces` into messages of `sent` and others; `exact` when not one octet may differ.
    pub(super) fn sort(pieces: &[Vec<u8>], sent: &Letters, exact: bool) -> Self {
        let mut found = Self::default();
        for piece in pieces {
            let same = |whole: &Vec<u8>| {
                if exact { whole == piece } else { text(whole) == text(piece) }
            };
            match message_id(piece).filter(|id| sent.get(id).is_some_and(same)) {
                Some(id) => *found.copies.entry(id).or_default() += 1,
                None => found.torn.push(piece.clone()),
            }
        }
        found
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.copies.contains_key(id)
    }
}

/// The Message-ID of a message that has come so far.
pub(super) fn message_id(message: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&message[..message.len().min(4096)]).into_owned();
    let mut ids = head.lines().filter_map(|line| line.strip_prefix("Message-ID: "));
    ids.next().map(str::to_owned)
}

/// The text of a message, without what clients add to it and change in it: a header block of their
/// own, the quoting of either kind of mbox, empty lines at the end.
fn text(message: &[u8]) -> Vec<u8> {
    let header = message.windows(2).position(|window| window == b"\n\n");
    let text = message[header.map_or(message.len(), |at| at + 2)..].trim_ascii_end();
    let unquoted = |line: &'_ [u8]| {
        let bare = line.iter().position(|&b| b != b'>').map_or(line.len(), |at| at);
        let quoted = line[bare..].starts_with(b"From ");
        line[if quoted { bare } else { 0 }..].to_vec()
    };
    text.split_inclusive(|&b| b == b'\n').flat_map(unquoted).collect()
}
