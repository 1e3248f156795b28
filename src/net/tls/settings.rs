//! What a TLS connection is made with.

use std::sync::Arc;

use super::super::Error;
use super::{ClientCertificate, Fingerprint, Leaf};

/// What a TLS connection is made with.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// The authorities to trust, as PEM, instead of the system's.
    pub roots: Option<Arc<[u8]>>,
    /// Certificates or keys of which the server must show one. Without [`Self::roots`] they stand
    /// for the authority, the dates and the name, none of which are looked at then.
    pub pins: Vec<Fingerprint>,
    /// The name that the certificate must be for, if it is not the host's.
    pub host: Option<String>,
    /// What is shown to a server that asks who we are.
    pub identity: Option<ClientCertificate>,
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
}

/// A version of TLS that is safe (RFC 8997).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

impl TlsVersion {
    /// Its number.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

impl TlsSettings {
    /// Whether the library has to verify the chain and the name.
    pub(super) fn verifies(&self) -> bool {
        self.roots.is_some() || self.pins.is_empty()
    }

    /// Whether the system's authorities are trusted.
    #[must_use]
    pub fn trusts_system(&self) -> bool {
        self.roots.is_none() && self.pins.is_empty()
    }

    /// The name that the certificate must be for.
    pub(in super::super) fn name<'a>(&'a self, host: &'a str) -> &'a str {
        self.host.as_deref().unwrap_or(host)
    }

    /// Checks what the library leaves out, right behind the handshake and before anything is said.
    pub(in super::super) fn check(&self, leaf: &Leaf, name: &str) -> Result<(), Error> {
        if self.verifies() {
            leaf.require_alternative_name(name)?;
        }
        if self.pins.is_empty() || self.pins.iter().any(|pin| leaf.fingerprints().contains(pin)) {
            return Ok(());
        }
        let [certificate, key] = leaf.fingerprints();
        Err(Error::NotPinned { host: name.to_owned(), certificate, key })
    }
}
