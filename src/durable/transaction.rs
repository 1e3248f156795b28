//! A database's transaction, as one step among those on files.

use std::path::Path;

use super::Error;
use super::change::{Change, make};

/// Commits a transaction on the database at `path` by `commit`, which returns when it is durable.
/// Gives what that says.
///
/// # Errors
/// [`Error`] when it was not tried.
pub fn commit<E>(
    path: &Path,
    commit: impl FnOnce() -> Result<(), E>,
) -> Result<Result<(), E>, Error> {
    let (mut commit, mut committed) = (Some(commit), Ok(()));
    let tried = make(Change::Commit(path), || {
        committed = commit.take().map_or(Ok(()), |commit| commit());
        Ok(())
    });
    tried.map_err(|source| Error::new("commit to", path, source))?;
    Ok(committed)
}
