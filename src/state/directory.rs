//! The state directory, as the accounts of a process share it.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::StateFiles;
use super::open::owner_of;
use crate::model::MailboxIdentity;

/// The state directory. Its clones share what was found in it.
#[derive(Clone, Debug)]
pub struct StateDirectory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Which mailbox the state with which inode is of. That never changes, whatever it is called.
    owners: Mutex<HashMap<u64, String>>,
}

impl StateDirectory {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What the files that hold the state of `identity` are called. Into each state a process looks
    /// once: a thousand new accounts must not look into the states of each other again and again.
    pub(super) fn stem_of(&self, identity: &MailboxIdentity) -> Option<String> {
        let mut owners = self.0.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_it = |files: &StateFiles| {
            let path = files.database_path();
            let Ok(inode) = path.metadata().map(|metadata| metadata.ino()) else { return false };
            if let Some(owner) = owners.get(&inode) {
                return owner == identity.as_str();
            }
            // One that is being made says so later.
            let Some(owner) = owner_of(&path) else { return false };
            let found = owner.identity == identity.as_str();
            owners.insert(inode, owner.identity);
            found
        };
        let found = StateFiles::all(self.path()).into_iter().find(|files| is_it(files));
        found.map(|files| files.stem().to_owned())
    }
}

impl From<&Path> for StateDirectory {
    fn from(path: &Path) -> Self {
        Self(Arc::new(Shared { path: path.to_owned(), owners: Mutex::default() }))
    }
}

impl From<&Self> for StateDirectory {
    fn from(directory: &Self) -> Self {
        directory.clone()
    }
}
