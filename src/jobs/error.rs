//! Why a job ended early, what that means for the caller, and what could be done about it.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;

use super::With;
use crate::client;
use crate::model::{Interrupt, MessageNumber, NoToken, Octets, Place};
use crate::proto::Status;
use crate::sasl::{Kind, NoMethod};
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
    /// The server refuses the token, and there is no other.
    #[error(
        "cannot log in to {host} as {user}: the server refuses the token, and no other is to be had"
    )]
    NotRenewed {
        /// Where.
        host: String,
        /// As whom.
        user: String,
        /// Why there is no other.
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
    /// The server has refused this password before.
    #[error(
        "cannot log in to {host} as {user}: the server has refused this password before, and it was not tried again"
    )]
    RefusedBefore {
        /// Where.
        host: String,
        /// As whom.
        user: String,
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

impl Error {
    /// The failure of a connection to `host`.
    pub(super) fn server(host: &str, source: client::Error) -> Self {
        match source {
            client::Error::Interrupted => Self::Interrupted,
            source => Self::Server { host: host.to_owned(), source },
        }
    }

    /// It and what caused it, in one line. No error of ours repeats its cause; others may, or put a
    /// code in front of it, so what has been said is not said again.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence(self)
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
            Self::Token { source, .. } | Self::NotRenewed { source, .. } => {
                return source.hint.as_deref();
            }
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
            Self::RefusedBefore { .. } => "change the password, or try it once more with --retry",
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

fn sentence(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut said = text.clone();
    let mut cause = error.source();
    while let Some(error) = cause {
        let sentence = error.to_string();
        if !said.ends_with(&sentence) && !sentence.ends_with(&said) {
            let _ = write!(text, ": {sentence}");
            said = sentence;
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_told_twice() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Link(&'static str, #[source] Option<Box<Link>>);
        let link = |text, source| Link(text, Some(Box::new(source)));
        let inner = link("disk full", Link("code 13: disk full", None));
        assert_eq!(sentence(&link("cannot write", inner)), "cannot write: disk full");
        let inner = link("cannot write: disk full", Link("disk full", None));
        assert_eq!(sentence(&link("no mail", inner)), "no mail: cannot write: disk full");
    }
}
