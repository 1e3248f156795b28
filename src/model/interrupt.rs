//! The user's wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A flag that a signal handler raises and that everything which may wait looks at.
///
/// One shared flag rather than an answer of each event's observer: a read that is blocked on a
/// silent server has no event to ask about, yet Ctrl-C must end it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// The number of the signal that asked to stop, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// Whether the user asked to stop.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.signal().is_some()
    }

    /// Asks to stop, as signal number `signal` would.
    pub fn raise(&self, signal: usize) {
        self.0.store(signal, Ordering::Relaxed);
    }

    /// The flag itself, for a signal handler, which may do no more than store a number.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }
}
