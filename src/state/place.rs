//! Places in the columns of a table.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rusqlite::Row;
use rusqlite::types::Type;

use crate::model::{CommandLine, Place};

/// The kind of `place`, and what tells it from others of the kind.
pub(super) fn columns(place: &Place) -> (&'static str, Cow<'_, [u8]>) {
    match place {
        Place::Maildir(at) => ("maildir", at.as_os_str().as_bytes().into()),
        Place::Mbox(at) => ("mbox", at.as_os_str().as_bytes().into()),
        Place::Stdout => ("stdout", Cow::Borrowed(b"")),
        Place::Pipe(CommandLine::Shell(line)) => ("pipe", line.as_bytes().into()),
        // No word holds a NUL.
        Place::Pipe(CommandLine::Words(words)) => ("exec", words.join("\0").into_bytes().into()),
    }
}

/// The place whose columns begin at `at`.
pub(super) fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Place> {
    let damaged = |what: &str| {
        rusqlite::Error::FromSqlConversionFailure(at, Type::Text, what.to_owned().into())
    };
    let which = row.get_ref(at + 1)?.as_blob()?;
    let path = || PathBuf::from(OsStr::from_bytes(which));
    let text = || String::from_utf8(which.to_vec()).map_err(|_| damaged("a command"));
    Ok(match row.get_ref(at)?.as_str()? {
        "maildir" => Place::Maildir(path()),
        "mbox" => Place::Mbox(path()),
        "stdout" => Place::Stdout,
        "pipe" => Place::Pipe(CommandLine::Shell(text()?)),
        "exec" => {
            let words = text()?.split('\0').map(str::to_owned).collect();
            Place::Pipe(CommandLine::Words(words))
        }
        _ => return Err(damaged("a kind of destination")),
    })
}
