//! From a mail address to the server that has its mail: what popfetch knows, what the domain says
//! in the DNS, and what is published for mail programs over HTTPS.
//!
//! For setting an account up only, never on the way of a fetch: what an answer names is shown to
//! the user before anything is sent there (RFC 8314, section 5.1).

mod address;
mod autoconfig;
mod preset;
mod presets;
mod srv;

pub use address::{InvalidAddress, MailAddress};
pub use autoconfig::{Advice, Autoconfig};
pub use preset::{Accepts, Preset, Server, UserForm};
pub use srv::{Service, SrvError, look_up};

use crate::model::Endpoint;

/// A server that was found for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Whom it knows the user as.
    pub user: String,
}

/// Whether a name that somebody has published can be the name of a host.
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(label)
}
