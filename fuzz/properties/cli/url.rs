//! Sources: a URL with a password is refused, and so is one that holds a control character in any
//! spelling; what is accepted, written out and read again, is the same.

use std::fmt::Write as _;

use popfetch::model::Uid;

use super::super::report::Failure;
use super::super::source::{Source, is_url, parse_uid};
use super::common::printable::assert_printable;

pub(crate) fn check(data: &[u8]) {
    check_uid(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Source::parse(text) {
        Err(message) => {
            Failure::usage(&message).lines().lines().for_each(assert_printable);
            if let Some(other) = with_another_password(text) {
                assert_eq!(Source::parse(&other), Err(message), "the password is not repeated");
            }
        }
        Ok(source) => {
            assert!(is_url(text));
            assert!(with_another_password(text).is_none(), "a password is accepted");
            check_source(&source);
            let written = written(&source);
            assert_eq!(Source::parse(&written).as_ref(), Ok(&source), "{written}");
        }
    }
}

/// The same URL, if there is a password in it: something behind a colon before the last `@`.
fn with_another_password(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (login, place) = rest.rsplit_once('@')?;
    let (user, _) = login.split_once(':')?;
    Some(format!("{scheme}://{user}:another@{place}"))
}

fn check_source(source: &Source) {
    let Source { user, host, port, .. } = source;
    if let Some(user) = user {
        assert!(!user.is_empty() && !user.chars().any(char::is_control), "{user:?}");
    }
    let address = host.parse::<std::net::Ipv6Addr>().is_ok();
    let bad = |c: char| c.is_control() || c.is_whitespace() || "/@?#\\[]".contains(c);
    assert!(!host.is_empty() && !host.contains(bad), "{host:?}");
    assert!(address || !host.contains(':'), "{host:?}");
    assert!(!host.ends_with('.') && !host.bytes().any(|b| b.is_ascii_uppercase()), "{host:?}");
    assert_ne!(*port, Some(0));
    assert_ne!(source.endpoint(None).port, 0);
}

/// The URL of a source.
fn written(source: &Source) -> String {
    let scheme = match source.tls {
        popfetch::model::TlsMode::Implicit => "pop3s",
        _ => "pop3",
    };
    let mut url = format!("{scheme}://");
    if let Some(user) = &source.user {
        url += &encoded(user);
        if let Some(method) = source.method {
            let _ = write!(url, ";AUTH={}", method.name());
        }
        url.push('@');
    }
    match source.host.parse::<std::net::Ipv6Addr>() {
        Ok(address) => _ = write!(url, "[{address}]"),
        Err(_) => url += &encoded(&source.host),
    }
    if let Some(port) = source.port {
        let _ = write!(url, ":{port}");
    }
    url
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, octet| {
        if octet.is_ascii_alphanumeric() {
            encoded.push(char::from(octet));
        } else {
            let _ = write!(encoded, "%{octet:02x}");
        }
        encoded
    })
}

/// A UID can be typed as a list shows it.
fn check_uid(data: &[u8]) {
    if let Some(uid) = Uid::new(data) {
        let shown = uid.to_string();
        assert!(shown.is_ascii());
        assert_printable(&shown);
        // A backslash of its own may be taken for the beginning of an escape.
        let meant = parse_uid(&shown).unwrap_or_default();
        assert!(meant.contains(&uid) || data.contains(&b'\\'), "{shown} means {meant:?}");
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Err(message) = parse_uid(text)
    {
        assert_printable(&Failure::usage(message).lines().replace('\n', ""));
    }
}
