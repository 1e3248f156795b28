//! An mbox under its lock.

use std::sync::Arc;

use super::{Mbox, OtherAccount};
use crate::delivery::Error;
use crate::durable::{self, File, LastRead, MailboxLock};
use crate::model::Place;

/// An mbox that nobody else writes into. What was appended and not synced is taken back when this
/// is dropped.
#[derive(Debug)]
pub struct LockedMbox {
    pub(super) mbox: Arc<Mbox>,
    pub(super) lock: MailboxLock,
    inode: u64,
    last_read: LastRead,
    /// What is in front of this stays.
    base: u64,
    /// Octets behind `base` that we have written.
    written: u64,
    /// Not yet written.
    buffer: Vec<u8>,
    /// Where the next message of a batch will stand.
    next: u64,
}

/// Octets gathered for one write.
const BUFFER: usize = 256 * 1024;
/// Octets read at a time.
pub(super) const PIECE: usize = 64 * 1024;

impl LockedMbox {
    pub(super) fn new(mbox: Arc<Mbox>, lock: MailboxLock) -> Result<Self, Error> {
        let file = lock.file();
        let facts = || -> Result<_, durable::Error> {
            Ok((file.last_read()?, file.inode()?, file.size()?))
        };
        let (last_read, inode, base) = facts().map_err(|error| mbox.storage(error))?;
        mbox.check(file)?;
        let mut locked =
            Self { mbox, lock, inode, last_read, base, written: 0, buffer: Vec::new(), next: base };
        locked.settle()?;
        Ok(locked)
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.mbox.place
    }

    /// Its inode number.
    pub(super) fn inode(&self) -> u64 {
        self.inode
    }

    /// The other accounts that may have left messages for it unfinished.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub fn others(&self) -> Result<Vec<OtherAccount>, Error> {
        self.mbox.spools.others().map_err(|error| self.mbox.spooling(error))
    }

    /// Gives the place for a message of `size` octets, behind those that have theirs.
    pub(super) fn reserve(&mut self, size: u64) -> Result<u64, Error> {
        self.mbox.require_from(self.lock.file())?;
        let offset = self.next;
        self.next += size;
        Ok(offset)
    }

    /// Appends a message from its spool file.
    pub(super) fn append(&mut self, spool: &mut File) -> Result<(), Error> {
        self.try_append(spool).map_err(|error| self.mbox.storage(error))
    }

    pub(super) fn try_append(&mut self, spool: &mut File) -> Result<(), durable::Error> {
        spool.rewind()?;
        if self.buffer.is_empty() {
            self.buffer.extend_from_slice(self.separator()?);
        }
        let mut piece = vec![0; PIECE];
        loop {
            let read = spool.read(&mut piece)?;
            if read == 0 {
                return Ok(());
            }
            self.buffer.extend_from_slice(&piece[..read]);
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
    }

    /// What must stand between the end of the file and a From_ line: what somebody else wrote may
    /// lack its last line end, or the empty line behind it.
    fn separator(&self) -> Result<&'static [u8], durable::Error> {
        let file = self.lock.file();
        let size = file.size()?;
        let mut end = [0; 2];
        let read = file.read_at(size.saturating_sub(2), &mut end)?;
        Ok(match end[..read] {
            [] | [b'\n', b'\n'] => b"",
            [.., b'\n'] => b"\n",
            _ => b"\n\n",
        })
    }

    pub(super) fn flush(&mut self) -> Result<(), durable::Error> {
        let Self { lock, buffer, written, .. } = self;
        lock.file_mut().append(buffer, written)?;
        buffer.clear();
        Ok(())
    }

    /// Cuts off what stands behind `offset`, which must be ours.
    pub(super) fn cut(&mut self, offset: u64) -> Result<(), durable::Error> {
        if self.lock.file().size()? == offset {
            return Ok(());
        }
        self.lock.file_mut().truncate(offset)?;
        self.written = offset.saturating_sub(self.base);
        self.base = self.base.min(offset);
        Ok(())
    }

    /// Makes what was appended durable. It stays from then on.
    ///
    /// # Errors
    /// [`Error::Storage`]: what was appended is taken back when this is dropped.
    pub fn sync(&mut self) -> Result<(), Error> {
        let synced = self.flush().and_then(|()| self.lock.file().sync());
        synced.map_err(|error| self.mbox.storage(error))?;
        self.settle()
    }

    /// Takes the present end for the one to go on from.
    fn settle(&mut self) -> Result<(), Error> {
        let end = || Ok((self.lock.file().size()?, self.separator()?.len() as u64));
        let (size, separator) = end().map_err(|error| self.mbox.storage(error))?;
        self.base = size;
        self.written = 0;
        self.next = size + separator;
        // Only we have read it: for everybody else it holds new mail.
        self.lock.file().unread(self.last_read);
        Ok(())
    }
}

impl Drop for LockedMbox {
    /// Takes back what was appended and not synced: nobody is to find half a message. What has
    /// been recorded is completed later.
    fn drop(&mut self) {
        if self.written == 0 {
            return;
        }
        let file = self.lock.file_mut();
        // Not if somebody who respects no lock has written behind it.
        if matches!(file.size(), Ok(size) if size == self.base + self.written)
            && file.truncate(self.base).is_ok()
        {
            let _ = file.sync();
        }
    }
}
