//! AUTH: a SASL exchange in POP3's framing (RFC 5034).

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::channel::{Channel, Received};
use super::{Error, LoginError};
use crate::model::Secret;
use crate::proto::{self, Command, Status};
use crate::sasl::{self, Mechanism};

/// The longest `AUTH` line with an initial response (section 4), without CRLF.
const MAX_AUTH: usize = 253;
/// Rounds after which no mechanism is still honest.
const MAX_ROUNDS: usize = 20;

/// How an exchange ended.
pub(super) struct Ended {
    /// With which status.
    pub(super) status: Status,
    /// Whether the server was sent anything but the mechanism's name.
    pub(super) answered: bool,
}

/// Runs the exchange of `mechanism`; where SASL is `announced`, with an initial response if it has
/// one that fits (section 3).
pub(super) fn exchange<S: Read + Write>(
    channel: &mut Channel<S>,
    mechanism: &mut dyn Mechanism,
    announced: bool,
) -> Result<Ended, Error> {
    let name = mechanism.name();
    let failed = |source| Error::Login(LoginError::Mechanism { mechanism: name, source });
    let mut first = mechanism.initial().map_err(failed)?;
    if let Some(first) = &first {
        channel.hide(&encode(first));
    }
    let mut initial = None;
    if announced && !mechanism.waits() {
        let fits = |encoded: &Secret| {
            "AUTH ".len() + name.len() + " ".len() + encoded.expose().len() <= MAX_AUTH
        };
        initial = first.as_ref().map(encode_initial).filter(fits);
    }
    if initial.is_some() {
        first = None;
    }
    let mut answered = initial.is_some();
    channel.enqueue(Command::Auth { mechanism: name, initial })?;
    for _ in 0..MAX_ROUNDS {
        channel.flush()?;
        let challenge = match answer(channel)? {
            Answer::Status(status) => {
                if status.ok {
                    // What was not said yet must not be said any more.
                    if first.is_some() {
                        return Err(failed(sasl::Error::TooEarly));
                    }
                    mechanism.accept().map_err(failed)?;
                }
                return Ok(Ended { status, answered });
            }
            Answer::Challenge(challenge) => challenge,
        };
        let response = match (first.take(), BASE64.decode(&challenge)) {
            // What had to wait; the challenge before it is empty.
            (Some(response), Ok(_)) => Ok(response),
            (None, Ok(challenge)) => mechanism.respond(&challenge).map_err(failed),
            (_, Err(_)) => Err(channel.redact(proto::Error::challenge(&challenge).into())),
        };
        let response = match response {
            Ok(response) => encode(&response),
            Err(error) => {
                cancel(channel)?;
                return Err(error);
            }
        };
        channel.hide(&response);
        channel.enqueue(Command::SaslResponse(response))?;
        answered = true;
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

/// Gives the exchange up (section 4) and takes the server's `-ERR`. Why it was given up matters
/// more than what the server does then.
fn cancel<S: Read + Write>(channel: &mut Channel<S>) -> Result<(), Error> {
    match channel.command(Command::SaslResponse(Secret::new(b"*".to_vec()))) {
        Err(Error::Interrupted) => Err(Error::Interrupted),
        _ => Ok(()),
    }
}

/// A response as a line: base64, and so nothing where it is empty.
pub(super) fn encode(response: &Secret) -> Secret {
    Secret::new(BASE64.encode(response.expose()).into_bytes())
}

/// A response as an argument: `=` where it is empty (section 4).
fn encode_initial(response: &Secret) -> Secret {
    if response.is_empty() { Secret::new(b"=".to_vec()) } else { encode(response) }
}
