//! POP3 without I/O (RFC 1939, 2449, 5034): bytes in, events out.
//!
//! [`Engine`] is told which commands are sent and is shown what the server sends. It matches
//! replies to commands by their order, the only way POP3 has, and answers with [`Event`]s that
//! are spans of the input. Nothing here reads a socket, a file or a clock.

mod capabilities;
mod command;
mod dot;
mod engine;
mod error;
mod limits;
mod line;
mod listing;
mod reply;
mod visible;

pub use capabilities::{Capabilities, Expire};
pub use command::{Command, InvalidArgument};
pub use engine::{Engine, Event, Step};
pub use error::{Error, Quoted};
pub use limits::Limits;
pub use listing::{Sizes, Stat, Uids, combine};
pub use reply::{ResponseCode, ServerText, Status};
pub use visible::{is_active, visible};
