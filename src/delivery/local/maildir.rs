//! Maildir (DJB's maildir(5)), with the rename after the commit.

use std::path::Path;

use super::{Names, require_own, require_own_way};
use crate::delivery::{Error, HeaderBlock};
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
    cur: Directory,
    tmp_inode: u64,
}

/// A message that popfetch once delivered into a Maildir.
#[derive(Debug)]
pub struct Found {
    /// What its name says of mailbox and UID; see [`Names::marker`].
    pub marker: String,
    /// When it was delivered, in seconds since the epoch.
    pub at: i64,
    /// Its header block.
    pub header: HeaderBlock,
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
        require_own_way(path, user)?;
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
        // A run that was killed right after it had made the Maildir did not come to this. Where
        // the parent cannot be read, it was not popfetch that made anything in it.
        if let Ok(parent) = Directory::open_parent(path) {
            parent.sync().map_err(unusable)?;
        }
        root.sync().map_err(unusable)?;
        let open = |name| root.open_subdirectory(name);
        let missing = |name| open(name).is_err_and(|error| error.is_not_found());
        if create && ["tmp", "new", "cur"].into_iter().any(missing) {
            for name in ["tmp", "new", "cur"] {
                root.create_subdirectory(name).map_err(unusable)?;
            }
            root.sync().map_err(unusable)?;
        }
        let (tmp, new) = (open("tmp").map_err(unusable)?, open("new").map_err(unusable)?);
        // Nothing is delivered into it, but without it no reader takes this for a Maildir.
        let cur = open("cur").map_err(unusable)?;
        require_own_directory(&tmp, user, place)?;
        require_own_directory(&new, user, place)?;
        let tmp_inode = tmp.inode().map_err(unusable)?;
        Ok(Self { place: place.clone(), tmp, new, cur, tmp_inode })
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
        Staged { inode: self.tmp_inode, name: name.to_owned(), offset: None, octets: None }
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
    /// The file's name is its own: where it is found, this is the right Maildir, be it on another
    /// disk by now. Where it is not, only the very `tmp/` that it was written to can tell that it
    /// was renamed, and that a reader took it since.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn complete(&self, staged: &Staged) -> Result<Completion, Error> {
        let name = &staged.name;
        if self.tmp.contains(name).map_err(|error| self.storage(error))? {
            self.publish(name)?;
            return Ok(Completion::Renamed);
        }
        if staged.inode == self.tmp_inode || self.holds(name)? {
            return Ok(Completion::WasDone);
        }
        Ok(Completion::Elsewhere)
    }

    /// Whether the message `name` is in `new/`, or in `cur/` under whatever flags.
    fn holds(&self, name: &str) -> Result<bool, Error> {
        if self.new.contains(name).map_err(|error| self.storage(error))? {
            return Ok(true);
        }
        let names = self.cur.names().map_err(|error| self.storage(error))?;
        Ok(names.iter().filter_map(|other| other.to_str()).any(|other| {
            other.strip_prefix(name).is_some_and(|flags| flags.is_empty() || flags.starts_with(':'))
        }))
    }

    /// Removes the files from `tmp/` that `is_own` recognises: what a killed run left half
    /// written. What it had recorded must be completed before.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sweep(&self, is_own: impl Fn(&str) -> bool) -> Result<(), Error> {
        for name in self.tmp.names().map_err(|error| self.storage(error))? {
            if name.to_str().is_some_and(&is_own) {
                self.tmp.remove(&name).map_err(|error| self.storage(error))?;
            }
        }
        Ok(())
    }

    /// The messages of popfetch's in `new/` and `cur/`, whichever state delivered them.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn found(&self) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        for directory in [&self.new, &self.cur] {
            for name in directory.names().map_err(|error| self.storage(error))? {
                let Some((marker, at)) = name.to_str().and_then(Names::read) else { continue };
                let mut header = HeaderBlock::default();
                // A reader may have moved it on or deleted it this very moment.
                let Ok(mut file) = directory.open_file_for_reading(&name) else { continue };
                let mut piece = [0; 4096];
                while !header.is_complete() {
                    match file.read(&mut piece) {
                        Ok(0) => break,
                        Ok(octets) => header.add(&piece[..octets]),
                        Err(error) => return Err(self.storage(error)),
                    }
                }
                found.push(Found { marker: marker.to_owned(), at, header });
            }
        }
        Ok(found)
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
        let elsewhere = |staged: Staged| Staged { inode: staged.inode + 1, ..staged };
        assert_eq!(maildir.complete(&elsewhere(b)).unwrap(), Completion::Elsewhere);
        // Copied to another disk: the inode is another, the message is here.
        assert_eq!(maildir.complete(&elsewhere(a.clone())).unwrap(), Completion::WasDone);
        let path = home.path().join("m");
        fs::rename(path.join("new/a"), path.join("cur/a:2,S")).unwrap();
        assert_eq!(maildir.complete(&elsewhere(a)).unwrap(), Completion::WasDone);
    }

    #[test]
    fn only_own_files_are_swept() {
        let home = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(&home.path().join("m"), true, own_user()).unwrap();
        for name in ["own-1", "own-2", "foreign"] {
            maildir.create(name).unwrap();
        }
        maildir.sweep(|name| name.starts_with("own")).unwrap();
        assert_eq!(maildir.tmp.names().unwrap(), ["foreign"]);
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
