//! All runs of a case, in turns.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::sync;

use crate::busy::Busy;
use crate::case::{Case, Goal};
use crate::measure::{Costs, measure};
use crate::program::Program;
use crate::site::Site;
use crate::support::peers::{Account, Errand, Place};

/// What came of a case.
pub(crate) struct Series {
    pub(crate) case: &'static Case,
    pub(crate) programs: Vec<(Program, Vec<Costs>)>,
}

impl Series {
    /// What a run of `program` costs, if it has taken part.
    pub(crate) fn median(&self, program: Program) -> Option<Costs> {
        let (_, runs) = self.programs.iter().find(|(other, _)| *other == program)?;
        Some(Costs::median(runs))
    }
}

/// More runs of a program that takes long would tell little.
const SLOW_RUNS: u16 = 2;

/// Lets each of the programs that takes part have a run, then each another one, and so on.
pub(crate) fn play(site: &Site, case: &'static Case, programs: &[Program], runs: u16) -> Series {
    let mut programs: Vec<(Program, Vec<Costs>)> =
        case.programs(programs).into_iter().map(|program| (program, Vec::new())).collect();
    let mut stage = Stage { site, case, port: site.port(case.round_trip), users: Vec::new() };
    if case.goal != Goal::Delete {
        stage.fill(case.name);
    }
    if case.goal == Goal::NothingNew {
        for (program, _) in &programs {
            stage.run(*program, Goal::Fetch, KNOWN);
        }
    }
    let _busy = case.busy.then(|| Busy::start(site.directory()));
    for run in 1..=runs {
        for (program, costs) in &mut programs {
            if program.is_slow() && run > SLOW_RUNS {
                continue;
            }
            let cost = stage.turn(*program, run);
            eprintln!("  {:9} {:8.3} s", program.name(), cost.time.as_secs_f64());
            costs.push(cost);
        }
    }
    Series { case, programs }
}

/// Where a program knows all mail.
const KNOWN: &str = "known";

/// What the runs of a case have in common.
struct Stage<'a> {
    site: &'a Site,
    case: &'static Case,
    port: u16,
    users: Vec<String>,
}

impl Stage<'_> {
    /// Makes new mailboxes. The server reads them once, so that no run has to wait for that.
    fn fill(&mut self, name: &str) {
        self.users = self.site.fill(self.case, name);
        self.run(Program::Reader, Goal::NothingNew, name);
    }

    /// The next run of a program.
    fn turn(&mut self, program: Program, run: u16) -> Costs {
        let new = run.to_string();
        match self.case.goal {
            Goal::NothingNew => self.run(program, Goal::NothingNew, KNOWN),
            Goal::Fetch => self.run(program, Goal::Fetch, &new),
            Goal::Delete => {
                // The mail of the run before is gone.
                self.fill(&format!("{}-{}-{run}", self.case.name, program.name()));
                self.run(program, Goal::Delete, &new)
            }
        }
    }

    /// Runs a program in the directory that belongs to it and to this `name`, and requires that all
    /// mail is there then.
    fn run(&self, program: Program, goal: Goal, name: &str) -> Costs {
        let name = format!("{}/{}/{name}", self.case.name, program.name());
        let errand = self.errand(self.site.new_directory(&name));
        program.prepare(&errand);
        // What was written before is not to be on the disk's mind.
        sync();
        let (costs, output) = measure(&program.command(&errand, goal), &errand.path("costs"));
        let first: Vec<&str> = output.stderr.lines().take(3).collect();
        let said = format!("{name} ended with {} and said {first:?}", output.status);
        assert!(program.is_content(&output), "{said}");

        let expected = self.case.mailboxes * self.case.messages;
        let here = match program {
            Program::Reader if goal == Goal::NothingNew => expected,
            Program::Reader => output.text().trim().parse().expect("a number"),
            Program::Popfetch | Program::Peer(_) => self.delivered(&errand.directory),
        };
        assert_eq!(here, expected, "messages here: {said}");
        let there = self.site.messages(&self.users);
        let left = if goal == Goal::Delete { 0 } else { expected };
        assert_eq!(there, left, "messages on the server: {said}");
        costs
    }

    /// How many messages are here, whole.
    fn delivered(&self, directory: &Path) -> usize {
        let new = self.users.iter().map(|user| maildir(directory, user).join("new"));
        let files = new.flat_map(|new| fs::read_dir(new).expect("a Maildir"));
        let octets = files.map(|file| file.and_then(|file| file.metadata()).expect("a file").len());
        octets.filter(|octets| *octets >= self.case.size as u64).count()
    }

    fn errand(&self, directory: PathBuf) -> Errand {
        let account = |user: &String| Account {
            user: user.clone(),
            to: Place::Maildir(maildir(&directory, user)),
        };
        let accounts = self.users.iter().map(account).collect();
        let keep = self.case.goal != Goal::Delete;
        Errand { port: self.port, accounts, keep, directory }
    }
}

/// Where a user's mail goes, in the directory that belongs to a run.
fn maildir(directory: &Path, user: &str) -> PathBuf {
    directory.join(user)
}
