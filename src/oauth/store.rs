//! The tokens on the disk: a file an account, in the state directory.
//!
//! It is replaced as a whole, by a rename, so that who reads it without the lock reads either the
//! tokens before or those after. Whoever changes it holds the lock from before he reads it: where a
//! provider takes each refresh token only once, two who used the same one would lose the consent.
//!
//! What can be lost, with such a provider, is the answer to a refresh that a power cut or a kill
//! hits between the last octet of it and the rename. The file to be renamed is made before the
//! question is asked, so that a directory that cannot be written costs nothing.

use std::ffi::OsStr;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::record::{self, Kept, MAX};
use super::{Error, Owner};
use crate::durable::{Directory, File, Lock};
use crate::model::{Interrupt, Surroundings};

/// Where the tokens of an account are kept.
#[derive(Debug)]
pub struct Store {
    directory: Directory,
    /// What its file is called.
    name: String,
    /// What others are told who wait for us.
    note: String,
    /// Whose file it must be.
    user: u32,
}

/// How long to wait for another popfetch that refreshes: it may itself wait for a provider.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is looked whether it is done.
const TICK: Duration = Duration::from_millis(20);

impl Store {
    /// The tokens in `directory`, which is private, of the account whose files are called `stem`.
    #[must_use]
    pub fn new(directory: Directory, stem: &str, surroundings: &Surroundings) -> Self {
        let Surroundings { process, host, user, .. } = surroundings;
        let note = format!("process {process} on {host}\n");
        Self { directory, name: format!("{stem}.oauth"), note, user: *user }
    }

    /// What is kept; nothing where nobody has consented.
    pub(super) fn read(&self) -> Result<Option<(Owner, Kept)>, Error> {
        if !self.directory.contains_file(&self.name)? {
            return Ok(None);
        }
        let mut file = match self.directory.open_file_for_reading(&self.name) {
            Err(error) if error.is_not_found() => return Ok(None),
            file => file?,
        };
        let path = || self.directory.path().join(&self.name);
        let owner = file.owner()?;
        if owner != self.user && owner != 0 {
            return Err(Error::ForeignOwner { path: path(), owner });
        }
        if file.is_exposed()? {
            return Err(Error::Exposed { path: path() });
        }
        let bytes = read_all(&mut file)?;
        let kept = bytes.and_then(|bytes| record::read(&bytes));
        kept.map(Some).ok_or_else(|| Error::Damaged { path: path() })
    }

    /// Waits for the lock.
    pub(super) fn lock(&self, interrupt: &Interrupt) -> Result<Locked<'_>, Error> {
        let since = Instant::now();
        let name = format!("{}.lock", self.name);
        loop {
            match Lock::try_take(&self.directory, &name, &self.note)? {
                Ok(lock) => return Ok(Locked { store: self, _lock: lock }),
                Err(_) if interrupt.is_raised() => return Err(Error::Interrupted),
                Err(holder) if since.elapsed() >= PATIENCE => {
                    return Err(Error::InUse { holder, seconds: PATIENCE.as_secs() });
                }
                Err(_) => thread::sleep(TICK),
            }
        }
    }
}

/// The whole content; nothing where it is too long.
fn read_all(file: &mut File) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    // Of its final size from the start, so that no copy is left behind.
    let mut bytes = Zeroizing::new(vec![0; MAX + 1]);
    let mut len = 0;
    while len < bytes.len() {
        match file.read(&mut bytes[len..])? {
            0 => break,
            read => len += read,
        }
    }
    bytes.truncate(len);
    Ok((len <= MAX).then_some(bytes))
}

/// The tokens, which nobody else changes meanwhile.
#[derive(Debug)]
pub(super) struct Locked<'a> {
    store: &'a Store,
    _lock: Lock,
}

impl Locked<'_> {
    /// What is kept.
    pub(super) fn read(&self) -> Result<Option<(Owner, Kept)>, Error> {
        self.store.read()
    }

    /// Gets ready to keep something else.
    pub(super) fn draft(&self) -> Result<Draft<'_>, Error> {
        let directory = &self.store.directory;
        let name = format!("{}.new", self.store.name);
        if directory.contains(&name)? {
            // A kill has left it.
            directory.remove(OsStr::new(&name))?;
        }
        let file = directory.create_file(&name)?;
        Ok(Draft { directory, name, file: Some(file), to: &self.store.name })
    }

    /// Keeps nothing any longer. False where nothing was kept.
    pub(super) fn remove(&self) -> Result<bool, Error> {
        let Store { directory, name, .. } = self.store;
        if !directory.contains(name)? {
            return Ok(false);
        }
        directory.remove(OsStr::new(name))?;
        directory.sync()?;
        Ok(true)
    }
}

/// A file that is to take the place of the one before.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    directory: &'a Directory,
    name: String,
    /// Nothing once it has its place.
    file: Option<File>,
    to: &'a str,
}

impl Draft<'_> {
    /// Keeps `kept`, which `owner` has consented to, instead of what was kept before.
    pub(super) fn keep(mut self, owner: &Owner, kept: &Kept) -> Result<(), Error> {
        if let Some(file) = &mut self.file {
            file.write(&record::write(owner, kept))?;
            file.sync()?;
            self.directory.rename_file(&self.name, self.to)?;
        }
        self.file = None;
        Ok(self.directory.sync()?)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.file.is_some() {
            // The next one would remove it, too.
            let _ = self.directory.remove(OsStr::new(&self.name));
        }
    }
}
