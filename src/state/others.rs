//! Looking into the state of another account.

use std::path::Path;

use rusqlite::OptionalExtension;

use super::store::{open_to_read, sync_journal};
use super::{Error, StateFiles, record, schema};
use crate::model::{Place, Staged};

/// What the account whose files in the state `directory` are called `stem`, and whose state has the
/// random id `id`, has recorded for `place` and not marked as done, in the order of its recording.
/// Nothing where there is no such state: then it cannot be completed by anybody else.
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
    let path = StateFiles::of_stem(directory, stem).database_path();
    let fail = |source| Error::sqlite(&path, source);
    let Some((connection, version)) = open_to_read(&path).map_err(fail)? else {
        return Ok(Vec::new());
    };
    let select = "SELECT state_id = ? FROM mailbox";
    let is_the_one = || connection.query_row(select, [id], |row| row.get::<_, bool>(0)).optional();
    if version != schema::VERSION || is_the_one().map_err(fail)? != Some(true) {
        return Ok(Vec::new());
    }
    let pending = record::pending(&connection).map_err(fail)?;
    if pending.is_empty() {
        return Ok(Vec::new());
    }
    sync_journal(&path)?;
    let here = pending.into_iter().filter(|delivery| delivery.place == *place);
    Ok(here.map(|delivery| delivery.staged).collect())
}
