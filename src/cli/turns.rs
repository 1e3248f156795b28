//! Whose turn it is, where there are more accounts than may be worked on at once.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many accounts may be worked on at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtOnce {
    /// In all.
    pub(crate) all: usize,
    /// Of one host.
    pub(crate) per_host: usize,
}

impl AtOnce {
    /// One after the other.
    pub(crate) const ONE: Self = Self { all: 1, per_host: 1 };
}

/// Gives out places in a list in its order, but no more of one host at a time than it may have:
/// while these are at work, the others' turn comes first.
pub(crate) struct Turns<'a> {
    per_host: usize,
    desk: Mutex<Desk<'a>>,
    ended: Condvar,
}

struct Desk<'a> {
    /// Places that wait, with their hosts; those without one wait for nobody.
    waiting: Vec<(usize, Option<&'a str>)>,
    at_work: HashMap<&'a str, usize>,
}

impl<'a> Turns<'a> {
    /// For places whose hosts are `hosts`.
    pub(crate) fn new(hosts: impl Iterator<Item = Option<&'a str>>, per_host: usize) -> Self {
        let desk = Desk { waiting: hosts.enumerate().collect(), at_work: HashMap::new() };
        Self { per_host: per_host.max(1), desk: Mutex::new(desk), ended: Condvar::new() }
    }

    /// Has `work` done for one place after the other, until it says that it is enough or none is
    /// left. May be called by several threads at once.
    pub(crate) fn work_off(&self, mut work: impl FnMut(usize) -> bool) {
        while let Some(turn) = self.next() {
            if !work(turn.place) {
                self.desk().waiting.clear();
            }
        }
    }

    /// The next place, when it is its turn.
    fn next(&self) -> Option<Turn<'_, 'a>> {
        let mut desk = self.desk();
        loop {
            if desk.waiting.is_empty() {
                return None;
            }
            let Desk { waiting, at_work } = &mut *desk;
            let is_free = |host: &str| at_work.get(host).is_none_or(|count| *count < self.per_host);
            let free = waiting.iter().position(|(_, host)| host.is_none_or(is_free));
            if let Some(free) = free {
                let (place, host) = waiting.remove(free);
                if let Some(host) = host {
                    *at_work.entry(host).or_default() += 1;
                }
                return Some(Turn { turns: self, place, host });
            }
            desk = self.ended.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk<'a>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place at work. Dropped, by a panic too, it lets the next of its host have its turn.
struct Turn<'t, 'a> {
    turns: &'t Turns<'a>,
    place: usize,
    host: Option<&'a str>,
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        let mut desk = self.turns.desk();
        if let Some(count) = self.host.and_then(|host| desk.at_work.get_mut(host)) {
            *count -= 1;
        }
        drop(desk);
        self.turns.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn one_thread_goes_by_the_order() {
        let hosts = ["a", "a", "b", "a"];
        let turns = Turns::new(hosts.iter().map(|host| Some(*host)), 1);
        let mut order = Vec::new();
        turns.work_off(|place| {
            order.push(place);
            true
        });
        assert_eq!(order, [0, 1, 2, 3]);
    }

    #[test]
    fn a_host_that_is_busy_holds_up_no_other() {
        let hosts = [Some("a"), Some("a"), None, Some("b")];
        let turns = Turns::new(hosts.into_iter(), 1);
        // Neither of the two goes on before both are at work.
        let both = Barrier::new(2);
        let met = Mutex::new(Vec::new());
        let work = || {
            let mut first = true;
            turns.work_off(|place| {
                if std::mem::take(&mut first) {
                    met.lock().unwrap().push(place);
                    both.wait();
                }
                true
            });
        };
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        let mut met = met.into_inner().unwrap();
        met.sort_unstable();
        assert_eq!(met, [0, 2]);
    }

    #[test]
    fn enough_is_enough() {
        let turns = Turns::new([None, None, None].into_iter(), 1);
        let mut count = 0;
        turns.work_off(|_| {
            count += 1;
            count < 2
        });
        assert_eq!(count, 2);
    }
}
