//! The types of the values that OAuth2 needs.

use std::path::Path;

use popfetch::oauth::{Flow, Preset};
use serde_json::json;
use toml::de::DeValue;

use super::value::{Value, Wrong, text, word};

/// The names of the providers.
const PROVIDERS: [(&str, Preset); 4] = [
    ("microsoft", Preset::Microsoft),
    ("google", Preset::Google),
    ("yahoo", Preset::Yahoo),
    ("custom", Preset::Custom),
];

impl Value for Preset {
    const KIND: &'static str = "\"microsoft\", \"google\", \"yahoo\" or \"custom\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        word(value, &PROVIDERS)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        name_of(&PROVIDERS, self)
    }
}

/// The names of the flows.
const FLOWS: [(&str, Flow); 3] = [
    ("device", Flow::Device),
    ("browser", Flow::Browser),
    ("client-credentials", Flow::ClientCredentials),
];

impl Value for Flow {
    const KIND: &'static str = "\"device\", \"browser\" or \"client-credentials\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        word(value, &FLOWS)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        name_of(&FLOWS, self)
    }
}

fn name_of<T: PartialEq>(names: &[(&str, T)], value: &T) -> Option<serde_json::Value> {
    names.iter().find(|(_, named)| named == value).map(|(name, _)| json!(name))
}

/// What a provider is told as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Text(pub(crate) String);

impl Value for Text {
    const KIND: &'static str = "a string of visible characters, not empty";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        let fine = !text.is_empty() && text.bytes().all(|octet| matches!(octet, b' '..=b'~'));
        if fine { Ok(Self(text.to_owned())) } else { Err(Wrong::Kind) }
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// An organisation at Microsoft.
#[derive(Clone, Debug)]
pub(crate) struct Tenant(pub(crate) String);

impl Value for Tenant {
    const KIND: &'static str = "an id, a domain, \"common\", \"organizations\" or \"consumers\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        // It becomes a part of an address.
        let fine =
            text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-".contains(&octet));
        if fine && text.contains(|c: char| c != '.') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Wrong::Kind)
        }
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// An address of a provider's.
#[derive(Clone, Debug)]
pub(crate) struct HttpsUrl(pub(crate) String);

impl Value for HttpsUrl {
    const KIND: &'static str = "an address that begins with https://, as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let Text(url) = Text::read(value, Path::new(""))?;
        // The rest of it is looked at before it is used.
        if url.starts_with("https://") && !url.contains(' ') {
            Ok(Self(url))
        } else {
            Err(Wrong::Kind)
        }
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}
