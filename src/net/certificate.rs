//! The one check of a certificate that the TLS library leaves out.

use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use super::Error;

/// Requires a subject alternative name of the host's kind.
///
/// The handshake has matched the host already, but OpenSSL falls back to the common name when a
/// certificate has no alternative name of the kind, and a common name must not be used (RFC 9525,
/// section 2): it is free text, which authorities need not have checked as a host name.
pub(super) fn require_alternative_name(
    leaf: Option<&native_tls::Certificate>,
    host: &str,
) -> Result<(), Error> {
    let refuse = |reason: &str| Error::Certificate {
        host: host.to_owned(),
        reason: reason.to_owned(),
        unknown_authority: false,
    };
    let leaf = leaf.ok_or_else(|| refuse("the server sent none"))?;
    let der = leaf.to_der().map_err(|_| refuse("it cannot be read"))?;
    let (_, certificate) = parse_x509_certificate(&der).map_err(|_| refuse("it cannot be read"))?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    let of_kind = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(_) => !is_address,
        GeneralName::IPAddress(_) => is_address,
        _ => false,
    };
    if names.is_some_and(|names| names.value.general_names.iter().any(of_kind)) {
        Ok(())
    } else {
        Err(refuse("it names no host as a subject alternative name, only a common name"))
    }
}
