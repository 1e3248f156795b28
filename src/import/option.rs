//! Options of other programs, and what becomes of those that popfetch does not have.

use std::collections::BTreeMap;

/// What a section of a configuration says. Each option is taken out where it is understood; what is
/// left in the end is not carried over.
#[derive(Clone, Debug, Default)]
pub(super) struct Options(BTreeMap<String, String>);

/// An option that is not carried over, and what to do instead; nothing where nothing is lost.
pub(super) type Left = (&'static str, &'static str);

pub(super) const AS_IT_IS: &str = "popfetch delivers mail as it is";
pub(super) const CANNOT: &str = "popfetch cannot do that";
pub(super) const CHECKED: &str = "popfetch always checks the server's certificate; where no known \
    authority has signed it, save it as a file and set ca-file";
pub(super) const DISABLED: &str =
    "popfetch fetch without a name fetches from all accounts of the configuration";
pub(super) const FILTERS: &str = "let the mail program sort the Maildir";
pub(super) const HOOKS: &str = "run it in the script that runs popfetch";
pub(super) const LOGS: &str = "popfetch fetch -v says what it does";
pub(super) const NOTHING_LOST: &str = "";
pub(super) const ONLY_NEW: &str = "popfetch fetches what is new, and with --all everything";
pub(super) const OVERSIZED: &str =
    "popfetch deletes nothing that it has not delivered; max-size leaves large mail where it is";
pub(super) const PINNED: &str = "popfetch takes fingerprints of SHA-256 only: set tls-fingerprint";
pub(super) const TLS_LIBRARY: &str = "the system's TLS library decides";
pub(super) const TO: &str = "popfetch delivers into a Maildir or an mbox, named by the key 'to'";
/// A whole sentence.
pub(super) const UNCHECKED: &str = "the server's certificate was not checked, and popfetch checks \
    it: where no known authority has signed it, save it as a file and set ca-file";

impl Options {
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Takes over what `other` says, in the place of what is said here.
    pub(super) fn override_by(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
    }

    /// Takes an option out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Takes an option out, unless it is empty, which unsets it.
    pub(super) fn given(&mut self, name: &str) -> Option<String> {
        self.take(name).filter(|value| !value.is_empty())
    }

    /// Takes a number out.
    pub(super) fn number(&mut self, name: &str) -> Option<u64> {
        self.take(name)?.parse().ok()
    }

    /// The sentences about what was not taken out. No value is repeated: it may be a password.
    pub(super) fn not_carried(self, left: &[Left]) -> Vec<String> {
        let names = self.0.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name);
        let sentence = |name: String| {
            let known = left.iter().find(|(option, _)| *option == name);
            match known.map_or("popfetch does not know it", |(_, instead)| *instead) {
                NOTHING_LOST => None,
                instead => Some(not_carried(&name, instead)),
            }
        };
        names.filter_map(sentence).collect()
    }
}

/// The sentence about an option that is not carried over.
pub(super) fn not_carried(option: &str, instead: &str) -> String {
    format!("'{option}' is not carried over: {instead}")
}
