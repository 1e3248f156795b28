//! The hash functions of the mechanisms, and what is built on them.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::model::Secret;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
}

impl Hash {
    /// The hash of `text`.
    pub(super) fn digest(self, text: &[u8]) -> Secret {
        Secret::new(match self {
            Self::Md5 => Md5::digest(text).to_vec(),
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
        })
    }

    /// HMAC (RFC 2104).
    pub(super) fn hmac(self, key: &Secret, text: &[u8]) -> Secret {
        fn of<D: EagerHash>(key: &Secret, text: &[u8]) -> Secret {
            let tag = keyed::<D>(key, text).map(|mac| mac.finalize().into_bytes().to_vec());
            Secret::new(tag.unwrap_or_default())
        }
        match self {
            Self::Md5 => of::<Md5>(key, text),
            Self::Sha1 => of::<Sha1>(key, text),
            Self::Sha256 => of::<Sha256>(key, text),
        }
    }

    /// Whether `tag` is the HMAC, in a time that does not tell where they differ.
    pub(super) fn verifies(self, key: &Secret, text: &[u8], tag: &[u8]) -> bool {
        fn of<D: EagerHash>(key: &Secret, text: &[u8], tag: &[u8]) -> bool {
            keyed::<D>(key, text).is_some_and(|mac| mac.verify_slice(tag).is_ok())
        }
        match self {
            Self::Md5 => of::<Md5>(key, text, tag),
            Self::Sha1 => of::<Sha1>(key, text, tag),
            Self::Sha256 => of::<Sha256>(key, text, tag),
        }
    }

    /// PBKDF2 (RFC 8018) with a key as long as the hash.
    pub(super) fn stretch(self, password: &Secret, salt: &[u8], iterations: u32) -> Secret {
        let mut key = self.digest(b"").expose().to_vec();
        let password = password.expose();
        match self {
            Self::Md5 => pbkdf2_hmac::<Md5>(password, salt, iterations, &mut key),
            Self::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut key),
            Self::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut key),
        }
        Secret::new(key)
    }
}

/// An HMAC that has been shown `text`. A key may be of any length, so there always is one.
fn keyed<D: EagerHash>(key: &Secret, text: &[u8]) -> Option<Hmac<D>> {
    let mut mac = Hmac::<D>::new_from_slice(key.expose()).ok()?;
    mac.update(text);
    Some(mac)
}

/// In hexadecimal digits, in lower case.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
