//! What can go wrong on the way to a server.

use std::io;

use super::{Distrust, Fingerprint, ProxyError};
use crate::model::{AddressFamily, Endpoint, Overdue};

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
    /// The name has no address of the kind that is wanted.
    #[error("the host {host} has no {family} address")]
    NoAddress {
        /// The name.
        host: String,
        /// What is wanted.
        family: AddressFamily,
    },
    /// Nothing listens there.
    #[error("cannot connect to {place}: connection refused")]
    Refused {
        /// Where.
        place: String,
    },
    /// No way there, or no answer.
    #[error("cannot connect to {place}")]
    Unreachable {
        /// Where.
        place: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A proxy does not lead on.
    #[error("the proxy {proxy}")]
    Proxy {
        /// Which, without its login.
        proxy: String,
        /// Why.
        source: ProxyError,
    },
    /// There is no tunnel.
    #[error("cannot start the tunnel command")]
    Tunnel {
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
    #[error("the certificate of {host} was refused: {distrust}")]
    Certificate {
        /// The host it should be for.
        host: String,
        /// What is wrong with it.
        distrust: Distrust,
    },
    /// The server's certificate is none of those that are pinned.
    #[error(
        "the certificate of {host} is not the pinned one: its fingerprint is {certificate}, that of its key {key}"
    )]
    NotPinned {
        /// The host.
        host: String,
        /// The fingerprint of the certificate.
        certificate: Fingerprint,
        /// The fingerprint of its public key.
        key: Fingerprint,
    },
    /// The server wants to know who we are, and does not.
    #[error("{host}: {reason}")]
    ClientCertificate {
        /// The host.
        host: String,
        /// What it says.
        reason: &'static str,
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
    /// The session took longer than it may.
    #[error(transparent)]
    Overdue(#[from] Overdue),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}
