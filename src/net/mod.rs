//! Sockets and TLS: the only place that knows `TcpStream` and native-tls.
//!
//! [`Dial`] connects by whichever route, [`Stream`] carries octets in the clear or under TLS,
//! and everything in it that could wait for ever waits until a deadline or an [`Interrupt`].
//!
//! [`Interrupt`]: crate::model::Interrupt

mod dial;
mod error;
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
pub use error::Error;
pub use loopback::Loopback;
pub use proxy::ProxyError;
pub use stream::Stream;
pub use tls::{
    ClientCertificate, Connectors, Distrust, Fingerprint, Leaf, TlsSettings, TlsVersion, Unusable,
    check_roots,
};
