//! TLS settings, connectors shared among connections, and the library's errors in plain words.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use native_tls::{Certificate, Protocol, TlsConnector};

use super::Error;
use crate::model::Endpoint;

/// What a TLS connection is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsSettings {
    /// The authorities to trust, as PEM, instead of the system's.
    pub roots: Option<Arc<[u8]>>,
}

/// Connectors, one for each distinct [`TlsSettings`]: to build one costs 40 to 65 ms, because it
/// loads the system's certificates; to share one costs nothing. Clones are the same collection.
#[derive(Clone, Debug, Default)]
pub struct Connectors(Arc<Mutex<HashMap<TlsSettings, TlsConnector>>>);

impl Connectors {
    /// The connector for `settings`.
    ///
    /// # Errors
    /// [`Error::Roots`] when the PEM text holds no certificate or is broken.
    pub fn get(&self, settings: &TlsSettings) -> Result<TlsConnector, Error> {
        // Built under the lock: who needs the same one at the same time had better wait for it.
        // The map is whole even if a builder panicked.
        let mut built = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = built.get(settings) {
            return Ok(connector.clone());
        }
        let connector = build(settings)?;
        built.insert(settings.clone(), connector.clone());
        Ok(connector)
    }

    /// Has the connector for `settings` built by a thread of its own, if there is one to be had;
    /// [`Self::get`] then waits for that one.
    pub fn prepare(&self, settings: &TlsSettings) {
        if self.0.try_lock().is_ok_and(|built| !built.contains_key(settings)) {
            let (connectors, settings) = (self.clone(), settings.clone());
            // What is wrong with them is said to whoever needs one.
            let builder = thread::Builder::new().name("tls".to_owned());
            let _ = builder.spawn(move || connectors.get(&settings).is_ok());
        }
    }
}

fn build(settings: &TlsSettings) -> Result<TlsConnector, Error> {
    let unusable = |error: native_tls::Error| Error::Roots { reason: short(&error.to_string()) };
    let mut builder = TlsConnector::builder();
    // TLS 1.2 at least (RFC 8997).
    builder.min_protocol_version(Some(Protocol::Tlsv12));
    if let Some(pem) = &settings.roots {
        builder.disable_built_in_roots(true);
        for root in read_roots(pem)? {
            builder.add_root_certificate(root);
        }
    }
    builder.build().map_err(unusable)
}

fn read_roots(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
    let roots = Certificate::stack_from_pem(pem)
        .map_err(|error| Error::Roots { reason: short(&error.to_string()) })?;
    if roots.is_empty() {
        return Err(Error::Roots { reason: "there is no PEM certificate".to_owned() });
    }
    Ok(roots)
}

/// Whether `pem` holds certificates that can be trusted, so that who read it from a file can say
/// from which.
///
/// # Errors
/// [`Error::Roots`] when it does not.
pub fn check_roots(pem: &[u8]) -> Result<(), Error> {
    read_roots(pem).map(drop)
}

/// Puts a failed handshake into words. native-tls has no codes for it, so its text is read: the
/// reason of a refused certificate stands in brackets at the end.
pub(super) fn explain(error: &native_tls::Error, endpoint: &Endpoint) -> Error {
    let host = endpoint.host.clone();
    let text = error.to_string();
    if text.contains("certificate verify failed") {
        let reason = text.rsplit_once(" (").map_or(text.as_str(), |(_, reason)| reason);
        let reason = reason.trim_end_matches(')').to_ascii_lowercase();
        return certificate_refused(host, &reason);
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
    Error::Handshake { host, reason: short(&text) }
}

fn certificate_refused(host: String, reason: &str) -> Error {
    let unknown_authority = reason.contains("self-signed")
        || reason.contains("self signed")
        || reason.contains("issuer certificate")
        || reason.contains("unable to verify the first certificate");
    let reason = if reason.contains("hostname mismatch") || reason.contains("address mismatch") {
        format!("it is not for {host}")
    } else if reason.contains("has expired") {
        "it has expired".to_owned()
    } else if reason.contains("not yet valid") {
        "it is not valid yet (is the clock right?)".to_owned()
    } else if unknown_authority {
        "no authority that is trusted here has signed it".to_owned()
    } else {
        reason.to_owned()
    };
    Error::Certificate { host, reason, unknown_authority }
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
fn short(text: &str) -> String {
    text.split(':').nth(4).map_or_else(|| text.to_owned(), str::to_owned)
}
