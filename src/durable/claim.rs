//! One thread of this process at a time on a file.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Directory, Error};
use crate::model::Interrupt;

/// The right of one thread to open, lock and close a file, held until dropped.
///
/// POSIX locks belong to a process: they do not hold between its threads, and closing one
/// descriptor of a file drops those of every other. So whoever opens such a file holds a claim
/// on it from before the opening to after the closing. Claims are given in turn.
#[derive(Debug)]
pub struct Claim {
    key: Key,
    ticket: u64,
    waiting_since: Instant,
    gave_up: bool,
}

/// A directory, whichever path led to it, and a name in it.
type Key = (u64, u64, OsString);

/// Those who want one file, in the order in which they came. The first of them has the claim.
#[derive(Debug)]
struct Queue {
    tickets: VecDeque<u64>,
    /// When one of them last had done what he wanted.
    progress: Instant,
}

static QUEUES: Mutex<BTreeMap<Key, Queue>> = Mutex::new(BTreeMap::new());
static MOVED: Condvar = Condvar::new();

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

impl Queue {
    fn new() -> Self {
        Self { tickets: VecDeque::new(), progress: Instant::now() }
    }

    fn join(&mut self) -> u64 {
        let ticket = self.tickets.back().map_or(0, |last| last + 1);
        self.tickets.push_back(ticket);
        ticket
    }

    fn leave(&mut self, ticket: u64) {
        self.tickets.retain(|other| *other != ticket);
    }
}

impl Claim {
    /// Waits for the claim on `name` in `directory`; nothing when patience is over. As long as
    /// those before us come to their ends, it lasts: many may share a file.
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
        let came = Instant::now();
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = queues.entry(key.clone()).or_insert_with(Queue::new).join();
        loop {
            let queue = queues.entry(key.clone()).or_insert_with(Queue::new);
            let waiting_since = queue.progress.max(came);
            if queue.tickets.front() == Some(&ticket) {
                return Ok(Some(Self { key, ticket, waiting_since, gave_up: false }));
            }
            if patience.is_over(waiting_since) {
                queue.leave(ticket);
                return Ok(None);
            }
            let waited = MOVED.wait_timeout(queues, TICK);
            queues = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Since when nobody of this process could use the file, or we wait.
    pub(super) fn waiting_since(&self) -> Instant {
        self.waiting_since
    }

    /// Somebody else kept us from using the file. Those behind us have waited for him too.
    pub(super) fn give_up(mut self) {
        self.gave_up = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get_mut(&self.key) {
            queue.leave(self.ticket);
            if !self.gave_up {
                queue.progress = Instant::now();
            }
            if queue.tickets.is_empty() {
                queues.remove(&self.key);
            }
        }
        drop(queues);
        MOVED.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    /// Whether so many wait for a file in `directory`, or have it.
    fn are_queued(directory: &Directory, count: usize) -> bool {
        let (device, inode) = directory.identity().unwrap();
        let queues = QUEUES.lock().unwrap();
        let queue = queues.get(&(device, inode, "m".into()));
        queue.map_or(0, |queue| queue.tickets.len()) == count
    }

    fn take(directory: &Directory, limit: Duration) -> Option<Claim> {
        let patience = Patience { limit, interrupt: Interrupt::default() };
        Claim::take(directory, "m".as_ref(), &patience).unwrap()
    }

    #[test]
    fn claims_are_given_in_turn() {
        let home = tempfile::tempdir().unwrap();
        let directory = &Directory::open(home.path()).unwrap();
        let long = Duration::from_secs(60);
        let first = take(directory, long).unwrap();
        let (tell, told) = channel();
        thread::scope(|scope| {
            for n in 0..5 {
                let tell = tell.clone();
                scope.spawn(move || {
                    let claim = take(directory, long).unwrap();
                    tell.send(n).unwrap();
                    drop(claim);
                });
                while !are_queued(directory, n + 2) {
                    thread::yield_now();
                }
            }
            drop(first);
        });
        drop(tell);
        assert_eq!(told.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert!(are_queued(directory, 0));
    }

    #[test]
    fn patience_lasts_as_long_as_others_come_to_their_ends() {
        let home = tempfile::tempdir().unwrap();
        let directory = &Directory::open(home.path()).unwrap();
        // Together they take longer than each would wait for one of them.
        let (limit, each) = (Duration::from_secs(2), Duration::from_millis(600));
        let first = take(directory, limit).unwrap();
        let since = Instant::now();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _claim = take(directory, limit).expect("a turn");
                    thread::sleep(each);
                });
            }
            thread::sleep(each);
            drop(first);
        });
        assert!(since.elapsed() > limit);
        let _first = take(directory, limit).unwrap();
        assert!(take(directory, each).is_none(), "nobody comes to an end");
    }
}
