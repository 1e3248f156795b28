//! Opening the places that mail goes to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Context, Error};
use crate::delivery::{self, Acknowledged, Destination, Maildir, Mbox, Receiver, Spools};
use crate::durable::Patience;
use crate::model::Place;
use crate::state::{self, State, StateFiles};

/// Where mail goes.
pub enum Output {
    /// Into a Maildir, by absolute path.
    Maildir(PathBuf),
    /// Into an mbox, by absolute path.
    Mbox(PathBuf),
    /// To one that answers for what it is given and takes nothing back.
    Receiver(Box<dyn Receiver>),
}

impl Output {
    /// The place, as the state names it.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Maildir(path) => Place::Maildir(path.clone()),
            Self::Mbox(path) => Place::Mbox(path.clone()),
            Self::Receiver(receiver) => receiver.place().clone(),
        }
    }
}

/// Opens the destinations. One that is missing is made, unless it has held mail of this account:
/// then its disk may not be mounted, and to make it anew would split the mail in two.
pub(super) fn open(
    outputs: Vec<Output>,
    state: Option<&State>,
    files: &StateFiles,
    id: &str,
    context: &Context<'_>,
) -> Result<Vec<Destination>, Error> {
    let open = |output: Output| -> Result<Destination, Error> {
        let place = output.place();
        let held = state.map(|state| state.has_held(&place)).transpose()?;
        let create = held != Some(true);
        Ok(match output {
            Output::Maildir(path) => {
                let user = context.surroundings.user;
                Destination::Maildir(Arc::new(Maildir::open(&path, create, user)?))
            }
            Output::Mbox(path) => {
                let spools = open_spools(files, &path, id)?;
                Destination::Mbox(Arc::new(open_mbox(&path, create, spools, context)?))
            }
            Output::Receiver(receiver) => {
                let spools = state::open_directory(files.directory(), context.surroundings.user)?;
                Destination::Acknowledged(Arc::new(Acknowledged::new(receiver, spools)))
            }
        })
    };
    outputs.into_iter().map(open).collect()
}

/// How long another program may keep an mbox to itself. Copying a large message into it, or a
/// reader's rewriting it, takes seconds.
const LOCKED: Duration = Duration::from_secs(30);

/// The spool files of the account whose state has the random id `id` for the mbox at `path`.
pub(super) fn open_spools(files: &StateFiles, path: &Path, id: &str) -> Result<Spools, Error> {
    let spools = Spools::open(&files.spool(), path, id, files.stem());
    Ok(spools.map_err(state::Error::Directory)?)
}

/// The same, if they are there.
pub(super) fn find_spools(
    files: &StateFiles,
    path: &Path,
    id: &str,
) -> Result<Option<Spools>, Error> {
    Ok(Spools::find(&files.spool(), path, id).map_err(state::Error::Directory)?)
}

/// Opens the mbox at `path`.
pub(super) fn open_mbox(
    path: &Path,
    create: bool,
    spools: Spools,
    context: &Context<'_>,
) -> Result<Mbox, delivery::Error> {
    let patience = Patience { limit: LOCKED, interrupt: context.interrupt.clone() };
    Mbox::open(path, create, spools, context.surroundings, patience)
}
