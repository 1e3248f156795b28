//! Looking into the state of another account.

use std::path::Path;

use rusqlite::Connection;

use super::open::{open_to_read, owner_of, sync_journal};
use super::{Error, StateFiles, record, schema};
use crate::model::{Place, Staged};

/// What the account whose state in `directory` has the random id `id` has recorded for `place` and
/// not marked as done, in the order of its recording. Its files were last known to be called
/// `stem`; a state that was given another name since is found all the same. Nothing where there is
/// no such state: then it cannot be completed by anybody else.
///
/// What this gives is durable: also after a power cut that account will know of it.
///
/// # Errors
/// [`Error`].
pub fn pending_of(
    directory: &Path,
    stem: &str,
    id: &str,
    place: &Place,
) -> Result<Vec<Staged>, Error> {
    let is_it = |files: &StateFiles| {
        owner_of(&files.database_path()).is_some_and(|owner| owner.state_id == id)
    };
    // It may be given another name at the very moment when it is looked for, but not twice.
    for _ in 0..2 {
        let named = Some(StateFiles::with_stem(directory, stem)).filter(is_it);
        let found = named.or_else(|| StateFiles::all(directory).into_iter().find(is_it));
        let Some(path) = found.map(|files| files.database_path()) else { continue };
        match open_to_read(&path) {
            Ok(None) => {}
            // Deliveries have been recorded in the same way from the first version on.
            Ok(Some((connection, 1..=schema::VERSION))) => {
                return pending(&connection, &path, place);
            }
            Ok(Some(_)) => break,
            Err(_) if matches!(path.try_exists(), Ok(false)) => {}
            Err(source) => return Err(Error::sqlite(&path, source)),
        }
    }
    Ok(Vec::new())
}

fn pending(connection: &Connection, path: &Path, place: &Place) -> Result<Vec<Staged>, Error> {
    let pending = record::pending(connection).map_err(|source| Error::sqlite(path, source))?;
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    sync_journal(path)?;
    let here = pending.into_iter().filter(|delivery| delivery.place == *place);
    Ok(here.map(|delivery| delivery.staged).collect())
}
