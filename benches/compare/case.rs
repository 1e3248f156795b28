//! What is measured.

use std::time::Duration;

use crate::program::Program;
use crate::support::peers::Peer;

/// A piece of work that each program does.
pub(crate) struct Case {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it is called in the tables.
    pub(crate) work: &'static str,
    /// Mailboxes, all fetched by one run.
    pub(crate) mailboxes: usize,
    /// Messages in each.
    pub(crate) messages: usize,
    /// Octets of each message, at least.
    pub(crate) size: usize,
    pub(crate) goal: Goal,
    /// What lies between the programs and the server.
    pub(crate) round_trip: Duration,
    /// Whether somebody else keeps the disk busy.
    pub(crate) busy: bool,
    /// Who takes part.
    programs: &'static [Program],
}

/// What a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// All messages are new, and stay on the server.
    Fetch,
    /// All messages are known from a run before.
    NothingNew,
    /// All messages are new, and are deleted when they are safe here.
    Delete,
}

/// Programs that take a minute or more for some cases are left out of these.
const FAST: &[Program] = &[Program::Popfetch, Program::Peer(Peer::Mpop), Program::Reader];

const NEAR: Duration = Duration::ZERO;
const FAR: Duration = Duration::from_millis(50);

const PLAIN: Case = Case {
    name: "",
    work: "",
    mailboxes: 1,
    messages: 0,
    size: 4096,
    goal: Goal::Fetch,
    round_trip: NEAR,
    busy: false,
    programs: &Program::ALL,
};

pub(crate) const CASES: [Case; 8] = [
    Case { name: "quiet", work: "5,000 x 4 kB", messages: 5000, ..PLAIN },
    Case {
        name: "busy",
        work: "5,000 x 4 kB, busy disk",
        messages: 5000,
        busy: true,
        programs: FAST,
        ..PLAIN
    },
    Case {
        name: "large",
        work: "12 x 25 MB",
        messages: 12,
        size: 25_000_000,
        programs: FAST,
        ..PLAIN
    },
    Case { name: "distant", work: "500 x 4 kB at 50 ms", messages: 500, round_trip: FAR, ..PLAIN },
    Case {
        name: "nothing-new",
        work: "nothing new, 500 seen, at 50 ms",
        messages: 500,
        goal: Goal::NothingNew,
        round_trip: FAR,
        ..PLAIN
    },
    Case {
        name: "many-seen",
        work: "nothing new, 50,000 seen",
        messages: 50_000,
        size: 200,
        goal: Goal::NothingNew,
        programs: FAST,
        ..PLAIN
    },
    Case {
        name: "delete",
        work: "2,000 x 4 kB, then deleted",
        messages: 2000,
        goal: Goal::Delete,
        programs: FAST,
        ..PLAIN
    },
    Case {
        name: "accounts",
        work: "20 accounts x 100 x 4 kB at 50 ms",
        mailboxes: 20,
        messages: 100,
        round_trip: FAR,
        programs: FAST,
        ..PLAIN
    },
];

impl Case {
    /// Those of `programs` that take part.
    pub(crate) fn programs(&self, programs: &[Program]) -> Vec<Program> {
        programs.iter().copied().filter(|program| self.programs.contains(program)).collect()
    }
}
