//! Where the spool files for an mbox lie.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::durable::{Directory, Error, File};
use crate::model::Staged;

/// The spool files of one account for one mbox: `DIGEST/ID/`, where the digest is that of the
/// mbox's path and the id the random one of the account's state.
///
/// The spool files of other accounts lie beside them, with a file `ID.account` that says which
/// account it is: whoever locks the mbox so finds what a killed run of another account left to
/// be done. The id, not the account's name, is what counts: a renamed account keeps it, and the
/// name only says where to look first.
#[derive(Debug)]
pub struct Spools {
    all: Directory,
    own: Directory,
    id: String,
}

/// Another account that has spool files for the same mbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAccount {
    /// The random id of its state.
    pub id: String,
    /// What its files in the state directory were called when it last delivered here.
    pub account: String,
}

/// How a recorded message stands in the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spooled {
    /// It waits to be appended.
    Waiting,
    /// It is delivered: the removal of its spool file comes after the sync of the mbox.
    Done,
    /// Its spool file has another length than it was recorded with: a full disk while the state
    /// was copied, say.
    Damaged,
}

/// The longest name of an account's files that is believed.
const MAX_ACCOUNT: usize = 255;

impl Spools {
    /// Opens, below `root`, the spool directory of the account whose state has the random id `id`
    /// and whose files are called `account`, for the mbox at `path`; made when it is missing.
    ///
    /// # Errors
    /// [`Error`] when it cannot be made.
    pub fn open(root: &Path, path: &Path, id: &str, account: &str) -> Result<Self, Error> {
        let root = Directory::open_or_create_all(root)?;
        let all = Directory::open_or_create(&root.path().join(digest(path)))?;
        let own = Directory::open_or_create(&all.path().join(id))?;
        // A run that was killed right after it had made one of them did not come to this; and a
        // spool file that a power cut takes away would count as delivered.
        Directory::open_parent(root.path())?.sync()?;
        root.sync()?;
        all.sync()?;
        let spools = Self { all, own, id: id.to_owned() };
        if spools.account_of(id)?.as_deref() != Some(account) {
            let mut file = spools.all.open_or_create_file(&format!("{id}.account"))?;
            file.replace(account.as_bytes())?;
            file.sync()?;
            spools.all.sync()?;
        }
        Ok(spools)
    }

    /// Opens the same directory if it is there. Where it is not, nothing is known about messages
    /// that were recorded: it was removed, or the state was copied without it.
    ///
    /// # Errors
    /// [`Error`] when it cannot be opened.
    pub fn find(root: &Path, path: &Path, id: &str) -> Result<Option<Self>, Error> {
        let find = || {
            let all = Directory::open(&root.join(digest(path)))?;
            let own = all.open_subdirectory(id)?;
            Ok(Self { all, own, id: id.to_owned() })
        };
        match find() {
            Err(error) if Error::is_not_found(&error) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Creates the spool file `name`.
    pub(super) fn create(&self, name: &str) -> Result<File, Error> {
        self.own.create_file(name)
    }

    pub(super) fn sync(&self) -> Result<(), Error> {
        self.own.sync()
    }

    /// Removes the spool file `name`, if it is there: its message is delivered, or given up.
    ///
    /// # Errors
    /// [`Error`] when that fails.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        remove(&self.own, name)
    }

    /// How a recorded message of this account stands.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn standing(&self, staged: &Staged) -> Result<Spooled, Error> {
        standing(&self.own, staged)
    }

    /// Removes every spool file: what a killed run left that was never recorded. Gives their
    /// number. Nothing may be waiting.
    ///
    /// # Errors
    /// [`Error`] when one cannot be removed.
    pub fn sweep(&self) -> Result<usize, Error> {
        let names = self.own.names()?;
        names.iter().try_for_each(|name| self.own.remove(name))?;
        Ok(names.len())
    }

    /// The other accounts that have spool files here. Most of them are simply at work.
    pub(super) fn others(&self) -> Result<Vec<OtherAccount>, Error> {
        let mut others = Vec::new();
        for name in self.all.names()? {
            let Some(id) = name.to_str().filter(|id| *id != self.id && !id.contains('.')) else {
                continue;
            };
            // What is none of ours, or may not be read, must not close the mbox to everybody.
            let names = self.all.open_subdirectory(id).and_then(|spools| spools.names());
            if names.is_ok_and(|names| !names.is_empty())
                && let Ok(Some(account)) = self.account_of(id)
            {
                others.push(OtherAccount { id: id.to_owned(), account });
            }
        }
        Ok(others)
    }

    fn account_of(&self, id: &str) -> Result<Option<String>, Error> {
        let mut file = match self.all.open_file_for_reading(format!("{id}.account")) {
            Err(error) if error.is_not_found() => return Ok(None),
            file => file?,
        };
        let mut account = [0; MAX_ACCOUNT];
        let len = file.read(&mut account)?;
        let account = std::str::from_utf8(&account[..len]).ok();
        let plain = account.filter(|account| !account.is_empty() && !account.contains('/'));
        Ok(plain.map(str::to_owned))
    }

    /// The directory of this account's spool files, or of another's.
    pub(super) fn of(&self, other: Option<&OtherAccount>) -> Result<Directory, Error> {
        self.all.open_subdirectory(other.map_or(&self.id, |other| &other.id))
    }
}

/// The name of the directory of the mbox at `path`.
fn digest(path: &Path) -> String {
    let mut digest = String::new();
    for byte in &Sha256::digest(path.as_os_str().as_bytes())[..16] {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// How a recorded message stands in a directory of spool files.
pub(super) fn standing(spools: &Directory, staged: &Staged) -> Result<Spooled, Error> {
    let size = match spools.open_file_for_reading(&staged.name) {
        Err(error) if error.is_not_found() => return Ok(Spooled::Done),
        file => file?.size()?,
    };
    Ok(if staged.octets == Some(size) { Spooled::Waiting } else { Spooled::Damaged })
}

/// Removes a file that may be gone already.
pub(super) fn remove(directory: &Directory, name: &str) -> Result<(), Error> {
    match directory.remove(name.as_ref()) {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}
