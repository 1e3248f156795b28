//! The library's errors in plain words. native-tls has no codes for them, so its text is read.

use std::error::Error as _;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::Error;
use super::{Distrust, TlsSettings};
use crate::model::Endpoint;

/// Puts a failed handshake into words. The reason of a refused certificate stands in brackets at
/// the end.
pub(in super::super) fn explain(
    error: &native_tls::Error,
    endpoint: &Endpoint,
    settings: &TlsSettings,
) -> Error {
    let host = endpoint.host.clone();
    let text = error.to_string();
    if text.contains("certificate verify failed") {
        let reason = text.rsplit_once(" (").map_or(text.as_str(), |(_, reason)| reason);
        let reason = reason.trim_end_matches(')').to_ascii_lowercase();
        let name = settings.name(&host);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        return Distrust::from_reason(&reason, name, now).at(name);
    }
    let not_tls = ["wrong version number", "packet length too long", "http request"];
    if not_tls.iter().any(|sign| text.contains(sign)) {
        return Error::NotTls { endpoint: endpoint.clone() };
    }
    if let Some(source) = io_cause(error) {
        return Error::HandshakeBroken { host, source: Some(source) };
    }
    if text.contains("unexpected EOF") || text.contains("unexpected eof") {
        return Error::HandshakeBroken { host, source: None };
    }
    let too_old = ["protocol version", "unsupported protocol", "no protocols available"];
    if let Some(reason) = about_us(&text) {
        return Error::ClientCertificate { host, reason };
    }
    let reason = if too_old.iter().any(|sign| text.contains(sign)) {
        let version = settings.min_version.number();
        format!("the server does not speak TLS {version} or later with us")
    } else if text.contains("alert handshake failure") && settings.identity.is_none() {
        "the server refuses it (perhaps it wants a client certificate: --client-cert)".to_owned()
    } else {
        short(&text)
    };
    Error::Handshake { host, reason }
}

/// What a server says of us by an alert (RFC 8446, section 6.2).
fn about_us(text: &str) -> Option<&'static str> {
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if says(&["certificate required"]) {
        Some("the server wants a client certificate (--client-cert)")
    } else if says(&[
        "alert unknown ca",
        "alert bad certificate",
        "alert unsupported certificate",
        "alert certificate unknown",
        "alert certificate expired",
        "alert certificate revoked",
        "alert access denied",
    ]) {
        Some("the server refuses our client certificate")
    } else {
        None
    }
}

/// Puts an alert into words that comes only when the handshake is over for us: with TLS 1.3 that is
/// how a server says what it thinks of our certificate.
pub(in super::super) fn explain_alert(error: io::Error) -> io::Error {
    let refused = |reason| io::Error::new(io::ErrorKind::PermissionDenied, reason);
    about_us(&error.to_string()).map_or(error, refused)
}

/// The system error somewhere below, as a new one: the chain only lends it.
fn io_cause(error: &native_tls::Error) -> Option<io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io::Error::new(io.kind(), io.to_string()));
        }
        cause = error.source();
    }
    None
}

/// OpenSSL's `error:0A000410:SSL routines:func:reason:file:line:` without all but the reason.
pub(super) fn short(text: &str) -> String {
    text.split(':').nth(4).map_or_else(|| text.to_owned(), str::to_owned)
}
