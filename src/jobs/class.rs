//! What an error means for whoever called popfetch.

use std::io;

use super::Error;
use crate::client::{self, LoginError, Refusal};
use crate::model::NoTokenCause;
use crate::proto::{InvalidArgument, ResponseCode, Status};
use crate::sasl::{self, NoMethod};
use crate::{delivery, net, state};

/// What an error means for whoever called popfetch. One exit status each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Called wrongly.
    Usage,
    /// The mailbox or the state cannot be used as asked.
    Data,
    /// The host name does not exist.
    NoHost,
    /// The service is not there, or lacks what is needed.
    Unavailable,
    /// A destination cannot be made or opened.
    CannotCreate,
    /// A disk or a pipe failed.
    Io,
    /// It may work later.
    Temporary,
    /// The server broke the protocol, or is not who it should be.
    Protocol,
    /// Credentials refused or missing.
    NoPermission,
    /// The configuration is wrong.
    Config,
    /// The user asked to stop.
    Interrupted,
}
impl Error {
    /// What it means for the caller.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Net(error) => net_class(error),
            Self::Server { source, .. } | Self::Login { source, .. } => client_class(source),
            Self::Token { source, .. } | Self::NotRenewed { source, .. } => source.cause.into(),
            Self::RefusedBefore { .. } => Class::NoPermission,
            Self::NoMethod { source: NoMethod::Unfit { .. }, .. } => Class::Config,
            Self::NoMethod { source: NoMethod::NotOffered { .. }, .. } => Class::Unavailable,
            Self::Oversized { .. } => Class::Protocol,
            Self::Cleartext { .. } | Self::NoMaildir => Class::Usage,
            Self::Delivery(error) => delivery_class(error),
            Self::Elsewhere { .. } => Class::CannotCreate,
            Self::State(error) => state_class(error),
            Self::NoUidl { .. } | Self::Renumbered { .. } => Class::Data,
            Self::Unconfirmed { .. } | Self::Threads(_) | Self::UidlLost { .. } => Class::Temporary,
            Self::Sync(_) | Self::Output(_) => Class::Io,
            Self::Interrupted => Class::Interrupted,
        }
    }
}

fn net_class(error: &net::Error) -> Class {
    match error {
        net::Error::UnknownHost { .. } | net::Error::NoAddress { .. } => Class::NoHost,
        net::Error::Refused { .. } => Class::Unavailable,
        net::Error::Proxy { source, .. } => proxy_class(source),
        net::Error::Overdue(_)
        | net::Error::Resolver { .. }
        | net::Error::Unreachable { .. }
        | net::Error::Timeout { .. }
        | net::Error::HandshakeBroken { .. } => Class::Temporary,
        net::Error::NotTls { .. }
        | net::Error::Certificate { .. }
        | net::Error::NotPinned { .. }
        | net::Error::Handshake { .. } => Class::Protocol,
        net::Error::ClientCertificate { .. } => Class::NoPermission,
        net::Error::Roots { .. } | net::Error::Tunnel { .. } => Class::Config,
        net::Error::Interrupted => Class::Interrupted,
    }
}

fn proxy_class(error: &net::ProxyError) -> Class {
    match error {
        net::ProxyError::Login | net::ProxyError::NoLogin => Class::NoPermission,
        net::ProxyError::Refused { temporary: false, .. } | net::ProxyError::TooLong { .. } => {
            Class::Unavailable
        }
        net::ProxyError::Protocol(_) => Class::Protocol,
        net::ProxyError::Refused { temporary: true, .. }
        | net::ProxyError::Silent
        | net::ProxyError::Closed
        | net::ProxyError::Broken(_) => Class::Temporary,
    }
}

fn client_class(error: &client::Error) -> Class {
    match error {
        // What a server says of our certificate comes when the handshake is over.
        client::Error::Broken { source, .. }
            if source.kind() == io::ErrorKind::PermissionDenied =>
        {
            Class::NoPermission
        }
        client::Error::Timeout { .. }
        | client::Error::Overdue(_)
        | client::Error::NoUidsListed
        | client::Error::TooSlow { .. }
        | client::Error::Closed { .. }
        | client::Error::Broken { .. } => Class::Temporary,
        client::Error::Protocol(_) => Class::Protocol,
        client::Error::Argument { source: InvalidArgument::Empty, .. } => Class::NoPermission,
        client::Error::Argument { .. } => Class::Usage,
        client::Error::Greeting(status) => status_class(status).unwrap_or(Class::Unavailable),
        // A server that announces UIDL and refuses it, or that cannot list, is having a bad day.
        client::Error::Refused { command: "STLS", status } => {
            status_class(status).unwrap_or(Class::Unavailable)
        }
        client::Error::Refused { status, .. } => status_class(status).unwrap_or(Class::Temporary),
        client::Error::NotOffered { .. } => Class::Unavailable,
        client::Error::Login(error) => login_class(error),
        client::Error::Interrupted => Class::Interrupted,
    }
}

/// What a response code says (RFC 2449, section 8; RFC 3206, section 4).
fn status_class(status: &Status) -> Option<Class> {
    match status.code? {
        ResponseCode::InUse | ResponseCode::LoginDelay | ResponseCode::SysTemp => {
            Some(Class::Temporary)
        }
        ResponseCode::SysPerm => Some(Class::Unavailable),
        ResponseCode::Auth => Some(Class::NoPermission),
        ResponseCode::Utf8 => None,
    }
}

fn login_class(error: &LoginError) -> Class {
    match error {
        LoginError::Refused(refused) => match refused.about() {
            Refusal::Temporary => Class::Temporary,
            Refusal::Permanent => Class::Unavailable,
            Refusal::Credentials => Class::NoPermission,
        },
        LoginError::Closed => Class::Temporary,
        LoginError::NotAscii | LoginError::NoTimestamp => Class::Unavailable,
        LoginError::Mechanism { source, .. } => sasl_class(*source),
        LoginError::Endless => Class::Protocol,
    }
}

fn sasl_class(error: sasl::Error) -> Class {
    match error {
        sasl::Error::UnexpectedChallenge
        | sasl::Error::TooEarly
        | sasl::Error::Malformed(_)
        | sasl::Error::WrongNonce
        | sasl::Error::TooFewIterations(_)
        | sasl::Error::TooManyIterations
        | sasl::Error::WrongProof
        | sasl::Error::Unproven => Class::Protocol,
        sasl::Error::NoNonce => Class::Temporary,
        sasl::Error::NulInCredential | sasl::Error::NotAToken => Class::NoPermission,
    }
}

impl From<NoTokenCause> for Class {
    fn from(cause: NoTokenCause) -> Self {
        match cause {
            NoTokenCause::Consent => Self::NoPermission,
            NoTokenCause::Temporary => Self::Temporary,
            NoTokenCause::Protocol => Self::Protocol,
            NoTokenCause::Config => Self::Config,
            NoTokenCause::Storage => Self::Io,
            NoTokenCause::Data => Self::Data,
            NoTokenCause::Interrupted => Self::Interrupted,
        }
    }
}

fn delivery_class(error: &delivery::Error) -> Class {
    match error {
        delivery::Error::Unusable { source, .. } if source.is_storage() => Class::Io,
        delivery::Error::Unusable { .. }
        | delivery::Error::Vanished { .. }
        | delivery::Error::NotMbox { .. }
        | delivery::Error::ForeignOwner { .. } => Class::CannotCreate,
        delivery::Error::Locked { .. } | delivery::Error::NotTaken { .. } => Class::Temporary,
        delivery::Error::Storage { .. }
        | delivery::Error::Spool { .. }
        | delivery::Error::Output(_) => Class::Io,
    }
}

fn state_class(error: &state::Error) -> Class {
    match error {
        state::Error::Damaged { .. } | state::Error::Newer { .. } => Class::Data,
        state::Error::Directory(error) if error.is_storage() => Class::Io,
        state::Error::Directory(_)
        | state::Error::Exposed { .. }
        | state::Error::ForeignOwner { .. }
        | state::Error::Unusable { .. } => Class::CannotCreate,
        state::Error::Storage { .. } => Class::Io,
        state::Error::Busy { .. } | state::Error::InUse(_) => Class::Temporary,
        state::Error::OtherMailbox { .. } => Class::Config,
    }
}
