//! What a server is shown that asks who we are.

use std::fmt;
use std::hash::{Hash, Hasher};

use native_tls::{Identity, TlsConnector};
use sha2::{Digest, Sha256};

use super::explain::short;
use crate::model::Secret;

/// A client certificate with its private key.
#[derive(Clone)]
pub struct ClientCertificate {
    identity: Identity,
    /// Of what it was read from: the library's identities cannot be compared.
    digest: [u8; 32],
}

/// Why a client certificate cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is no certificate.
    NoCertificate,
    /// There is no key.
    NoKey,
    /// The key is encrypted.
    EncryptedKey,
    /// The key is in a form of its kind only: PKCS#1 or SEC1.
    OldKey,
    /// The password does not open it.
    Password,
    /// The key is another one's.
    OtherKey,
    /// It cannot be read.
    Broken,
}

impl ClientCertificate {
    /// Reads a PEM file with a certificate, the ones that signed it, and perhaps the key in PKCS#8,
    /// or else with `key` from another file; or a PKCS#12 file, which `password` opens.
    ///
    /// # Errors
    /// [`Unusable`] when that is not what it is.
    pub fn new(file: &[u8], key: Option<&[u8]>, password: &Secret) -> Result<Self, Unusable> {
        let identity = if is_pem(file) { pem(file, key)? } else { pkcs12(file, password)? };
        // The library looks whether the key is the certificate's only now.
        let trial = TlsConnector::builder().identity(identity.clone()).build();
        trial.map_err(|error| match short(&error.to_string()).as_str() {
            "key values mismatch" | "key type mismatch" => Unusable::OtherKey,
            _ => Unusable::Broken,
        })?;
        let mut digest = Sha256::new();
        for part in [file, key.unwrap_or_default()] {
            digest.update(Sha256::digest(part));
        }
        Ok(Self { identity, digest: digest.finalize().into() })
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity.clone()
    }
}

fn is_pem(file: &[u8]) -> bool {
    memchr::memmem::find(file, b"-----BEGIN ").is_some()
}

fn pem(file: &[u8], key: Option<&[u8]>) -> Result<Identity, Unusable> {
    let holds = |text: &[u8], what: &str| memchr::memmem::find(text, what.as_bytes());
    if holds(file, "-----BEGIN CERTIFICATE-----").is_none() {
        return Err(Unusable::NoCertificate);
    }
    let key = key.unwrap_or(file);
    let start = holds(key, "-----BEGIN PRIVATE KEY-----").ok_or_else(|| {
        if holds(key, "ENCRYPTED").is_some() {
            Unusable::EncryptedKey
        } else if holds(key, "-----BEGIN RSA PRIVATE KEY-----").is_some()
            || holds(key, "-----BEGIN EC PRIVATE KEY-----").is_some()
        {
            Unusable::OldKey
        } else {
            Unusable::NoKey
        }
    })?;
    Identity::from_pkcs8(file, &key[start..]).map_err(|_| Unusable::Broken)
}

fn pkcs12(file: &[u8], password: &Secret) -> Result<Identity, Unusable> {
    let password = std::str::from_utf8(password.expose()).map_err(|_| Unusable::Password)?;
    Identity::from_pkcs12(file, password).map_err(|error| {
        let text = error.to_string();
        if text.contains("mac verify failure") { Unusable::Password } else { Unusable::Broken }
    })
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCertificate => "it holds no certificate",
            Self::NoKey => "there is no private key",
            Self::EncryptedKey => "the private key is encrypted",
            Self::OldKey => "the private key is not in PKCS#8",
            Self::Password => "the password does not open it",
            Self::OtherKey => "the private key is another certificate's",
            Self::Broken => "it cannot be read",
        })
    }
}

impl Unusable {
    /// What could be done about it.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::NoKey => "name its file with --client-key",
            Self::EncryptedKey | Self::OldKey => {
                "openssl pkcs8 -topk8 -nocrypt -in OLD.key -out NEW.key makes one that can be read"
            }
            Self::Password => "it belongs into client-cert-password or client-cert-password-file",
            Self::NoCertificate | Self::OtherKey => return None,
            Self::Broken => "it may be damaged, or encrypted in a way that OpenSSL no longer reads",
        })
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(..)")
    }
}

impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for ClientCertificate {}

impl Hash for ClientCertificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}
