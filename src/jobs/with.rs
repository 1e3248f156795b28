//! What a login is tried with.

use std::fmt;

use crate::sasl::Kind;

/// What a login was tried with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// A password.
    Password,
    /// A token.
    Token,
    /// A token that took the place of one that the server refused.
    NewToken,
    /// A client certificate.
    Certificate,
}

impl From<Kind> for With {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Password => Self::Password,
            Kind::Token => Self::Token,
            Kind::Certificate => Self::Certificate,
        }
    }
}

impl fmt::Display for With {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::NewToken { " even with a new token" } else { "" })
    }
}

impl With {
    /// What to do where it is refused.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Password => {
                "some providers want an app password here, or have POP3 switched off in their settings"
            }
            Self::Token => "a token that is an hour old has often expired; get a new one",
            Self::NewToken => {
                "is it a token for POP3, and for this user? some providers have POP3 switched off in their settings"
            }
            Self::Certificate => "does the server take this certificate for this user's?",
        }
    }
}
