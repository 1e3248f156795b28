//! What is recorded about a delivery: the plain data that `delivery` makes, `state` keeps and
//! `jobs` carries between them.

use super::{MessageKey, Place};

/// How a message came to be known. Seen is wider than delivered: only what was delivered may
/// ever be deleted from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Stored in every destination of its time.
    Delivered,
    /// Marked as seen by the user, never fetched.
    Seen,
    /// Taken over from another program's state.
    Imported,
    /// Only its header block was fetched.
    HeadersOnly,
    /// A destination refused it for good; every other one has it.
    Refused,
    /// Some of its destinations have it and others do not yet: it is fetched once more, for them.
    Partial,
}

impl Origin {
    /// Every origin, with the word that the state file holds for it.
    pub const WORDS: [(Self, &'static str); 6] = [
        (Self::Delivered, "delivered"),
        (Self::Seen, "seen"),
        (Self::Imported, "imported"),
        (Self::HeadersOnly, "headers"),
        (Self::Refused, "refused"),
        (Self::Partial, "partial"),
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(origin, _)| *origin == self);
        known.map_or("", |(_, word)| *word)
    }

    /// What a word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(origin, _)| *origin)
    }
}

/// One message in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The place.
    pub place: Place,
    /// How far it is.
    pub how: Accepted,
}

/// What a place did with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It has a file that becomes visible after the commit.
    Staged(Staged),
    /// It has the message.
    Taken,
    /// It will never take it, and said why.
    Refused(String),
}

/// A complete file: in a Maildir's `tmp/`, where it waits for its rename into `new/`, or a spool
/// file that is to be appended to an mbox and then removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Inode number of the `tmp/` that it was written to, or of the mbox. Recovery believes "it is
    /// no longer in `tmp/`, so it was renamed" only of that very directory, and looks at a place
    /// only in that very mbox. (No device number: it may change over a reboot.)
    pub inode: u64,
    /// Its name, in a Maildir the same in `tmp/` and in `new/`.
    pub name: String,
    /// Its place in the mbox; nothing in a Maildir.
    pub offset: Option<u64>,
    /// How many octets it has as a spool file; nothing in a Maildir. A spool file of another
    /// length is damaged, and must not pass for the message.
    pub octets: Option<u64>,
}

/// A delivered message as the state records it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Which message.
    pub key: MessageKey,
    /// Whether all of it was delivered, or only its header block.
    pub origin: Origin,
    /// SHA-256 of its header block, where it was seen.
    pub header_digest: Option<[u8; 32]>,
    /// Its Message-ID field, if it has a plausible one.
    pub message_id: Option<String>,
    /// When it was delivered, in seconds since the epoch.
    pub at: i64,
    /// Where it went.
    pub placements: Vec<Placement>,
}

/// A delivery that is recorded but not known to be finished: a crash came between the commit and
/// the rename or the append, or right after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDelivery {
    /// The state's own id of it.
    pub id: i64,
    /// The place it goes to.
    pub place: Place,
    /// The file that may still have to be renamed or appended.
    pub staged: Staged,
}
