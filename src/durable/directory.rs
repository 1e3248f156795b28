//! An open directory, and what can be done in it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawMode, RenameFlags, Stat};
use rustix::io::Errno;

use super::change::{Change, make, make_for};
use super::version::Version;
use super::{Error, File, SharedFile};

/// An open directory. Its files are created 0600 and its subdirectories 0700, whatever the umask
/// allows beyond that.
#[derive(Debug)]
pub struct Directory {
    pub(super) fd: OwnedFd,
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
        let made = create_directory(CWD, path, path);
        if made.map_err(|error| Error::new("create the directory", path, error))? {
            Self::open_parent(path)?.sync()?;
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

    /// Asks whether `count` more files can be open at once, for who wants to know why a library
    /// could not open one.
    ///
    /// # Errors
    /// [`Error`] when they cannot.
    pub fn spare(&self, count: usize) -> Result<(), Error> {
        let copies = (0..count).map(|_| self.fd.try_clone());
        let all: io::Result<Vec<OwnedFd>> = copies.collect();
        all.map(drop).map_err(|source| Error::new("open a file in", &self.path, source))
    }

    /// Makes the subdirectory `name` unless it exists. [`Self::sync`] makes that last.
    ///
    /// # Errors
    /// [`Error`] when it cannot be made.
    pub fn create_subdirectory(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        let made = create_directory(self.fd.as_fd(), Path::new(name), &path);
        made.map(drop).map_err(|error| Error::new("create the directory", &path, error))
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

    /// Creates a file that is called `name` for a moment only, and gone when it is closed.
    ///
    /// # Errors
    /// [`Error`] when the name is taken, or it cannot be made.
    pub fn create_unnamed(&self, name: &str) -> Result<File, Error> {
        let file = self.create_file(name)?;
        self.remove(name.as_ref())?;
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

    /// Opens the file `name` for reading, never through a symbolic link, and without waiting
    /// should it be a pipe.
    ///
    /// # Errors
    /// [`Error`] when it does not exist or cannot be read.
    pub fn open_file_for_reading(&self, name: impl AsRef<OsStr>) -> Result<File, Error> {
        let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        self.open_file(name.as_ref(), OFlags::RDONLY | careful, "open")
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
        match self.open_at(name, &path, flags, PRIVATE_FILE) {
            Ok(fd) => Ok(SharedFile::new(fd, path)),
            Err(error) => Err(Error::new("open", &path, error)),
        }
    }

    /// Creates the lock file `name`, which must not exist, readable by all: others want to know
    /// who holds it. It has its `content` from the start, wherever the file system can rename
    /// without replacing: one that a kill or a power cut left empty would name nobody who is dead.
    ///
    /// Another lock must keep others from doing the same at the same time.
    pub(super) fn create_lock_file(&self, name: &OsStr, content: &[u8]) -> Result<File, Error> {
        let mut draft = name.to_owned();
        draft.push(".popfetch");
        // A kill may have left one.
        let _ = self.remove(&draft);
        let created = self.write_lock_file(&draft, content).and_then(|file| {
            self.rename_to_unused(&draft, name)?;
            Ok(file)
        });
        created.or_else(|error| {
            let _ = self.remove(&draft);
            let unknown = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP].map(Errno::raw_os_error);
            if error.source.raw_os_error().is_some_and(|errno| unknown.contains(&errno)) {
                return self.write_lock_file(name, content);
            }
            Err(error)
        })
    }

    fn write_lock_file(&self, name: &OsStr, content: &[u8]) -> Result<File, Error> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path.join(name);
        let fd = self.open_at(name, &path, flags, 0o644);
        let mut file = File::new(fd.map_err(|error| Error::new("create", &path, error))?, path);
        let written =
            file.append(content).and_then(|()| file.complete()).and_then(|()| file.sync());
        if let Err(error) = written {
            let _ = self.remove(name);
            return Err(error);
        }
        Ok(file)
    }

    /// Gives the file `name` another name, which must not be in use.
    fn rename_to_unused(&self, name: &OsStr, new: &OsStr) -> Result<(), Error> {
        let (from, to) = (self.path.join(name), self.path.join(new));
        let rename = || {
            let flags = RenameFlags::NOREPLACE;
            Ok(rustix::fs::renameat_with(&self.fd, name, &self.fd, new, flags)?)
        };
        make(Change::Rename { from: &from, to: &to }, rename)
            .map_err(|error| Error::new("create", &to, error))
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
        match self.open_at(name, &path, flags, PRIVATE_FILE) {
            Ok(fd) => Ok(File::new(fd, path)),
            Err(error) => Err(Error::new(action, &path, error)),
        }
    }

    /// Opens `name`, whose whole path is `path`; one that is to be made gets the `mode`.
    fn open_at(
        &self,
        name: &OsStr,
        path: &Path,
        flags: OFlags,
        mode: RawMode,
    ) -> io::Result<OwnedFd> {
        let open = || Ok(rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(mode))?);
        if flags.contains(OFlags::CREATE) { make_for(Change::Create(path), open) } else { open() }
    }

    /// Moves the file `name` into `to`, under the same name. Atomic: it is never in both and
    /// never in neither.
    ///
    /// # Errors
    /// [`Error`] when it cannot be moved.
    pub fn rename(&self, name: &str, to: &Self) -> Result<(), Error> {
        self.rename_to(name, to, name)
            .map_err(|error| Error::new("move into place", &to.path.join(name), error))
    }

    /// Gives the file `name` another name in this directory. Atomic, like [`Self::rename`]. What
    /// bore the name before is gone.
    ///
    /// # Errors
    /// [`Error`] when it cannot be renamed.
    pub fn rename_file(&self, name: &str, new: &str) -> Result<(), Error> {
        self.rename_to(name, self, new)
            .map_err(|error| Error::new("rename", &self.path.join(name), error))
    }

    fn rename_to(&self, name: &str, directory: &Self, new: &str) -> io::Result<()> {
        let (from, to) = (self.path.join(name), directory.path.join(new));
        make(Change::Rename { from: &from, to: &to }, || {
            Ok(rustix::fs::renameat(&self.fd, name, &directory.fd, new)?)
        })
    }

    /// Removes the file `name`.
    ///
    /// # Errors
    /// [`Error`] when it cannot be removed.
    pub fn remove(&self, name: &OsStr) -> Result<(), Error> {
        let path = self.path.join(name);
        let unlink = || Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())?);
        make(Change::Remove(&path), unlink).map_err(|error| Error::new("remove", &path, error))
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
        Ok(self.stat_of(name)?.map(|stat| stat.st_ino))
    }

    /// The file that `name` leads to now; nothing where it is missing.
    pub(super) fn version_of(&self, name: &OsStr) -> Result<Option<Version>, Error> {
        Ok(self.stat_of(name)?.as_ref().map(Version::of))
    }

    /// What the system says of `name`, not following a link; nothing where it is missing.
    pub(super) fn stat_of(&self, name: &OsStr) -> Result<Option<Stat>, Error> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
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
        make(Change::SyncDirectory(&self.path), || Ok(rustix::fs::fsync(&self.fd)?))
            .map_err(|error| Error::new("sync the directory", &self.path, error))
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

    pub(super) fn stat(&self) -> Result<Stat, Error> {
        rustix::fs::fstat(&self.fd).map_err(|errno| Error::new("look at", &self.path, errno))
    }

    /// Its path, as it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the directory `name` below `parent`, whose whole path is `path`, private to the user
/// whatever the umask has left of that; false where it exists.
fn create_directory(parent: BorrowedFd<'_>, name: &Path, path: &Path) -> io::Result<bool> {
    let mode = Mode::from_raw_mode(PRIVATE_DIRECTORY);
    let made = make(Change::CreateDirectory(path), || Ok(rustix::fs::mkdirat(parent, name, mode)?));
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        made => {
            made?;
            make(Change::Protect(path), || {
                Ok(rustix::fs::chmodat(parent, name, mode, AtFlags::empty())?)
            })?;
            Ok(true)
        }
    }
}
