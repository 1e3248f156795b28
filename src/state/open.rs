//! Opening the state file: to work on it, and only to read it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::lock::AccountLock;
use super::{Error, State, StateFiles, schema, takeover};
use crate::durable::{self, Directory};
use crate::model::{MailboxIdentity, Surroundings};

/// How long to wait for a person's `sqlite3` to let go of the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The files that SQLite has open at once: the database, the log, the log's index, a directory.
const FILES: usize = 4;

impl State {
    /// Opens the state of `identity`, made first when there is none, under the account's lock. One
    /// that lies under another name is given this one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn open(
        lock: &AccountLock,
        files: &StateFiles,
        identity: &MailboxIdentity,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        takeover::take_over(lock, files, identity, surroundings)?;
        create_private(lock.directory(), &files.database())?;
        let path = files.database_path();
        let fail = |source| match Error::sqlite(&path, source) {
            // All that SQLite says is that it could not open a file.
            error @ Error::Unusable { .. } => {
                let spare = lock.directory().spare(FILES);
                spare.err().map_or(error, Error::Directory)
            }
            error => error,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&path, flags).map_err(fail)?;
        configure(&connection).map_err(fail)?;
        let version = schema::version(&connection).map_err(fail)?;
        if version < schema::VERSION {
            let transaction = connection.transaction().map_err(fail)?;
            schema::migrate(&transaction, version).map_err(fail)?;
            if version == 0 {
                let state_id = state_id(surroundings, identity);
                let insert = "INSERT INTO mailbox (id, identity, state_id) VALUES (1, ?, ?)";
                transaction.execute(insert, (identity.as_str(), state_id)).map_err(fail)?;
                // Its name has to last before anything in it does, whoever made it: a run that was
                // killed right after that did not come to this.
                lock.directory().sync().map_err(Error::Directory)?;
            }
            durable::commit(&path, || transaction.commit())
                .map_err(Error::Directory)?
                .map_err(fail)?;
        }
        Self::check(connection, &path, identity)
    }

    /// Opens the state for reading, without the lock, under whatever name it lies; nothing where
    /// there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub fn peek(files: &StateFiles, identity: &MailboxIdentity) -> Result<Option<Self>, Error> {
        let elsewhere = takeover::find(files, identity);
        let path = elsewhere.as_ref().unwrap_or(files).database_path();
        let opened = open_to_read(&path).map_err(|source| Error::sqlite(&path, source))?;
        opened.map(|(connection, _)| Self::check(connection, &path, identity)).transpose()
    }

    fn check(
        connection: Connection,
        path: &Path,
        identity: &MailboxIdentity,
    ) -> Result<Self, Error> {
        let fail = |source| Error::sqlite(path, source);
        let version = schema::version(&connection).map_err(fail)?;
        if version > schema::VERSION {
            return Err(Error::Newer { path: path.to_owned(), version });
        }
        let select = "SELECT identity, state_id FROM mailbox";
        let row = connection.query_row(select, (), |row| Ok((row.get(0)?, row.get(1)?)));
        let (found, state_id): (String, String) = row.map_err(fail)?;
        if found != identity.as_str() {
            let wanted = identity.to_string();
            return Err(Error::OtherMailbox { path: path.to_owned(), found, wanted });
        }
        Ok(Self { connection, path: path.to_owned(), state_id })
    }

    /// The random id that marks the files of this account in Maildirs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.state_id
    }
}

/// Opens a state for reading, with the file's version; nothing where there is none, or none yet.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Option<(Connection, i64)>> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(None);
    }
    // Another popfetch may have made the file this very moment.
    open_reading(path).map(|opened| Some(opened).filter(|(_, version)| *version > 0))
}

/// Opens a state for reading; also says the file's version.
fn open_reading(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    match open_read_only(path.as_os_str()) {
        // Even a reader of a WAL database writes beside it. Where nothing can be written
        // nothing changes either, so the file can be read as it lies there.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => {
            open_read_only(&immutable(path))
        }
        other => other,
    }
}

fn open_read_only(name: &OsStr) -> rusqlite::Result<(Connection, i64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(Path::new(name), flags)?;
    connection.busy_timeout(BUSY)?;
    let version = schema::version(&connection)?;
    Ok((connection, version))
}

/// Whose state a file is. That never changes.
pub(super) struct Owner {
    /// The mailbox.
    pub(super) identity: String,
    /// The state's own random id.
    pub(super) state_id: String,
}

/// Whose state the file is, if it is one. Since that never changes it can be read without the log,
/// which is quick and leaves nothing beside the file, unless it stands in the log alone.
pub(super) fn owner_of(path: &Path) -> Option<Owner> {
    let ask = |(connection, _): (Connection, i64)| -> rusqlite::Result<Owner> {
        connection.query_row("SELECT identity, state_id FROM mailbox", (), |row| {
            Ok(Owner { identity: row.get(0)?, state_id: row.get(1)? })
        })
    };
    open_read_only(&immutable(path))
        .and_then(ask)
        .or_else(|_| open_reading(path).and_then(ask))
        .ok()
}

/// A random id of a mailbox's state. The mailbox goes into it as well: the states of all accounts
/// may be made in one process, and must not take each other's files for their own.
fn state_id(surroundings: &Surroundings, identity: &MailboxIdentity) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    digest.update(surroundings.random);
    digest.update(identity.as_str().as_bytes());
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Makes durable what can be read from the state file at `path`. SQLite holds its locks on other
/// files than its journal, so closing this one drops none.
pub(super) fn sync_journal(path: &Path) -> Result<(), Error> {
    let mut journal = path.file_name().unwrap_or_default().to_owned();
    journal.push("-wal");
    let directory = Directory::open_parent(path).map_err(Error::Directory)?;
    directory.sync_file(&journal).map_err(Error::Directory)
}

/// The URI of a file that nobody changes (<https://www.sqlite.org/uri.html>).
fn immutable(path: &Path) -> OsString {
    let mut uri = b"file:".to_vec();
    for &byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'%' | b'?' | b'#') {
            uri.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            uri.push(byte);
        }
    }
    uri.extend_from_slice(b"?immutable=1");
    OsString::from_vec(uri)
}

/// SQLite would create the file by the umask; it is to be private from its first moment. One that
/// exists is not even opened: to close it would release every lock that SQLite holds on it in
/// another thread of this process (fcntl(2)).
fn create_private(directory: &Directory, name: &str) -> Result<(), Error> {
    if directory.contains_file(name).map_err(Error::Directory)? {
        return Ok(());
    }
    directory.create_file(name).map(drop).map_err(Error::Directory)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit returns when it is on the disk: it is what everything else relies on.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}
