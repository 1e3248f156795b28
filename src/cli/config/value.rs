//! The types of the configuration's values.

use std::path::{Path, PathBuf};
use std::time::Duration;

use popfetch::model::{FirstFetch, Octets, Secret, TlsMode};
use popfetch::sasl::LoginMethod;
use serde_json::json;
use toml::de::DeValue;

use super::super::args::OrderArg;
use super::super::destination::Template;
use super::super::paths::resolve;
use super::super::source::host_name;
use super::super::values::{Pipeline, parse_age, parse_first_fetch, parse_size};
use super::suggest::{did_you_mean, nearest};

/// What is wrong with a value.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It is of another type, or outside of what its type allows.
    Kind,
    /// Something else, in words; perhaps with a hint.
    Value(String, Option<String>),
}

/// A value as a key has it.
pub(crate) trait Value: Sized {
    /// In words that fit behind "it must be".
    const KIND: &'static str;

    /// Reads it; `base` is what relative paths are relative to.
    fn read(value: &DeValue<'_>, base: &Path) -> Result<Self, Wrong>;

    /// As JSON, which for what occurs here is also how TOML writes it. Nothing for a secret.
    fn shown(&self) -> Option<serde_json::Value>;
}

pub(super) fn text<'a>(value: &'a DeValue<'_>) -> Result<&'a str, Wrong> {
    value.as_str().ok_or(Wrong::Kind)
}

/// A whole number within `range`.
fn number(value: &DeValue<'_>, range: std::ops::RangeInclusive<u64>) -> Result<u64, Wrong> {
    let integer = value.as_integer().ok_or(Wrong::Kind)?;
    let number = u64::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| Wrong::Kind)?;
    if range.contains(&number) { Ok(number) } else { Err(Wrong::Kind) }
}

/// One of `words`, in either case.
pub(super) fn word<T: Copy>(value: &DeValue<'_>, words: &[(&'static str, T)]) -> Result<T, Wrong> {
    let text = text(value)?;
    if let Some((_, meant)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return Ok(*meant);
    }
    let near = nearest(text, words.iter().map(|(word, _)| *word));
    Err(Wrong::Value(format!("'{text}' is not known"), near.map(did_you_mean)))
}

impl Value for bool {
    const KIND: &'static str = "true or false";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        value.as_bool().ok_or(Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self))
    }
}

/// The name of a server.
#[derive(Clone, Debug)]
pub(crate) struct Host(pub(crate) String);

impl Value for Host {
    const KIND: &'static str = "a host name or an address, as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        host_name(text(value)?).map(Self).map_err(|message| Wrong::Value(message, None))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// A TCP port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Port(pub(crate) u16);

impl Value for Port {
    const KIND: &'static str = "a number from 1 to 65535";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let port = number(value, 1..=u64::from(u16::MAX))?;
        u16::try_from(port).map(Self).map_err(|_| Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// The names of the protections.
const TLS: [(&str, TlsMode); 3] =
    [("implicit", TlsMode::Implicit), ("starttls", TlsMode::Starttls), ("none", TlsMode::None)];

/// What a protection is called.
pub(crate) fn tls_name(tls: TlsMode) -> &'static str {
    TLS.iter().find(|(_, mode)| *mode == tls).map_or("", |(name, _)| name)
}

impl Value for TlsMode {
    const KIND: &'static str = "\"implicit\", \"starttls\" or \"none\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        word(value, &TLS)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(tls_name(*self)))
    }
}

/// A user's name.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) String);

impl Value for User {
    const KIND: &'static str = "a string, not empty and without control characters";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Wrong::Kind);
        }
        Ok(Self(text.to_owned()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

impl Value for LoginMethod {
    const KIND: &'static str = "the name of a way to log in, as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        text(value)?.parse().map_err(|message| Wrong::Value(message, None))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.name()))
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "the path of a file, as a string";

    fn read(value: &DeValue<'_>, base: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        if text.is_empty() || text.contains('\0') {
            return Err(Wrong::Kind);
        }
        resolve(Path::new(text), Some(base))
            .map_err(|failure| Wrong::Value(failure.message, failure.hint))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.to_string_lossy()))
    }
}

/// A command for the shell.
#[derive(Clone, Debug)]
pub(crate) struct Command(pub(crate) String);

impl Value for Command {
    const KIND: &'static str = "a command, as a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        if text.trim().is_empty() || text.contains('\0') {
            return Err(Wrong::Kind);
        }
        Ok(Self(text.to_owned()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

impl Value for Secret {
    const KIND: &'static str = "a string";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        Ok(Self::new(text(value)?.as_bytes().to_vec()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        None
    }
}

impl Value for Duration {
    const KIND: &'static str = "a number of seconds from 1 to 86400";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        number(value, 1..=86_400).map(Self::from_secs)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.as_secs()))
    }
}

impl Value for Pipeline {
    const KIND: &'static str = "\"auto\", \"off\" or a number from 1 to 1000";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let most = number(value, 1..=1000).ok().and_then(|most| u16::try_from(most).ok());
        match most {
            Some(most) => Ok(Self::Most(most)),
            None => text(value)?.parse().map_err(|_| Wrong::Kind),
        }
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.to_string()))
    }
}

/// How many at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jobs(pub(crate) usize);

impl Value for Jobs {
    const KIND: &'static str = "a number from 1 to 1000";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let jobs = number(value, 1..=1000)?;
        usize::try_from(jobs).map(Self).map_err(|_| Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// How often to try again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries(pub(crate) u32);

impl Value for Retries {
    const KIND: &'static str = "a number from 0 to 100";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let retries = number(value, 0..=100)?;
        u32::try_from(retries).map(Self).map_err(|_| Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub(crate) struct Destinations(pub(crate) Vec<Template>);

impl Value for Destinations {
    const KIND: &'static str = "a destination, as a string, or an array of them";

    fn read(value: &DeValue<'_>, base: &Path) -> Result<Self, Wrong> {
        let one = |value: &DeValue<'_>| {
            let template = match value.as_array() {
                Some(words) => {
                    let word =
                        |word: &toml::Spanned<DeValue<'_>>| text(word.get_ref()).map(str::to_owned);
                    Template::of_words(words.iter().map(word).collect::<Result<_, _>>()?)
                }
                None => Template::parse(text(value)?, Some(base)),
            };
            template.map_err(|failure| Wrong::Value(failure.message, failure.hint))
        };
        let templates = match value.as_array() {
            Some(array) if array.is_empty() => return Err(Wrong::Kind),
            Some(array) => array.iter().map(|value| one(value.get_ref())).collect::<Result<_, _>>(),
            None => one(value).map(|template| vec![template]),
        };
        templates.map(Self)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(self.0.iter().map(Template::shown).collect())
    }
}

/// A time span in seconds, and how it was written.
#[derive(Clone, Debug)]
pub(crate) struct Age(pub(crate) i64, String);

impl Value for Age {
    const KIND: &'static str = "an age like \"12h\" or \"14d\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let text = text(value)?;
        let age = parse_age(text).map_err(|message| Wrong::Value(message, None))?;
        Ok(Self(age, text.to_owned()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.1))
    }
}

/// When mail that is safe here is deleted on the server.
#[derive(Clone, Debug)]
pub(crate) enum Deletion {
    Never,
    AtOnce,
    /// So many seconds after it came, and how that was written.
    After(i64, String),
}

impl Value for Deletion {
    const KIND: &'static str = "true, false or an age like \"14d\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        if let Some(delete) = value.as_bool() {
            return Ok(if delete { Self::AtOnce } else { Self::Never });
        }
        let text = text(value)?;
        let age = parse_age(text).map_err(|message| Wrong::Value(message, None))?;
        Ok(Self::After(age, text.to_owned()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Never => json!(false),
            Self::AtOnce => json!(true),
            Self::After(_, text) => json!(text),
        })
    }
}

/// A number of messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages(pub(crate) u32);

impl Value for Messages {
    const KIND: &'static str = "a number of messages";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        let messages = number(value, 0..=u64::from(u32::MAX))?;
        u32::try_from(messages).map(Self).map_err(|_| Wrong::Kind)
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.0))
    }
}

/// A size, and how it was written.
#[derive(Clone, Debug)]
pub(crate) struct Size(pub(crate) Octets, String);

impl Value for Size {
    const KIND: &'static str = "a size like \"20M\", or a number of octets";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        if value.as_integer().is_some() {
            let octets = number(value, 0..=u64::MAX)?;
            return Ok(Self(Octets(octets), octets.to_string()));
        }
        let text = text(value)?;
        let octets = parse_size(text).map_err(|message| Wrong::Value(message, None))?;
        Ok(Self(octets, text.to_owned()))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(json!(self.1))
    }
}

impl Value for FirstFetch {
    const KIND: &'static str = "\"all\", \"seen\" or \"last:N\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        parse_first_fetch(text(value)?).map_err(|message| Wrong::Value(message, None))
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::All => json!("all"),
            Self::Seen => json!("seen"),
            Self::Last(n) => json!(format!("last:{n}")),
        })
    }
}

impl Value for OrderArg {
    const KIND: &'static str = "\"oldest\" or \"newest\"";

    fn read(value: &DeValue<'_>, _: &Path) -> Result<Self, Wrong> {
        word(value, &[("oldest", Self::Oldest), ("newest", Self::Newest)])
    }

    fn shown(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Oldest => json!("oldest"),
            Self::Newest => json!("newest"),
        })
    }
}
