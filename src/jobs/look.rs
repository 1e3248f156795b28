//! A second look at a certificate that was refused, to say what is wrong with it: the TLS library
//! forgets it when it refuses it.

use std::time::Duration;

use super::{Account, Context};
use crate::client::{self, Connection};
use crate::model::{Timeouts, TlsMode, Way};
use crate::net::{self, Dial, Distrust, Leaf, Stream};
use crate::proto::{Capabilities, Limits};

/// How long it may take: the verdict is known already.
const LIMIT: Duration = Duration::from_secs(10);

/// `error`, with more to say where it is about a certificate and that could be looked at.
pub(super) fn look_again(
    error: net::Error,
    account: &Account,
    context: &Context<'_>,
) -> net::Error {
    let wants_detail = match &error {
        net::Error::Certificate { distrust, .. } => !matches!(distrust, Distrust::Other(_)),
        _ => false,
    };
    // A tunnel command may ask its user for something: it is run once.
    if !wants_detail || matches!(account.route.way, Way::Tunnel(_)) {
        return error;
    }
    match look(account, context) {
        Ok(leaf) => error.having_seen(&leaf),
        Err(_) => error,
    }
}

/// Connects once more and takes any certificate. Nothing follows the handshake: what comes of it is
/// the certificate, and no connection.
pub(super) fn look(account: &Account, context: &Context<'_>) -> Result<Leaf, Blind> {
    let endpoint = &account.endpoint;
    let limit = LIMIT.min(account.timeouts.idle);
    let timeouts = Timeouts { connect: limit, idle: limit, session: Some(LIMIT) };
    let stream = Dial::start(endpoint, &account.route, timeouts).wait(context.interrupt)?;
    let connector = context.connectors.looking(&account.tls)?;
    let see = |stream: Stream| stream.look_at_certificate(endpoint, &account.tls, &connector);
    if endpoint.tls == TlsMode::Implicit {
        return Ok(see(stream)?);
    }
    let mut connection = Connection::open(stream, Limits::default(), None)?;
    // It has offered that a moment ago.
    connection.assume(Capabilities { stls: true, ..Capabilities::default() });
    let mut seen = None;
    let _ = connection.starttls(|stream| -> Result<Stream, Blind> {
        seen = Some(see(stream)?);
        Err(Blind)
    });
    seen.ok_or(Blind)
}

/// There was nothing to be seen.
pub(super) struct Blind;

impl From<net::Error> for Blind {
    fn from(_: net::Error) -> Self {
        Self
    }
}

impl From<client::Error> for Blind {
    fn from(_: client::Error) -> Self {
        Self
    }
}
