//! An open directory, and what can be done in it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags, RawMode};
use rustix::io::Errno;

use super::{Error, File, SharedFile};

/// An open directory. Its files are created 0600 and its subdirectories 0700, whatever the umask
/// allows beyond that.
#[derive(Debug)]
pub struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

const PRIVATE_FILE: RawMode = 0o600;
const PRIVATE_DIRECTORY: RawMode = 0o700;

impl Directory {
    /// Opens an existing directory.
    ///
    /// # Errors
    /// [`Error`] when it does not exist, is no directory, or may not be entered.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty());
        let fd = fd.map_err(|errno| Error::new("open the directory", path, errno))?;
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Opens the directory that `path` lies in.
    ///
    /// # Errors
    /// [`Error`] when it does not exist or may not be entered.
    pub fn open_parent(path: &Path) -> Result<Self, Error> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self::open(parent.unwrap_or(Path::new(".")))
    }

    /// Opens a directory, made first when it is missing; then its parent, which must exist, is
    /// synced, so that the directory is still there after a power cut.
    ///
    /// # Errors
    /// [`Error`] when it cannot be made or opened.
    pub fn open_or_create(path: &Path) -> Result<Self, Error> {
        match rustix::fs::mkdir(path, Mode::from_raw_mode(PRIVATE_DIRECTORY)) {
            Ok(()) => {
                // Whatever the umask has left of it.
                let mode = Mode::from_raw_mode(PRIVATE_DIRECTORY);
                let failed = |errno| Error::new("create the directory", path, errno);
                rustix::fs::chmod(path, mode).map_err(failed)?;
                Self::open_parent(path)?.sync()?;
            }
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(Error::new("create the directory", path, errno)),
        }
        Self::open(path)
    }

    /// Opens a directory, made first when it or any of its parents is missing.
    ///
    /// # Errors
    /// [`Error`] when one cannot be made or opened.
    pub fn open_or_create_all(path: &Path) -> Result<Self, Error> {
        let missing_parent = path.parent().filter(|parent| {
            !parent.as_os_str().is_empty() && matches!(parent.try_exists(), Ok(false))
        });
        if let Some(parent) = missing_parent {
            Self::open_or_create_all(parent)?;
        }
        Self::open_or_create(path)
    }

    /// Opens the subdirectory `name`, never through a symbolic link.
    ///
    /// # Errors
    /// [`Error`] when it does not exist or is no directory.
    pub fn open_subdirectory(&self, name: &str) -> Result<Self, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path.join(name);
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Self { fd, path }),
            Err(errno) => Err(Error::new("open the directory", &path, errno)),
        }
    }

    /// Makes the subdirectory `name` unless it exists. [`Self::sync`] makes that last.
    ///
    /// # Errors
    /// [`Error`] when it cannot be made.
    pub fn create_subdirectory(&self, name: &str) -> Result<(), Error> {
        let mode = Mode::from_raw_mode(PRIVATE_DIRECTORY);
        let made = rustix::fs::mkdirat(&self.fd, name, mode)
            .and_then(|()| rustix::fs::chmodat(&self.fd, name, mode, AtFlags::empty()));
        match made {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(errno) => Err(Error::new("create the directory", &self.path.join(name), errno)),
        }
    }

    /// Creates the file `name`, which must not exist, for writing.
    ///
    /// # Errors
    /// [`Error`] when it exists or cannot be made.
    pub fn create_file(&self, name: &str) -> Result<File, Error> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = self.open_file(name.as_ref(), flags, "create")?;
        file.make_private()?;
        Ok(file)
    }

    /// Opens the file `name` for reading and writing, made first when it is missing.
    ///
    /// # Errors
    /// [`Error`] when it cannot be opened, or is a symbolic link.
    pub fn open_or_create_file(&self, name: &str) -> Result<File, Error> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match self.open_file(name.as_ref(), flags, "open") {
            Err(error) if error.is_not_found() => match self.create_file(name) {
                // Another process was faster.
                Err(_) if self.contains(name)? => self.open_file(name.as_ref(), flags, "open"),
                other => other,
            },
            other => other,
        }
    }

    /// Opens the file `name` for reading, never through a symbolic link.
    ///
    /// # Errors
    /// [`Error`] when it does not exist or cannot be read.
    pub fn open_file_for_reading(&self, name: impl AsRef<OsStr>) -> Result<File, Error> {
        self.open_file(name.as_ref(), OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, "open")
    }

    /// Opens the existing file `name` for reading and appending, never through a symbolic link,
    /// and without waiting should it be a pipe.
    ///
    /// # Errors
    /// [`Error`] when it cannot be opened.
    pub fn open_shared(&self, name: &OsStr) -> Result<SharedFile, Error> {
        self.open_shared_with(name, OFlags::empty())
    }

    /// Opens the file `name` like [`Self::open_shared`], made first when it is missing.
    /// [`Self::sync`] makes that last.
    ///
    /// # Errors
    /// [`Error`] when it cannot be made or opened.
    pub fn open_or_create_shared(&self, name: &OsStr) -> Result<SharedFile, Error> {
        match self.open_shared(name) {
            Err(error) if error.is_not_found() => {
                match self.open_shared_with(name, OFlags::CREATE | OFlags::EXCL) {
                    Ok(file) => {
                        file.make_private()?;
                        Ok(file)
                    }
                    // Another process was faster.
                    Err(_) if self.inode_of(name)?.is_some() => self.open_shared(name),
                    other => other,
                }
            }
            other => other,
        }
    }

    fn open_shared_with(&self, name: &OsStr, create: OFlags) -> Result<SharedFile, Error> {
        let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let flags = OFlags::RDWR | OFlags::APPEND | careful | create;
        let path = self.path.join(name);
        match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(PRIVATE_FILE)) {
            Ok(fd) => Ok(SharedFile::new(fd, path)),
            Err(errno) => Err(Error::new("open", &path, errno)),
        }
    }

    /// Creates the lock file `name`, which must not exist, readable by all: others want to know
    /// who holds it.
    pub(super) fn create_lock_file(&self, name: &OsStr) -> Result<File, Error> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path.join(name);
        match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o644)) {
            Ok(fd) => Ok(File::new(fd, path)),
            Err(errno) => Err(Error::new("create", &path, errno)),
        }
    }

    /// Waits until the content of the file `name`, written by others, is on the disk. One that
    /// is missing needs no sync.
    ///
    /// # Errors
    /// [`Error`] when the disk fails.
    pub fn sync_file(&self, name: &OsStr) -> Result<(), Error> {
        match self.open_file_for_reading(name) {
            Ok(file) => file.sync(),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn open_file(&self, name: &OsStr, flags: OFlags, action: &'static str) -> Result<File, Error> {
        let path = self.path.join(name);
        match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(PRIVATE_FILE)) {
            Ok(fd) => Ok(File::new(fd, path)),
            Err(errno) => Err(Error::new(action, &path, errno)),
        }
    }

    /// Moves the file `name` into `to`, under the same name. Atomic: it is never in both and
    /// never in neither.
    ///
    /// # Errors
    /// [`Error`] when it cannot be moved.
    pub fn rename(&self, name: &str, to: &Self) -> Result<(), Error> {
        rustix::fs::renameat(&self.fd, name, &to.fd, name)
            .map_err(|errno| Error::new("move into place", &to.path.join(name), errno))
    }

    /// Gives the file `name` another name in this directory. Atomic, like [`Self::rename`]. What
    /// bore the name before is gone.
    ///
    /// # Errors
    /// [`Error`] when it cannot be renamed.
    pub fn rename_file(&self, name: &str, new: &str) -> Result<(), Error> {
        rustix::fs::renameat(&self.fd, name, &self.fd, new)
            .map_err(|errno| Error::new("rename", &self.path.join(name), errno))
    }

    /// Removes the file `name`.
    ///
    /// # Errors
    /// [`Error`] when it cannot be removed.
    pub fn remove(&self, name: &OsStr) -> Result<(), Error> {
        rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())
            .map_err(|errno| Error::new("remove", &self.path.join(name), errno))
    }

    /// Whether something named `name` exists.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn contains(&self, name: &str) -> Result<bool, Error> {
        Ok(self.inode_of(name.as_ref())?.is_some())
    }

    /// The inode that `name` leads to now; nothing where it is missing.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn inode_of(&self, name: &OsStr) -> Result<Option<u64>, Error> {
        Ok(self.inode_and_change(name)?.map(|(inode, _)| inode))
    }

    /// The inode of `name`, and when it was last changed, since the epoch; nothing where it is
    /// missing.
    pub(super) fn inode_and_change(&self, name: &OsStr) -> Result<Option<(u64, Duration)>, Error> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let changed = Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
                Ok(Some((stat.st_ino, changed)))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(Error::new("look at", &self.path.join(name), errno)),
        }
    }

    /// The names in it, in no order.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn names(&self) -> Result<Vec<OsString>, Error> {
        let failed = |errno: Errno| Error::new("read the directory", &self.path, errno);
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Waits until what was created in, moved into and removed from it is on the disk.
    ///
    /// # Errors
    /// [`Error`] when the disk fails. Nothing may then be taken for durable.
    pub fn sync(&self) -> Result<(), Error> {
        rustix::fs::fsync(&self.fd)
            .map_err(|errno| Error::new("sync the directory", &self.path, errno))
    }

    /// Its inode number: whether it is still the directory that it was.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn inode(&self) -> Result<u64, Error> {
        self.stat().map(|stat| stat.st_ino)
    }

    /// What tells it from every other directory as long as the machine runs.
    pub(super) fn identity(&self) -> Result<(u64, u64), Error> {
        self.stat().map(|stat| (stat.st_dev, stat.st_ino))
    }

    /// The user id of its owner.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn owner(&self) -> Result<u32, Error> {
        self.stat().map(|stat| stat.st_uid)
    }

    fn stat(&self) -> Result<rustix::fs::Stat, Error> {
        rustix::fs::fstat(&self.fd).map_err(|errno| Error::new("look at", &self.path, errno))
    }

    /// Its path, as it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
