//! A mail address, as far as finding its server goes.

use std::fmt;
use std::str::FromStr;

/// A mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress {
    local: String,
    domain: String,
}

/// The text is no mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mail address looks like alice@example.com")]
pub struct InvalidAddress;

impl MailAddress {
    /// What stands before the `@`, as it was written.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.local
    }

    /// What stands behind it, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether `host` is a part of the address's domain, so that whoever has the one has the other.
    #[must_use]
    pub fn has_within(&self, host: &str) -> bool {
        let before = host.strip_suffix(self.domain.as_str());
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

impl FromStr for MailAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress)?;
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        let wrong = |c: char| c.is_whitespace() || c.is_control();
        if local.is_empty() || local.contains(wrong) || !super::is_host_name(&domain) {
            return Err(InvalidAddress);
        }
        Ok(Self { local: local.to_owned(), domain })
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let shown = |text: &str| text.parse::<MailAddress>().map(|address| address.to_string());
        assert_eq!(shown("Alice@Example.COM."), Ok("Alice@example.com".to_owned()));
        assert_eq!(shown("a@b@example.com"), Ok("a@b@example.com".to_owned()));
        for bad in ["", "alice", "@example.com", "alice@", "a b@c", "a@b c", "a@b..c", "a@\u{1b}"] {
            assert_eq!(shown(bad), Err(InvalidAddress), "{bad}");
        }
    }

    #[test]
    fn only_what_ends_in_the_domain_is_within_it() {
        let address: MailAddress = "alice@example.com".parse().unwrap();
        for (host, within) in [
            ("example.com", true),
            ("pop.example.com", true),
            ("notexample.com", false),
            ("example.com.evil.example", false),
            ("com", false),
        ] {
            assert_eq!(address.has_within(host), within, "{host}");
        }
    }
}
