//! Destinations on this machine.

mod maildir;
mod mbox;
mod mboxrd;
mod names;
mod stream;

pub use maildir::{Completion, Found, Maildir};
pub(crate) use mbox::SpooledMessage;
pub use mbox::{Completed, LockedMbox, Mbox, OtherAccount, Spooled, Spools};
pub(super) use mboxrd::from_line;
pub use names::Names;
pub use stream::{Stream, StreamFormat};

use std::path::Path;

use super::Error;
use crate::durable::{Foreign, foreign_on_the_way};

/// Root must not write where another user can swap what is there for a link (CVE-2004-0880).
fn require_own(path: &Path, owner: u32, user: u32) -> Result<(), Error> {
    if user == 0 && owner != 0 {
        return Err(Error::ForeignOwner { path: path.to_owned(), owner });
    }
    Ok(())
}

/// The same for whoever can change where the path leads.
fn require_own_way(path: &Path, user: u32) -> Result<(), Error> {
    match foreign_on_the_way(path) {
        Some(Foreign { path, owner }) => require_own(&path, owner, user),
        None => Ok(()),
    }
}
