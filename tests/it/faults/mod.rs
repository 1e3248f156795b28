//! Faults of the machine, tabled: what popfetch says and leaves behind while one lasts, and that
//! the next run, without it, puts everything right.
//!
//! A [`Fault`] is a piece of shell around `"$@"`, which is popfetch; each file holds the tables of
//! one kind. Whatever the fault, the same is required: nothing is deleted from the server that is
//! not here, nobody finds half a message or one twice, and in the end everything is here once and
//! nothing is left over.

mod descriptors;
mod disk;
mod environment;
mod limits;
mod locks;
mod places;
mod signals;
mod state;

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use crate::support::expect::run;
use crate::support::home::behind;
use crate::support::mbox::spooled;
use crate::support::namespace::Namespace;
use crate::support::world::PASSWORD;
use crate::support::{Maildir, Mbox, Output, World};

/// Where the mail goes.
#[derive(Clone, Copy, Debug)]
enum To {
    Maildir,
    Mbox,
    Both,
}

/// A fault, and how popfetch is to meet it.
#[derive(Clone, Debug)]
struct Fault {
    name: String,
    to: To,
    /// `--keep` or `--delete`.
    policy: &'static str,
    /// Whether an undisturbed run has fetched [`EARLIER`] messages before.
    earlier: bool,
    /// Brings the fault about and runs popfetch.
    fault: String,
    /// Takes it away and runs popfetch again.
    again: String,
    /// How the run may end.
    statuses: Vec<i32>,
    /// What stands on standard error unless all went well. Nothing at all, if this is empty.
    says: String,
    /// How many messages a reader finds after the faulty run.
    stored: RangeInclusive<usize>,
}

/// Messages that the faulty run is to fetch, ...
const NEW: usize = 6;
/// ... and, where there are any, those that were fetched before it.
const EARLIER: usize = 2;
/// The octets of each of them, about: more than any file of the state has.
const OCTETS: usize = 200_000;

/// What the scripts may use. `plain` takes from root what lets it pass over permissions.
const PRELUDE: &str = r#"
plain() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --bounding-set=-all --inh-caps=-all --securebits=+noroot "$@"
    else
        "$@"
    fi
}
"#;

impl Fault {
    fn new(name: &str, to: To, fault: &str) -> Self {
        Self {
            name: format!("{name} ({to:?})"),
            to,
            policy: "--delete",
            earlier: false,
            fault: fault.to_owned(),
            again: r#""$@""#.to_owned(),
            statuses: vec![0],
            says: String::new(),
            stored: 0..=NEW + EARLIER,
        }
    }

    /// How the faulty run ends, and how many messages are here then.
    fn ends(self, status: i32, says: &str, stored: RangeInclusive<usize>) -> Self {
        Self { statuses: vec![status], says: says.to_owned(), stored, ..self }
    }

    /// How the faulty run ends if it does not go well.
    fn may_end(self, statuses: &[i32], says: &str) -> Self {
        let statuses = [&[0], statuses].concat();
        Self { statuses, says: says.to_owned(), stored: 0..=NEW + EARLIER, ..self }
    }

    fn again(self, script: &str) -> Self {
        Self { again: script.to_owned(), ..self }
    }

    fn earlier(self) -> Self {
        Self { earlier: true, ..self }
    }

    fn keep(self) -> Self {
        Self { policy: "--keep", ..self }
    }

    /// Holds popfetch to it.
    fn check(&self) {
        let world = World::new();
        fs::create_dir(world.home.path("disk")).unwrap();
        let mut args = Vec::new();
        if matches!(self.to, To::Maildir | To::Both) {
            args.extend(["--to", "maildir:disk/mail"]);
        }
        if matches!(self.to, To::Mbox | To::Both) {
            args.extend(["--to", "mbox:disk/mbox"]);
        }
        let mut all = Vec::new();
        if self.earlier {
            all.extend((0..EARLIER).map(|n| message(&world, &format!("earlier {n}"))));
            world.run("fetch", &args).succeeds();
        }
        all.extend((0..NEW).map(|n| message(&world, &format!("new {n}"))));
        args.push(self.policy);
        let Some([faulty, next]) = self.run(&world, &world.command("fetch", &args)) else { return };

        speaks(&faulty);
        if !self.statuses.contains(&faulty.status) {
            faulty.exits(self.statuses[0]);
            unreachable!("it ended as it should");
        }
        let well = self.says.is_empty() || (faulty.status == 0 && self.statuses.len() > 1);
        assert_eq!(faulty.stderr.is_empty(), well, "{}", faulty.stderr);
        if !well {
            faulty.says(&self.says);
        }
        next.succeeds();
        let deleted = self.deleted(&world, &all);
        for messages in self.places(&world.home.path("between")).map(Place::messages) {
            assert!(self.stored.contains(&messages.len()), "{} stored", messages.len());
            let here: BTreeSet<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            assert_eq!(here.len(), messages.len(), "a message is here twice");
            assert!(here.iter().all(|m| all.iter().any(|sent| sent == m)), "half a message");
            let lost = deleted.iter().filter(|message| !here.contains(message.as_slice()));
            assert_eq!(lost.count(), 0, "deleted there and not here");
        }

        self.places(&world.home.path("after")).for_each(|place| place.holds(&all));
        assert!(!world.home.path("after/disk/mbox.lock").exists(), "a lock file is left");
        assert_eq!(spooled(&world.home.path("after/state/popfetch")), Vec::<PathBuf>::new());
        let left = if self.policy == "--delete" { 0 } else { all.len() };
        assert_eq!(world.mailbox.len(), left, "on the server in the end");
    }

    /// Runs both scripts; `between` and `after` hold what they leave in `disk` and `state`, which
    /// may be on disks that go with their namespace.
    fn run(&self, world: &World, command: &std::process::Command) -> Option<[Output; 2]> {
        let script = format!(
            "{PRELUDE}
            mkdir -p state between after || exit 99
            ( {} ) >out.1 2>err.1; echo $? >status.1
            # Whatever the fault was, a user must be able to copy it.
            chmod -R u+rwX disk state 2>/dev/null
            cp -a disk state between || exit 99
            ( {} ) >out.2 2>err.2; echo $? >status.2
            cp -a disk state after || exit 99",
            self.fault, self.again
        );
        let output = if script.contains("mount ") {
            Namespace::new()?.run(&script, command)
        } else {
            run(&mut behind(&["sh", "-c", &script, "sh"], command))
        };
        output.exits(0);
        let read = |name: &str| fs::read(world.home.path(name)).unwrap();
        let text = |name: &str| String::from_utf8(read(name)).unwrap();
        Some(["1", "2"].map(|run| Output {
            status: text(&format!("status.{run}")).trim().parse().unwrap(),
            stdout: read(&format!("out.{run}")),
            stderr: text(&format!("err.{run}")),
        }))
    }

    /// What the server deleted because of the faulty run.
    fn deleted(&self, world: &World, all: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let log = world.server.finished_log();
        let sessions = &log[usize::from(self.earlier)..log.len() - 1];
        let commands = sessions.iter().flat_map(|session| session.commands());
        let numbers = commands.filter_map(|command| command.strip_prefix("DELE "));
        numbers.map(|number| all[number.parse::<usize>().unwrap() - 1].clone()).collect()
    }

    fn places(&self, copy: &Path) -> impl Iterator<Item = Place> {
        let maildir = || Place::Maildir(Maildir::at(copy.join("disk/mail")));
        let mbox = || Place::Mbox(Mbox::at(copy.join("disk/mbox")));
        match self.to {
            To::Maildir => vec![maildir()],
            To::Mbox => vec![mbox()],
            To::Both => vec![maildir(), mbox()],
        }
        .into_iter()
    }
}

/// A destination as a reader finds it.
enum Place {
    Maildir(Maildir),
    Mbox(Mbox),
}

impl Place {
    fn messages(self) -> Vec<Vec<u8>> {
        match self {
            Self::Maildir(maildir) => maildir.messages(),
            Self::Mbox(mbox) => mbox.try_messages().expect("an mbox"),
        }
    }

    fn holds(self, all: &[Vec<u8>]) {
        match self {
            Self::Maildir(maildir) => maildir.holds(all),
            Self::Mbox(mbox) => mbox.holds(all),
        }
    }
}

/// Puts a message on the server. Gives it as it is stored.
fn message(world: &World, subject: &str) -> Vec<u8> {
    let line = format!("From the text of {subject}.\n");
    let message = format!("Subject: {subject}\n\n{}", line.repeat(OCTETS / line.len()));
    world.mailbox.add(message.replace('\n', "\r\n"));
    message.into_bytes()
}

/// Requires the form of what popfetch says: one sentence if it failed, and no secret.
#[track_caller]
fn speaks(output: &Output) {
    let (hints, sentences): (Vec<&str>, Vec<&str>) =
        output.stderr.lines().partition(|line| line.starts_with("hint: "));
    assert!(hints.len() <= 1, "{}", output.stderr);
    assert!(sentences.iter().all(|line| line.starts_with("popfetch: ")), "{}", output.stderr);
    assert!(output.status == 0 || sentences.len() <= 1, "{}", output.stderr);
    assert!(!output.stderr.contains(PASSWORD), "{}", output.stderr);
}

/// Holds popfetch to all of `faults`, a few at a time.
#[track_caller]
fn check_all(faults: impl IntoIterator<Item = Fault>) {
    check_at_once(3, faults);
}

/// Holds popfetch to all of `faults`, so many at a time.
#[track_caller]
fn check_at_once(count: usize, faults: impl IntoIterator<Item = Fault>) {
    let left: Mutex<Vec<Fault>> = Mutex::new(faults.into_iter().collect());
    let failed: Mutex<Vec<String>> = Mutex::default();
    let next = || left.lock().unwrap().pop();
    let work = || {
        while let Some(fault) = next() {
            let name = fault.name.clone();
            // The name of a thread is told when it fails.
            let case = thread::Builder::new().name(name.clone());
            if case.spawn(move || fault.check()).unwrap().join().is_err() {
                failed.lock().unwrap().push(name);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(work);
        }
    });
    assert_eq!(failed.into_inner().unwrap(), Vec::<String>::new());
}
