//! A lock that cannot go stale.

use std::fmt;
use std::io;

use super::change::{Change, make};
use super::{Directory, Error, File};

/// A lock on a file of its own, held until dropped. The system drops it when the process dies,
/// however it dies; the file stays, since unlinking it would let two processes hold two locks of
/// one name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Who holds a lock, in that process's own words. Empty when it has not written them yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder(String);

impl Holder {
    /// From what it has written, which may be anything.
    pub(super) fn from_note(note: &[u8]) -> Self {
        let printable = note.trim_ascii().iter().filter(|b| matches!(b, b' '..=b'~'));
        Self(printable.take(NOTE).map(|&b| char::from(b)).collect())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("another process"),
            words => f.write_str(words),
        }
    }
}

/// The longest note of a holder that is read.
const NOTE: usize = 200;

impl Lock {
    /// Takes the lock `name` in `directory` at once, or says who has it. `note` tells others who
    /// we are.
    ///
    /// # Errors
    /// [`Error`] when the lock file cannot be opened or written.
    pub fn try_take(
        directory: &Directory,
        name: &str,
        note: &str,
    ) -> Result<Result<Self, Holder>, Error> {
        let mut file = directory.open_or_create_file(name)?;
        let path = directory.path().join(name);
        match make(Change::Lock(&path), || Ok(file.file.try_lock()?)) {
            Ok(()) => {
                // For people. On a full disk the lock holds as well without it.
                let _ = file.replace(note.as_bytes());
                Ok(Ok(Self { _file: file }))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut note = [0; NOTE];
                let len = file.read(&mut note)?;
                Ok(Err(Holder::from_note(&note[..len])))
            }
            Err(source) => Err(Error::new("lock", &path, source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_learns_who_holds_it_and_gets_it_afterwards() {
        let home = tempfile::tempdir().unwrap();
        let directory = Directory::open(home.path()).unwrap();
        let first = Lock::try_take(&directory, "a.lock", "process 7 on box").unwrap().unwrap();
        let holder = Lock::try_take(&directory, "a.lock", "process 8 on box").unwrap().unwrap_err();
        assert_eq!(holder.to_string(), "process 7 on box");
        drop(first);
        assert!(Lock::try_take(&directory, "a.lock", "process 8 on box").unwrap().is_ok());
    }
}
