//! TLS: what is trusted, what is shown, and the library's errors in plain words.

mod client_certificate;
mod connectors;
mod distrust;
mod explain;
mod fingerprint;
mod leaf;
mod settings;

pub use client_certificate::{ClientCertificate, Unusable};
pub use connectors::{Connectors, check_roots};
pub use distrust::Distrust;
pub(super) use explain::{explain, explain_alert};
pub use fingerprint::Fingerprint;
pub use leaf::Leaf;
pub use settings::{TlsSettings, TlsVersion};
