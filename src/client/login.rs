//! Logging in (RFC 1939, section 7; RFC 5034), and what a refusal means.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Error;
use super::channel::{Channel, Received};
use crate::model::Secret;
use crate::proto::{self, Capabilities, Command, ResponseCode, Status};
use crate::sasl::{self, LoginMethod, Mechanism, Plain};

/// Who logs in, and the proof.
pub struct Credentials<'a> {
    /// The user's name, as the server knows it.
    pub user: &'a str,
    /// The password.
    pub secret: &'a Secret,
}

/// A login that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server says no; what that means is in [`Self::is_about_credentials`].
    #[error("the server says: {}", .status.text)]
    Refused {
        /// What it says.
        status: Status,
        /// Whether it puts `[AUTH]` on every refusal of credentials.
        has_auth_code: bool,
    },
    /// The line was cut in answer to the credentials. Some servers do that to a wrong password.
    #[error("the server closed the connection during the login, which may mean a wrong password")]
    Closed,
    /// A name or password with characters beyond ASCII, and no way to say so.
    #[error(
        "the user name or the password is not ASCII, and the server does not announce UTF8 USER"
    )]
    NotAscii,
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

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are wrong.
    Credentials,
    /// It may work later.
    Temporary,
    /// Somebody has to mend the server or the account.
    Permanent,
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
            Self::Refused { status, has_auth_code } => Some(refusal(status, *has_auth_code)),
            _ => None,
        }
    }
}

/// Words, in lower case, that servers without response codes use for what will pass (fetchmail's
/// list, and what Twisted and solid-pop3d say).
const TEMPORARY: [&str; 11] = [
    "lock",
    "busy",
    "in use",
    "wait",
    "try again",
    "temporar",
    "server error",
    "fatal error",
    "internal error",
    "unavailable",
    "too many",
];

/// What `-ERR` to a login means. `[IN-USE]` says that the password was right (RFC 2449, section
/// 8.1.2); where AUTH-RESP-CODE is announced, only `[AUTH]` says that it was wrong (RFC 3206,
/// section 6); without either, the words have to do.
fn refusal(status: &Status, has_auth_code: bool) -> Refusal {
    let sounds_temporary = || {
        let text = status.text.as_str().to_lowercase();
        TEMPORARY.iter().any(|word| text.contains(word))
    };
    match status.code {
        Some(ResponseCode::Auth) => Refusal::Credentials,
        Some(ResponseCode::SysPerm) => Refusal::Permanent,
        Some(ResponseCode::InUse | ResponseCode::LoginDelay | ResponseCode::SysTemp) => {
            Refusal::Temporary
        }
        _ if has_auth_code || sounds_temporary() => Refusal::Temporary,
        _ => Refusal::Credentials,
    }
}

/// Logs in by `method`. The credentials go out once: nothing is tried a second time.
pub(super) fn login<S: Read + Write>(
    channel: &mut Channel<S>,
    credentials: &Credentials<'_>,
    method: LoginMethod,
    offered: Option<&Capabilities>,
) -> Result<(), Error> {
    let has_auth_code = offered.is_some_and(|offered| offered.auth_resp_code);
    let utf8 = offered.is_some_and(|offered| offered.utf8_user);
    // An initial response only where SASL is announced (RFC 5034, section 3).
    let announced = offered.is_some_and(|offered| offered.sasl.is_some());
    channel.hide(credentials.secret);
    channel.hide(&encode(credentials.secret));
    let status = match method {
        LoginMethod::UserPass => user_pass(channel, credentials, utf8),
        LoginMethod::Plain => {
            let mut plain = Plain::new(credentials.user, credentials.secret);
            sasl(channel, &mut plain, announced)
        }
    };
    // What was behind a closed line cannot be told apart from a refusal.
    let status = status.map_err(|error| match error {
        Error::Closed { .. } => Error::Login(LoginError::Closed),
        Error::Broken { source, .. } if source.kind() == std::io::ErrorKind::ConnectionReset => {
            Error::Login(LoginError::Closed)
        }
        other => other,
    })?;
    if status.ok { Ok(()) } else { Err(LoginError::Refused { status, has_auth_code }.into()) }
}

fn user_pass<S: Read + Write>(
    channel: &mut Channel<S>,
    credentials: &Credentials<'_>,
    utf8: bool,
) -> Result<Status, Error> {
    let is_ascii = credentials.user.is_ascii() && credentials.secret.expose().is_ascii();
    if !utf8 && !is_ascii {
        return Err(LoginError::NotAscii.into());
    }
    let status = channel.command(Command::User(credentials.user.to_owned()))?;
    if !status.ok {
        return Ok(status);
    }
    channel.command(Command::Pass(credentials.secret.clone()))
}

/// The longest `AUTH` line with an initial response (RFC 5034, section 4), without CRLF.
const MAX_AUTH: usize = 253;
/// Rounds after which no mechanism is still honest.
const MAX_ROUNDS: usize = 20;

fn sasl<S: Read + Write>(
    channel: &mut Channel<S>,
    mechanism: &mut dyn Mechanism,
    announced: bool,
) -> Result<Status, Error> {
    let name = mechanism.name();
    let failed = |source| Error::Login(LoginError::Mechanism { mechanism: name, source });
    let mut first = mechanism.initial().map_err(failed)?.map(|response| encode(&response));
    if let Some(response) = &first {
        channel.hide(response);
    }
    let fits = |response: &Secret| "AUTH ".len() + name.len() + 1 + response.expose().len();
    let initial = first.take_if(|response| announced && fits(response) <= MAX_AUTH);
    channel.enqueue(Command::Auth { mechanism: name, initial })?;
    for _ in 0..MAX_ROUNDS {
        channel.flush()?;
        let challenge = match answer(channel)? {
            Answer::Status(status) => {
                if status.ok {
                    mechanism.accept().map_err(failed)?;
                }
                return Ok(status);
            }
            Answer::Challenge(challenge) => challenge,
        };
        let response = match (first.take(), BASE64.decode(&challenge)) {
            // The initial response that did not fit; the challenge before it is empty.
            (Some(response), _) => response,
            (None, Ok(challenge)) => {
                let response = mechanism.respond(&challenge);
                let response = response.map(|response| encode(&response));
                match response {
                    Ok(response) => response,
                    Err(error) => {
                        cancel(channel)?;
                        return Err(failed(error));
                    }
                }
            }
            (None, Err(_)) => {
                cancel(channel)?;
                return Err(channel.redact(proto::Error::challenge(&challenge).into()));
            }
        };
        channel.hide(&response);
        channel.enqueue(Command::SaslResponse(response))?;
    }
    Err(LoginError::Endless.into())
}

enum Answer {
    Status(Status),
    Challenge(Vec<u8>),
}

fn answer<S: Read + Write>(channel: &mut Channel<S>) -> Result<Answer, Error> {
    let answer = channel.receive(|_, received, _| match received {
        Received::Status(status, _) => Some(Answer::Status(status)),
        Received::Challenge(challenge) => Some(Answer::Challenge(challenge.to_vec())),
        Received::Line(_) | Received::Chunk(_) | Received::End => None,
    })?;
    channel.expect_silence()?;
    // A reply to AUTH is nothing else than these two.
    answer.ok_or_else(|| proto::Error::unsolicited(b"").into())
}

/// Gives the exchange up (RFC 5034, section 4) and takes the server's `-ERR`.
fn cancel<S: Read + Write>(channel: &mut Channel<S>) -> Result<(), Error> {
    channel.command(Command::SaslResponse(Secret::new(b"*".to_vec()))).map(drop)
}

/// Base64; `=` for an empty response (RFC 5034, section 4).
fn encode(response: &Secret) -> Secret {
    match response.expose() {
        [] => Secret::new(b"=".to_vec()),
        bytes => Secret::new(BASE64.encode(bytes).into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_refusal_means() {
        use Refusal::{Credentials, Permanent, Temporary};
        for (text, has_auth_code, expected) in [
            ("[AUTH] Authentication failed.", true, Credentials),
            ("[IN-USE] Mailbox is locked", false, Temporary),
            ("[SYS/TEMP] no", true, Temporary),
            ("[SYS/PERM] ask the admin", false, Permanent),
            ("[LOGIN-DELAY] too soon", false, Temporary),
            ("invalid password", false, Credentials),
            ("invalid password", true, Temporary),
            ("Logon failure: unknown user name or bad password.", false, Credentials),
            ("Server error", false, Temporary),
            ("maildrop already LOCKED", false, Temporary),
            ("", false, Credentials),
        ] {
            let status = Status::new(false, text.as_bytes());
            assert_eq!(refusal(&status, has_auth_code), expected, "{text}");
        }
    }
}
