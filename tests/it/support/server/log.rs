//! What happened, connection by connection.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The client said `QUIT` and was answered.
    Quit,
    /// A rule of the script ended it.
    Fault,
    /// The client left, or TLS failed, or the server was dropped.
    Eof,
}

/// One thing that happened in a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A TLS handshake succeeded.
    TlsEstablished,
    /// A TLS handshake failed, with the server's view of why.
    TlsFailed(String),
    /// One read from the socket that brought data.
    Read {
        /// The lines that this read completed, without line ends.
        commands: Vec<String>,
        /// Whether they came through TLS.
        tls: bool,
    },
    /// The first line of a reply, without line end and cut to 80 characters.
    Sent(String),
    /// The connection has ended.
    Closed {
        /// Why.
        by: Closed,
    },
}

/// Everything that happened in one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The events in order.
    pub(crate) entries: Vec<Entry>,
}

impl Session {
    /// All lines that the client sent. (They contain passwords, and the second
    /// line of an `AUTH PLAIN` dialogue.)
    pub(crate) fn commands(&self) -> Vec<&str> {
        self.reads().flatten().map(String::as_str).collect()
    }

    /// The lines grouped by the reads that brought them.
    pub(crate) fn flights(&self) -> Vec<Vec<String>> {
        self.reads().filter(|c| !c.is_empty()).cloned().collect()
    }

    /// The first lines of all replies.
    pub(crate) fn replies(&self) -> Vec<&str> {
        let entries = self.entries.iter();
        entries
            .filter_map(|entry| match entry {
                Entry::Sent(line) => Some(line.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Whether a TLS handshake succeeded.
    pub(crate) fn is_tls(&self) -> bool {
        self.entries.contains(&Entry::TlsEstablished)
    }

    /// Why the connection ended, if it has.
    pub(crate) fn closed(&self) -> Option<Closed> {
        match self.entries.last() {
            Some(Entry::Closed { by }) => Some(*by),
            _ => None,
        }
    }

    fn reads(&self) -> impl Iterator<Item = &Vec<String>> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Read { commands, .. } => Some(commands),
            _ => None,
        })
    }
}

/// The sessions of a server, shared by its threads.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<(Mutex<Vec<Session>>, Condvar)>);

impl Log {
    /// Begins a session and returns its index.
    pub(super) fn open(&self) -> usize {
        let mut sessions = self.lock();
        sessions.push(Session::default());
        self.0.1.notify_all();
        sessions.len() - 1
    }

    pub(super) fn push(&self, session: usize, entry: Entry) {
        self.lock()[session].entries.push(entry);
        self.0.1.notify_all();
    }

    pub(super) fn snapshot(&self) -> Vec<Session> {
        self.lock().clone()
    }

    /// Waits until the log is as wanted.
    pub(super) fn wait(
        &self,
        limit: Duration,
        wanted: impl Fn(&[Session]) -> bool,
    ) -> Vec<Session> {
        let (sessions, timeout) = self
            .0
            .1
            .wait_timeout_while(self.lock(), limit, |sessions| !wanted(sessions))
            .unwrap_or_else(PoisonError::into_inner);
        let sessions = sessions.clone();
        assert!(!timeout.timed_out(), "the server's log did not become as wanted: {sessions:#?}");
        sessions
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Session>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
