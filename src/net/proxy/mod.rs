//! Through a proxy to a server. The proxy looks the server's name up; it is not asked for here.

mod error;
mod http;
mod line;
mod socks;

use std::net::TcpStream;
use std::time::Instant;

pub use error::ProxyError;

use crate::model::{Endpoint, Proxy, ProxyKind};
use line::Line;

/// Has `proxy`, at the other end of `stream`, lead on to `endpoint`, until `deadline`. What the
/// server says first is left in the stream.
pub(super) fn lead_on(
    proxy: &Proxy,
    stream: &TcpStream,
    endpoint: &Endpoint,
    deadline: Instant,
) -> Result<(), ProxyError> {
    let mut line = Line::new(stream, deadline);
    match proxy.kind {
        ProxyKind::Socks5 => socks::connect(&mut line, endpoint, proxy.login.as_ref()),
        ProxyKind::Http => http::connect(&mut line, endpoint, proxy.login.as_ref()),
    }
}
