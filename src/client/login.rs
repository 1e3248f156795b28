//! Logging in (RFC 1939, section 7; RFC 5034).

use std::fmt;
use std::io::{Read, Write};

use super::auth::{self, Ended};
use super::channel::Channel;
use super::{Error, Refusal, Refused};
use crate::proto::{Capabilities, Command, ServerText};
use crate::sasl::{self, Credentials, LoginMethod};

/// A login that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server says no; what that means is in [`Self::is_about_credentials`].
    #[error("the server says: {}", Reason(.0))]
    Refused(Refused),
    /// The line was cut in answer to the credentials. Some servers do that to a wrong password.
    #[error("the server closed the connection during the login, which may mean a wrong password")]
    Closed,
    /// A name or password with characters beyond ASCII, and no way to say so.
    #[error(
        "the user name or the password is not ASCII, and the server does not announce UTF8 USER"
    )]
    NotAscii,
    /// The greeting has no timestamp for APOP.
    #[error("the server's greeting holds no timestamp for APOP")]
    NoTimestamp,
    /// The mechanism cannot go on.
    #[error("the {mechanism} exchange failed")]
    Mechanism {
        /// Which.
        mechanism: &'static str,
        /// Why.
        source: sasl::Error,
    },
    /// More challenges than any mechanism has.
    #[error("the server does not come to an end with its challenges")]
    Endless,
}

/// What a server gives as its reason.
struct Reason<'a>(&'a Refused);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status.text)?;
        match &self.0.complaint {
            Some(complaint) => write!(f, " ({complaint})"),
            None => Ok(()),
        }
    }
}

impl LoginError {
    /// Whether the credentials are wrong, as far as can be told, and so should not be tried again.
    #[must_use]
    pub fn is_about_credentials(&self) -> bool {
        self.refusal() == Some(Refusal::Credentials)
    }

    /// What a refusal is about; nothing where it is not a refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refused) => Some(refused.about()),
            _ => None,
        }
    }
}

/// Logs in by `method`. The credentials go out once: nothing is tried a second time.
pub(super) fn login<S: Read + Write>(
    channel: &mut Channel<S>,
    credentials: &Credentials<'_>,
    method: LoginMethod,
    offered: Option<&Capabilities>,
    timestamp: Option<&[u8]>,
) -> Result<(), Error> {
    channel.hide(credentials.secret);
    channel.hide(&auth::encode(credentials.secret));
    let mut mechanism = method.mechanism(credentials);
    let is_ascii = credentials.user.is_ascii() && credentials.secret.expose().is_ascii();
    let utf8 = offered.is_some_and(|offered| offered.utf8_user);
    let ended = match &mut mechanism {
        None if !is_ascii && !utf8 => Err(LoginError::NotAscii.into()),
        None if method == LoginMethod::Apop => apop(channel, credentials, timestamp),
        None => user_pass(channel, credentials),
        Some(mechanism) => {
            // An initial response only where SASL is announced (RFC 5034, section 3).
            let announced = offered.is_some_and(|offered| offered.sasl.is_some());
            auth::exchange(channel, mechanism.as_mut(), announced)
        }
    };
    // What was behind a closed line cannot be told apart from a refusal.
    let Ended { status, answered } = ended.map_err(|error| match error {
        Error::Closed { .. } => Error::Login(LoginError::Closed),
        Error::Broken { source, .. } if source.kind() == std::io::ErrorKind::ConnectionReset => {
            Error::Login(LoginError::Closed)
        }
        other => other,
    })?;
    if status.ok {
        return Ok(());
    }
    let complaint = mechanism.and_then(|mechanism| mechanism.complaint());
    let refused = Refused {
        status,
        complaint: complaint.map(|text| ServerText::new(&channel.redacted(text.into_bytes()))),
        has_auth_code: offered.is_some_and(|offered| offered.auth_resp_code),
        saw_credentials: answered,
    };
    Err(LoginError::Refused(refused).into())
}

fn user_pass<S: Read + Write>(
    channel: &mut Channel<S>,
    credentials: &Credentials<'_>,
) -> Result<Ended, Error> {
    let mut status = channel.command(Command::User(credentials.user.to_owned()))?;
    if status.ok {
        status = channel.command(Command::Pass(credentials.secret.clone()))?;
    }
    Ok(Ended { status, answered: true })
}

fn apop<S: Read + Write>(
    channel: &mut Channel<S>,
    credentials: &Credentials<'_>,
    timestamp: Option<&[u8]>,
) -> Result<Ended, Error> {
    let timestamp = timestamp.ok_or(LoginError::NoTimestamp)?;
    let digest = sasl::apop_digest(timestamp, credentials.secret)
        .map_err(|source| LoginError::Mechanism { mechanism: "APOP", source })?;
    channel.hide(&digest);
    let status = channel.command(Command::Apop(credentials.user.to_owned(), digest))?;
    Ok(Ended { status, answered: true })
}
