//! Opening the places that mail goes to.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::Error;
use crate::delivery::{Destination, Maildir, Stream, StreamFormat};
use crate::durable::Directory;
use crate::model::Place;
use crate::state::{self, State, StateFiles};

/// Where mail goes.
pub enum Output {
    /// Into a Maildir, by absolute path.
    Maildir(PathBuf),
    /// To a writer that cannot take anything back, usually standard output.
    Stream(Box<dyn Write + Send>, StreamFormat),
}

impl Output {
    /// The place, as the state names it.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Maildir(path) => Place::Maildir(path.clone()),
            Self::Stream(..) => Place::Stdout,
        }
    }
}

/// Opens the destinations. One that is missing is made, unless it has held mail of this account:
/// then its disk may not be mounted, and to make it anew would split the mail in two.
pub(super) fn open(
    outputs: Vec<Output>,
    state: Option<&State>,
    files: &StateFiles,
    user: u32,
) -> Result<Vec<Destination>, Error> {
    let open = |output: Output| -> Result<Destination, Error> {
        let place = output.place();
        Ok(match output {
            Output::Maildir(path) => {
                let held = state.map(|state| state.has_held(&place)).transpose()?;
                let create = held != Some(true);
                Destination::Maildir(Arc::new(Maildir::open(&path, create, user)?))
            }
            Output::Stream(writer, format) => {
                let spools = Directory::open_or_create_all(files.directory());
                let spools = spools.map_err(state::Error::Directory)?;
                Destination::Stream(Arc::new(Stream::new(writer, format, spools)))
            }
        })
    };
    outputs.into_iter().map(open).collect()
}
