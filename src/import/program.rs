//! The programs.

use super::seen::{self, Seen};
use super::{Account, Error, Found, fdm, fetchmail, getmail, mpop};

/// A program whose accounts can be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// <https://marlam.de/mpop/>
    Mpop,
    /// <https://www.fetchmail.info/>
    Fetchmail,
    /// <https://getmail6.org/>
    Getmail,
    /// <https://github.com/nicm/fdm>
    Fdm,
}

impl Program {
    const NAMES: [(&'static str, Self); 4] = [
        ("mpop", Self::Mpop),
        ("fetchmail", Self::Fetchmail),
        ("getmail", Self::Getmail),
        ("fdm", Self::Fdm),
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, program)| *program == self).map_or("", |(name, _)| name)
    }

    /// Reads the text of its configuration, a file of this name.
    ///
    /// # Errors
    /// [`Error`] where it is not what it should be.
    pub fn read(self, text: &str, file_name: &str) -> Result<Found, Error> {
        match self {
            Self::Mpop => mpop::read(text),
            Self::Fetchmail => fetchmail::read(text),
            Self::Getmail => getmail::read(text, file_name),
            Self::Fdm => fdm::read(text),
        }
    }

    /// Reads what it has seen in the mailbox of `account`.
    #[must_use]
    pub fn seen(self, bytes: &[u8], account: &Account) -> Seen {
        let user = account.user.as_deref().unwrap_or_default();
        match self {
            Self::Mpop => seen::mpop(bytes, &account.host, user),
            Self::Fetchmail => seen::fetchmail(bytes, &account.host, user),
            Self::Getmail => seen::getmail(bytes),
            Self::Fdm => seen::fdm(bytes),
        }
    }

    /// Whether one file holds what was seen in several mailboxes.
    #[must_use]
    pub fn shares_seen(self) -> bool {
        matches!(self, Self::Mpop | Self::Fetchmail)
    }
}
