//! What can go wrong on the way into a destination.

use std::io;
use std::path::PathBuf;

use crate::durable::{self, Holder};
use crate::model::Place;

/// A destination that cannot be used, or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made or opened.
    #[error("cannot deliver to {place}")]
    Unusable {
        /// Which.
        place: Place,
        /// Why.
        source: durable::Error,
    },
    /// It was there, held mail of this account, and is gone.
    #[error("{place} held mail of this account and is gone; is its disk mounted?")]
    Vanished {
        /// Which.
        place: Place,
    },
    /// Run as root, into somebody else's directory, where that user could play tricks with links.
    #[error("{} belongs to user id {owner}; as root, popfetch delivers only into root's own places", .path.display())]
    ForeignOwner {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// It is something else than an mbox.
    #[error("{place} is no mbox: {because}")]
    NotMbox {
        /// Which.
        place: Place,
        /// What it is, or lacks.
        because: &'static str,
    },
    /// Another program writes into it, and went on doing so for too long.
    #[error("{place} is locked by {holder}")]
    Locked {
        /// Which.
        place: Place,
        /// Who has it.
        holder: Holder,
    },
    /// The disk is full, or fails.
    #[error("cannot store mail in {place}")]
    Storage {
        /// Where.
        place: Place,
        /// Why.
        source: durable::Error,
    },
    /// The disk is full, or fails, that mail waits on before it goes to its place in one piece.
    #[error("cannot spool mail for {place}")]
    Spool {
        /// For which place.
        place: Place,
        /// Where, and why.
        source: durable::Error,
    },
    /// It takes nothing now, or died over the message. Another time it may.
    #[error("{place} did not take a message: {reason}")]
    NotTaken {
        /// Which.
        place: Place,
        /// What it says, or what happened.
        reason: String,
    },
    /// The reader of standard output is gone, or it cannot be written.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}

impl Error {
    /// Whether the place that was there is gone, or something of another kind by now.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Vanished { .. } | Self::NotMbox { .. } => true,
            Self::Unusable { source, .. } => source.is_other_kind(),
            _ => false,
        }
    }
}
