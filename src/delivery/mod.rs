//! Where mail goes.
//!
//! A [`Destination`] takes messages in three steps, so that nothing is visible before it is
//! complete and nothing is deleted from a server before it is durable: it is written (staged),
//! then made durable, and, once the state has recorded it, made visible (published).

mod acknowledged;
mod destination;
mod error;
mod header;
mod line_end;
mod local;
mod mboxes;
mod remote;

pub use acknowledged::{Acknowledged, Answer, Letter, Receiver};
pub use destination::{Destination, Sink, StagedMessage, sync_content};
pub use error::Error;
pub use header::HeaderBlock;
pub use line_end::LineFeeds;
pub use local::{
    Completed, Completion, Found, LockedMbox, Maildir, Mbox, Names, OtherAccount, Spooled, Spools,
    Stream, StreamFormat,
};
pub use mboxes::Mboxes;
pub use remote::{Pipe, PipeSettings};
