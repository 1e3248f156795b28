//! What a job needs to know.

use super::Offers;
use crate::client::Trace;
use crate::model::{
    AccountName, Endpoint, Interrupt, MailboxIdentity, Proof, Route, Surroundings, Timeouts,
};
use crate::net::{Connectors, TlsSettings};
use crate::sasl::LoginMethod;
use crate::state::StateDirectory;

/// An account, with everything resolved.
#[derive(Clone, Debug)]
pub struct Account {
    /// What it is called.
    pub name: AccountName,
    /// The server.
    pub endpoint: Endpoint,
    /// The way there.
    pub route: Route,
    /// The user, verbatim: Gmail gives `recent:` before a name a meaning.
    pub user: String,
    /// What it has to show for itself.
    pub proof: Proof,
    /// The way to log in, if the user insists on one.
    pub method: Option<LoginMethod>,
    /// Ask for messages with UTF-8 in their headers as they are (RFC 6856).
    pub utf8: bool,
    /// The certificates to trust.
    pub tls: TlsSettings,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// How often to try again after what may pass. Where nothing is said, only a mailbox that is
    /// in use is worth another try.
    pub retries: Option<u32>,
    /// How many seconds must lie between two logins, where the server does not ask for more.
    pub login_delay: u32,
    /// How many seconds a fault that may pass must have lasted before the user is told. Where
    /// nothing is said, all is told at once.
    pub report_after: Option<i64>,
    /// The most commands to send ahead of their replies; nothing leaves that to what the server
    /// announces and has shown that it can take.
    pub pipeline: Option<usize>,
    /// Send the password over a connection that anybody on the way can read.
    pub allow_cleartext: bool,
}

impl Account {
    /// Which mailbox it is.
    #[must_use]
    pub fn identity(&self) -> MailboxIdentity {
        MailboxIdentity::new(&self.user, &self.endpoint)
    }
}

/// What the jobs of a process share.
pub struct Context<'a> {
    /// Clock, host and so on.
    pub surroundings: &'a Surroundings,
    /// The user's wish to stop.
    pub interrupt: &'a Interrupt,
    /// TLS connectors, built once.
    pub connectors: &'a Connectors,
    /// What servers have offered.
    pub offers: &'a Offers,
    /// Where the state files are.
    pub state_directory: &'a StateDirectory,
    /// Makes a trace of a connection's dialogue, if one is wanted.
    pub trace: &'a dyn Fn(&AccountName) -> Option<Box<dyn Trace>>,
}
