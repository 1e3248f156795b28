//! What a job tells while it works.

use super::Error;
use crate::model::{Listed, Octets, Place};

/// What is to happen to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// It will be fetched.
    Fetch,
    /// It will be deleted on the server.
    Delete,
}

/// Something that happened. The core speaks in no other way.
#[derive(Debug)]
pub enum Event<'a> {
    /// A connection is being made.
    Connecting,
    /// The login succeeded.
    Authenticated,
    /// What a message has before it.
    Planned(Planned, &'a Listed),
    /// The plan is complete: so many messages, and so many octets by the server's word, to fetch.
    Plan {
        /// Messages.
        messages: u64,
        /// Octets.
        octets: Octets,
    },
    /// Octets of a message came in.
    BodyOctets(u64),
    /// A message is delivered: durable, recorded and visible.
    MessageStored {
        /// Which.
        message: &'a Listed,
        /// Its Message-ID.
        message_id: Option<&'a str>,
        /// Its octets, as they came.
        octets: Octets,
        /// Where it is.
        places: &'a [Place],
        /// The name of its file in a Maildir.
        file: Option<&'a str>,
    },
    /// A message could not be fetched or deleted.
    MessageFailed {
        /// Which.
        message: &'a Listed,
        /// Why.
        reason: &'a str,
    },
    /// A message is left where it is.
    MessageSkipped {
        /// Which.
        message: &'a Listed,
        /// Why.
        reason: &'a str,
    },
    /// The server confirmed that a message is deleted.
    Deleted(&'a Listed),
    /// So many deliveries that an earlier run left unfinished were finished.
    Recovered(usize),
    /// Nothing is done yet: the server lets nobody in for so many seconds more.
    TooEarly {
        /// Seconds.
        seconds: i64,
    },
    /// Something failed that may pass; it is tried again in so many seconds.
    Retrying {
        /// What failed.
        error: &'a Error,
        /// Seconds.
        seconds: u64,
    },
    /// Something that the user should know and that stops nothing.
    Warning(&'a str),
    /// Something that is as it has to be, for whoever watches.
    Note(&'a str),
}

/// Is told what happens.
pub trait Observer {
    /// Takes note of `event`.
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>)> Observer for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}
