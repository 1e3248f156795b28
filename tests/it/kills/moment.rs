//! When a run is killed.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::interop::Random;

use super::program::Program;
use super::round::{LIMIT, Round};
use super::standing::Standing;

/// So long after certain events, one after the other.
pub(super) struct Moment {
    events: &'static [Event],
    delay: Duration,
}

/// What can be seen of a run from outside.
#[derive(Clone, Copy)]
enum Event {
    /// A file in `tmp/` or among the spool files.
    Staged,
    /// A transaction.
    Recorded,
    /// A message in `new/`, or an octet in the mbox.
    Published,
}

/// Between two looks.
const LOOK: Duration = Duration::from_micros(100);
/// As long as it takes to publish a batch or to recover from a kill, more or less.
const SHORT: Duration = Duration::from_millis(20);

impl Moment {
    /// Any moment of a run that takes as long as `whole`. Those are more likely in which a batch
    /// is committed and published, and those in which a run recovers from the kill before.
    pub(super) fn random(random: &mut Random, program: Program, whole: Duration) -> Self {
        let (events, most): (&[Event], _) = match random.below(10) {
            0..3 => (&[], whole),
            3 => (&[], SHORT),
            4 => (&[Event::Staged], whole / 2),
            5..8 if program == Program::Popfetch => (&[Event::Staged, Event::Recorded], SHORT),
            _ => (&[Event::Published], SHORT),
        };
        // At once is a moment of its own.
        let fraction = if random.below(4) == 0 { 0.0 } else { random.fraction() };
        Self { events, delay: most.mul_f64(fraction) }
    }

    /// Waits for it, but not beyond the end of the run, which has found things as they were
    /// `before`.
    pub(super) fn wait(&self, child: &mut Child, round: &Round<'_>, mut before: Standing) {
        let since = Instant::now();
        let mut running = || child.try_wait().expect("a child").is_none();
        for event in self.events {
            loop {
                let now = round.seen();
                if event.came_between(&before, &now) || !running() || since.elapsed() > LIMIT {
                    before = now;
                    break;
                }
                thread::sleep(LOOK);
            }
        }
        thread::sleep(self.delay);
    }
}

impl Event {
    fn came_between(self, before: &Standing, now: &Standing) -> bool {
        match self {
            Self::Staged => now.staged > before.staged,
            Self::Recorded => now.logged != before.logged,
            Self::Published => now.published > before.published,
        }
    }
}
