//! Many cases: how many of them, and as many at once as there are processors.

use std::sync::Mutex;
use std::thread;

/// Does `work` on each of `cases`; gives what it gives, in any order.
pub(crate) fn for_each<C: Send, R: Send>(
    cases: impl IntoIterator<Item = C, IntoIter: Send>,
    work: impl Fn(C) -> R + Sync,
) -> Vec<R> {
    let cases = Mutex::new(cases.into_iter());
    let results = Mutex::new(Vec::new());
    let next = || cases.lock().expect("no case panics here").next();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let result = work(case);
                    results.lock().expect("no case panics here").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no case panicked")
}

/// How many cases one is taken from, where all of them would take too long for every commit:
/// `POPFETCH_CRASH=all` takes each.
pub(crate) fn one_in(few: usize) -> usize {
    let all = std::env::var("POPFETCH_CRASH").is_ok_and(|which| which == "all");
    if all { 1 } else { few }
}
