//! State that lies under another name.
//!
//! What an account is called changes: a mailbox that was named by a URL is configured later, or
//! the account gets another name in the config file. What was seen belongs to the mailbox. So where
//! there is no state under an account's own name it is looked for by the mailbox's identity, and
//! what is found is given the name.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::open::{BUSY, owner_of};
use super::{AccountLock, Error, StateFiles};
use crate::model::{AccountName, MailboxIdentity, Surroundings};

/// How often somebody who reads the file is asked to be done.
const TICK: Duration = Duration::from_millis(50);

/// The files under another name that hold the state of `identity`; nothing where the account has
/// files under its own name.
pub(super) fn find(files: &StateFiles, identity: &MailboxIdentity) -> Option<StateFiles> {
    if has_own(files) {
        return None;
    }
    let is_it = |found: &StateFiles| is_of(found, identity);
    // The usual case first, which needs no look at the others.
    let url = StateFiles::new(files.directory(), &AccountName::of_mailbox(identity));
    if is_it(&url) {
        return Some(url);
    }
    files.of_mailbox(identity).filter(is_it)
}

fn is_of(files: &StateFiles, identity: &MailboxIdentity) -> bool {
    owner_of(&files.database_path()).is_some_and(|owner| owner.identity == identity.as_str())
}

/// Whether there is a database, and not only the empty file that a kill left in place of one.
fn has_own(files: &StateFiles) -> bool {
    let path = files.database_path();
    path.metadata()
        .map_or_else(|error| error.kind() != std::io::ErrorKind::NotFound, |m| m.len() > 0)
}

/// Gives the state of `identity` that lies under another name the name of `files`, whose lock is
/// held. Nothing happens where there is none. What was complete stays so over a crash: there is
/// one rename, of a database that is whole without its write-ahead log.
pub(super) fn take_over(
    lock: &AccountLock,
    files: &StateFiles,
    identity: &MailboxIdentity,
    surroundings: &Surroundings,
) -> Result<(), Error> {
    let Some(found) = find(files, identity) else { return Ok(()) };
    // Whoever works under the other name must be done first.
    let _other = AccountLock::take(&found, surroundings)?;
    // It may have been taken away before the lock was had.
    if !is_of(&found, identity) {
        return Ok(());
    }
    fold_log(&found)?;
    let directory = lock.directory();
    directory.rename_file(&found.database(), &files.database()).map_err(Error::Directory)?;
    directory.sync().map_err(Error::Directory)
}

/// Brings everything from the write-ahead log into the database, and removes the log. SQLite does
/// so only when nobody else has the database open, which is what makes the rename safe: a reader
/// would look for its log under the old name.
fn fold_log(files: &StateFiles) -> Result<(), Error> {
    let path = files.database_path();
    let fail = |source| Error::sqlite(&path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(fail)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
    let patience = Instant::now() + BUSY;
    loop {
        let read = |row: &rusqlite::Row<'_>| row.get(0);
        match connection.query_row("PRAGMA journal_mode = DELETE", (), read) {
            Ok::<String, _>(mode) if mode == "delete" => return Ok(()),
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                return Err(fail(error));
            }
            _ if Instant::now() < patience => thread::sleep(TICK),
            _ => return Err(Error::Busy { path }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{State, StateDirectory};
    use super::*;
    use crate::model::{Endpoint, TlsMode};

    fn identity(user: &str) -> MailboxIdentity {
        let endpoint = Endpoint { host: "h".into(), port: 995, tls: TlsMode::Implicit };
        MailboxIdentity::new(user, &endpoint)
    }

    fn files(directory: &Path, name: &str) -> StateFiles {
        StateFiles::new(directory, &AccountName::configured(name).unwrap())
    }

    fn url_files(directory: &Path) -> StateFiles {
        StateFiles::new(directory, &AccountName::of_mailbox(&identity("alice")))
    }

    /// Opens the state of alice under `files`, and leaves a mark in it.
    fn mark(files: &StateFiles, login: i64) -> State {
        let lock = AccountLock::take(files, &Surroundings::of_a_test()).unwrap();
        let mut state =
            State::open(&lock, files, &identity("alice"), &Surroundings::of_a_test()).unwrap();
        state.note_run(Some(login), None, &[]).unwrap();
        state
    }

    fn login(path: &Path) -> i64 {
        let connection = Connection::open(path).unwrap();
        connection.query_row("SELECT last_login FROM mailbox", (), |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_account_takes_over_what_lies_under_its_url_and_under_its_old_name() {
        let home = tempfile::tempdir().unwrap();
        let (url, old, new) =
            (url_files(home.path()), files(home.path(), "a"), files(home.path(), "b"));
        drop(mark(&url, 11));
        let lock = AccountLock::take(&old, &Surroundings::of_a_test()).unwrap();
        drop(State::open(&lock, &old, &identity("alice"), &Surroundings::of_a_test()).unwrap());
        assert!(!url.database_path().exists());
        assert_eq!(login(&old.database_path()), 11);
        // Looked at without a lock it stays where it is.
        assert!(State::peek(&new, &identity("alice")).unwrap().is_some());
        assert!(old.database_path().exists());
        drop(lock);
        let lock = AccountLock::take(&new, &Surroundings::of_a_test()).unwrap();
        drop(State::open(&lock, &new, &identity("alice"), &Surroundings::of_a_test()).unwrap());
        assert!(!old.database_path().exists());
        assert_eq!(login(&new.database_path()), 11);
        let left: Vec<String> = fs::read_dir(home.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".lock"))
            .collect();
        assert_eq!(left, ["b.db"]);
    }

    #[test]
    fn what_was_given_another_name_since_the_last_look_is_found() {
        let home = tempfile::tempdir().unwrap();
        let directory = StateDirectory::from(home.path());
        let named =
            |name: &str| StateFiles::new(&directory, &AccountName::configured(name).unwrap());
        drop(mark(&named("a"), 11));
        let found = || find(&named("b"), &identity("alice")).unwrap().stem().to_owned();
        assert_eq!(found(), "a");
        fs::rename(named("a").database_path(), named("c").database_path()).unwrap();
        assert_eq!(found(), "c");
    }

    #[test]
    fn what_a_killed_run_left_in_the_log_comes_along() {
        let home = tempfile::tempdir().unwrap();
        let (url, new) = (url_files(home.path()), files(home.path(), "work"));
        let work = tempfile::tempdir().unwrap();
        let origin = url_files(work.path());
        let state = mark(&origin, 12);
        // As a kill would leave it: the log not yet brought into the database.
        for end in ["", "-wal"] {
            let name = |files: &StateFiles| format!("{}{end}", files.database_path().display());
            fs::copy(name(&origin), name(&url)).unwrap();
        }
        drop(state);
        assert!(fs::metadata(format!("{}-wal", url.database_path().display())).unwrap().len() > 0);
        let lock = AccountLock::take(&new, &Surroundings::of_a_test()).unwrap();
        take_over(&lock, &new, &identity("alice"), &Surroundings::of_a_test()).unwrap();
        assert_eq!(login(&new.database_path()), 12);
        assert!(!url.database_path().exists());
    }

    #[test]
    fn not_while_somebody_works_under_the_other_name_or_reads_it() {
        let home = tempfile::tempdir().unwrap();
        let (url, new) = (url_files(home.path()), files(home.path(), "work"));
        drop(mark(&url, 1));
        let lock = AccountLock::take(&new, &Surroundings::of_a_test()).unwrap();
        let other = AccountLock::take(&url, &Surroundings::of_a_test()).unwrap();
        let take = || take_over(&lock, &new, &identity("alice"), &Surroundings::of_a_test());
        assert!(matches!(take(), Err(Error::InUse(_))));
        drop(other);
        let reader = State::peek(&url, &identity("alice")).unwrap().unwrap();
        reader.known().unwrap();
        assert!(matches!(take(), Err(Error::Busy { .. })));
        drop(reader);
        take().unwrap();
        assert!(new.database_path().exists());
    }

    #[test]
    fn another_mailbox_and_what_is_no_state_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let (url, new) = (url_files(home.path()), files(home.path(), "work"));
        drop(mark(&url, 1));
        fs::write(home.path().join("junk.db"), "no database at all").unwrap();
        let lock = AccountLock::take(&new, &Surroundings::of_a_test()).unwrap();
        drop(State::open(&lock, &new, &identity("bob"), &Surroundings::of_a_test()).unwrap());
        assert!(url.database_path().exists());
        assert!(State::peek(&new, &identity("alice")).is_err(), "its own file is another's state");
    }
}
