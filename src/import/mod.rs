//! What other programs that fetch mail have in their configurations, and what they have seen.
//!
//! Text in, plain data out: nothing here reads a file. Each program has a module; what its
//! configuration says and popfetch cannot do becomes a sentence, so that nothing is lost silently.

mod account;
mod fdm;
mod fetchmail;
mod getmail;
mod mpop;
mod option;
mod program;
mod seen;

pub use account::{Account, Error, Found, Password, Place, Setting};
pub use program::Program;
pub use seen::Seen;
