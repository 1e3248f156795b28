//! The ways to log in.

use std::str::FromStr;

use super::oauthbearer::oauthbearer;
use super::xoauth2::xoauth2;
use super::{Credentials, Mechanism, Plain};
use crate::model::Proof;

/// A way to log in, as a user may ask for it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginMethod {
    /// The USER and PASS commands (RFC 1939, section 7).
    UserPass,
    /// AUTH PLAIN (RFC 4616).
    Plain,
    /// AUTH XOAUTH2, of Google's and Microsoft's.
    Xoauth2,
    /// AUTH OAUTHBEARER (RFC 7628).
    OauthBearer,
}

/// What a way to log in needs to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A password.
    #[default]
    Password,
    /// An OAuth2 token.
    Token,
    /// A client certificate.
    Certificate,
}

impl Kind {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Certificate => "client certificate",
        }
    }
}

impl From<&Proof> for Kind {
    fn from(proof: &Proof) -> Self {
        match proof {
            Proof::Password(_) => Self::Password,
            Proof::Token(_) => Self::Token,
            Proof::Certificate => Self::Certificate,
        }
    }
}

impl LoginMethod {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::UserPass, Self::Plain, Self::Xoauth2, Self::OauthBearer];

    /// What it is called, as [`Self::from_str`] takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPass => "USER",
            Self::Plain => "PLAIN",
            Self::Xoauth2 => "XOAUTH2",
            Self::OauthBearer => "OAUTHBEARER",
        }
    }

    /// What it needs to have.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::UserPass | Self::Plain => Kind::Password,
            Self::Xoauth2 | Self::OauthBearer => Kind::Token,
        }
    }

    /// Its exchange, where it is a SASL mechanism.
    #[must_use]
    pub fn mechanism(self, credentials: &Credentials<'_>) -> Option<Box<dyn Mechanism>> {
        let Credentials { user, secret, .. } = credentials;
        Some(match self {
            Self::UserPass => return None,
            Self::Plain => Box::new(Plain::new(user, secret)),
            Self::Xoauth2 => Box::new(xoauth2(user, secret)),
            Self::OauthBearer => Box::new(oauthbearer(credentials)),
        })
    }
}

impl FromStr for LoginMethod {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |method: &Self| method.name().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(named).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("'{name}' is not a way to log in that popfetch knows ({known})")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_either_case() {
        for method in LoginMethod::ALL {
            assert_eq!(method.name().parse(), Ok(method));
            assert_eq!(method.name().to_lowercase().parse(), Ok(method));
        }
        assert!("NTLM".parse::<LoginMethod>().is_err());
    }
}
