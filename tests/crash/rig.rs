//! A mailbox that is fetched, with something in the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::steps::{Step, read_steps};
use crate::support::home::{behind, finish};
use crate::support::server::{Mailbox, Script, Server};
use crate::support::{Home, Maildir, Mbox, Output};

/// Where the mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Maildir,
    Mbox,
    Both,
}

/// What becomes of it on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Keep,
    Delete,
    /// What was delivered two days ago is deleted, what is new is kept.
    DeleteAfter,
}

/// What is tried: three messages, or with [`Policy::DeleteAfter`] two old ones and three new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub(crate) target: Target,
    pub(crate) policy: Policy,
    /// Whether the mail goes in batches of two, so that one is committed while another is
    /// downloaded.
    pub(crate) batches: bool,
}

impl Scene {
    /// Every policy, with one batch and with several.
    pub(crate) fn all(target: Target) -> Vec<Self> {
        let mut scenes = Vec::new();
        for batches in [false, true] {
            for policy in [Policy::Keep, Policy::Delete, Policy::DeleteAfter] {
                scenes.push(Self { target, policy, batches });
            }
        }
        scenes
    }
}

/// The status of a process that died: 128 and SIGABRT.
pub(crate) const ABORTED: i32 = 134;

const FOREIGN: &str = "From y Thu Jan  1 00:00:00 1970\nSubject: foreign\n\nforeign\n";
const FOREIGN_MESSAGE: &str = "Subject: foreign\n\nforeign\n";

/// A home, a server and its mail.
pub(crate) struct Rig {
    scene: Scene,
    home: Home,
    mailbox: Mailbox,
    server: Server,
    /// Every message, as it is to be stored in the end.
    all: Vec<Vec<u8>>,
    /// What stood in the mbox before.
    foreign: Option<Vec<u8>>,
    /// How many of them are to stay on the server.
    stay: usize,
    runs: usize,
}

impl Rig {
    pub(crate) fn new(scene: Scene) -> Self {
        let mailbox = Mailbox::new();
        let server = Server::start(Script::new(), &mailbox);
        let home = Home::in_memory();
        let mut rig =
            Self { scene, home, mailbox, server, all: Vec::new(), foreign: None, stay: 3, runs: 0 };
        if scene.target != Target::Maildir && scene.policy == Policy::Keep {
            // Somebody else's mail, which lacks the empty line behind it.
            rig.home.write("inbox", FOREIGN);
            rig.foreign = Some(FOREIGN_MESSAGE.into());
        }
        match scene.policy {
            Policy::Keep => {}
            Policy::Delete => rig.stay = 0,
            Policy::DeleteAfter => {
                rig.add("old");
                rig.add("old, too");
                rig.run("").succeeds();
                rig.age();
            }
        }
        // A line to be quoted in an mbox, one to be stuffed, and a long one; but none is written in
        // several pieces, whose number would vary with those that the network brings.
        rig.add("\nFrom here\n.\n");
        rig.add(&"0123456789abcdef".repeat(2500));
        rig.add("three");
        rig
    }

    fn add(&mut self, text: &str) {
        let message = format!("From: x@example.org\nSubject: {}\n\n{text}\n", self.all.len());
        self.mailbox.add(message.replace('\n', "\r\n"));
        self.all.push(message.into_bytes());
    }

    /// Makes what is known two days older.
    fn age(&self) {
        let file = fs::read_dir(self.state()).expect("a state directory");
        let mut paths = file.map(|entry| entry.expect("an entry").path());
        let path = paths.find(|path| path.extension().is_some_and(|e| e == "db"));
        let state = rusqlite::Connection::open(path.expect("a state")).expect("a state");
        state.execute("UPDATE message SET at = at - 2 * 24 * 3600", ()).expect("a state");
    }

    /// A run with these failpoints.
    pub(crate) fn run(&self, failpoints: &str) -> Output {
        finish(self.start(failpoints))
    }

    /// Starts a run with these failpoints.
    pub(crate) fn start(&self, failpoints: &str) -> Child {
        let mut command = self.command();
        command.env("POPFETCH_FAILPOINTS", self.placed(failpoints));
        command.spawn().expect("the program starts")
    }

    /// Starts a run into the mbox of another rig.
    pub(crate) fn start_into(&self, other: &Self, failpoints: &str) -> Child {
        let mut command = self.command_to(&[&other.mbox().to()]);
        command.env("POPFETCH_FAILPOINTS", failpoints);
        command.spawn().expect("the program starts")
    }

    /// Every message, as it is to be stored.
    pub(crate) fn all(&self) -> &[Vec<u8>] {
        &self.all
    }

    /// Failpoints whose paths may begin with `HOME`.
    fn placed(&self, failpoints: &str) -> String {
        failpoints.replace("HOME", &self.path("").display().to_string())
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path(name)
    }

    /// A run with these failpoints, and the steps that it made.
    pub(crate) fn recorded_run(&mut self, failpoints: &str) -> (Output, Vec<Step>) {
        self.runs += 1;
        let record = self.home.path(&format!("steps-{}", self.runs));
        fs::create_dir(&record).expect("a directory");
        let mut command = self.command();
        command.env("POPFETCH_FAILPOINTS", self.placed(failpoints)).env("POPFETCH_STEPS", &record);
        let output = finish(command.spawn().expect("the program starts"));
        (output, read_steps(&record))
    }

    fn command(&self) -> Command {
        let (maildir, mbox) = (self.home.to(), self.mbox().to());
        match self.scene.target {
            Target::Maildir => self.command_to(&[&maildir]),
            Target::Mbox => self.command_to(&[&mbox]),
            Target::Both => self.command_to(&[&maildir, &mbox]),
        }
    }

    fn command_to(&self, places: &[&str]) -> Command {
        let url = format!("pop3://user@localhost:{}", self.server.port());
        let mut args = vec!["fetch", &url, "--tls", "none", "--timeout", "20"];
        args.extend(places.iter().flat_map(|place| ["--to", place]));
        args.extend(match self.scene.policy {
            Policy::Keep => &["--keep"][..],
            Policy::Delete => &["--delete"],
            Policy::DeleteAfter => &["--delete-after", "1d"],
        });
        let mut command = self.home.command(&args);
        if self.scene.batches {
            // So few open files that a batch has room for two messages.
            command = behind(&["sh", "-c", "ulimit -n 76; exec \"$@\"", "sh"], &command);
        }
        command.env("POPFETCH_PASSWORD", "secret");
        command
    }

    fn mail(&self) -> Maildir {
        self.home.mail()
    }

    pub(crate) fn mbox(&self) -> Mbox {
        Mbox::at(self.home.path("inbox"))
    }

    fn state(&self) -> PathBuf {
        self.home.path("state/popfetch")
    }

    /// What is wrong with what can be seen after a run that ended with this status: a message that
    /// is torn or twice. In an mbox a torn one may stand at the end until the next run, if this one
    /// has died.
    pub(crate) fn complaint(&self, status: i32) -> Option<String> {
        self.server.finished_log();
        let mut complaints = Vec::new();
        if self.scene.target != Target::Mbox {
            complaints.extend(damage("the Maildir", &self.mail().messages(), &self.all));
        }
        if self.scene.target != Target::Maildir && status != ABORTED {
            match self.mbox().try_messages() {
                Ok(here) => {
                    // Until ours stands behind it, the foreign one has no empty line there.
                    let bare =
                        self.foreign.iter().filter_map(|foreign| foreign.strip_suffix(b"\n"));
                    let mut all = self.all_in_mbox();
                    all.extend(bare.map(<[u8]>::to_vec));
                    complaints.extend(damage("the mbox", &here, &all));
                }
                Err(wrong) => complaints.push(format!("the mbox: {}", shortened(&wrong))),
            }
        }
        (!complaints.is_empty()).then(|| complaints.join("; "))
    }

    fn all_in_mbox(&self) -> Vec<Vec<u8>> {
        let mut all: Vec<_> = self.all.iter().chain(&self.foreign).cloned().collect();
        all.sort();
        all
    }

    /// What is wrong after one more run that nothing is in the way of: nothing, if everything is
    /// as if nothing ever had been.
    pub(crate) fn complaint_in_the_end(&self) -> Option<String> {
        let output = self.run("");
        self.server.finished_log();
        if output.status != 0 {
            return Some(format!("the next run: {} {}", output.status, output.stderr));
        }
        let mut all = self.all.clone();
        all.sort();
        let target = self.scene.target;
        let mut complaints = Vec::new();
        if target != Target::Mbox {
            let here = self.mail().messages();
            complaints.extend(compared("the Maildir", &here, &all));
            complaints.extend(left("tmp/", &self.mail().path().join("tmp")));
        }
        if target != Target::Maildir {
            match self.mbox().try_messages() {
                Ok(here) => {
                    complaints.extend(compared("the mbox", &here, &self.all_in_mbox()));
                }
                Err(wrong) => complaints.push(format!("the mbox: {}", shortened(&wrong))),
            }
            complaints.extend(self.left_lock());
            for spool in directories(&self.state().join("spool"), 2) {
                complaints.extend(left("the spool directory", &spool));
            }
        }
        if self.mailbox.len() != self.stay {
            complaints.push(format!("{} left on the server", self.mailbox.len()));
        }
        (!complaints.is_empty()).then(|| format!("{}; {}", complaints.join("; "), output.stderr))
    }

    /// Whether there is a lock file that not even the next mail takes away.
    fn left_lock(&self) -> Option<String> {
        let lock = self.home.path("inbox.lock");
        if !lock.exists() {
            return None;
        }
        let uid = self.mailbox.add("Subject: one more\r\n\r\nmore\r\n");
        let output = finish(self.command().spawn().expect("the program starts"));
        self.server.finished_log();
        self.mailbox.remove(uid);
        (output.status != 0 || lock.exists()).then(|| "the lock file is left".to_owned())
    }
}

/// What is here and should not be, or not so often.
fn damage(place: &str, here: &[Vec<u8>], all: &[Vec<u8>]) -> Option<String> {
    let torn = here.iter().filter(|message| !all.contains(message)).count();
    let twice = here.windows(2).filter(|pair| pair[0] == pair[1]).count();
    (torn + twice > 0).then(|| format!("{place}: {twice} twice, {torn} torn"))
}

/// How what is here differs from what should be.
fn compared(place: &str, here: &[Vec<u8>], all: &[Vec<u8>]) -> Option<String> {
    if here == all {
        return None;
    }
    let count = |message: &Vec<u8>| here.iter().filter(|other| *other == message).count();
    let lost = all.iter().filter(|message| count(message) == 0).count();
    let twice = all.iter().filter(|message| count(message) > 1).count();
    let torn = here.iter().filter(|message| !all.contains(message)).count();
    Some(format!("{place}: {lost} lost, {twice} twice, {torn} torn"))
}

fn left(what: &str, directory: &Path) -> Option<String> {
    let left = fs::read_dir(directory).map_or(0, Iterator::count);
    (left > 0).then(|| format!("{left} left in {what}"))
}

/// The directories so deep below one.
fn directories(root: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let below = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    match depth {
        1 => below.collect(),
        _ => below.flat_map(|path| directories(&path, depth - 1)).collect(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(120).collect()
}
