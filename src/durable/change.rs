//! The one way to the disk: every change that popfetch makes there is made here.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

#[cfg(feature = "failpoints")]
use super::failpoints::step;

/// A change on the disk, or a step that later ones rely on.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "failpoints"),
    expect(dead_code, reason = "the program only makes changes; what they are is for tests")
)]
pub(super) enum Change<'a> {
    /// A directory is made.
    CreateDirectory(&'a Path),
    /// A file is made.
    Create(&'a Path),
    /// A file or directory gets the permissions that it is to have.
    Protect(&'a Path),
    /// Octets are added at the end of a file.
    Write(&'a Path, &'a [u8]),
    /// A file is cut off at a length.
    Truncate(&'a Path),
    /// The content of a file becomes durable.
    Sync(&'a Path),
    /// The names in a directory become durable.
    SyncDirectory(&'a Path),
    /// A file gets another name.
    Rename {
        /// The name that it had.
        from: &'a Path,
        /// The name that it gets.
        to: &'a Path,
    },
    /// A name is removed, and the file with it.
    Remove(&'a Path),
    /// A lock on a file is taken.
    Lock(&'a Path),
    /// A transaction on a database is committed and durable.
    Commit(&'a Path),
}

#[cfg(feature = "failpoints")]
impl Change<'_> {
    /// What kind of change it is.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::CreateDirectory(_) => "create-directory",
            Self::Create(_) => "create",
            Self::Protect(_) => "protect",
            Self::Write(..) => "write",
            Self::Truncate(..) => "truncate",
            Self::Sync(_) => "sync",
            Self::SyncDirectory(_) => "sync-directory",
            Self::Rename { .. } => "rename",
            Self::Remove(_) => "remove",
            Self::Lock(_) => "lock",
            Self::Commit(_) => "commit",
        }
    }

    /// What is changed.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::CreateDirectory(path)
            | Self::Create(path)
            | Self::Protect(path)
            | Self::Write(path, _)
            | Self::Truncate(path)
            | Self::Sync(path)
            | Self::SyncDirectory(path)
            | Self::Rename { from: path, .. }
            | Self::Remove(path)
            | Self::Lock(path)
            | Self::Commit(path) => path,
        }
    }
}

/// Makes a change. A call that a signal interrupts is made again.
pub(super) fn make(change: Change<'_>, mut call: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    persist(change, &mut |_| call())
}

/// Makes a change that gives something, a descriptor say.
pub(super) fn make_for<T>(
    change: Change<'_>,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let mut made = None;
    make(change, || {
        made = Some(call()?);
        Ok(())
    })?;
    made.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// Writes `bytes`, as many as there is room for, and adds how many to `written`.
pub(super) fn write(
    mut file: &fs::File,
    path: &Path,
    mut bytes: &[u8],
    written: &mut u64,
) -> io::Result<()> {
    while !bytes.is_empty() {
        let mut count = 0;
        persist(Change::Write(path, bytes), &mut |most| {
            count = file.write(&bytes[..bytes.len().min(most)])?;
            Ok(())
        })?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[count..];
        *written += count as u64;
    }
    Ok(())
}

/// Makes a change by `call`, which is told how many octets to write at most, until no signal
/// interrupts it.
fn persist(change: Change<'_>, call: &mut dyn FnMut(usize) -> io::Result<()>) -> io::Result<()> {
    loop {
        match step(change, call) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

#[cfg(not(feature = "failpoints"))]
fn step(_: Change<'_>, call: &mut dyn FnMut(usize) -> io::Result<()>) -> io::Result<()> {
    call(usize::MAX)
}
