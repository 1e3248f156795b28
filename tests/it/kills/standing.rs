//! How things stand between two runs, and what a kill therefore hit.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::Connection;

use crate::support::{Maildir, Mbox};

/// What there is.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// Files in `tmp/` and spool files.
    pub(super) staged: usize,
    /// Messages in the Maildir and octets in the mbox.
    pub(super) published: usize,
    /// When a database was last written to.
    pub(super) logged: Option<SystemTime>,
    /// Messages in places that are recorded and wait to be published.
    pub(super) recorded: usize,
    /// The same, published already, but not marked as done.
    pub(super) unmarked: usize,
}

impl Standing {
    /// What can be seen without the state.
    pub(super) fn seen(maildir: &Maildir, mbox: &Mbox, state: &Path) -> Self {
        let octets = fs::metadata(mbox.path()).map_or(0, |file| file.len());
        Self {
            staged: maildir.names("tmp").len() + spool_files(state).len(),
            published: maildir.names("new").len() + usize::try_from(octets).expect("64 bits"),
            logged: databases(state).iter().filter_map(|path| written(path)).max(),
            ..Self::default()
        }
    }

    /// All of it; nothing of the state where popfetch has none.
    pub(super) fn of(maildir: &Maildir, mbox: &Mbox, state: &Path) -> Self {
        let mut staged = spool_files(state);
        staged.extend(maildir.names("tmp").into_iter().map(PathBuf::from));
        let waits =
            |name: &String| staged.iter().any(|path| path.file_name() == Some(name.as_ref()));
        let pending = pending(state);
        let recorded = pending.iter().filter(|name| waits(name)).count();
        let unmarked = pending.len() - recorded;
        Self { recorded, unmarked, ..Self::seen(maildir, mbox, state) }
    }

    /// Whether the next run has something to recover.
    pub(super) fn is_unfinished(&self) -> bool {
        self.recorded + self.unmarked > 0
    }
}

/// The files of deliveries that are not marked as done. Reads a copy: the next run is to find the
/// database just as the kill left it.
fn pending(state: &Path) -> Vec<String> {
    let copy = tempfile::tempdir().expect("a temporary directory");
    let mut database = None;
    for path in databases(state) {
        let to = copy.path().join(path.file_name().expect("a name"));
        fs::copy(&path, &to).expect("a copy");
        database = Some(to.with_extension("db"));
    }
    let Some(database) = database else { return Vec::new() };
    let database = Connection::open(database).expect("a database");
    let names =
        database.prepare("SELECT name FROM delivery WHERE done = 0").and_then(|mut rows| {
            let names = rows.query_map((), |row| row.get(0))?;
            names.collect()
        });
    // One that was killed at its very start has no tables.
    names.unwrap_or_default()
}

/// The database with its write-ahead log.
fn databases(state: &Path) -> Vec<PathBuf> {
    let mut files = children(state);
    files.retain(|path| path.extension().is_some_and(|kind| kind == "db" || kind == "db-wal"));
    files
}

/// When it was last written to, if it is still there.
fn written(path: &Path) -> Option<SystemTime> {
    Some(fs::metadata(path).ok()?.modified().expect("a time"))
}

/// `spool/MBOX/ACCOUNT/NAME`.
fn spool_files(state: &Path) -> Vec<PathBuf> {
    let mboxes = children(&state.join("spool"));
    let accounts = mboxes.iter().flat_map(|mbox| children(mbox));
    accounts.flat_map(|account| children(&account)).collect()
}

/// What is in a directory, if it is one.
fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").path()).collect()
}
