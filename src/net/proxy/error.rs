//! What can go wrong with a proxy.

use std::io;

/// A proxy that does not lead on.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// It wants another login, or any.
    #[error("it refuses the login")]
    Login,
    /// It wants a login, and there is none.
    #[error("it wants a login")]
    NoLogin,
    /// It will not, or cannot, connect to the server.
    #[error("it cannot connect to {place}: {reason}")]
    Refused {
        /// Where to.
        place: String,
        /// Why, as the proxy says.
        reason: String,
        /// Whether it may work later.
        temporary: bool,
    },
    /// The server cannot be named to it.
    #[error("it takes no {what} of more than 255 octets")]
    TooLong {
        /// What is too long.
        what: &'static str,
    },
    /// It does not speak as a proxy should.
    #[error("{0}")]
    Protocol(String),
    /// Nothing comes.
    #[error("it does not answer")]
    Silent,
    /// It closed the connection.
    #[error("it closed the connection")]
    Closed,
    /// The line broke.
    #[error("the connection to it broke")]
    Broken(#[source] io::Error),
}

impl ProxyError {
    /// Whether another login, or any, would help.
    #[must_use]
    pub fn is_about_login(&self) -> bool {
        matches!(self, Self::Login | Self::NoLogin)
    }
}

impl From<io::Error> for ProxyError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Silent,
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Broken(error),
        }
    }
}
