//! What is known of a provider.

use super::presets::PRESETS;
use super::{Found, MailAddress};
use crate::model::{Endpoint, TlsMode};

/// A provider of mail, and what whoever sets an account up there has to know.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub provider: &'static str,
    /// The domains of its addresses.
    pub domains: &'static [&'static str],
    /// Its server; nothing where it has none for POP3.
    pub server: Option<Server>,
    /// What a user has to know or do: sentences.
    pub note: &'static str,
}

/// A provider's server. All of them speak TLS from the first octet.
#[derive(Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: &'static str,
    /// What it calls its users.
    pub user: UserForm,
    /// What it takes for a proof.
    pub accepts: Accepts,
    /// How many seconds must lie between two logins, where the server does not say so itself.
    pub login_delay: Option<u32>,
}

/// What a server calls its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserForm {
    /// By the whole address.
    Address,
    /// By what stands before the `@`.
    LocalPart,
}

/// What a provider takes for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// The password of the account.
    Password,
    /// A password that is made for this program, in the provider's settings.
    AppPassword,
    /// Such a password, or OAuth2 by the provider of this name.
    AppPasswordOrOauth(&'static str),
    /// OAuth2 alone.
    Oauth(&'static str),
}

impl Preset {
    /// The provider of an address, if it is a known one.
    #[must_use]
    pub fn of(address: &MailAddress) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.domains.contains(&address.domain()))
    }

    /// The names of all known servers.
    pub fn hosts() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().filter_map(|preset| preset.server.as_ref()).map(|server| server.host)
    }
}

impl Server {
    /// The server for `address`.
    #[must_use]
    pub fn found(&self, address: &MailAddress) -> Found {
        let tls = TlsMode::Implicit;
        let endpoint = Endpoint { host: self.host.to_owned(), port: tls.default_port(), tls };
        let user = match self.user {
            UserForm::Address => address.to_string(),
            UserForm::LocalPart => address.local_part().to_owned(),
        };
        Found { endpoint, user }
    }
}

impl Accepts {
    /// The OAuth2 provider, where it has one.
    #[must_use]
    pub fn oauth(self) -> Option<&'static str> {
        match self {
            Self::AppPasswordOrOauth(provider) | Self::Oauth(provider) => Some(provider),
            Self::Password | Self::AppPassword => None,
        }
    }
}
