//! Where a server is.

use std::fmt;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsMode {
    /// TLS from the first octet (RFC 8314, section 3), port 995.
    Implicit,
    /// STLS before anything else (RFC 2595, section 4), port 110. Required, never opportunistic.
    Starttls,
    /// No protection at all. Only when asked for.
    None,
}

impl TlsMode {
    /// The port that goes with the mode when none is named.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Implicit => 995,
            Self::Starttls | Self::None => 110,
        }
    }
}

/// A server's host, port and protection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A host name in lower case without a trailing dot, or an IP literal without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The protection.
    pub tls: TlsMode,
}

impl Endpoint {
    /// A host and a port as people and proxies write them.
    #[must_use]
    pub fn place(host: &str, port: u16) -> String {
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::place(&self.host, self.port))
    }
}
