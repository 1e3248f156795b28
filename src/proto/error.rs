//! How a server can break the protocol.

use std::fmt;

use super::visible;

/// The server sent what POP3 does not allow. The connection cannot be used any longer: replies
/// are matched by their order only, so after one surprise none can be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither `+OK` nor `-ERR` (RFC 1939, section 3).
    #[error("expected +OK or -ERR in {reply}, got '{line}'")]
    NotAStatus {
        /// Of what, without secrets.
        reply: String,
        /// The line.
        line: Quoted,
    },
    /// A line that ends in a bare LF, although the greeting ended in CRLF.
    #[error("a line of {reply} ends in a bare LF: '{line}'")]
    BareLineFeed {
        /// Of what, without secrets.
        reply: String,
        /// The line.
        line: Quoted,
    },
    /// A line without end.
    #[error("a line of {reply} is longer than {limit} octets")]
    LineTooLong {
        /// Of what, without secrets.
        reply: String,
        /// The bound.
        limit: usize,
    },
    /// A listing without end.
    #[error("{reply} is longer than {limit} {unit}")]
    ReplyTooLong {
        /// Of what, without secrets.
        reply: String,
        /// The bound.
        limit: usize,
        /// `lines` or `octets`.
        unit: &'static str,
    },
    /// A line of STAT, LIST or UIDL that does not hold what it must (RFC 1939, sections 5 and 7).
    #[error("malformed line in the reply to {command}: '{line}' ({why})")]
    Malformed {
        /// The command.
        command: &'static str,
        /// The line.
        line: Quoted,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Bytes that no command asked for.
    #[error("the server sent data that nobody asked for: '{data}'")]
    Unsolicited {
        /// The data.
        data: Quoted,
    },
    /// Bytes behind the reply to STLS that were not protected by TLS: somebody in between tries
    /// to inject replies (RFC 2595, section 4).
    #[error("the server sent {octets} unprotected octets behind its reply to STLS")]
    Injection {
        /// How many.
        octets: usize,
    },
    /// A SASL challenge that is not base64 (RFC 5034, section 4).
    #[error("the server's challenge is not base64: '{line}'")]
    Challenge {
        /// The line.
        line: Quoted,
    },
}

/// Octets of a server that an error quotes: kept as they came, so that a secret among them can be
/// found, and shown as text that is cut and made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted(Vec<u8>);

/// How much of a server's octets is kept, and how much is shown, in octets and characters.
const KEPT: usize = 1024;
const SHOWN: usize = 120;

impl Quoted {
    pub(super) fn new(octets: &[u8]) -> Self {
        Self(octets[..octets.len().min(KEPT)].to_vec())
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.0, SHOWN))
    }
}

impl Error {
    /// Replaces what it quotes of the server by what `change` makes of it.
    #[must_use]
    pub fn map_quoted(mut self, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Self {
        let quoted = match &mut self {
            Self::NotAStatus { line, .. }
            | Self::BareLineFeed { line, .. }
            | Self::Malformed { line, .. }
            | Self::Challenge { line } => line,
            Self::Unsolicited { data } => data,
            Self::LineTooLong { .. } | Self::ReplyTooLong { .. } | Self::Injection { .. } => {
                return self;
            }
        };
        if let Some(changed) = change(&quoted.0) {
            quoted.0 = changed;
        }
        self
    }

    pub(super) fn malformed(command: &'static str, line: &[u8], why: &'static str) -> Self {
        Self::Malformed { command, line: Quoted::new(line), why }
    }

    /// Data that arrived with nothing outstanding.
    #[must_use]
    pub fn unsolicited(data: &[u8]) -> Self {
        Self::Unsolicited { data: Quoted::new(data) }
    }

    /// A challenge to `command` that cannot be decoded.
    #[must_use]
    pub fn challenge(line: &[u8]) -> Self {
        Self::Challenge { line: Quoted::new(line) }
    }
}
