//! Connectors, shared among connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use native_tls::{Certificate, Protocol, TlsConnector};

use super::super::Error;
use super::explain::short;
use super::{ClientCertificate, TlsSettings, TlsVersion};

/// Connectors, one for each kind of connection: to build one costs 40 to 65 ms, because it loads the
/// system's certificates; to share one costs nothing. Clones are the same collection.
#[derive(Clone, Debug, Default)]
pub struct Connectors(Arc<Mutex<HashMap<Recipe, TlsConnector>>>);

/// What of [`TlsSettings`] goes into a connector.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Recipe {
    /// Nothing is verified where somebody else looks at the certificate.
    verifies: bool,
    roots: Option<Arc<[u8]>>,
    identity: Option<ClientCertificate>,
    min_version: TlsVersion,
}

impl Recipe {
    fn of(settings: &TlsSettings) -> Self {
        Self {
            verifies: settings.verifies(),
            roots: settings.roots.clone(),
            identity: settings.identity.clone(),
            min_version: settings.min_version,
        }
    }
}

impl Connectors {
    /// The connector for `settings`.
    ///
    /// # Errors
    /// [`Error::Roots`] when the PEM text holds no certificate or is broken.
    pub fn get(&self, settings: &TlsSettings) -> Result<TlsConnector, Error> {
        self.build_once(&Recipe::of(settings))
    }

    /// A connector that takes any certificate, only to look at it; it shows none of ours.
    ///
    /// # Errors
    /// [`Error::Roots`] when the library cannot build it.
    pub fn looking(&self, settings: &TlsSettings) -> Result<TlsConnector, Error> {
        let min_version = settings.min_version;
        self.build_once(&Recipe { verifies: false, roots: None, identity: None, min_version })
    }

    fn build_once(&self, recipe: &Recipe) -> Result<TlsConnector, Error> {
        // Built under the lock: who needs the same one at the same time had better wait for it.
        // The map is whole even if a builder panicked.
        let mut built = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = built.get(recipe) {
            return Ok(connector.clone());
        }
        let connector = build(recipe)?;
        built.insert(recipe.clone(), connector.clone());
        Ok(connector)
    }

    /// Has the connector for `settings` built by a thread of its own, if there is one to be had;
    /// [`Self::get`] then waits for that one.
    pub fn prepare(&self, settings: &TlsSettings) {
        let recipe = Recipe::of(settings);
        if self.0.try_lock().is_ok_and(|built| !built.contains_key(&recipe)) {
            let connectors = self.clone();
            // What is wrong with them is said to whoever needs one.
            let builder = thread::Builder::new().name("tls".to_owned());
            let _ = builder.spawn(move || connectors.build_once(&recipe).is_ok());
        }
    }
}

fn build(recipe: &Recipe) -> Result<TlsConnector, Error> {
    let unusable = |error: native_tls::Error| Error::Roots { reason: short(&error.to_string()) };
    let mut builder = TlsConnector::builder();
    builder.min_protocol_version(Some(match recipe.min_version {
        TlsVersion::V1_2 => Protocol::Tlsv12,
        TlsVersion::V1_3 => Protocol::Tlsv13,
    }));
    if let Some(certificate) = &recipe.identity {
        builder.identity(certificate.identity());
    }
    if !recipe.verifies {
        builder.disable_built_in_roots(true);
        builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
    } else if let Some(pem) = &recipe.roots {
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
