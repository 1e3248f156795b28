//! The types of the values that say what is trusted.

use std::path::Path;

use popfetch::net::{Fingerprint, TlsVersion};
use serde_json::json;
use toml::de::DeValue;

use super::super::values::parse_tls_version;
use super::value::{Value, Wrong, text};

/// Certificates or keys of which the server must show one.
#[derive(Clone, Debug)]
pub(crate) struct Fingerprints(pub(crate) Vec<Fingerprint>);

impl Value for Fingerprints {
    const KIND: &'static str = "a SHA-256 fingerprint, as a string, or an array of them";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let one = |value: &DeValue<'_>| {
            let fingerprint = text(value)?.parse();
            fingerprint.map_err(|error| Wrong::Value(format!("{error}"), None))
        };
        match value.as_array() {
            Some(array) if array.is_empty() => Err(Wrong::Kind),
            Some(array) => array.iter().map(|value| one(value.get_ref())).collect(),
            None => one(value).map(|fingerprint| vec![fingerprint]),
        }
        .map(Self)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(self.0.iter().map(|fingerprint| json!(fingerprint.to_string())).collect())
    }
}

impl Value for TlsVersion {
    const KIND: &'static str = "\"1.2\" or \"1.3\", as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        parse_tls_version(text(value)?).map_err(|message| Wrong::Value(message, None))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.number()))
    }
}
