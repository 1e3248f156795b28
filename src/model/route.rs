//! The way to a server.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{Endpoint, Secret};

/// How a server is reached.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Over what.
    pub way: Way,
    /// Which addresses are tried, of the server or of the proxy.
    pub family: AddressFamily,
    /// The address of this machine to connect from.
    pub source: Option<IpAddr>,
}

/// What carries a connection.
#[derive(Clone, Debug, Default)]
pub enum Way {
    /// TCP to the server itself.
    #[default]
    Direct,
    /// TCP through a proxy, which looks the server's name up.
    Proxy(Proxy),
    /// A command, whose standard input and output are the connection.
    Tunnel(Tunnel),
    /// A Unix socket of this machine.
    Socket(PathBuf),
}

/// Which kind of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressFamily {
    /// Both.
    #[default]
    Any,
    /// IPv4 alone.
    Ipv4,
    /// IPv6 alone.
    Ipv6,
}

impl AddressFamily {
    /// Whether `address` is of the kind.
    #[must_use]
    pub fn holds(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Ipv4 => address.is_ipv4(),
            Self::Ipv6 => address.is_ipv6(),
        }
    }

    /// The kind that `address` is of.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}

impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "IP",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        })
    }
}

/// A proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// What it speaks.
    pub kind: ProxyKind,
    /// Its host, as in an [`Endpoint`].
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What it wants to know before it serves.
    pub login: Option<ProxyLogin>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    /// SOCKS version 5 (RFC 1928).
    Socks5,
    /// HTTP CONNECT (RFC 9110, section 9.3.6).
    Http,
}

impl ProxyKind {
    /// The scheme of its URLs.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Socks5 => "socks5",
            Self::Http => "http",
        }
    }
}

/// A user of a proxy.
#[derive(Clone, Debug)]
pub struct ProxyLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl fmt::Display for Proxy {
    /// As a URL, without the login.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.kind.scheme(), Endpoint::place(&self.host, self.port))
    }
}

/// A command that leads to a server.
#[derive(Clone, Debug)]
pub struct Tunnel {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Variables of the environment that it is not to see.
    pub hidden: Vec<&'static str>,
}

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the connection: until the name is found, an address answers, and a proxy lets through.
    pub connect: Duration,
    /// Between two octets.
    pub idle: Duration,
    /// For the whole session, if there is a limit.
    pub session: Option<Duration>,
}

/// A session took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session took longer than {seconds} s")]
pub struct Overdue {
    /// How long it may take.
    pub seconds: u64,
}
