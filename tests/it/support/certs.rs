//! A private certificate authority, made anew for each test and kept in memory.

// Shared by the tests and an example, neither of which uses everything.
#![allow(dead_code, clippy::expect_used)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use sha2::{Digest, Sha256};

/// A certificate authority that only the test knows.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a fresh authority with its own key.
    pub(crate) fn new() -> Self {
        Self::called("popfetch test authority")
    }

    /// The same with another name.
    pub(crate) fn called(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a CA key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a CA certificate");
        Self { issuer }
    }

    /// The authority's certificate, to be trusted by the client under test.
    pub(crate) fn ca_pem(&self) -> String {
        self.issuer.pem()
    }

    /// Signs a server certificate as described by `leaf`.
    pub(crate) fn issue(&self, leaf: Leaf) -> Issued {
        let key = KeyPair::generate().expect("a leaf key");
        let cert = leaf.into_params().signed_by(&key, &self.issuer).expect("a leaf certificate");
        Issued { cert_pem: cert.pem(), key_pem: key.serialize_pem() }
    }
}

/// The description of a server certificate; good for `localhost`, `127.0.0.1`
/// and `::1` and valid now unless told otherwise.
#[derive(Clone)]
pub(crate) struct Leaf {
    common_name: String,
    names: Vec<String>,
    /// First and last year of validity; both start on 1 January.
    years: (i32, i32),
    usage: ExtendedKeyUsagePurpose,
}

impl Leaf {
    /// The default certificate for a server on the loopback interface.
    pub(crate) fn new() -> Self {
        Self {
            common_name: "popfetch test server".into(),
            names: ["localhost", "127.0.0.1", "::1"].map(String::from).into(),
            years: (2020, 2120),
            usage: ExtendedKeyUsagePurpose::ServerAuth,
        }
    }

    /// Replaces the subject alternative names. What parses as an IP address
    /// becomes an IP entry, everything else a DNS entry.
    pub(crate) fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names the host in the subject only and leaves the subject alternative
    /// name extension out altogether.
    pub(crate) fn common_name_only(mut self, host: &str) -> Self {
        self.common_name = host.into();
        self.names.clear();
        self
    }

    /// Makes it the certificate of a client.
    pub(crate) fn client(mut self, name: &str) -> Self {
        self.usage = ExtendedKeyUsagePurpose::ClientAuth;
        self.common_name_only(name)
    }

    /// Makes the validity end in the past.
    pub(crate) fn expired(mut self) -> Self {
        self.years = (2000, 2001);
        self
    }

    /// Makes the validity start in the far future.
    pub(crate) fn not_yet_valid(mut self) -> Self {
        self.years = (2119, 2120);
        self
    }

    /// Signs the certificate with its own key instead of an authority's.
    pub(crate) fn self_signed(self) -> Issued {
        let key = KeyPair::generate().expect("a leaf key");
        let cert = self.into_params().self_signed(&key).expect("a self-signed certificate");
        Issued { cert_pem: cert.pem(), key_pem: key.serialize_pem() }
    }

    fn into_params(self) -> CertificateParams {
        let mut params = CertificateParams::new(self.names).expect("usable names");
        params.distinguished_name = common_name(&self.common_name);
        params.not_before = date_time_ymd(self.years.0, 1, 1);
        params.not_after = date_time_ymd(self.years.1, 1, 1);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![self.usage];
        // OpenSSL in strict mode wants it on everything an authority signs.
        params.use_authority_key_identifier_extension = true;
        params
    }
}

/// A certificate together with its private key.
#[derive(Clone)]
pub(crate) struct Issued {
    /// The certificate as PEM.
    pub(crate) cert_pem: String,
    /// The private key as PKCS#8 PEM.
    pub(crate) key_pem: String,
}

impl Issued {
    /// The SHA-256 fingerprints of the certificate and of its public key.
    pub(crate) fn fingerprints(&self) -> [String; 2] {
        let (_, pem) = x509_parser::pem::parse_x509_pem(self.cert_pem.as_bytes()).expect("PEM");
        let certificate = pem.parse_x509().expect("a certificate");
        [fingerprint(&pem.contents), fingerprint(certificate.public_key().raw)]
    }

    /// The pair in the form that a TLS server takes.
    pub(crate) fn identity(&self) -> native_tls::Identity {
        native_tls::Identity::from_pkcs8(self.cert_pem.as_bytes(), self.key_pem.as_bytes())
            .expect("a usable certificate and key")
    }
}

/// The SHA-256 fingerprint of what stands in `der`.
fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|octet| format!("{octet:02x}")).collect()
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
