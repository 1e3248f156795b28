//! SASL mechanisms that the server plays as a script says.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// An `AUTH` dialogue, as far as it has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    /// The argument behind the mechanism's name.
    pub(crate) initial: Option<String>,
    /// The lines that came after the command.
    pub(crate) lines: Vec<String>,
}

impl Exchange {
    /// All that the client has said, decoded; what is not base64 stands for itself.
    pub(crate) fn said(&self) -> Vec<Vec<u8>> {
        let all = self.initial.iter().chain(&self.lines);
        all.map(|line| BASE64.decode(line).unwrap_or_else(|_| line.clone().into_bytes())).collect()
    }
}

/// What the server does next.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Sends a challenge, in base64.
    Challenge(Vec<u8>),
    /// Sends these octets, and takes the next line for a response.
    Raw(Vec<u8>),
    /// Lets the client in as whoever the script's user is.
    LogIn,
    /// Refuses with this text behind `-ERR`.
    Refuse(String),
    /// Sends these octets and closes.
    Close(Vec<u8>),
}

impl Answer {
    pub(crate) fn challenge(text: impl AsRef<[u8]>) -> Self {
        Self::Challenge(text.as_ref().to_vec())
    }

    pub(crate) fn refuse(text: &str) -> Self {
        Self::Refuse(text.to_owned())
    }

    pub(super) fn challenge_line(challenge: &[u8]) -> String {
        format!("+ {}", BASE64.encode(challenge))
    }
}

/// How a mechanism goes on from what was said.
pub(crate) type Mechanism = Arc<dyn Fn(&Exchange) -> Answer + Send + Sync>;

/// XOAUTH2 and OAUTHBEARER as providers have them: this token is good for everybody; others are
/// refused with a reason in JSON, and an initial response is not understood.
pub(crate) fn takes_token(token: &str) -> Mechanism {
    let wanted = format!("auth=Bearer {token}\x01");
    let wanted = wanted.into_bytes();
    Arc::new(move |exchange| match (&exchange.initial, exchange.said().as_slice()) {
        (Some(_), _) => {
            Answer::Close(b"-ERR Protocol error. Connection is closed. 10\r\n".to_vec())
        }
        (None, []) => Answer::challenge(""),
        (None, [message]) if memchr::memmem::find(message, &wanted).is_some() => Answer::LogIn,
        (None, [_]) => Answer::challenge(REASON),
        (None, _) => Answer::refuse("Authentication failure: bad token"),
    })
}

/// Why a token is refused.
const REASON: &str = r#"{"status":"401","schemes":"bearer","scope":"https://mail.example.com/"}"#;
