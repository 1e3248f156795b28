//! An mbox: one file, to which others append as well (mboxrd; RFC 4155 for the From_ line).
//!
//! A message is spooled first, in the state directory, with its From_ line and its quoting, so
//! that the mbox is locked only while finished files are copied to its end. The order for a batch:
//! sync the spool files; lock; complete what an earlier run left; record the messages, each with
//! its spool file and its place in the mbox; append; sync the mbox; remove the spool files; unlock.
//!
//! So a message is *waiting* when it is recorded and its spool file exists. Whoever has the lock
//! may complete it ([`LockedMbox::complete`]), since the removal of the spool file tells its own
//! account that it is done. The spool files of all accounts lie side by side ([`Spools`]), which
//! is how another account finds them.

mod complete;
mod fingerprint;
mod locked;
mod spool;
mod spools;

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

pub use complete::Completed;
pub use locked::LockedMbox;
pub(crate) use spool::SpooledMessage;
pub use spools::{OtherAccount, Spooled, Spools};

use super::{require_own, require_own_way};
use crate::delivery::Error;
use crate::durable::{self, Claim, Directory, Holder, MailboxLock, Patience, SharedFile};
use crate::model::{Place, Surroundings};

/// An mbox that can be delivered into. It is opened anew each time it is locked: a mail reader may
/// put another file into its place at any time, and a descriptor that is kept would go on leading
/// to the old one.
#[derive(Debug)]
pub struct Mbox {
    place: Place,
    directory: Arc<Directory>,
    name: OsString,
    spools: Spools,
    surroundings: Surroundings,
    patience: Patience,
}

/// How an mbox begins, and each message in it.
const FROM: &[u8] = b"From ";

impl Mbox {
    /// Opens the mbox at `path`. `create` makes it when it is missing; its parent must exist.
    ///
    /// # Errors
    /// [`Error::Unusable`] when it cannot be opened or made, [`Error::Vanished`] when it is missing
    /// and may not be made, [`Error::NotMbox`] when it is something else, [`Error::ForeignOwner`]
    /// when we are root and it is not root's, [`Error::Locked`] when another thread has it.
    pub fn open(
        path: &Path,
        create: bool,
        spools: Spools,
        surroundings: &Surroundings,
        patience: Patience,
    ) -> Result<Self, Error> {
        let place = Place::Mbox(path.to_owned());
        let missing = |source: durable::Error| {
            if source.is_not_found() && !create {
                Error::Vanished { place: place.clone() }
            } else {
                Error::Unusable { place: place.clone(), source }
            }
        };
        let Some(name) = path.file_name() else {
            return Err(Error::NotMbox { place, because: "it has no name" });
        };
        require_own_way(path, surroundings.user)?;
        let directory = Directory::open_parent(path).map_err(missing)?;
        let unusable = |source| Error::Unusable { place: place.clone(), source };
        require_own(directory.path(), directory.owner().map_err(unusable)?, surroundings.user)?;
        let claim = Claim::take(&directory, name, &patience).map_err(unusable)?;
        let Some(claim) = claim else {
            return Err(Error::Locked { place, holder: Holder::default() });
        };
        let file = if create {
            directory.open_or_create_shared(name)
        } else {
            directory.open_shared(name)
        };
        let file = file.map_err(missing)?;
        check(&file, path, &place, surroundings.user)?;
        drop(file);
        // A run that was killed right after it had made the mbox did not come to this.
        directory.sync().map_err(unusable)?;
        // Here, since this run may have nothing to lock it for.
        let directory = Arc::new(directory);
        MailboxLock::clear_stale(&directory, name, surroundings, claim).map_err(unusable)?;
        Ok(Self {
            place: place.clone(),
            directory,
            name: name.to_owned(),
            spools,
            surroundings: surroundings.clone(),
            patience,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// This account's spool files for it.
    #[must_use]
    pub fn spools(&self) -> &Spools {
        &self.spools
    }

    /// Makes the names of the spool files durable.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub fn sync_spools(&self) -> Result<(), Error> {
        self.spools.sync().map_err(|error| self.spooling(error))
    }

    /// Waits for the lock of everybody who writes into it.
    ///
    /// # Errors
    /// [`Error::Locked`] when patience is over, and whatever [`Self::open`] says of a file that
    /// has changed since.
    pub fn lock(self: &Arc<Self>) -> Result<LockedMbox, Error> {
        let Self { place, directory, name, surroundings, patience, .. } = &**self;
        let lock = match MailboxLock::take(directory, name, surroundings, patience) {
            Ok(Ok(lock)) => lock,
            Ok(Err(holder)) => return Err(Error::Locked { place: place.clone(), holder }),
            Err(source) if source.is_not_found() => {
                return Err(Error::Vanished { place: place.clone() });
            }
            Err(source) => return Err(Error::Unusable { place: place.clone(), source }),
        };
        LockedMbox::new(Arc::clone(self), lock)
    }

    fn check(&self, file: &SharedFile) -> Result<(), Error> {
        check(file, &self.directory.path().join(&self.name), &self.place, self.surroundings.user)
    }

    /// Requires that mail may be appended to the locked file, now that nothing waits for it.
    fn require_from(&self, file: &SharedFile) -> Result<(), Error> {
        let start = start_of(file, FROM.len()).map_err(|error| self.storage(error))?;
        if start.is_empty() || start == FROM {
            return Ok(());
        }
        Err(Error::NotMbox { place: self.place.clone(), because: NO_FROM })
    }

    fn storage(&self, source: durable::Error) -> Error {
        Error::Storage { place: self.place.clone(), source }
    }

    fn spooling(&self, source: durable::Error) -> Error {
        Error::Spool { place: self.place.clone(), source }
    }
}

/// Whether this is a file that mail may be appended to.
fn check(file: &SharedFile, path: &Path, place: &Place, user: u32) -> Result<(), Error> {
    let unusable = |source| Error::Unusable { place: place.clone(), source };
    let refuse = |because| Err(Error::NotMbox { place: place.clone(), because });
    if !file.is_regular().map_err(unusable)? {
        return refuse("it is no regular file");
    }
    require_own(path, file.owner().map_err(unusable)?, user)?;
    // One that ends before it can be told may be the first message of a killed run, and zeros what a
    // power cut has left of it: that is settled under the lock.
    let start = start_of(file, FROM.len()).map_err(unusable)?;
    if start.iter().zip(FROM).any(|(&found, &from)| found != from && found != 0) {
        return refuse(NO_FROM);
    }
    Ok(())
}

/// Why a file is no mbox. Appended to one of another kind, mail would be lost in it, and the file
/// damaged.
const NO_FROM: &str = "it does not begin with 'From '";

/// The first octets of a file, which for everybody else stays unread.
fn start_of(file: &SharedFile, count: usize) -> Result<Vec<u8>, durable::Error> {
    let last_read = file.last_read()?;
    let mut start = vec![0; count];
    let read = file.read_at(0, &mut start)?;
    file.unread(last_read);
    start.truncate(read);
    Ok(start)
}

#[cfg(test)]
mod tests;
