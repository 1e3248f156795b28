//! A mailbox that is fetched under fire.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::interop::Site;
use crate::support::home::finish_within;
use crate::support::{Maildir, Mbox, Output};

use super::letters::{Found, Letters, message_id};
use super::others::Others;
use super::program::Program;
use super::standing::Standing;
use super::tally::Faults;
use super::{Policy, To};

/// A filled mailbox, and where its mail goes.
pub(super) struct Round<'a> {
    pub(super) site: &'a Site,
    pub(super) user: String,
    pub(super) program: Program,
    pub(super) to: To,
    pub(super) policy: Policy,
    /// Everything that belongs to the round, but for the server.
    pub(super) directory: PathBuf,
    pub(super) maildir: Maildir,
    pub(super) mbox: Mbox,
    /// Whether the runs may open few files only.
    pub(super) few_files: bool,
    pub(super) sent: Letters,
    others: Others,
    pub(super) faults: Faults,
}

/// No run takes longer.
pub(super) const LIMIT: Duration = Duration::from_secs(120);
/// At most so many runs after the last kill.
const TRIES: usize = 3;
/// What a server may need to do what a dead client has asked for.
const SETTLED: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// What was found, by the kind of its place.
type Places = Vec<(&'static str, Found)>;

impl<'a> Round<'a> {
    /// Fills the mailbox of `user`, who exists and whom nobody else fetches for.
    pub(super) fn new(
        site: &'a Site,
        user: &str,
        program: Program,
        to: To,
        policy: Policy,
        sent: Letters,
    ) -> Self {
        for message in sent.values() {
            site.dovecot.deliver(user, message);
        }
        let directory = site.home.path(user);
        fs::create_dir(&directory).expect("a directory");
        fs::copy(site.home.path("ca.pem"), directory.join("ca.pem")).expect("a copy");
        let mut round = Self {
            site,
            user: user.to_owned(),
            program,
            to,
            policy,
            maildir: Maildir::at(directory.join("Maildir")),
            mbox: Mbox::at(directory.join("mbox")),
            directory,
            few_files: sent.len().is_multiple_of(2),
            sent,
            others: Others::default(),
            faults: Faults::default(),
        };
        program.prepare(&round);
        round.somebody_else_delivers();
        assert!(round.others.wait(LIMIT).is_empty(), "nobody has locked it yet");
        round
    }

    /// popfetch's state directory.
    pub(super) fn state(&self) -> PathBuf {
        self.directory.join("state")
    }

    pub(super) fn start(&self) -> Child {
        let child = self.program.command(self).spawn();
        child.expect("the program; scripts/compare-kills installs the peers")
    }

    pub(super) fn seen(&self) -> Standing {
        Standing::seen(&self.maildir, &self.mbox, &self.state())
    }

    pub(super) fn standing(&self) -> Standing {
        Standing::of(&self.maildir, &self.mbox, &self.state())
    }

    /// Whether a run was killed before its end; an end of its own must be a good one.
    pub(super) fn was_killed(&mut self, output: &Output) -> bool {
        let killed = output.status == 128 + Signal::KILL.as_raw();
        if !killed && !self.program.is_content(output.status) {
            self.faults.help.push(format!("{output:?}"));
        }
        killed
    }

    pub(super) fn somebody_else_delivers(&mut self) {
        if self.to != To::Maildir {
            self.others.deliver(&self.mbox, self.program.user());
        }
    }

    /// Looks at everything after a kill.
    pub(super) fn check(&mut self) {
        self.others.collect();
        let places = self.look(true);
        // Dovecot may still be busy with what the dead client asked for. What is lost stays lost.
        let deadline = Instant::now() + SETTLED;
        loop {
            let there = self.on_server();
            let mut lost = self.lacking(&places);
            lost.retain(|(_, id)| !there.contains(id));
            if lost.is_empty() || Instant::now() > deadline {
                self.faults.lost.extend(lost);
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    /// One more run, which nobody disturbs, and everything is as if nobody ever had. Where it does
    /// not go well it needed help: another one.
    pub(super) fn finish(&mut self) {
        for _ in 0..TRIES {
            match finish_within(self.start(), LIMIT) {
                Some(output) if self.program.is_content(output.status) => break,
                output => self.faults.help.push(format!("the last run: {output:?}")),
            }
        }
        self.faults.help.extend(self.others.wait(LIMIT));
        let places = self.look(false);
        self.faults.lost.extend(self.lacking(&places));
        let there = self.on_server().len();
        self.faults.left = match self.policy {
            Policy::Keep => self.sent.len() - there,
            Policy::Delete => there,
        };
    }

    /// Requires that popfetch has done all that is right and left nothing behind.
    #[track_caller]
    pub(super) fn is_as_if_undisturbed(&self, when: &str) {
        self.faults.forbid(when);
        assert_eq!(self.seen().staged, 0, "{when}: half written files are left");
        if self.to != To::Maildir {
            // As Python reads it.
            let read = self.mbox.messages().len();
            assert_eq!(read, self.sent.len() + self.others.delivered.len(), "{when}");
        }
    }

    /// Notes what is torn, here twice, or not there of others'. Where somebody `may_be_writing`,
    /// the end of the mbox does not count.
    fn look(&mut self, may_be_writing: bool) -> Places {
        let places = self.places(may_be_writing);
        for (place, found) in &places {
            for (id, copies) in &found.copies {
                if *copies > 1 {
                    self.faults.duplicated.insert((place, id.clone()), copies - 1);
                }
            }
            self.faults.torn.extend(found.torn.iter().map(|piece| (*place, piece.clone())));
            if *place == "mbox" {
                let lacking = self.others.delivered.keys().filter(|id| !found.has(id));
                self.faults.harmed.extend(lacking.cloned());
            }
        }
        places
    }

    fn places(&self, may_be_writing: bool) -> Places {
        let exact = self.program == Program::Popfetch;
        let mut places = Vec::new();
        if self.to != To::Mbox {
            let messages = self.maildir.messages();
            places.push(("Maildir", Found::sort(&messages, &self.sent, exact)));
        }
        if self.to != To::Maildir {
            let letters = self.sent.iter().chain(&self.others.delivered);
            let letters = letters.map(|(id, text)| (id.clone(), text.clone())).collect();
            let mut messages = self.mbox.pieces();
            let end = messages.pop_if(|_| may_be_writing).map(without_from_line);
            let mut found = Found::sort(&messages, &letters, exact);
            let end = Found::sort(end.as_slice(), &letters, exact);
            for (id, copies) in end.copies {
                *found.copies.entry(id).or_default() += copies;
            }
            places.push(("mbox", found));
        }
        places
    }

    /// What was sent and is not in each place that it goes to.
    fn lacking(&self, places: &Places) -> Vec<(&'static str, String)> {
        let lacking = |(place, found): &(&'static str, Found)| {
            let ids = self.sent.keys().filter(|id| !found.has(id));
            ids.map(|id| (*place, id.clone())).collect::<Vec<_>>()
        };
        places.iter().flat_map(lacking).collect()
    }

    /// The messages that the server has, which may be renaming and removing files.
    pub(super) fn on_server(&self) -> BTreeSet<String> {
        let maildir = self.site.dovecot.maildir(&self.user);
        let read = |path: &Path| match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => message_id(&read.expect("a message")),
        };
        // Files move from new/ to cur/ only.
        let paths = ["new", "cur"].map(|directory| maildir.join(directory));
        let entries = paths.iter().flat_map(|path| fs::read_dir(path).expect("a Maildir"));
        entries.filter_map(|entry| read(&entry.expect("an entry").path())).collect()
    }
}

/// The last message of an mbox, without the beginning of a From_ line behind it.
fn without_from_line(mut message: Vec<u8>) -> Vec<u8> {
    for begun in ["\nF", "\nFr", "\nFro", "\nFrom"] {
        if message.ends_with(begun.as_bytes()) {
            message.truncate(message.len() - begun.len());
        }
    }
    message
}
