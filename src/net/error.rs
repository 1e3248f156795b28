//! What can go wrong on the way to a server.

use std::io;

use crate::model::Endpoint;

/// A connection that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name does not exist.
    #[error("cannot find the host {host}: no such name")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// The name may exist, but nobody answers the question.
    #[error("cannot look up the host {host}: {reason}")]
    Resolver {
        /// The name.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// Nothing listens there.
    #[error("cannot connect to {endpoint}: connection refused")]
    Refused {
        /// Where.
        endpoint: Endpoint,
    },
    /// No way there, or no answer.
    #[error("cannot connect to {endpoint}")]
    Unreachable {
        /// Where.
        endpoint: Endpoint,
        /// The system's reason.
        source: io::Error,
    },
    /// A step took too long.
    #[error("timed out after {seconds} s waiting for {what}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
    },
    /// The line broke during the TLS handshake.
    #[error("the connection to {host} broke during the TLS handshake")]
    HandshakeBroken {
        /// The host.
        host: String,
        /// The system's reason, where there is more to say than that it was closed.
        source: Option<io::Error>,
    },
    /// The other end does not speak TLS.
    #[error("{endpoint} does not speak TLS")]
    NotTls {
        /// Where.
        endpoint: Endpoint,
    },
    /// The server's certificate is not to be trusted.
    #[error("the certificate of {host} was refused: {reason}")]
    Certificate {
        /// The host it should be for.
        host: String,
        /// What is wrong with it.
        reason: String,
        /// Whether naming the right authority would help.
        unknown_authority: bool,
    },
    /// The handshake failed for another reason.
    #[error("the TLS handshake with {host} failed: {reason}")]
    Handshake {
        /// The host.
        host: String,
        /// The TLS library's reason.
        reason: String,
    },
    /// The authorities to trust cannot be used.
    #[error("{reason}")]
    Roots {
        /// Why.
        reason: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}
