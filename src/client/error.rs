//! What can go wrong on an open connection.

use std::io;

use super::LoginError;
use crate::model::Overdue;
use crate::proto::{self, InvalidArgument, Status};

/// The connection is of no further use, or a command that it cannot do without was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing came for too long.
    #[error("timed out waiting for {awaiting}")]
    Timeout {
        /// What was waited for.
        awaiting: String,
    },
    /// Something came, but less than 100 octets a second for five minutes.
    #[error("the server sends too slowly; gave up waiting for {awaiting}")]
    TooSlow {
        /// What was waited for.
        awaiting: String,
    },
    /// The line was closed.
    #[error("the server closed the connection instead of sending {awaiting}")]
    Closed {
        /// What was waited for.
        awaiting: String,
    },
    /// The line broke.
    #[error("the connection broke while waiting for {awaiting}")]
    Broken {
        /// What was waited for.
        awaiting: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The server does not speak POP3 as it should.
    #[error(transparent)]
    Protocol(#[from] proto::Error),
    /// A command cannot be sent as the user wants it.
    #[error("cannot send {command}")]
    Argument {
        /// Which.
        command: &'static str,
        /// Why not.
        source: InvalidArgument,
    },
    /// The greeting was `-ERR`.
    #[error("the server refuses the connection: {}", .0.text)]
    Greeting(Status),
    /// A command that the session needs was refused.
    #[error("the server refuses {command}: {}", .status.text)]
    Refused {
        /// Which.
        command: &'static str,
        /// What it says.
        status: Status,
    },
    /// The server lists messages, and an empty list of their unique-ids.
    #[error("the server lists messages but none of their unique-ids")]
    NoUidsListed,
    /// Something needed is not offered.
    #[error("the server does not offer {what}")]
    NotOffered {
        /// What.
        what: &'static str,
    },
    /// The login failed.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The session took longer than it may.
    #[error(transparent)]
    Overdue(#[from] Overdue),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// From an error of the socket, while `awaiting` something.
    pub(super) fn of_io(source: io::Error, awaiting: String) -> Self {
        if let Some(&overdue) = source.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::Overdue(overdue);
        }
        match source.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout { awaiting },
            io::ErrorKind::Interrupted => Self::Interrupted,
            io::ErrorKind::UnexpectedEof => Self::Closed { awaiting },
            _ => Self::Broken { awaiting, source },
        }
    }

    /// Whether the server sent nothing for too long.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// Whether the line broke, and not the protocol or a rule.
    #[must_use]
    pub fn is_connection_loss(&self) -> bool {
        use Error::{Broken, Closed, Timeout, TooSlow};
        matches!(self, Timeout { .. } | TooSlow { .. } | Closed { .. } | Broken { .. })
    }
}
