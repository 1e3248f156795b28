//! The state directory, as the accounts of a process share it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::StateFiles;
use super::open::owner_of;
use crate::model::MailboxIdentity;

/// The state directory. Its clones share what was found in it.
#[derive(Clone, Debug)]
pub struct StateDirectory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Which mailbox the state with which stem is of.
    stems: OnceLock<HashMap<String, String>>,
}

impl StateDirectory {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What the files that held the state of `identity` are called, as of the first time that
    /// this was asked of any mailbox: a thousand new accounts must not look into the states of
    /// each other again and again.
    pub(super) fn stem_of(&self, identity: &MailboxIdentity) -> Option<&str> {
        let stems = self.0.stems.get_or_init(|| {
            let all = StateFiles::all(self.path()).into_iter();
            let owned = all.filter_map(|files| {
                let owner = owner_of(&files.database_path())?;
                Some((owner.identity, files.stem().to_owned()))
            });
            owned.collect()
        });
        stems.get(identity.as_str()).map(String::as_str)
    }
}

impl From<&Path> for StateDirectory {
    fn from(path: &Path) -> Self {
        Self(Arc::new(Shared { path: path.to_owned(), stems: OnceLock::new() }))
    }
}

impl From<&Self> for StateDirectory {
    fn from(directory: &Self) -> Self {
        directory.clone()
    }
}
