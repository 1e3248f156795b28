//! What has been seen: one SQLite file an account.
//!
//! [`AccountLock`] is taken first and held to the end; [`State`] is read and written under it.
//! Rows are message by destination. The transaction that records a batch is *the* commit point:
//! before it a message was not delivered, after it it is, even if a crash leaves it to the next
//! run's recovery to make it visible.
//!
//! A state belongs to a mailbox, whatever the account is called: one that lies under another name
//! is found by the mailbox's identity.

mod directory;
mod error;
mod file;
mod known;
mod lock;
mod open;
mod others;
mod place;
mod record;
mod schema;
mod store;
mod takeover;

pub use directory::StateDirectory;
pub use error::Error;
pub use file::StateFiles;
pub use known::{Known, KnownMessage, Recognised, Recognition};
pub use lock::{AccountLock, open_directory};
pub use others::pending_of;
pub use store::{Committed, State, Times};
