//! The certificate that a server shows.

use native_tls::TlsStream;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::time::ASN1Time;

use super::super::Error;
use super::{Distrust, Fingerprint};

/// A server's own certificate.
#[derive(Clone, Debug)]
pub struct Leaf {
    der: Vec<u8>,
    /// Of the certificate, and of its public key.
    fingerprints: [Fingerprint; 2],
}

/// The most characters of a name that are repeated: a certificate may hold anything.
const NAME: usize = 80;

/// The most names that are repeated.
const NAMES: usize = 3;

impl Leaf {
    /// The one that the other end of `tls`, known as `host`, has shown.
    pub(in super::super) fn of<S: std::io::Read + std::io::Write>(
        tls: &TlsStream<S>,
        host: &str,
    ) -> Result<Self, Error> {
        let refuse = |reason: &'static str| Distrust::Other(reason.to_owned()).at(host);
        let shown = tls.peer_certificate().ok().flatten();
        let shown = shown.ok_or_else(|| refuse("the server sent none"))?;
        let der = shown.to_der().map_err(|_| refuse("it cannot be read"))?;
        let (_, certificate) =
            parse_x509_certificate(&der).map_err(|_| refuse("it cannot be read"))?;
        let key = Fingerprint::of(certificate.public_key().raw);
        Ok(Self { fingerprints: [Fingerprint::of(&der), key], der })
    }

    /// The hosts that it is for, as it says; a few of them.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.names()
    }

    /// Who has signed it, as it says; nothing where it cannot be read.
    #[must_use]
    pub fn issuer(&self) -> Option<String> {
        self.read(|it| cut(&it.issuer().to_string()))
    }

    /// When it ends, in seconds since the epoch; nothing where it cannot be read.
    #[must_use]
    pub fn ends_at(&self) -> Option<i64> {
        self.read(|it| it.validity().not_after.timestamp())
    }

    /// The SHA-256 of all of it, and of its public key, as `tls-fingerprint` takes them.
    #[must_use]
    pub fn pins(&self) -> [String; 2] {
        self.fingerprints.map(|fingerprint| fingerprint.to_string())
    }

    /// Of the certificate, and of its public key.
    pub(super) fn fingerprints(&self) -> [Fingerprint; 2] {
        self.fingerprints
    }

    /// Requires a subject alternative name of the host's kind.
    ///
    /// The handshake has matched the host already, but OpenSSL falls back to the common name when a
    /// certificate has no alternative name of the kind, and a common name must not be used (RFC
    /// 9525, section 2): it is free text, which authorities need not have checked as a host name.
    pub(super) fn require_alternative_name(&self, host: &str) -> Result<(), Error> {
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        let of_kind = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(_) => !is_address,
            GeneralName::IPAddress(_) => is_address,
            _ => false,
        };
        let has_one = self.read(|certificate| {
            let names = certificate.subject_alternative_name().ok().flatten();
            names.is_some_and(|names| names.value.general_names.iter().any(of_kind))
        });
        if has_one == Some(true) {
            return Ok(());
        }
        let reason = "it names no host as a subject alternative name, only a common name";
        Err(Distrust::Other(reason.to_owned()).at(host))
    }

    /// Says more of why this certificate is not trusted.
    pub(super) fn detail(&self, distrust: Distrust) -> Distrust {
        let time = |of: fn(&X509Certificate<'_>) -> ASN1Time| {
            self.read(|certificate| day(of(certificate))).flatten()
        };
        match distrust {
            Distrust::Expired { now, .. } => {
                let end = self.read(|it| it.validity().not_after.timestamp());
                if end.is_some_and(|end| end >= now) {
                    // One that signed it.
                    return Distrust::Expired { now, since: None };
                }
                Distrust::Expired { now, since: time(|it| it.validity().not_after) }
            }
            Distrust::NotYetValid { .. } => {
                Distrust::NotYetValid { from: time(|it| it.validity().not_before) }
            }
            Distrust::OtherHost { host, .. } => Distrust::OtherHost { host, names: self.names() },
            Distrust::UnknownAuthority { .. } => {
                let issuer = self.read(|it| {
                    (it.issuer() != it.subject()).then(|| cut(&it.issuer().to_string()))
                });
                Distrust::UnknownAuthority {
                    seen: issuer.map(|issuer| (issuer, self.fingerprints[0])),
                }
            }
            other => other,
        }
    }

    /// The hosts that it is for, a few of them.
    fn names(&self) -> Vec<String> {
        let all = self.read(|certificate| {
            let names = certificate.subject_alternative_name().ok().flatten()?;
            let names = names.value.general_names.iter().filter_map(|name| match name {
                GeneralName::DNSName(name) => Some(cut(name)),
                GeneralName::IPAddress(octets) => address(octets),
                _ => None,
            });
            Some(names.collect::<Vec<_>>())
        });
        let mut names = all.flatten().unwrap_or_default();
        let more = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        names
    }

    fn read<T>(&self, look: impl FnOnce(&X509Certificate<'_>) -> T) -> Option<T> {
        let (_, certificate) = parse_x509_certificate(&self.der).ok()?;
        Some(look(&certificate))
    }
}

fn address(octets: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(octets).map(std::net::IpAddr::from);
    let six = <[u8; 16]>::try_from(octets).map(std::net::IpAddr::from);
    four.or(six).ok().map(|address| address.to_string())
}

fn cut(name: &str) -> String {
    name.chars().take(NAME).collect()
}

/// The day of a time, as ISO 8601 has it.
fn day(time: ASN1Time) -> Option<String> {
    let date = jiff::Timestamp::from_second(time.timestamp()).ok()?;
    Some(date.strftime("%Y-%m-%d").to_string())
}
