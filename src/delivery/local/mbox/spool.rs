//! One message on its way into an mbox.

use std::sync::Arc;

use super::super::mboxrd::{Quoter, from_line};
use super::{LockedMbox, Mbox};
use crate::delivery::{Error, HeaderBlock};
use crate::durable::{self, File};
use crate::model::Staged;

/// A message in its spool file, just as it will stand in the mbox. The file is removed when this
/// is dropped, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct SpooledMessage {
    mbox: Arc<Mbox>,
    name: String,
    file: File,
    /// When it arrived, in seconds since the epoch.
    seconds: i64,
    /// The message so far, until its header block is complete: the From_ line before it names the
    /// sender. Nothing from then on.
    held: Option<Vec<u8>>,
    quoter: Quoter,
    last: u8,
    /// What is recorded of it, once its place in the mbox is certain.
    reserved: Option<Staged>,
    kept: bool,
}

impl SpooledMessage {
    pub(crate) fn create(mbox: &Arc<Mbox>, name: String, seconds: i64) -> Result<Self, Error> {
        let file = mbox.spools.create(&name).map_err(|error| mbox.spooling(error))?;
        Ok(Self {
            mbox: Arc::clone(mbox),
            name,
            file,
            seconds,
            held: Some(Vec::new()),
            quoter: Quoter::default(),
            last: b'\n',
            reserved: None,
            kept: false,
        })
    }

    pub(crate) fn mbox(&self) -> &Mbox {
        &self.mbox
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn file_mut(&mut self) -> &mut File {
        &mut self.file
    }

    /// Takes the next octets, with LF line ends, which `header` has seen already.
    pub(crate) fn write(&mut self, header: &HeaderBlock, piece: &[u8]) -> Result<(), Error> {
        let written = match &mut self.held {
            Some(held) if !header.is_complete() => {
                held.extend_from_slice(piece);
                Ok(())
            }
            _ => self.begin(header).and_then(|()| self.quote(piece)),
        };
        written.map_err(|error| self.mbox.spooling(error))
    }

    /// Writes the From_ line, and what was held back for it.
    fn begin(&mut self, header: &HeaderBlock) -> Result<(), durable::Error> {
        let Some(held) = self.held.take() else { return Ok(()) };
        let line = from_line(header.return_path().as_deref(), self.seconds);
        self.file.append(line.as_bytes())?;
        self.file.append(b"\n")?;
        self.quote(&held)
    }

    fn quote(&mut self, piece: &[u8]) -> Result<(), durable::Error> {
        let Self { quoter, file, last, .. } = self;
        *last = piece.last().copied().unwrap_or(*last);
        quoter.quote(piece, |quoted| file.append(quoted))
    }

    /// Ends the message, with one empty line behind it.
    pub(crate) fn finish(&mut self, header: &HeaderBlock) -> Result<(), Error> {
        let finished = self.begin(header).and_then(|()| {
            let Self { quoter, file, last, .. } = self;
            std::mem::take(quoter).finish(|quoted| file.append(quoted))?;
            file.append(if *last == b'\n' { b"\n" } else { b"\n\n" })?;
            file.complete()
        });
        finished.map_err(|error| self.mbox.spooling(error))
    }

    /// Settles where in the locked mbox it will stand.
    pub(crate) fn reserve(&mut self, mbox: &mut LockedMbox) -> Result<(), Error> {
        let size = self.file.size().map_err(|error| self.mbox.spooling(error))?;
        self.reserved = Some(Staged {
            inode: mbox.inode(),
            name: self.name.clone(),
            offset: Some(mbox.reserve(size)?),
            octets: Some(size),
        });
        Ok(())
    }

    /// What the state records of it; nothing before [`Self::reserve`].
    pub(crate) fn staged(&self) -> Option<Staged> {
        self.reserved.clone()
    }

    /// The spool file stays, whatever happens.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }

    /// Appends it to the locked mbox.
    pub(crate) fn append(&mut self, mbox: &mut LockedMbox) -> Result<(), Error> {
        mbox.append(&mut self.file)
    }

    /// Removes the spool file: the message is in the mbox, and the mbox is synced.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        self.mbox.spools.remove(&self.name).map_err(|error| self.mbox.spooling(error))
    }
}

impl Drop for SpooledMessage {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept at the next start.
            let _ = self.mbox.spools.remove(&self.name);
        }
    }
}
