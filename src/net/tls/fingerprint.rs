//! Fingerprints of certificates and keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// A SHA-256 fingerprint, of a certificate or of its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 fingerprint is 64 hexadecimal digits, or sha256/ and base64")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// The fingerprint of what stands in `der`.
    pub(super) fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    /// Hexadecimal, in either case, with colons or without, `sha256:` before it or not; or
    /// `sha256/` and base64, as others write the fingerprint of a key.
    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let octets = match text.strip_prefix("sha256/") {
            Some(base64) => BASE64.decode(base64.trim_start_matches('/')).ok(),
            None => hexadecimal(text),
        };
        let octets = octets.and_then(|octets| octets.try_into().ok());
        octets.map(Self).ok_or(InvalidFingerprint)
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let prefix = text.get(..7).filter(|prefix| prefix.eq_ignore_ascii_case("sha256:"));
    let digits: Vec<u8> =
        text.bytes().skip(prefix.map_or(0, str::len)).filter(|&it| it != b':').collect();
    let pairs = digits.chunks(2).map(|pair| {
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        match pair {
            [high, low] => Some(value(*high)? << 4 | value(*low)?),
            _ => None,
        }
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one() {
        let plain = "00ff".repeat(16);
        let colons = ["00:FF"; 16].join(":");
        let fingerprint: Fingerprint = plain.parse().unwrap();
        assert_eq!(fingerprint.to_string(), plain);
        for same in [
            plain.to_uppercase(),
            colons.clone(),
            format!("sha256:{plain}"),
            format!("SHA256:{colons}"),
            format!("sha256/{}", BASE64.encode(fingerprint.0)),
            format!("sha256//{}", BASE64.encode(fingerprint.0)),
        ] {
            assert_eq!(same.parse(), Ok(fingerprint), "{same}");
        }
        for none in [
            "",
            "00",
            &plain[1..],
            &format!("{plain}00"),
            &"0g".repeat(32),
            "sha256/AA==",
            "sha1:00",
        ] {
            assert_eq!(none.parse::<Fingerprint>(), Err(InvalidFingerprint), "{none}");
        }
    }
}
