//! How a server can break the protocol.

use super::visible;

/// The server sent what POP3 does not allow. The connection cannot be used any longer: replies
/// are matched by their order only, so after one surprise none can be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither `+OK` nor `-ERR` (RFC 1939, section 3).
    #[error("expected +OK or -ERR in reply to {command}, got '{line}'")]
    NotAStatus {
        /// The command, without secrets.
        command: String,
        /// The line, made visible.
        line: String,
    },
    /// A line that ends in a bare LF, although the greeting ended in CRLF.
    #[error("a line of the reply to {command} ends in a bare LF: '{line}'")]
    BareLineFeed {
        /// The command, without secrets.
        command: String,
        /// The line, made visible.
        line: String,
    },
    /// A line without end.
    #[error("a line of the reply to {command} is longer than {limit} octets")]
    LineTooLong {
        /// The command, without secrets.
        command: String,
        /// The bound.
        limit: usize,
    },
    /// A listing without end.
    #[error("the reply to {command} is longer than {limit} {unit}")]
    ReplyTooLong {
        /// The command, without secrets.
        command: String,
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
        /// The line, made visible.
        line: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Bytes that no command asked for.
    #[error("the server sent data that nobody asked for: '{data}'")]
    Unsolicited {
        /// The data, made visible.
        data: String,
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
        /// The line, made visible.
        line: String,
    },
}

/// How much of a server's line an error shows, in characters.
pub(super) const SHOWN: usize = 120;

impl Error {
    pub(super) fn not_a_status(command: &str, line: &[u8]) -> Self {
        Self::NotAStatus { command: command.to_owned(), line: visible(line, SHOWN) }
    }

    pub(super) fn malformed(command: &'static str, line: &[u8], why: &'static str) -> Self {
        Self::Malformed { command, line: visible(line, SHOWN), why }
    }

    /// Data that arrived with nothing outstanding.
    #[must_use]
    pub fn unsolicited(data: &[u8]) -> Self {
        Self::Unsolicited { data: visible(data, SHOWN) }
    }

    /// A challenge to `command` that cannot be decoded.
    #[must_use]
    pub fn challenge(line: &[u8]) -> Self {
        Self::Challenge { line: visible(line, SHOWN) }
    }
}
