//! What proves to a server who logs in.

use std::fmt;
use std::sync::Arc;

use super::{Interrupt, Secret};

/// What an account has to show for itself.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A password.
    Password(Secret),
    /// An OAuth2 access token (RFC 6750), which somebody has to get first.
    Token(Arc<dyn Tokens>),
    /// The client certificate of the TLS connection, and nothing besides.
    Certificate,
}

/// Where access tokens come from.
///
/// Both questions may take as long as a question to a provider takes, and may be asked by several
/// threads at once.
pub trait Tokens: fmt::Debug + Send + Sync {
    /// A token for use now.
    ///
    /// # Errors
    /// [`NoToken`] when there is none to be had.
    fn token(&self, interrupt: &Interrupt) -> Result<Secret, NoToken>;

    /// Another token, after a server has refused `refused`; nothing where there is no other.
    ///
    /// # Errors
    /// [`NoToken`] when a new one was asked for and did not come.
    fn renew(&self, refused: &Secret, interrupt: &Interrupt) -> Result<Option<Secret>, NoToken>;
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NoToken {
    /// What that means for the caller.
    pub cause: NoTokenCause,
    /// What happened, without a secret in it and fit to be shown on a terminal.
    pub message: String,
    /// What the user could do about it.
    pub hint: Option<String>,
}

/// What kind of reason there is for a missing token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTokenCause {
    /// The user has not consented yet, or no longer: to log in by `popfetch login` would help.
    Consent,
    /// The provider cannot be reached, or cannot answer now.
    Temporary,
    /// The provider does not answer as OAuth2 says (RFC 6749), or is not who it should be.
    Protocol,
    /// The configuration is wrong.
    Config,
    /// What is kept cannot be read or written.
    Storage,
    /// What is kept is damaged.
    Data,
    /// The user asked to stop.
    Interrupted,
}
