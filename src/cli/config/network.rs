//! The types of the values that say how a server is reached.

use std::net::IpAddr;
use std::path::Path;

use popfetch::model::{AddressFamily, CommandLine, Proxy};
use serde_json::json;
use toml::de::DeValue;

use super::super::proxy::parse_proxy;
use super::value::{Value, Wrong, text, word};

/// The names of the kinds of addresses.
const FAMILIES: [(&str, AddressFamily); 3] =
    [("any", AddressFamily::Any), ("ipv4", AddressFamily::Ipv4), ("ipv6", AddressFamily::Ipv6)];

impl Value for AddressFamily {
    const KIND: &'static str = "\"any\", \"ipv4\" or \"ipv6\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        word(value, &FAMILIES)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        FAMILIES.iter().find(|(_, family)| family == self).map(|(name, _)| json!(name))
    }
}

impl Value for IpAddr {
    const KIND: &'static str = "an IP address, as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        text(value)?.parse().map_err(|_| Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.to_string()))
    }
}

/// A proxy, or that there is none.
#[derive(Clone, Debug)]
pub(crate) struct ProxyUrl(pub(crate) Option<Proxy>);

impl ProxyUrl {
    /// Whether a password stands in it.
    pub(super) fn holds_secret(&self) -> bool {
        self.0.as_ref().is_some_and(|proxy| proxy.login.is_some())
    }
}

impl Value for ProxyUrl {
    const KIND: &'static str = "the URL of a proxy, as a string, or \"none\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let proxy = parse_proxy(text(value)?);
        proxy.map(Self).map_err(|message| Wrong::Value(message, None))
    }

    /// Without the login.
    fn shown(&self) -> Option<serde_json::Value> {
        Some(self.0.as_ref().map_or_else(|| json!("none"), |proxy| json!(proxy.to_string())))
    }
}

impl Value for CommandLine {
    const KIND: &'static str = "a command for the shell, as a string, or an array of its words";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let one = |value: &DeValue<'_>| {
            let word = text(value)?;
            if word.contains('\0') { Err(Wrong::Kind) } else { Ok(word.to_owned()) }
        };
        let command = match value.as_array() {
            Some(array) => {
                let words: Result<Vec<_>, _> =
                    array.iter().map(|word| one(word.get_ref())).collect();
                Self::Words(words?)
            }
            None => Self::Shell(one(value)?),
        };
        let first = match &command {
            Self::Shell(line) => Some(line),
            Self::Words(words) => words.first(),
        };
        let is_empty = first.is_none_or(|first| first.trim().is_empty());
        if is_empty { Err(Wrong::Kind) } else { Ok(command) }
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Shell(line) => json!(line),
            Self::Words(words) => json!(words),
        })
    }
}
