//! Where an account's files are.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::StateDirectory;
use crate::durable::Directory;
use crate::model::{AccountName, MailboxIdentity};

/// The files of one account in the state directory.
#[derive(Clone, Debug)]
pub struct StateFiles {
    directory: StateDirectory,
    stem: String,
}

/// The longest stem: with `.lock` and the like, and room for SQLite's own endings, below the
/// 255 octets of a file name.
const MAX_STEM: usize = 200;

impl StateFiles {
    /// The files of the account `name` in `directory`.
    #[must_use]
    pub fn new(directory: impl Into<StateDirectory>, name: &AccountName) -> Self {
        Self { directory: directory.into(), stem: stem(name.as_str()) }
    }

    /// The files that are called `stem` already.
    pub(super) fn with_stem(directory: impl Into<StateDirectory>, stem: &str) -> Self {
        Self { directory: directory.into(), stem: stem.to_owned() }
    }

    /// The files of every state in `directory`; none where it cannot be read.
    pub(super) fn all(directory: &Path) -> Vec<Self> {
        let names = Directory::open(directory).and_then(|directory| directory.names());
        let names = names.unwrap_or_default();
        let stems = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".db"));
        stems.map(|stem| Self::with_stem(directory, stem)).collect()
    }

    /// The files that hold the state of `identity`, by what was found in this directory.
    pub(super) fn of_mailbox(&self, identity: &MailboxIdentity) -> Option<Self> {
        let stem = self.directory.stem_of(identity)?;
        Some(Self::with_stem(&self.directory, &stem))
    }

    /// What the account's files are called, without their endings.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// The directory below which mail is spooled for mboxes.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        // No account's file is called so: they have endings.
        self.directory().join("spool")
    }

    /// The state directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The database's file name.
    pub(super) fn database(&self) -> String {
        format!("{}.db", self.stem)
    }

    /// The database's path.
    pub(super) fn database_path(&self) -> PathBuf {
        self.directory().join(self.database())
    }

    /// The lock's file name.
    pub(super) fn lock(&self) -> String {
        format!("{}.lock", self.stem)
    }
}

/// An account's name as a file name: as it is where it is plain, percent-encoded elsewhere. The
/// name of a URL source comes from the command line and may hold anything.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for (at, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'@' | b'+')
            || (byte == b'.' && at > 0);
        if plain {
            stem.push(char::from(byte));
        } else {
            let _ = write!(stem, "%{byte:02X}");
        }
    }
    if stem.len() > MAX_STEM {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(name.as_bytes());
        stem.truncate(MAX_STEM - 17);
        stem.push('-');
        for byte in &digest[..8] {
            let _ = write!(stem, "{byte:02x}");
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_directory_or_collides() {
        assert_eq!(stem("work.2"), "work.2");
        assert_eq!(stem("alice@pop.example.com"), "alice@pop.example.com");
        assert_eq!(stem("../a@h"), "%2E.%2Fa@h");
        assert_eq!(stem("a%@[::1]:995"), "a%25@%5B%3A%3A1%5D%3A995");
        let (long, other) = (format!("{}1@h", "x".repeat(300)), format!("{}2@h", "x".repeat(300)));
        assert!(stem(&long).len() <= MAX_STEM && stem(&long) != stem(&other));
    }
}
