//! Why a server's certificate is not trusted.

use std::fmt;

use super::super::Error;
use super::{Fingerprint, Leaf};

/// What is wrong with a certificate. The library says what kind of thing it is; the rest is known
/// where the certificate could be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// It, or one that signed it, has expired.
    Expired {
        /// The time of the check, in seconds since the epoch.
        now: i64,
        /// The day.
        since: Option<String>,
    },
    /// It is not valid yet.
    NotYetValid {
        /// The first day.
        from: Option<String>,
    },
    /// It is for somebody else.
    OtherHost {
        /// For whom it should be.
        host: String,
        /// For whom it is.
        names: Vec<String>,
    },
    /// Nobody who is trusted has signed it.
    UnknownAuthority {
        /// Who has, or nobody but itself; and the certificate's fingerprint.
        seen: Option<(Option<String>, Fingerprint)>,
    },
    /// Something else.
    Other(String),
}

impl Distrust {
    /// From the reason that the library gives, for `host`.
    pub(super) fn from_reason(reason: &str, host: &str, now: i64) -> Self {
        let says = |signs: &[&str]| signs.iter().any(|sign| reason.contains(sign));
        if says(&["hostname mismatch", "address mismatch"]) {
            Self::OtherHost { host: host.to_owned(), names: Vec::new() }
        } else if says(&["has expired"]) {
            Self::Expired { now, since: None }
        } else if says(&["not yet valid"]) {
            Self::NotYetValid { from: None }
        } else if says(&[
            "self-signed",
            "self signed",
            "issuer certificate",
            "unable to verify the first certificate",
        ]) {
            Self::UnknownAuthority { seen: None }
        } else {
            Self::Other(reason.to_owned())
        }
    }

    /// The error that it is of the certificate of `host`.
    pub(super) fn at(self, host: &str) -> Error {
        Error::Certificate { host: host.to_owned(), distrust: self }
    }
}

impl Error {
    /// Says more of why a certificate was refused, now that it could be looked at.
    #[must_use]
    pub fn having_seen(self, leaf: &Leaf) -> Self {
        match self {
            Self::Certificate { host, distrust } => {
                Self::Certificate { host, distrust: leaf.detail(distrust) }
            }
            other => other,
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { since: None, .. } => f.write_str("it has expired"),
            Self::Expired { since: Some(day), .. } => write!(f, "it expired on {day}"),
            Self::NotYetValid { from: None } => {
                f.write_str("it is not valid yet (is the clock right?)")
            }
            Self::NotYetValid { from: Some(day) } => {
                write!(f, "it is not valid before {day} (is the clock right?)")
            }
            Self::OtherHost { host, names } if names.is_empty() => {
                write!(f, "it is not for {host}")
            }
            Self::OtherHost { host, names } => {
                write!(f, "it is not for {host} but for {}", names.join(", "))
            }
            Self::UnknownAuthority { seen } => match seen {
                None => f.write_str("no authority that is trusted here has signed it"),
                Some((None, fingerprint)) => {
                    write!(
                        f,
                        "it is signed by nobody but itself (its fingerprint is {fingerprint})"
                    )
                }
                Some((Some(issuer), fingerprint)) => write!(
                    f,
                    "no authority that is trusted here has signed it, but {issuer} (its \
                     fingerprint is {fingerprint})"
                ),
            },
            Self::Other(reason) => f.write_str(reason),
        }
    }
}
