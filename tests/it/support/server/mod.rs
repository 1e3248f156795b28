//! A scripted POP3 server that misbehaves on request.
//!
//! It listens on a free port of 127.0.0.1, serves each connection on a thread
//! of its own and stops when it is dropped:
//!
//! ```ignore
//! let mailbox = Mailbox::new();
//! mailbox.add(b"Subject: one\r\n\r\nbody\r\n");
//! let script = Script::new()
//!     .implicit_tls(identity)
//!     .on(Trigger::verb("RETR").nth(2), Action::CutBody { after: 10 });
//! let server = Server::start(script, &mailbox);
//! // ... run the client against server.port() ...
//! assert_eq!(server.finished_log()[0].closed(), Some(Closed::Fault));
//! ```

// Shared by the tests and an example, neither of which uses everything.
#![allow(dead_code, unused_imports, clippy::expect_used, clippy::unwrap_used)]

mod body;
mod connection;
mod dialogue;
mod listener;
mod log;
mod mailbox;
mod maildrop;
mod reply;
mod rules;
pub(crate) mod sasl;
mod script;
mod stop;
#[cfg(test)]
mod tests;

pub(crate) use body::Body;
pub(crate) use listener::Server;
pub(crate) use log::{Closed, Entry, Session};
pub(crate) use mailbox::{Mailbox, Message};
pub(crate) use rules::{Action, Event, Gate, Trigger};
pub(crate) use script::{Capabilities, Pipelined, Script, Tls};
