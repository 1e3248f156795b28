//! Faults as rules: on this event, do that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Something that the server reacts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A client has connected; TLS has not been negotiated yet.
    Connect,
    /// The greeting is due.
    Greeting,
    /// A command with this verb (upper case) has arrived.
    Verb(String),
}

/// Which events a rule applies to. Numbers count from 1.
///
/// `Trigger::from("RETR 3")` is short for `Trigger::verb("RETR").argument("3")`.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    event: Event,
    argument: Option<String>,
    nth: Option<usize>,
    connection: Option<usize>,
}

impl Trigger {
    /// Every connection, before TLS and before the greeting.
    pub(crate) fn connect() -> Self {
        Self::new(Event::Connect)
    }

    /// Every greeting.
    pub(crate) fn greeting() -> Self {
        Self::new(Event::Greeting)
    }

    /// Every command with this verb.
    pub(crate) fn verb(verb: &str) -> Self {
        Self::new(Event::Verb(verb.to_ascii_uppercase()))
    }

    /// Only with this first argument (a message number, say) or with these
    /// arguments altogether.
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.argument = Some(argument.into());
        self
    }

    /// Only the nth event of the connection that fits otherwise.
    pub(crate) fn nth(mut self, nth: usize) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Only in the nth connection to the server.
    pub(crate) fn connection(mut self, connection: usize) -> Self {
        self.connection = Some(connection);
        self
    }

    fn new(event: Event) -> Self {
        Self { event, argument: None, nth: None, connection: None }
    }

    fn fits(&self, event: &Event, arguments: &str) -> bool {
        self.event == *event
            && self.argument.as_deref().is_none_or(|wanted| {
                wanted == arguments || arguments.split(' ').next() == Some(wanted)
            })
    }
}

impl From<&str> for Trigger {
    fn from(command: &str) -> Self {
        match command.split_once(' ') {
            Some((verb, argument)) => Self::verb(verb).argument(argument),
            None => Self::verb(command),
        }
    }
}

/// What the server does instead of behaving.
///
/// To close is to be abrupt: no `close_notify`, no answer; but what earlier
/// commands have been answered still arrives. Body offsets count from after
/// the status line, in octets on the wire (dot-stuffing and terminator
/// included).
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Sends these bytes; the command itself has no effect.
    Reply(Vec<u8>),
    /// Sends these bytes and closes; the command itself has no effect.
    ReplyAndClose(Vec<u8>),
    /// Closes; the command has no effect.
    Close,
    /// Carries the command out, but closes instead of answering: after `QUIT`
    /// the messages are gone and the client does not learn of it.
    ExecuteAndClose,
    /// Says nothing more until the client leaves or the server is dropped.
    Stall,
    /// Sends so much of the real body, then closes.
    CutBody {
        /// How many octets get through.
        after: u64,
    },
    /// Sends so much of the real body, then stalls.
    StallBody {
        /// How many octets get through.
        after: u64,
    },
    /// Behaves, but only when the test has opened the gate.
    Hold(Gate),
    /// Behaves, but later.
    Delay(Duration),
    /// Behaves, but sends the reply in small writes.
    Drip {
        /// The size of a write.
        octets: usize,
        /// The time between writes.
        pause: Duration,
    },
    /// Sends `+OK` and these bytes, neither stuffed nor terminated; the command
    /// itself has no effect.
    RawBody(Vec<u8>),
    /// Sends the first bytes, then the others again and again with a pause before
    /// each, until the client leaves or the server is dropped.
    Endless {
        /// What comes first.
        first: Vec<u8>,
        /// What never ends.
        again: Vec<u8>,
        /// The time between writes.
        pause: Duration,
    },
    /// Begins a TLS record of 16 KiB and sends an octet of it after each pause, until
    /// the client leaves or the server is dropped.
    EndlessRecord {
        /// The time between octets.
        pause: Duration,
    },
    /// Behaves, and sends these bytes in the same breath (before TLS starts,
    /// if the command was `STLS`).
    Append(Vec<u8>),
}

/// What a test keeps closed while it does something behind the client's back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<AtomicBool>);

impl Gate {
    /// Lets the server go on, here and wherever it comes to this gate again.
    pub(crate) fn open(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Clone)]
pub(super) struct Rule {
    pub(super) trigger: Trigger,
    pub(super) action: Action,
}

/// The rules as they apply to one connection.
pub(super) struct Rules(Vec<Live>);

struct Live {
    rule: Rule,
    seen: usize,
}

impl Rules {
    pub(super) fn new(rules: &[Rule], connection: usize) -> Self {
        let applies = |rule: &&Rule| rule.trigger.connection.is_none_or(|c| c == connection);
        let live = |rule: &Rule| Live { rule: rule.clone(), seen: 0 };
        Self(rules.iter().filter(applies).map(live).collect())
    }

    /// The action of the first rule that matches. All rules count the event,
    /// so that an earlier rule does not shift what "nth" means to a later one.
    pub(super) fn pick(&mut self, event: &Event, arguments: &str) -> Option<Action> {
        let mut picked = None;
        for Live { rule, seen } in &mut self.0 {
            if rule.trigger.fits(event, arguments) {
                *seen += 1;
                if rule.trigger.nth.is_none_or(|nth| nth == *seen) {
                    picked = picked.or_else(|| Some(rule.action.clone()));
                }
            }
        }
        picked
    }
}
