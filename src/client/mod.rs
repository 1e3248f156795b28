//! A POP3 connection over anything that reads and writes.
//!
//! [`Connection`] is in AUTHORIZATION state and becomes a [`Session`], in TRANSACTION state, only
//! through a login: calls that the state does not allow do not compile. Both drive a
//! [`proto::Engine`](crate::proto::Engine) over a fixed buffer; work in bulk goes through
//! [`Session::run`], which keeps a window of commands in flight.

mod auth;
mod buffer;
mod channel;
mod connection;
mod error;
mod login;
mod pace;
mod pipeline;
mod redact;
mod refusal;
mod session;
#[cfg(test)]
mod tests;

pub use channel::{Trace, Tracer};
pub use connection::Connection;
pub use error::Error;
pub use login::LoginError;
pub use pipeline::{Exchange, Failure, Part};
pub use refusal::{Refusal, Refused};
pub use session::{Mailbox, Quit, Session};
