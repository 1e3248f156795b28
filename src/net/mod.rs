//! Sockets and TLS: the only place that knows `TcpStream` and native-tls.
//!
//! [`Dial`] connects by whichever route, [`Stream`] carries octets in the clear or under TLS,
//! and everything in it that could wait for ever waits until a deadline or an [`Interrupt`].
//!
//! [`Interrupt`]: crate::model::Interrupt

mod dial;
#[cfg(feature = "discovery")]
mod dns;
mod error;
#[cfg(any(feature = "discovery", feature = "oauth"))]
mod https;
mod loopback;
mod proxy;
mod race;
mod resolve;
mod socket;
mod stream;
mod ticking;
mod tls;
mod tunnel;
mod wait;

pub use dial::Dial;
#[cfg(feature = "discovery")]
pub use dns::NameServers;
pub use error::Error;
#[cfg(any(feature = "discovery", feature = "oauth"))]
pub use https::{Https, HttpsError};
pub use loopback::Loopback;
pub use proxy::ProxyError;
pub use stream::Stream;
pub use tls::{
    ClientCertificate, Connectors, Distrust, Fingerprint, Leaf, TlsSettings, TlsVersion, Unusable,
    check_roots,
};
