//! What can go wrong on the way into a destination.

use std::io;
use std::path::PathBuf;

use crate::durable;
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
    /// The disk is full, or fails.
    #[error("cannot store mail in {place}")]
    Storage {
        /// Where.
        place: Place,
        /// Why.
        source: durable::Error,
    },
    /// The reader of standard output is gone, or it cannot be written.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}
