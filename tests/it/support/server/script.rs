//! How the server behaves.

use super::rules::{Action, Rule, Trigger};
use super::sasl::{self, Exchange};
use native_tls::Identity;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When and how the server speaks TLS.
#[derive(Clone)]
pub(crate) enum Tls {
    /// Never: also what a client meets that takes a plain port for a TLS one.
    None,
    /// From the first octet on.
    Implicit(Identity),
    /// After the client has asked for it with `STLS`.
    Starttls(Identity),
}

/// What becomes of commands that arrive behind another one, whatever `CAPA` announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pipelined {
    /// They are answered.
    Answered,
    /// They are lost.
    Dropped,
    /// They end the connection.
    Closed,
}

/// What `CAPA` answers.
#[derive(Clone, Debug)]
pub(crate) enum Capabilities {
    /// What the rest of the script makes the server able to do.
    Default,
    /// `-ERR`, as from a server that knows no `CAPA`.
    Refused,
    /// Exactly these lines.
    Lines(Vec<String>),
}

impl Capabilities {
    /// Exactly these lines.
    pub(crate) fn lines<S: Into<String>>(lines: impl IntoIterator<Item = S>) -> Self {
        Self::Lines(lines.into_iter().map(Into::into).collect())
    }
}

/// The behaviour of a server: `Script::new()` is a well-behaved plaintext
/// server for the user `user` with the password `secret`.
#[derive(Clone)]
pub(crate) struct Script {
    pub(super) tls: Tls,
    /// Nothing where anybody may be the user.
    pub(super) user: Option<Vec<u8>>,
    pub(super) password: Vec<u8>,
    pub(super) greeting: Vec<u8>,
    pub(super) before_login: Capabilities,
    pub(super) after_login: Capabilities,
    pub(super) uidl: bool,
    pub(super) top: bool,
    pub(super) lf_only: bool,
    pub(super) pipelined: Pipelined,
    pub(super) uids: BTreeMap<usize, Vec<u8>>,
    pub(super) mechanisms: BTreeMap<String, sasl::Mechanism>,
    pub(super) rules: Vec<Rule>,
}

impl Script {
    /// The well-behaved server.
    pub(crate) fn new() -> Self {
        Self {
            tls: Tls::None,
            user: Some(b"user".into()),
            password: b"secret".into(),
            greeting: b"+OK popfetch test server ready.\r\n".into(),
            before_login: Capabilities::Default,
            after_login: Capabilities::Default,
            uidl: true,
            top: true,
            lf_only: false,
            pipelined: Pipelined::Answered,
            uids: BTreeMap::new(),
            mechanisms: BTreeMap::new(),
            rules: Vec::new(),
        }
    }

    /// Speaks TLS from the start.
    pub(crate) fn implicit_tls(mut self, identity: Identity) -> Self {
        self.tls = Tls::Implicit(identity);
        self
    }

    /// Offers `STLS`.
    pub(crate) fn starttls(mut self, identity: Identity) -> Self {
        self.tls = Tls::Starttls(identity);
        self
    }

    /// Offers `STLS` with the identity that it has.
    pub(crate) fn over_starttls(mut self) -> Self {
        if let Tls::Implicit(identity) = self.tls {
            self.tls = Tls::Starttls(identity);
        }
        self
    }

    /// Speaks no TLS.
    pub(crate) fn in_the_clear(mut self) -> Self {
        self.tls = Tls::None;
        self
    }

    /// The account that can log in.
    pub(crate) fn login(mut self, user: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        self.user = Some(user.into());
        self.password = password.into();
        self
    }

    /// Lets everybody in who knows the password, into the same mailbox.
    pub(crate) fn login_anybody(mut self, password: impl Into<Vec<u8>>) -> Self {
        self.user = None;
        self.password = password.into();
        self
    }

    /// The whole greeting, line end included.
    pub(crate) fn greeting(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.greeting = bytes.into();
        self
    }

    /// What `CAPA` answers until the client has logged in.
    pub(crate) fn capabilities_before_login(mut self, capabilities: Capabilities) -> Self {
        self.before_login = capabilities;
        self
    }

    /// What `CAPA` answers once the client has logged in.
    pub(crate) fn capabilities_after_login(mut self, capabilities: Capabilities) -> Self {
        self.after_login = capabilities;
        self
    }

    /// What `CAPA` answers at any time.
    pub(crate) fn capabilities(self, capabilities: Capabilities) -> Self {
        self.capabilities_before_login(capabilities.clone()).capabilities_after_login(capabilities)
    }

    /// Knows no `UIDL`.
    pub(crate) fn no_uidl(mut self) -> Self {
        self.uidl = false;
        self
    }

    /// Knows no `TOP`.
    pub(crate) fn no_top(mut self) -> Self {
        self.top = false;
        self
    }

    /// Ends the lines of its replies, message text included, with a bare LF.
    /// (The greeting and the bytes of rules are sent as they are.)
    pub(crate) fn lf_only(mut self) -> Self {
        self.lf_only = true;
        self
    }

    /// Treats commands that arrive behind another one like this.
    pub(crate) fn pipelined(mut self, pipelined: Pipelined) -> Self {
        self.pipelined = pipelined;
        self
    }

    /// Reports another uid for the message with this number, whichever that is.
    pub(crate) fn uid_override(mut self, number: usize, uid: impl Into<Vec<u8>>) -> Self {
        self.uids.insert(number, uid.into());
        self
    }

    /// Has this mechanism, or has it otherwise than by default.
    pub(crate) fn mechanism(mut self, name: &str, mechanism: sasl::Mechanism) -> Self {
        self.mechanisms.insert(name.to_owned(), mechanism);
        self
    }

    /// The same with one that needs nothing but what was said.
    pub(crate) fn plays(self, name: &str, play: fn(&Exchange) -> sasl::Answer) -> Self {
        self.mechanism(name, Arc::new(play))
    }

    /// Adds a rule. The first rule that matches an event decides; without one
    /// the server behaves.
    pub(crate) fn on(mut self, trigger: impl Into<Trigger>, action: Action) -> Self {
        self.rules.push(Rule { trigger: trigger.into(), action });
        self
    }
}
