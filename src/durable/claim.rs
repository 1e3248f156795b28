//! One thread of this process at a time on a file.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Directory, Error};
use crate::model::Interrupt;

/// The right of one thread to open, lock and close a file, held until dropped.
///
/// POSIX locks belong to a process: they do not hold between its threads, and closing one
/// descriptor of a file drops those of every other. So whoever opens such a file holds a claim
/// on it from before the opening to after the closing.
#[derive(Debug)]
pub struct Claim(Key);

/// A directory, whichever path led to it, and a name in it.
type Key = (u64, u64, OsString);

static CLAIMED: Mutex<BTreeSet<Key>> = Mutex::new(BTreeSet::new());
static FREED: Condvar = Condvar::new();

/// How long to wait for others.
#[derive(Clone, Debug)]
pub struct Patience {
    /// At most so long.
    pub limit: Duration,
    /// When this is raised, only as long as a person waits.
    pub interrupt: Interrupt,
}

/// How long somebody waits who has asked to stop.
const HURRIED: Duration = Duration::from_secs(3);
/// How often the interrupt is looked at.
const TICK: Duration = Duration::from_millis(50);

impl Patience {
    pub(super) fn is_over(&self, since: Instant) -> bool {
        let hurried = self.interrupt.is_raised();
        since.elapsed() >= if hurried { self.limit.min(HURRIED) } else { self.limit }
    }
}

impl Claim {
    /// Waits for the claim on `name` in `directory`; nothing when patience is over.
    ///
    /// # Errors
    /// [`Error`] when the directory cannot be looked at.
    pub fn take(
        directory: &Directory,
        name: &OsStr,
        patience: &Patience,
    ) -> Result<Option<Self>, Error> {
        let (device, inode) = directory.identity()?;
        let key = (device, inode, name.to_owned());
        let since = Instant::now();
        let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        while claimed.contains(&key) {
            if patience.is_over(since) {
                return Ok(None);
            }
            let waited = FREED.wait_timeout(claimed, TICK);
            claimed = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        claimed.insert(key.clone());
        Ok(Some(Self(key)))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        FREED.notify_all();
    }
}
