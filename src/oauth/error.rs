//! What keeps a token from being had, and what that means.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use crate::durable::{self, Holder};
use crate::model::{AccountName, NoToken, NoTokenCause};
use crate::net::{self, HttpsError, ProxyError};

/// There is no token, or no consent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection to the provider.
    #[error(transparent)]
    Net(net::Error),
    /// The connection broke.
    #[error("the connection to {host} broke")]
    Broken {
        /// To whom.
        host: String,
        /// The system's reason.
        source: io::Error,
    },
    /// No whole answer in time.
    #[error("{host} has not answered within {seconds} s")]
    Slow {
        /// Who.
        host: String,
        /// How long it had.
        seconds: u64,
    },
    /// The provider is busy, or out of order.
    #[error("{host} cannot answer now (HTTP status {status})")]
    Unavailable {
        /// Who.
        host: String,
        /// What it says instead.
        status: u16,
    },
    /// The provider breaks the protocol.
    #[error("{host} {what}")]
    Malformed {
        /// Who.
        host: String,
        /// What it does: a verb to begin with.
        what: String,
    },
    /// The provider refuses.
    #[error("{host} says: {code}{}", text(.description))]
    Refused {
        /// Who.
        host: String,
        /// Its reason (RFC 6749, section 5.2).
        code: String,
        /// Its words, if it has any. There is no secret in them.
        description: Option<String>,
    },
    /// The provider no longer takes what the user once consented to.
    #[error("the consent for {account} is gone or was revoked")]
    Revoked {
        /// Whose.
        account: AccountName,
        /// How the provider says so.
        source: Box<Self>,
    },
    /// Nobody has consented.
    #[error("nobody has consented to it for {account} yet")]
    NoConsent {
        /// Whose.
        account: AccountName,
    },
    /// The access token has ended, and there is nothing to get another one with.
    #[error("the token for {account} has ended, and the provider gave none to renew it with")]
    Unrenewable {
        /// Whose.
        account: AccountName,
    },
    /// The consent is another user's, or that of another app, or to something else.
    #[error("the consent for {account} is to another {what}")]
    OtherConsent {
        /// Whose.
        account: AccountName,
        /// What differs.
        what: &'static str,
    },
    /// The user was sent back with an answer to another question.
    #[error("this is no answer to the question that was asked: its state is another")]
    OtherState,
    /// What the user has pasted is no answer.
    #[error("this is neither the address that the browser was sent to, nor a code")]
    NoAnswer,
    /// Nobody has answered.
    #[error("nobody has consented within {seconds} s")]
    Unanswered {
        /// How long there was.
        seconds: u64,
    },
    /// What is configured cannot be.
    #[error("{0}")]
    Config(String),
    /// The file of the tokens is damaged.
    #[error("the token file {} is damaged", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
    },
    /// Others can read the tokens.
    #[error("others can read or write the token file {}", .path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// The file of the tokens is another user's.
    #[error("the token file {} belongs to user id {owner}", .path.display())]
    ForeignOwner {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// The tokens cannot be read or written.
    #[error(transparent)]
    Storage(#[from] durable::Error),
    /// Another popfetch is getting a token, and takes its time.
    #[error("waited {seconds} s for {holder}, which is getting a token for the account")]
    InUse {
        /// Who.
        holder: Holder,
        /// How long.
        seconds: u64,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

fn text(description: &Option<String>) -> String {
    description.as_ref().map(|text| format!(": {text}")).unwrap_or_default()
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        match error {
            net::Error::Interrupted => Self::Interrupted,
            error => Self::Net(error),
        }
    }
}

impl From<HttpsError> for Error {
    fn from(error: HttpsError) -> Self {
        match error {
            HttpsError::Net(error) => error.into(),
            HttpsError::Broken { host, source } => Self::Broken { host, source },
            HttpsError::Slow { host, seconds } => Self::Slow { host, seconds },
            HttpsError::Malformed { host, what } => Self::Malformed { host, what: what.to_owned() },
            HttpsError::Status { host, status } => Self::Unavailable { host, status },
        }
    }
}

impl Error {
    /// What it means for the caller.
    #[must_use]
    pub fn cause(&self) -> NoTokenCause {
        match self {
            Self::Net(error) => cause_of_net(error),
            Self::Broken { .. }
            | Self::Slow { .. }
            | Self::Unavailable { .. }
            | Self::Unanswered { .. }
            | Self::InUse { .. } => NoTokenCause::Temporary,
            Self::Malformed { .. } => NoTokenCause::Protocol,
            Self::Refused { code, .. } => cause_of_refusal(code),
            Self::Revoked { .. }
            | Self::NoConsent { .. }
            | Self::Unrenewable { .. }
            | Self::OtherConsent { .. }
            | Self::OtherState
            | Self::NoAnswer => NoTokenCause::Consent,
            Self::Config(_) | Self::Exposed { .. } | Self::ForeignOwner { .. } => {
                NoTokenCause::Config
            }
            Self::Damaged { .. } => NoTokenCause::Data,
            Self::Storage(_) => NoTokenCause::Storage,
            Self::Interrupted => NoTokenCause::Interrupted,
        }
    }

    /// What the user of `account` could do about it.
    #[must_use]
    pub fn hint(&self, account: &AccountName) -> Option<String> {
        match self {
            Self::Net(net::Error::Certificate {
                distrust: net::Distrust::UnknownAuthority { .. },
                ..
            }) => {
                Some("if it is a private authority, name its certificate by oauth-ca-file".into())
            }
            Self::Exposed { path } => Some(format!("chmod 600 {}", path.display())),
            Self::Damaged { .. } => Some(format!("begin anew: popfetch login {account}")),
            Self::Refused { code, .. } if code == "invalid_client" => {
                Some("are oauth-client-id and oauth-client-secret right?".into())
            }
            error if error.cause() == NoTokenCause::Consent => {
                Some(format!("run: popfetch login {account}"))
            }
            _ => None,
        }
    }

    /// The same for who wants a token and no more.
    #[must_use]
    pub fn no_token(self, account: &AccountName) -> NoToken {
        let mut message = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            let _ = write!(message, ": {error}");
            source = error.source();
        }
        NoToken { cause: self.cause(), message, hint: self.hint(account) }
    }
}

fn cause_of_net(error: &net::Error) -> NoTokenCause {
    match error {
        net::Error::Interrupted => NoTokenCause::Interrupted,
        net::Error::Certificate { .. }
        | net::Error::NotPinned { .. }
        | net::Error::Handshake { .. }
        | net::Error::NotTls { .. } => NoTokenCause::Protocol,
        net::Error::Roots { .. }
        | net::Error::ClientCertificate { .. }
        | net::Error::Tunnel { .. }
        | net::Error::Proxy { source: ProxyError::Login | ProxyError::NoLogin, .. } => {
            NoTokenCause::Config
        }
        _ => NoTokenCause::Temporary,
    }
}

/// What a refusal means. One that nobody foresaw needs a person to look at the configuration.
fn cause_of_refusal(code: &str) -> NoTokenCause {
    match code {
        "invalid_grant"
        | "access_denied"
        | "expired_token"
        | "interaction_required"
        | "login_required"
        | "consent_required" => NoTokenCause::Consent,
        "temporarily_unavailable" | "server_error" | "slow_down" => NoTokenCause::Temporary,
        _ => NoTokenCause::Config,
    }
}
