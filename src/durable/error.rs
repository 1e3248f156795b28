//! A file operation that failed, with what and where.

use std::io;
use std::path::{Path, PathBuf};

/// A failed file operation.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", .path.display())]
pub struct Error {
    /// What was tried: a verb that fits behind "cannot".
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// The system's reason.
    #[source]
    pub source: io::Error,
}

impl Error {
    pub(super) fn new(action: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { action, path: path.to_owned(), source: source.into() }
    }

    /// Whether the disk is full, or fails.
    #[must_use]
    pub fn is_storage(&self) -> bool {
        let io = rustix::io::Errno::IO.raw_os_error();
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            || self.source.raw_os_error() == Some(io)
    }

    /// Whether something of another kind is in the place: a file where a directory should be, or
    /// the other way round, a link, a socket.
    #[must_use]
    pub fn is_other_kind(&self) -> bool {
        use rustix::io::Errno;
        let kinds = [Errno::NOTDIR, Errno::ISDIR, Errno::LOOP, Errno::NXIO];
        kinds.iter().any(|errno| self.source.raw_os_error() == Some(errno.raw_os_error()))
    }

    /// Whether the file or directory does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}
