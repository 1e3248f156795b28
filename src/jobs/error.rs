//! Why a job ended early, what that means for the caller, and what could be done about it.

use std::io;

use super::With;
use crate::client::{self, LoginError, Refusal};
use crate::model::{Interrupt, MessageNumber, NoToken, NoTokenCause, Octets, Place};
use crate::proto::{InvalidArgument, ResponseCode, Status};
use crate::sasl::{self, Kind, NoMethod};
use crate::{delivery, durable, net, state};

/// A job that ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// The connection or the server failed.
    #[error("{host}")]
    Server {
        /// Which server.
        host: String,
        /// How.
        source: client::Error,
    },
    /// The login failed.
    #[error("cannot log in to {host} as {user}{with}")]
    Login {
        /// Where.
        host: String,
        /// As whom.
        user: String,
        /// With what.
        with: With,
        /// Why.
        source: client::Error,
    },
    /// There is no token to log in with.
    #[error("cannot log in to {host} as {user}")]
    Token {
        /// Where.
        host: String,
        /// As whom.
        user: String,
        /// Why.
        source: NoToken,
    },
    /// The server and popfetch have no way to log in in common.
    #[error("cannot log in to {host}")]
    NoMethod {
        /// Where.
        host: String,
        /// What it offers.
        source: NoMethod,
    },
    /// The password or the token would go over an unprotected line.
    #[error("the connection to {host} is not protected; the {} was not sent", .kind.name())]
    Cleartext {
        /// Where.
        host: String,
        /// What would.
        kind: Kind,
    },
    /// A destination failed.
    #[error(transparent)]
    Delivery(#[from] delivery::Error),
    /// A file could not be made durable.
    #[error("the mail on the disk is not safe yet, so nothing was deleted")]
    Sync(#[source] durable::Error),
    /// Deliveries of an earlier run wait for a place that is not there.
    #[error(
        "{place} is not the directory that an earlier run was interrupted in; {waiting} messages wait for it"
    )]
    Elsewhere {
        /// Where.
        place: Place,
        /// How many.
        waiting: usize,
    },
    /// The state failed.
    #[error(transparent)]
    State(#[from] state::Error),
    /// Mail cannot be left on a server that has no unique-ids.
    #[error(
        "{host} has no unique-ids (UIDL), so mail that stays there would be fetched again and again"
    )]
    NoUidl {
        /// Where.
        host: String,
    },
    /// A server that had unique-ids has none now: a fault that passes.
    #[error("{host} has had unique-ids (UIDL) and refuses them now")]
    UidlLost {
        /// Where.
        host: String,
    },
    /// The server has given its messages new unique-ids.
    #[error(
        "{host} has given all messages new unique-ids: {messages} known ones are gone, and the new ones are the same mail; nothing was fetched"
    )]
    Renumbered {
        /// Where.
        host: String,
        /// How many known ones are gone.
        messages: usize,
    },
    /// A message goes on and on, though its listed size is within what the user wants.
    #[error(
        "message {number} is larger than --max-size, {max} octets, though the server lists {listed}; the connection was closed"
    )]
    Oversized {
        /// Its number.
        number: MessageNumber,
        /// The size that the server claims.
        listed: Octets,
        /// The size that is wanted.
        max: Octets,
    },
    /// The deletions may not have been carried out.
    #[error("{host} did not confirm that {count} messages are deleted")]
    Unconfirmed {
        /// Where.
        host: String,
        /// How many.
        count: usize,
        /// What was heard instead.
        source: Unanswered,
    },
    /// There is no Maildir to rebuild a state from.
    #[error("say which Maildir was fetched into: --to maildir:PATH")]
    NoMaildir,
    /// The system gives no thread.
    #[error("cannot start a thread")]
    Threads(#[source] io::Error),
    /// A list cannot be written.
    #[error("cannot write the list")]
    Output(#[source] io::Error),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What came instead of `+OK` to QUIT.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// Nothing.
    #[error(transparent)]
    Lost(client::Error),
    /// It was not sent: it would have deleted mail that is not safe here.
    #[error("QUIT was not sent")]
    Withheld,
    /// A refusal.
    #[error("the server says: {}", .0.text)]
    Refused(Status),
}

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
    /// The failure of a connection to `host`.
    pub(super) fn server(host: &str, source: client::Error) -> Self {
        match source {
            client::Error::Interrupted => Self::Interrupted,
            source => Self::Server { host: host.to_owned(), source },
        }
    }

    /// What it means for the caller.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Net(error) => net_class(error),
            Self::Server { source, .. } | Self::Login { source, .. } => client_class(source),
            Self::Token { source, .. } => source.cause.into(),
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

    /// Whether a server refuses the credentials.
    pub(super) fn is_about_credentials(&self) -> bool {
        let Self::Login { source: client::Error::Login(error), .. } = self else { return false };
        error.is_about_credentials()
    }

    /// The same, of a login with a token that took the place of a refused one.
    pub(super) fn with_new_token(mut self) -> Self {
        if let Self::Login { with, .. } = &mut self {
            *with = With::NewToken;
        }
        self
    }

    /// The same, unless it is only that a person did not want to wait any longer.
    pub(super) fn or_stopped(self, interrupt: &Interrupt) -> Self {
        match self {
            Self::Delivery(delivery::Error::Locked { .. }) if interrupt.is_raised() => {
                Self::Interrupted
            }
            error => error,
        }
    }

    /// What the user could do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Token { source, .. } => return source.hint.as_deref(),
            Self::Net(net::Error::Certificate {
                distrust: net::Distrust::UnknownAuthority { .. },
                ..
            }) => {
                "if it is a private authority, name its certificate with --ca-file; or pin the \
                 server's with --tls-fingerprint, once who runs it has told you its fingerprint"
            }
            Self::Net(net::Error::NotPinned { .. }) => {
                "if the server has a new one, ask who runs it for the fingerprint before you trust it"
            }
            Self::Net(net::Error::NotTls { .. }) => {
                "is the port right? 995 is the usual one; with --tls starttls, 110"
            }
            Self::Net(net::Error::UnknownHost { .. }) => "is the name spelt right?",
            Self::Net(net::Error::Proxy { source, .. }) if source.is_about_login() => {
                "the configuration may hold it: proxy = \"socks5://user:password@host:port\""
            }
            Self::Delivery(delivery::Error::Vanished { place: Place::Mbox(_) }) => {
                "if it is gone on purpose, make it anew with: touch FILE"
            }
            Self::Delivery(delivery::Error::Vanished { .. }) => {
                "if it is gone on purpose, make it anew with: mkdir -p DIR/tmp DIR/new DIR/cur"
            }
            Self::Cleartext { kind: Kind::Token, .. } => "use TLS",
            Self::Cleartext { .. } => {
                "use TLS, or --allow-cleartext-password if everybody on the way may read it"
            }
            Self::NoUidl { .. } => "fetch with --delete, which fetches at least once, then deletes",
            Self::Renumbered { .. } => "popfetch state adopt tells the state the new unique-ids",
            Self::Server { source: client::Error::NotOffered { what: "STLS" }, .. } => {
                "use --tls implicit (port 995) if the server has it"
            }
            Self::Elsewhere { .. } => "mount its disk, or put it back, and run popfetch again",
            Self::Login { with, .. } if self.is_about_credentials() => with.hint(),
            Self::State(state::Error::Exposed { .. }) => {
                "chmod go-w it, or name another one with --state-dir"
            }
            Self::State(state::Error::Damaged { .. }) => {
                "move the file away to start anew; what the server still has is then new again"
            }
            _ => return None,
        })
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
        delivery::Error::Locked { .. } => Class::Temporary,
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
