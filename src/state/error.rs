//! What can be wrong with the state.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::durable::{self, Holder};

/// The state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state directory or a file in it cannot be made or opened.
    #[error("cannot use the state directory")]
    Directory(#[source] durable::Error),
    /// Other users can write to the state directory.
    #[error("others can write to the state directory {}", .path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// The state directory, or one on the way to it, is another user's.
    #[error("cannot keep the state: {} belongs to user id {owner}", .path.display())]
    ForeignOwner {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// The file is no state, or is damaged.
    #[error("the state file {} is damaged", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file cannot be opened or written.
    #[error("cannot open the state file {}", .path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The disk is full, or fails.
    #[error("cannot write the state file {}", .path.display())]
    Storage {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Another program holds the file's write lock.
    #[error("the state file {} is locked by another program", .path.display())]
    Busy {
        /// Which.
        path: PathBuf,
    },
    /// It was written by a later popfetch.
    #[error("the state file {} was written by a newer popfetch (version {version})", .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its schema version.
        version: i64,
    },
    /// It belongs to another mailbox.
    #[error("the state file {} is that of {found}, not of {wanted}", .path.display())]
    OtherMailbox {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
    /// Another popfetch is at work on the account.
    #[error("the account is in use by {0}")]
    InUse(Holder),
}

impl Error {
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
                Self::Storage { path, source }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Unusable { path, source }
            }
            // Also what is no failure of SQLite's own, like a column of another type.
            _ => Self::Damaged { path, source },
        }
    }
}
