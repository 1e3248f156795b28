//! What is trusted and shown over TLS, from what was typed and what is configured.

use popfetch::net::TlsSettings;

use super::args::ConnectionArgs;
use super::client_certificates::ClientCertificates;
use super::config::Values;
use super::paths::resolve;
use super::report::Failure;
use super::roots::Roots;

/// The files that were read for it, each once.
#[derive(Debug, Default)]
pub(crate) struct TlsFiles {
    roots: Roots,
    certificates: ClientCertificates,
}

impl TlsFiles {
    /// What holds for an account.
    pub(crate) fn settings(
        &mut self,
        args: &ConnectionArgs,
        values: &Values,
    ) -> Result<TlsSettings, Failure> {
        let typed = args.ca_file.as_deref().map(|path| resolve(path, None)).transpose()?;
        let roots = typed.or(values.ca_file.as_ref().map(|set| set.value.clone()));
        let configured = values.tls_fingerprint.as_ref().map(|set| set.value.0.clone());
        let typed = Some(args.tls_fingerprint.clone()).filter(|typed| !typed.is_empty());
        Ok(TlsSettings {
            roots: roots.map(|path| self.roots.read(&path)).transpose()?,
            pins: typed.or(configured).unwrap_or_default(),
            host: args.tls_host.clone().or(values.tls_host.as_ref().map(|set| set.value.0.clone())),
            identity: self.certificates.read(args, values)?,
            min_version: args
                .tls_min_version
                .or(values.tls_min_version.as_ref().map(|set| set.value))
                .unwrap_or_default(),
        })
    }

    /// Whether all of the files can be read again.
    pub(crate) fn are_lasting(&self) -> bool {
        self.roots.are_lasting()
    }
}
