//! Maildir (DJB's maildir(5)), with the rename after the commit.

use std::collections::HashSet;
use std::path::Path;

use super::require_own;
use crate::delivery::Error;
use crate::durable::{self, Directory, File};
use crate::model::{Place, Staged};

/// An open Maildir.
///
/// A message is written into `tmp/`, made durable there, recorded, and only then renamed into
/// `new/`. *Rename*, never link and unlink: so a recorded file that is no longer in `tmp/` was
/// delivered, even if a reader has moved it on since.
#[derive(Debug)]
pub struct Maildir {
    place: Place,
    tmp: Directory,
    new: Directory,
    tmp_inode: u64,
}

/// How a recorded delivery stood after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// Its file waited in `tmp/` and has been renamed.
    Renamed,
    /// It had been renamed before.
    WasDone,
    /// This is not the directory that it was written to.
    Elsewhere,
}

impl Maildir {
    /// Opens the Maildir at `path`. `create` makes what is missing of it; its parent must exist.
    ///
    /// # Errors
    /// [`Error::Unusable`] when it cannot be opened or made, [`Error::Vanished`] when it is
    /// missing and may not be made, [`Error::ForeignOwner`] when `user` is root and it is not
    /// root's.
    pub fn open(path: &Path, create: bool, user: u32) -> Result<Self, Error> {
        let place = Place::Maildir(path.to_owned());
        match Self::try_open(&place, path, create, user) {
            Err(Error::Unusable { source, place }) if source.is_not_found() && !create => {
                Err(Error::Vanished { place })
            }
            other => other,
        }
    }

    fn try_open(place: &Place, path: &Path, create: bool, user: u32) -> Result<Self, Error> {
        let unusable = |source| Error::Unusable { place: place.clone(), source };
        let root = match Directory::open(path) {
            Err(error) if error.is_not_found() && create => {
                // Whoever owns the parent could have put a link where the Maildir is to be.
                let parent = Directory::open_parent(path).map_err(unusable)?;
                require_own_directory(&parent, user, place)?;
                Directory::open_or_create(path)
            }
            other => other,
        };
        let root = root.map_err(unusable)?;
        require_own_directory(&root, user, place)?;
        let open = |name| root.open_subdirectory(name);
        let missing = |name| open(name).is_err_and(|error| error.is_not_found());
        if create && ["tmp", "new", "cur"].into_iter().any(missing) {
            for name in ["tmp", "new", "cur"] {
                root.create_subdirectory(name).map_err(unusable)?;
            }
            root.sync().map_err(unusable)?;
        }
        let (tmp, new) = (open("tmp").map_err(unusable)?, open("new").map_err(unusable)?);
        // Not ours to use, but without it no reader takes this for a Maildir.
        open("cur").map_err(unusable)?;
        require_own_directory(&tmp, user, place)?;
        require_own_directory(&new, user, place)?;
        let tmp_inode = tmp.inode().map_err(unusable)?;
        Ok(Self { place: place.clone(), tmp, new, tmp_inode })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Creates the file `name` in `tmp/`.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub(crate) fn create(&self, name: &str) -> Result<File, Error> {
        self.tmp.create_file(name).map_err(|error| self.storage(error))
    }

    /// Removes a file from `tmp/` that nothing has recorded.
    pub(crate) fn discard(&self, name: &str) {
        // What cannot be removed now is swept at the next start.
        let _ = self.tmp.remove(name.as_ref());
    }

    /// What the state records of the file `name` in `tmp/`.
    #[must_use]
    pub fn staged(&self, name: &str) -> Staged {
        Staged { inode: self.tmp_inode, name: name.to_owned(), offset: None }
    }

    /// Makes `tmp/` durable: the entries of the files in it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sync_tmp(&self) -> Result<(), Error> {
        self.tmp.sync().map_err(|error| self.storage(error))
    }

    /// Makes the message `name` visible.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn publish(&self, name: &str) -> Result<(), Error> {
        self.tmp.rename(name, &self.new).map_err(|error| self.storage(error))
    }

    /// Makes `new/` durable: the messages published into it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sync_new(&self) -> Result<(), Error> {
        self.new.sync().map_err(|error| self.storage(error))
    }

    /// Finishes a delivery that was recorded before a crash. [`Self::sync_new`] comes after it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn complete(&self, staged: &Staged) -> Result<Completion, Error> {
        if staged.inode != self.tmp_inode {
            return Ok(Completion::Elsewhere);
        }
        if self.tmp.contains(&staged.name).map_err(|error| self.storage(error))? {
            self.publish(&staged.name)?;
            return Ok(Completion::Renamed);
        }
        Ok(Completion::WasDone)
    }

    /// Removes files from `tmp/` that `is_own` recognises and `keep` does not hold: what a killed
    /// run left half written. Gives their number.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sweep(
        &self,
        is_own: impl Fn(&str) -> bool,
        keep: &HashSet<&str>,
    ) -> Result<usize, Error> {
        let mut swept = 0;
        for name in self.tmp.names().map_err(|error| self.storage(error))? {
            let Some(text) = name.to_str() else { continue };
            if is_own(text) && !keep.contains(text) {
                self.tmp.remove(&name).map_err(|error| self.storage(error))?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn storage(&self, source: durable::Error) -> Error {
        Error::Storage { place: self.place.clone(), source }
    }
}

fn require_own_directory(directory: &Directory, user: u32, place: &Place) -> Result<(), Error> {
    let owner = directory.owner();
    let owner = owner.map_err(|source| Error::Unusable { place: place.clone(), source })?;
    require_own(directory.path(), owner, user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn own_user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    #[test]
    fn a_missing_one_is_made_but_never_again_once_it_held_mail() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("Mail");
        let vanished = Maildir::open(&path, false, own_user());
        assert!(matches!(vanished, Err(Error::Vanished { .. })));
        assert!(Maildir::open(&path, true, own_user()).is_ok());
        assert!(path.join("cur").is_dir());
        // The mount point is there, and empty: the disk is not mounted.
        fs::remove_dir_all(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let empty = Maildir::open(&path, false, own_user());
        assert!(matches!(empty, Err(Error::Vanished { .. })));
        let orphan = Maildir::open(&home.path().join("a/b"), true, own_user());
        assert!(matches!(orphan, Err(Error::Unusable { .. })));
    }

    #[test]
    fn recovery_renames_what_waits_and_believes_what_is_gone_only_here() {
        let home = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(&home.path().join("m"), true, own_user()).unwrap();
        let mut file = maildir.create("a").unwrap();
        file.append(b"x\n").unwrap();
        file.complete().unwrap();
        let (a, b) = (maildir.staged("a"), maildir.staged("b"));
        assert_eq!(maildir.complete(&a).unwrap(), Completion::Renamed);
        assert_eq!(fs::read(home.path().join("m/new/a")).unwrap(), b"x\n");
        assert_eq!(maildir.complete(&a).unwrap(), Completion::WasDone);
        assert_eq!(maildir.complete(&b).unwrap(), Completion::WasDone);
        let elsewhere = Staged { inode: a.inode + 1, ..b };
        assert_eq!(maildir.complete(&elsewhere).unwrap(), Completion::Elsewhere);
    }

    #[test]
    fn only_own_files_are_swept() {
        let home = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(&home.path().join("m"), true, own_user()).unwrap();
        for name in ["own-1", "own-2", "foreign"] {
            maildir.create(name).unwrap();
        }
        let keep = HashSet::from(["own-2"]);
        assert_eq!(maildir.sweep(|name| name.starts_with("own"), &keep).unwrap(), 1);
        let mut left = maildir.tmp.names().unwrap();
        left.sort();
        assert_eq!(left, ["foreign", "own-2"]);
    }

    #[test]
    fn as_root_nobody_elses_directory() {
        let home = tempfile::tempdir().unwrap();
        if own_user() != 0 {
            // Only root can give a directory away; the owner alone decides the same, though.
            let foreign = Maildir::open(&home.path().join("m"), true, 0);
            assert!(matches!(foreign, Err(Error::ForeignOwner { .. })));
            return;
        }
        let path = home.path().join("m");
        Maildir::open(&path, true, 0).unwrap();
        std::os::unix::fs::chown(path.join("new"), Some(12345), None).unwrap();
        let foreign = Maildir::open(&path, true, 0);
        assert!(matches!(foreign, Err(Error::ForeignOwner { owner: 12345, .. })));
    }
}
