//! What an account is called, and which mailbox it is.

use std::fmt;

use super::Endpoint;

/// What an account is called in messages and in the state directory.
///
/// Either a name of the config file, or, for a URL source, `user@host`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountName(String);

/// The name holds something else than `[A-Za-z0-9._-]`, or is empty, or longer than 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
pub struct InvalidAccountName;

impl AccountName {
    /// The longest configured name, in characters.
    const MAX: usize = 64;

    /// A name of the config file.
    ///
    /// # Errors
    /// [`InvalidAccountName`] when it is not `[A-Za-z0-9._-]{1,64}`.
    pub fn configured(name: &str) -> Result<Self, InvalidAccountName> {
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if (1..=Self::MAX).contains(&name.len()) && name.bytes().all(fine) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidAccountName)
        }
    }

    /// The name of a source that was given as a URL: its mailbox, the port left out where it is
    /// the usual one. It always holds an `@`, so it is never the name of a configured account.
    #[must_use]
    pub fn of_mailbox(identity: &MailboxIdentity) -> Self {
        let text = identity.to_string();
        Self(match text.strip_suffix(":995") {
            Some(short) => short.to_owned(),
            None => text,
        })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which mailbox an account reads: user, host and port, whatever the account is called.
///
/// Ports 995 and 110 lead to the same mailbox and are equal here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailboxIdentity(String);

impl MailboxIdentity {
    /// The mailbox of `user` at `endpoint`.
    #[must_use]
    pub fn new(user: &str, endpoint: &Endpoint) -> Self {
        let port = if endpoint.port == 110 { 995 } else { endpoint.port };
        let at = Endpoint { port, ..endpoint.clone() };
        Self(format!("{user}@{at}"))
    }

    /// `user@host:port`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailboxIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TlsMode;

    fn identity(port: u16) -> MailboxIdentity {
        let endpoint = Endpoint { host: "pop.example.com".into(), port, tls: TlsMode::Implicit };
        MailboxIdentity::new("alice", &endpoint)
    }

    #[test]
    fn ports_995_and_110_are_one_mailbox() {
        assert_eq!(identity(995), identity(110));
        assert_ne!(identity(995), identity(1995));
        assert_eq!(AccountName::of_mailbox(&identity(110)).as_str(), "alice@pop.example.com");
        assert_eq!(AccountName::of_mailbox(&identity(21)).as_str(), "alice@pop.example.com:21");
    }

    #[test]
    fn a_configured_name_is_plain() {
        assert!(AccountName::configured("work-2.b_c").is_ok());
        for bad in ["", "a b", "a@b", "../x", &"x".repeat(65)] {
            assert!(AccountName::configured(bad).is_err(), "{bad}");
        }
    }
}
