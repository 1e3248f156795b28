//! A file that other programs write into as well.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Timespec, Timestamps, UTIME_OMIT};

use super::Error;
use super::change::{self, Change, make};

/// A file to which others append too, open for reading and appending. Nothing is buffered.
///
/// Closing it, or any other descriptor of the same file in this process, drops the process's
/// POSIX locks on it: there is to be one of them at a time (see [`super::Claim`]).
#[derive(Debug)]
pub struct SharedFile {
    pub(super) file: std::fs::File,
    path: PathBuf,
}

/// When a file was last read.
#[derive(Clone, Copy, Debug)]
pub struct LastRead(Timespec);

impl SharedFile {
    pub(super) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        Self { file: std::fs::File::from(fd), path }
    }

    /// Lets only the user read and write it, whatever the umask has left of that.
    pub(super) fn make_private(&self) -> Result<(), Error> {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        make(Change::Protect(&self.path), || Ok(rustix::fs::fchmod(&self.file, mode)?))
            .map_err(|source| self.failed("make private", source))
    }

    /// Whether it is a regular file: no pipe, no device.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn is_regular(&self) -> Result<bool, Error> {
        Ok(FileType::from_raw_mode(self.stat()?.st_mode) == FileType::RegularFile)
    }

    /// The user id of its owner.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn owner(&self) -> Result<u32, Error> {
        self.stat().map(|stat| stat.st_uid)
    }

    /// Its inode number.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn inode(&self) -> Result<u64, Error> {
        self.stat().map(|stat| stat.st_ino)
    }

    /// How long it is now.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn size(&self) -> Result<u64, Error> {
        let metadata = self.file.metadata().map_err(|source| self.failed("look at", source))?;
        Ok(metadata.len())
    }

    /// When it was last read.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn last_read(&self) -> Result<LastRead, Error> {
        let stat = self.stat()?;
        let nanoseconds = i64::try_from(stat.st_atime_nsec).unwrap_or(0);
        Ok(LastRead(Timespec { tv_sec: stat.st_atime, tv_nsec: nanoseconds }))
    }

    /// Makes it look as if it had not been read since `last_read`. Programs that watch for new
    /// mail compare that time with the one of the last change. Nothing depends on it, so a
    /// failure is none.
    pub fn unread(&self, last_read: LastRead) {
        let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let times = Timestamps { last_access: last_read.0, last_modification: omit };
        let _ = rustix::fs::futimens(&self.file, &times);
    }

    /// Reads at `offset` until `buffer` is full or the file ends; gives how many octets.
    ///
    /// # Errors
    /// [`Error`] when the disk fails.
    pub fn read_at(&self, mut offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], offset) {
                Ok(0) => break,
                Ok(read) => {
                    filled += read;
                    offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed("read", error)),
            }
        }
        Ok(filled)
    }

    /// Writes `bytes` at the end, as many as there is room for, and adds how many to `written`.
    ///
    /// # Errors
    /// [`Error`] when the disk is full, or fails; some of the bytes may be written.
    pub fn append(&mut self, bytes: &[u8], written: &mut u64) -> Result<(), Error> {
        change::write(&self.file, &self.path, bytes, written)
            .map_err(|source| self.failed("write to", source))
    }

    /// Cuts it off at `size`.
    ///
    /// # Errors
    /// [`Error`] when that fails.
    pub fn truncate(&mut self, size: u64) -> Result<(), Error> {
        make(Change::Truncate(&self.path), || self.file.set_len(size))
            .map_err(|source| self.failed("truncate", source))
    }

    /// Waits until its content is on the disk.
    ///
    /// # Errors
    /// [`Error`] when the disk fails. The content may then not be taken for durable.
    pub fn sync(&self) -> Result<(), Error> {
        make(Change::Sync(&self.path), || self.file.sync_data())
            .map_err(|source| self.failed("sync", source))
    }

    fn stat(&self) -> Result<rustix::fs::Stat, Error> {
        rustix::fs::fstat(&self.file).map_err(|errno| self.failed("look at", errno.into()))
    }

    fn failed(&self, action: &'static str, source: io::Error) -> Error {
        Error::new(action, &self.path, source)
    }
}
