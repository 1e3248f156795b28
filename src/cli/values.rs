//! Sizes, ages and dates as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use popfetch::model::{FirstFetch, Octets};
use popfetch::net::TlsVersion;

/// `500`, `500k`, `20M`, `1G` in powers of 1000, `512Ki`, `20Mi`, `1Gi` in powers of 1024; a `B`
/// may follow.
pub(crate) fn parse_size(text: &str) -> Result<Octets, String> {
    let wrong = || format!("'{text}' is not a size (like 500k, 20M or 1G)");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let unit = unit.trim_start().to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let factor: u64 = match unit {
        "" => 1,
        "k" => 1000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        "ki" => 1 << 10,
        "mi" => 1 << 20,
        "gi" => 1 << 30,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).map(Octets).ok_or_else(wrong)
}

/// `14d`, `12h`, `30m`, `2w`, `45s`, or several of them: `1d12h`. In seconds.
pub(crate) fn parse_age(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is not an age (like 14d, 12h or 1d12h)");
    let mut rest = text;
    let mut seconds = 0_i64;
    loop {
        let (number, after) = split(rest).ok_or_else(wrong)?;
        let mut units = after.chars();
        let factor = match units.next() {
            Some('w') => 7 * 24 * 3600,
            Some('d') => 24 * 3600,
            Some('h') => 3600,
            Some('m') => 60,
            Some('s') => 1,
            _ => return Err(wrong()),
        };
        let part = i64::try_from(number).ok().and_then(|number| number.checked_mul(factor));
        seconds = part.and_then(|part| seconds.checked_add(part)).ok_or_else(wrong)?;
        rest = units.as_str();
        if rest.is_empty() {
            return Ok(seconds);
        }
    }
}

/// A number and what follows it.
fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// `2026-11-02`, which is its first second here, or an RFC 3339 time. In seconds since the epoch.
pub(crate) fn parse_date(text: &str) -> Result<i64, String> {
    if let Ok(date) = text.parse::<Date>()
        && let Ok(start) = date.to_zoned_datetime(TimeZone::system())
    {
        return Ok(start.timestamp().as_second());
    }
    text.parse::<Timestamp>()
        .map(Timestamp::as_second)
        .map_err(|_| format!("'{text}' is not a date (like 2026-11-02 or 2026-11-02T15:04:05Z)"))
}

/// `1.2` or `1.3`.
pub(crate) fn parse_tls_version(text: &str) -> Result<TlsVersion, String> {
    let known = [TlsVersion::V1_2, TlsVersion::V1_3];
    if let Some(version) = known.into_iter().find(|version| version.number() == text) {
        return Ok(version);
    }
    Err(match text {
        "1.0" | "1.1" => format!("TLS {text} is not safe any more (RFC 8996); use 1.2 or 1.3"),
        _ => format!("'{text}' is not a version of TLS (1.2 or 1.3)"),
    })
}

/// How many commands may be sent ahead of their replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pipeline {
    /// As many as the server announces and shows that it can take.
    Auto,
    /// So many, where the server announces that it can take any; with 1 each waits.
    Most(u16),
}

impl Pipeline {
    /// The limit, where there is one.
    pub(crate) fn most(self) -> Option<usize> {
        match self {
            Self::Auto => None,
            Self::Most(most) => Some(usize::from(most)),
        }
    }
}

impl FromStr for Pipeline {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Most(1)),
            _ => text
                .parse()
                .ok()
                .filter(|most| (1..=1000).contains(most))
                .map(Self::Most)
                .ok_or_else(|| {
                    format!("'{text}' is neither auto nor off nor a number from 1 to 1000")
                }),
        }
    }
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Most(1) => f.write_str("off"),
            Self::Most(most) => write!(f, "{most}"),
        }
    }
}

/// `all`, `seen`, `last:N`.
pub(crate) fn parse_first_fetch(text: &str) -> Result<FirstFetch, String> {
    match text.split_once(':') {
        None if text == "all" => Ok(FirstFetch::All),
        None if text == "seen" => Ok(FirstFetch::Seen),
        Some(("last", n)) => n.parse().map(FirstFetch::Last).map_err(|_| wrong_first(text)),
        _ => Err(wrong_first(text)),
    }
}

fn wrong_first(text: &str) -> String {
    format!("'{text}' is none of all, seen and last:N")
}

/// `NAME: TEXT`, a field and what it contains.
pub(crate) fn parse_header(text: &str) -> Result<(String, String), String> {
    let name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    match text.split_once(':') {
        Some((field, value)) if name(field.trim()) => {
            Ok((field.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("'{text}' is not 'NAME: TEXT' (like 'List-Id: announce')")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, octets) in [
            ("0", 0),
            ("500", 500),
            ("500k", 500_000),
            ("20M", 20_000_000),
            ("1G", 1_000_000_000),
            ("1kB", 1000),
            ("2Ki", 2048),
            ("1MiB", 1 << 20),
            ("3 MB", 3_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(Octets(octets)), "{text}");
        }
        for bad in
            ["", "k", "-1", "1.5M", "1T", "1kk", "99999999999999999999", "18446744073709551615k"]
        {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ages() {
        for (text, seconds) in
            [("14d", 1_209_600), ("12h", 43_200), ("1d12h", 129_600), ("2w", 1_209_600), ("0s", 0)]
        {
            assert_eq!(parse_age(text), Ok(seconds), "{text}");
        }
        for bad in ["", "d", "14", "-1d", "1y", "1d2", "999999999999999999w"] {
            assert!(parse_age(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(parse_date("2026-11-02T00:00:00Z"), Ok(1_793_577_600));
        assert_eq!(parse_date("2026-11-02T01:00:00+01:00"), Ok(1_793_577_600));
        let local = parse_date("2026-11-02").unwrap();
        assert!((local - 1_793_577_600).abs() <= 14 * 3600);
        for bad in ["", "yesterday", "2026-13-01", "11/02/2026", "2026-02-30"] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn headers_and_first_fetch() {
        assert_eq!(parse_header("List-Id: a b"), Ok(("List-Id".into(), "a b".into())));
        assert_eq!(parse_header("X:"), Ok(("X".into(), String::new())));
        assert!(parse_header("no colon").is_err() && parse_header("a b: c").is_err());
        assert_eq!(parse_first_fetch("last:10"), Ok(FirstFetch::Last(10)));
        assert!(parse_first_fetch("last").is_err() && parse_first_fetch("last:x").is_err());
    }
}
