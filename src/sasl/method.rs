//! The ways to log in.

use std::str::FromStr;

use super::cram_md5::CramMd5;
use super::external::External;
use super::login::Login;
use super::oauthbearer::oauthbearer;
use super::plain::Plain;
use super::scram::Scram;
use super::xoauth2::xoauth2;
use super::{Credentials, Mechanism};
use crate::model::Proof;

/// A way to log in, as a user may ask for it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginMethod {
    /// The USER and PASS commands (RFC 1939, section 7).
    UserPass,
    /// The APOP command (same section).
    Apop,
    /// AUTH PLAIN (RFC 4616).
    Plain,
    /// AUTH LOGIN.
    Login,
    /// AUTH SCRAM-SHA-256 (RFC 7677).
    ScramSha256,
    /// AUTH SCRAM-SHA-1 (RFC 5802).
    ScramSha1,
    /// AUTH CRAM-MD5 (RFC 2195).
    CramMd5,
    /// AUTH OAUTHBEARER (RFC 7628).
    OauthBearer,
    /// AUTH XOAUTH2, of Google's and Microsoft's.
    Xoauth2,
    /// AUTH EXTERNAL (RFC 4422, appendix A).
    External,
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
    pub const ALL: [Self; 10] = [
        Self::UserPass,
        Self::Apop,
        Self::Plain,
        Self::Login,
        Self::ScramSha256,
        Self::ScramSha1,
        Self::CramMd5,
        Self::OauthBearer,
        Self::Xoauth2,
        Self::External,
    ];

    /// What it is called, as [`Self::from_str`] takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPass => "USER",
            Self::Apop => "APOP",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::CramMd5 => "CRAM-MD5",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
            Self::External => "EXTERNAL",
        }
    }

    /// What it needs to have.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::UserPass
            | Self::Apop
            | Self::Plain
            | Self::Login
            | Self::ScramSha256
            | Self::ScramSha1
            | Self::CramMd5 => Kind::Password,
            Self::OauthBearer | Self::Xoauth2 => Kind::Token,
            Self::External => Kind::Certificate,
        }
    }

    /// Whether who listens on the line learns nothing that is of use: neither the password nor
    /// what would make it easy to guess, as APOP and CRAM-MD5 do.
    #[must_use]
    pub fn hides_password(self) -> bool {
        matches!(self, Self::ScramSha256 | Self::ScramSha1)
    }

    /// Its exchange, where it is a SASL mechanism.
    #[must_use]
    pub fn mechanism(self, credentials: &Credentials<'_>) -> Option<Box<dyn Mechanism>> {
        let Credentials { user, secret, .. } = credentials;
        Some(match self {
            Self::UserPass | Self::Apop => return None,
            Self::Plain => Box::new(Plain::new(user, secret)),
            Self::Login => Box::new(Login::new(user, secret)),
            Self::ScramSha256 => Box::new(Scram::sha256(credentials)),
            Self::ScramSha1 => Box::new(Scram::sha1(credentials)),
            Self::CramMd5 => Box::new(CramMd5::new(user, secret)),
            Self::OauthBearer => Box::new(oauthbearer(credentials)),
            Self::Xoauth2 => Box::new(xoauth2(user, secret)),
            Self::External => Box::new(External::new(user)),
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
    use crate::model::Secret;

    #[test]
    fn names_in_either_case() {
        for method in LoginMethod::ALL {
            assert_eq!(method.name().parse(), Ok(method));
            assert_eq!(method.name().to_lowercase().parse(), Ok(method));
            let (user, secret) = ("alice", Secret::new(b"secret".to_vec()));
            let (host, port, nonce) = ("h", 995, "n");
            let credentials = Credentials { user, secret: &secret, host, port, nonce };
            let mechanism = method.mechanism(&credentials);
            assert!(mechanism.is_none_or(|mechanism| mechanism.name() == method.name()));
        }
        assert!("NTLM".parse::<LoginMethod>().is_err());
    }
}
