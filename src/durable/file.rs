//! A file that is being written.

use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::fd::OwnedFd;
use rustix::fs::Advice;

use super::Error;
use super::change::{self, Change, make};

/// An open file, its path, and what was appended but not yet written.
#[derive(Debug)]
pub struct File {
    pub(super) file: std::fs::File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Octets that were written.
    written: u64,
    /// Octets of them whose sync has begun.
    begun: u64,
}

/// Octets gathered for one write.
const BUFFER: usize = 64 * 1024;
/// Octets that are not worth a copy to gather them with others.
const LARGE: usize = 16 * 1024;
/// Octets of a file whose sync begins while more of it comes: enough for the disk to be busy, and
/// little enough to leave next to nothing for the end.
const BEGIN: u64 = 4 * 1024 * 1024;

impl File {
    pub(super) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        Self { file: std::fs::File::from(fd), path, buffer: Vec::new(), written: 0, begun: 0 }
    }

    /// Lets only the user read and write it, whatever the umask has left of that.
    pub(super) fn make_private(&self) -> Result<(), Error> {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        make(Change::Protect(&self.path), || Ok(rustix::fs::fchmod(&self.file, mode)?))
            .map_err(|source| self.failed("make private", source))
    }

    /// Appends `bytes`, which are written when enough have come together, or by
    /// [`Self::complete`].
    ///
    /// # Errors
    /// [`Error`] when the disk is full, or fails.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() >= LARGE {
            return self.write(bytes);
        }
        if self.buffer.len() + bytes.len() > BUFFER {
            self.write_buffer()?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends `bytes`, which were gathered already, and writes them.
    ///
    /// # Errors
    /// [`Error`] when the disk is full, or fails.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_buffer()?;
        change::write(&self.file, &self.path, bytes, &mut self.written)
            .map_err(|source| self.failed("write to", source))
    }

    /// Writes what was appended; the file is then as long as it should be, though not yet durable.
    ///
    /// # Errors
    /// [`Error`] when the disk is full, or fails.
    pub fn complete(&mut self) -> Result<(), Error> {
        self.write_buffer()?;
        // Complete files wait for their batch in hundreds: they keep no buffer.
        self.buffer = Vec::new();
        Ok(())
    }

    fn write_buffer(&mut self) -> Result<(), Error> {
        let written = change::write(&self.file, &self.path, &self.buffer, &mut self.written);
        written.map_err(|source| self.failed("write to", source))?;
        self.buffer.clear();
        Ok(())
    }

    /// Has the system begin, where the file is large, what [`Self::sync`] waits for. It is a hint:
    /// nothing relies on it.
    pub(crate) fn begin_sync(&mut self) {
        if self.written < self.begun + BEGIN {
            return;
        }
        // Linux writes what it is to forget, and forgets nothing that is not written. There is no
        // call for the one without the other in safe Rust.
        let octets = NonZeroU64::new(self.written - self.begun);
        let _ = rustix::fs::fadvise(&self.file, self.begun, octets, Advice::DontNeed);
        self.begun = self.written;
    }

    /// Waits until the content of the completed file is on the disk.
    ///
    /// # Errors
    /// [`Error`] when the disk fails. The content may then not be taken for durable, and a second
    /// try means nothing: the system drops what it could not write.
    pub fn sync(&self) -> Result<(), Error> {
        make(Change::Sync(&self.path), || self.file.sync_all())
            .map_err(|source| self.failed("sync", source))
    }

    /// Goes back to the start, to read what was written.
    ///
    /// # Errors
    /// [`Error`] when that fails.
    pub fn rewind(&mut self) -> Result<(), Error> {
        let sought = self.file.seek(SeekFrom::Start(0));
        sought.map(drop).map_err(|source| self.failed("read", source))
    }

    /// Reads some octets; 0 at the end.
    ///
    /// # Errors
    /// [`Error`] when that fails.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map_err(|source| self.failed("read", source)),
            }
        }
    }

    /// The open file once more, for another process. Both read on where one has stopped.
    ///
    /// # Errors
    /// [`Error`] when too many files are open.
    pub fn share(&self) -> Result<OwnedFd, Error> {
        let copy = self.file.try_clone().map_err(|source| self.failed("open", source))?;
        Ok(copy.into())
    }

    pub(super) fn stat(&self) -> Result<rustix::fs::Stat, Error> {
        rustix::fs::fstat(&self.file).map_err(|errno| self.failed("look at", errno.into()))
    }

    /// How long it is, without what was appended and not yet written.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told.
    pub fn size(&self) -> Result<u64, Error> {
        let metadata = self.file.metadata().map_err(|source| self.failed("look at", source))?;
        Ok(metadata.len())
    }

    /// Replaces the whole content.
    ///
    /// # Errors
    /// [`Error`] when that fails.
    pub fn replace(&mut self, content: &[u8]) -> Result<(), Error> {
        make(Change::Truncate(&self.path), || self.file.set_len(0))
            .map_err(|source| self.failed("truncate", source))?;
        self.rewind()?;
        self.append(content)?;
        self.complete()
    }

    fn failed(&self, action: &'static str, source: io::Error) -> Error {
        Error::new(action, &self.path, source)
    }
}

/// How many syncs are under way at once. A disk merges what waits together: measured on ext4,
/// sixteen threads sync small files more than ten times as fast as one, and as fast per file as
/// `syncfs`, which would also wait for everybody else's data.
///
/// A test that fails or records steps wants them in one order.
const SYNCS_AT_ONCE: usize = if cfg!(feature = "failpoints") { 1 } else { 16 };

/// Syncs all of `files`, many at a time.
///
/// # Errors
/// The first [`Error`]. Then none of the files may be taken for durable.
pub fn sync_all<'a>(files: impl IntoIterator<Item = &'a File>) -> Result<(), Error> {
    let files: Vec<&File> = files.into_iter().collect();
    let workers = SYNCS_AT_ONCE.min(files.len());
    if workers <= 1 {
        return files.iter().try_for_each(|file| file.sync());
    }
    let next = AtomicUsize::new(0);
    let failure = Mutex::new(None);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = file.sync() {
                if let Ok(mut first) = failure.lock() {
                    first.get_or_insert(error);
                }
                return;
            }
        }
    };
    thread::scope(|scope| {
        // This thread works as well, so that all goes on, only slower, where no thread can be had.
        for _ in 1..workers {
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    // The lock is poisoned only if a sync panicked; a missing answer must not pass for success.
    match failure.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(error)) => Err(error),
        Err(poisoned) => poisoned.into_inner().map_or(Ok(()), Err),
    }
}
