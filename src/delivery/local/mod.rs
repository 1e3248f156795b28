//! Destinations on this machine.

mod maildir;
mod mboxrd;
mod names;
mod stream;

pub use maildir::{Completion, Found, Maildir};
pub use names::Names;
pub use stream::{Spool, Stream, StreamFormat};
