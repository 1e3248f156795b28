//! Every sync, rename, lock and unlink in the program, and nothing that decides about them.
//!
//! Files are named relative to an open [`Directory`], so that a directory which is replaced under
//! a running popfetch is noticed as an error and never written into. Every operation that must
//! survive a power cut passes through here, which is also what lets tests fail each one.

mod change;
mod claim;
mod directory;
mod dotlock;
mod error;
#[cfg(feature = "failpoints")]
mod failpoints;
mod file;
mod lock;
mod mailbox_lock;
mod process;
mod shared_file;
mod standing;
mod transaction;
mod trust;
mod version;

pub use claim::{Claim, Patience};
pub use directory::Directory;
pub use error::Error;
pub use file::{File, sync_all};
pub use lock::{Holder, Lock};
pub use mailbox_lock::MailboxLock;
pub use shared_file::{LastRead, SharedFile};
pub use transaction::commit;
pub use trust::{Foreign, foreign_on_the_way};
