//! Waiting, with an end to it.

use std::io;
use std::time::{Duration, Instant};

use super::Error;
use crate::model::{Interrupt, Overdue};

/// How long one blocking system call may last before the deadline and the interrupt are looked
/// at again. Costs nothing while data flows; it is how late Ctrl-C may be.
pub(super) const TICK: Duration = Duration::from_millis(200);

/// Why waiting ended without what was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GaveUp {
    Timeout,
    Overdue(Overdue),
    Interrupted,
}

impl From<GaveUp> for io::Error {
    /// As error kinds, or words of the model, so that the client, which does not know this module,
    /// can tell.
    fn from(gave_up: GaveUp) -> Self {
        match gave_up {
            GaveUp::Timeout => Self::from(io::ErrorKind::TimedOut),
            GaveUp::Overdue(overdue) => Self::other(overdue),
            GaveUp::Interrupted => Self::from(io::ErrorKind::Interrupted),
        }
    }
}

impl GaveUp {
    /// The error of a wait for `what`, which might have taken so long.
    pub(super) fn waiting_for(self, what: String, timeout: Duration) -> Error {
        match self {
            Self::Timeout => Error::Timeout { what, seconds: timeout.as_secs() },
            Self::Overdue(overdue) => overdue.into(),
            Self::Interrupted => Error::Interrupted,
        }
    }
}

/// Patience: until a deadline, until the session is overdue, or until an interrupt and a time of
/// grace behind it.
#[derive(Debug)]
pub(super) struct Patience {
    interrupt: Interrupt,
    /// When the session is to be over, and how long it may take.
    session: Option<(Instant, Overdue)>,
    /// How long work may go on after an interrupt, to leave things in order.
    pub(super) grace: Duration,
    /// When the interrupt was first noticed.
    interrupted_at: Option<Instant>,
}

impl Patience {
    /// For a session that began at `started` and may take so long, if there is a limit.
    pub(super) fn new(interrupt: Interrupt, limit: Option<Duration>, started: Instant) -> Self {
        let session = limit.map(|limit| (started + limit, Overdue { seconds: limit.as_secs() }));
        Self { interrupt, session, grace: Duration::ZERO, interrupted_at: None }
    }

    /// Says whether to go on at all. Costs next to nothing before an interrupt.
    pub(super) fn check_session(&mut self) -> Result<(), GaveUp> {
        if let Some((end, overdue)) = self.session
            && Instant::now() >= end
        {
            return Err(GaveUp::Overdue(overdue));
        }
        if !self.interrupt.is_raised() {
            return Ok(());
        }
        let now = Instant::now();
        let since = *self.interrupted_at.get_or_insert(now);
        if now.duration_since(since) >= self.grace { Err(GaveUp::Interrupted) } else { Ok(()) }
    }

    /// Says whether to go on waiting; to be asked once a tick.
    pub(super) fn check(&mut self, deadline: Instant) -> Result<(), GaveUp> {
        self.check_session()?;
        if Instant::now() >= deadline { Err(GaveUp::Timeout) } else { Ok(()) }
    }
}

/// Whether the error only says that a tick passed.
pub(super) fn is_tick(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

/// A TLS record, at most 16 KiB, may take so long: a little more than 50 octets a second.
const RECORD: Duration = Duration::from_secs(300);

/// When waiting for one read or write ends: when nothing comes for the timeout, not even a part
/// of a TLS record, and in any case when a record does not become complete.
pub(super) struct Clock {
    timeout: Duration,
    started: Instant,
    moved: Instant,
    received: u64,
}

impl Clock {
    /// Starts a tick late.
    pub(super) fn start(timeout: Duration, received: u64) -> Self {
        let now = Instant::now();
        let started = now.checked_sub(TICK).unwrap_or(now);
        Self { timeout, started, moved: started, received }
    }

    /// The deadline, now that so many octets have come.
    pub(super) fn deadline(&mut self, received: u64) -> Instant {
        if received > self.received {
            self.received = received;
            self.moved = Instant::now();
        }
        (self.moved + self.timeout).min(self.started + self.timeout.max(RECORD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_put_the_deadline_off_but_not_for_ever() {
        let timeout = Duration::from_secs(20);
        let mut clock = Clock::start(timeout, 7);
        let first = clock.deadline(7);
        assert_eq!(clock.deadline(7), first, "nothing came");
        assert!(clock.deadline(8) > first);
        clock.started -= RECORD - timeout;
        assert!(clock.deadline(9) <= first, "a record that does not become complete");
    }
}
