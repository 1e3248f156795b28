//! One popfetch at a time on an account.

use std::path::Path;

use super::{Error, StateFiles};
use crate::durable::{Directory, Foreign, Lock, foreign_on_the_way};
use crate::model::Surroundings;

/// The account's lock: a file of its own, taken before the state is read.
///
/// Not SQLite's exclusive mode: that would keep out readers too, and closing any other handle on
/// the database in this process would drop it silently.
#[derive(Debug)]
pub struct AccountLock {
    directory: Directory,
    _lock: Lock,
}

impl AccountLock {
    /// Makes the state directory if it is missing and takes the lock, at once or not at all.
    ///
    /// # Errors
    /// [`Error::InUse`] when another popfetch has it, and whatever [`open_directory`] says.
    pub fn take(files: &StateFiles, surroundings: &Surroundings) -> Result<Self, Error> {
        let directory = open_directory(files.directory(), surroundings.user)?;
        // A run that was killed right after it had made the directory did not come to this.
        if let Ok(parent) = Directory::open_parent(files.directory()) {
            parent.sync().map_err(Error::Directory)?;
        }
        let Surroundings { process, host, .. } = surroundings;
        let note = format!("process {process} on {host}\n");
        match Lock::try_take(&directory, &files.lock(), &note).map_err(Error::Directory)? {
            Ok(lock) => Ok(Self { directory, _lock: lock }),
            Err(holder) => Err(Error::InUse(holder)),
        }
    }

    /// The state directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }
}

/// Opens the state directory, private to the user, made first when it is missing. Whoever else can
/// write there can put links in the place of the files.
///
/// # Errors
/// [`Error::Directory`] when it cannot be made or opened, [`Error::Exposed`] and
/// [`Error::ForeignOwner`] when others can write to it.
pub fn open_directory(path: &Path, user: u32) -> Result<Directory, Error> {
    if user == 0
        && let Some(Foreign { path, owner }) = foreign_on_the_way(path)
    {
        return Err(Error::ForeignOwner { path, owner });
    }
    let directory = Directory::open_or_create_all(path).map_err(Error::Directory)?;
    let owner = directory.owner().map_err(Error::Directory)?;
    if owner != user && owner != 0 {
        return Err(Error::ForeignOwner { path: path.to_owned(), owner });
    }
    if directory.is_exposed().map_err(Error::Directory)? {
        return Err(Error::Exposed { path: path.to_owned() });
    }
    Ok(directory)
}
