//! A record of what was done to the disk.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::change::Change;

/// A line a step in the file `steps`, its fields separated by tabs: the step's number, `done` or
/// `failed`, its kind, the path; of a write where it began and its length, of a truncation the
/// length before and after, of a renaming the new path.
///
/// What a step destroys is kept beside it: the file that is removed or truncated, or the database
/// before a commit, as `NUMBER.saved` and `NUMBER.saved-wal`.
#[derive(Debug)]
pub(super) struct Record {
    directory: PathBuf,
    steps: fs::File,
}

impl Record {
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let steps = fs::File::options().append(true).create(true).open(directory.join("steps"))?;
        Ok(Self { directory: directory.to_owned(), steps })
    }

    /// Makes a change by `call`, and takes note of it.
    pub(super) fn make(
        &mut self,
        number: usize,
        change: Change<'_>,
        mut call: impl FnMut() -> io::Result<()>,
    ) -> io::Result<()> {
        let path = change.path();
        let saved = self.directory.join(format!("{number}.saved"));
        match change {
            Change::Remove(_) | Change::Truncate(_) => save(path, &saved)?,
            Change::Commit(_) => {
                save(path, &saved)?;
                save(&log(path), &log(&saved))?;
            }
            _ => {}
        }
        let before = length(path);
        let made = call();
        let after = length(path);
        let outcome = if made.is_ok() { "done" } else { "failed" };
        let (kind, path) = (change.kind(), path.display());
        let more = match change {
            Change::Write(..) => format!("\t{before}\t{}", after.saturating_sub(before)),
            Change::Truncate(_) => format!("\t{before}\t{after}"),
            Change::Rename { to, .. } => format!("\t{}", to.display()),
            _ => String::new(),
        };
        writeln!(self.steps, "{number}\t{outcome}\t{kind}\t{path}{more}")?;
        made
    }
}

/// Copies a file that may be missing.
fn save(path: &Path, to: &Path) -> io::Result<()> {
    match fs::copy(path, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// SQLite's write-ahead log of a database.
fn log(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
