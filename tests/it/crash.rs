//! popfetch killed and interrupted at random moments, in front of a real Dovecot: no message is
//! lost, and none comes twice.
//!
//! `POPFETCH_KILL_ROUNDS` says how many mailboxes are fetched that way, `POPFETCH_KILL_SEED`
//! repeats a run as far as the machine's timing allows.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use crate::interop::{Random, Site, Writer};
use crate::support::Maildir;
use crate::support::home::finish;

type Messages = BTreeSet<Vec<u8>>;

/// A mailbox that is fetched under fire.
struct Target<'a> {
    site: &'a Site,
    user: String,
    mail: Maildir,
    delete: bool,
    all: Messages,
}

impl<'a> Target<'a> {
    /// Fills the mailbox of `user`, who exists and whom nobody else fetches for.
    fn new(site: &'a Site, user: &str, delete: bool, messages: Vec<Vec<u8>>) -> Self {
        for message in &messages {
            site.dovecot.deliver(user, message);
        }
        let mail = Maildir::at(site.home.path(user));
        Self { site, user: user.to_owned(), mail, delete, all: messages.into_iter().collect() }
    }

    fn start(&self) -> Child {
        let to = format!("maildir:{}", self.mail.path().display());
        let policy = if self.delete { "--delete" } else { "--keep" };
        let mut command = self.site.command("fetch", &self.user, &["--to", &to, policy]);
        command.spawn().expect("the program starts")
    }

    /// Requires that nothing is lost, nothing is here twice and all that can be seen is whole.
    /// Gives what is here, and what is still on the server.
    #[track_caller]
    fn check(&self) -> (Messages, Messages) {
        let messages = self.mail.messages();
        let count = messages.len();
        let here: Messages = messages.into_iter().collect();
        assert_eq!(here.len(), count, "a message is here twice");
        let torn = here.difference(&self.all).count();
        assert_eq!(torn, 0, "messages that can be seen and are not what was sent");
        // Dovecot may still be busy with what the dead client asked for. What is lost stays lost.
        let deadline = Instant::now() + Duration::from_secs(3);
        loop {
            let there = self.on_server();
            let lost =
                self.all.iter().filter(|m| !here.contains(*m) && !there.contains(*m)).count();
            if lost == 0 {
                return (here, there);
            }
            assert!(Instant::now() < deadline, "{lost} messages are neither here nor there");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the server has, which may be renaming and removing files.
    fn on_server(&self) -> Messages {
        let maildir = self.site.dovecot.maildir(&self.user);
        let read = |path: &Path| match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read.expect("a message")),
        };
        // Files move from new/ to cur/ only.
        let paths = ["new", "cur"].map(|directory| maildir.join(directory));
        let entries = paths.iter().flat_map(|path| fs::read_dir(path).expect("a Maildir"));
        entries.filter_map(|entry| read(&entry.expect("an entry").path())).collect()
    }

    /// One more run, which nobody disturbs, and everything is as if nobody ever had.
    #[track_caller]
    fn finish(&self) {
        finish(self.start()).exits(0);
        self.mail.holds(&self.all);
        let (_, there) = self.check();
        let left = if self.delete { 0 } else { self.all.len() };
        assert_eq!(there.len(), left, "on the server in the end");
    }
}

/// When a run is killed.
enum Moment {
    /// So long after its start.
    After(Duration),
    /// So long after the first message of this run became visible: while a batch is published,
    /// or soon after.
    Published(Duration),
}

impl Moment {
    fn random(random: &mut Random, full: Duration) -> Self {
        if random.below(3) > 0 {
            return Self::After(full.mul_f64(random.fraction()));
        }
        let delay = if random.below(2) == 0 { 0.0 } else { random.fraction() * 0.02 };
        Self::Published(Duration::from_secs_f64(delay))
    }

    /// Waits for it, but not beyond the end of the run.
    fn wait(&self, child: &mut Child, mail: &Maildir, before: usize) {
        let mut running = || child.try_wait().expect("a child").is_none();
        match self {
            Self::After(delay) => thread::sleep(*delay),
            Self::Published(delay) => {
                while running() && mail.names("new").len() == before {}
                thread::sleep(*delay);
            }
        }
    }
}

/// What the kills hit.
#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    /// Killed before the end.
    killed: usize,
    /// Killed with files in tmp/, ...
    staged: usize,
    /// ... and while a batch was published: files in tmp/, and new ones in new/.
    publishing: usize,
}

/// The messages of one mailbox: either one long batch, or several.
fn messages(writer: &mut Writer, round: usize) -> Vec<Vec<u8>> {
    let (count, largest) = if round % 4 < 2 { (120, 1_500_000) } else { (450, 30_000) };
    (0..count)
        .map(|_| {
            let size = writer.random.size(500, largest);
            writer.message(size)
        })
        .collect()
}

fn rounds() -> usize {
    let rounds = std::env::var("POPFETCH_KILL_ROUNDS");
    rounds.map_or(6, |rounds| rounds.parse().expect("POPFETCH_KILL_ROUNDS is a number"))
}

/// Random numbers; the seed is shown when the test fails.
fn random() -> Random {
    let given = std::env::var("POPFETCH_KILL_SEED").ok();
    let seed = given.map_or_else(
        || {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            u64::from(now.expect("a clock").subsec_nanos())
        },
        |seed| seed.parse().expect("POPFETCH_KILL_SEED is a number"),
    );
    eprintln!("POPFETCH_KILL_SEED={seed}");
    Random(seed)
}

/// A server with `count` users of its own, and how long a fetch takes that nobody disturbs.
fn site(count: usize, writer: &mut Writer) -> (Site, Duration) {
    let site = Site::new();
    // Dovecot reads its list of users at most once a second, so all are there from the start.
    for n in 0..count {
        site.dovecot.add_user(&format!("user{n}"));
    }
    let target = Target::new(&site, "alice", false, messages(writer, 0));
    let start = Instant::now();
    finish(target.start()).exits(0);
    let full = start.elapsed();
    eprintln!("a whole fetch takes {full:.0?}");
    (site, full)
}

#[test]
fn killed_at_random_moments() {
    let mut random = random();
    let mut writer = Writer::new(random.next());
    let rounds = rounds();
    let (site, full) = site(rounds, &mut writer);
    let mut tally = Tally::default();
    for round in 0..rounds {
        let user = format!("user{round}");
        let delete = round % 2 == 1;
        let target = Target::new(&site, &user, delete, messages(&mut writer, round));
        // One of the runs comes to its end sooner or later; if not, the last one does.
        for _ in 0..12 {
            let before = target.mail.names("new").len();
            let mut child = target.start();
            Moment::random(&mut random, full).wait(&mut child, &target.mail, before);
            child.kill().expect("a child");
            let output = finish(child);
            tally.runs += 1;
            if output.status != 128 + Signal::KILL.as_raw() {
                output.exits(0);
                break;
            }
            let staged = !target.mail.names("tmp").is_empty();
            let published = target.mail.names("new").len() > before;
            tally.killed += 1;
            tally.staged += usize::from(staged);
            tally.publishing += usize::from(staged && published);
            target.check();
        }
        target.finish();
    }
    eprintln!("{rounds} mailboxes: {tally:?}");
    // However slow the machine is, some kills come before the end.
    assert!(tally.killed > 0);
}

#[test]
fn interrupted_at_random_moments() {
    let mut random = random();
    let mut writer = Writer::new(random.next());
    let rounds = rounds();
    let (site, full) = site(rounds, &mut writer);
    let mut ends = Vec::new();
    for round in 0..rounds {
        let signal = if random.below(2) == 0 { Signal::INT } else { Signal::TERM };
        let delete = round % 2 == 1;
        let target =
            Target::new(&site, &format!("user{round}"), delete, messages(&mut writer, round));
        let child = target.start();
        thread::sleep(full.mul_f64(random.fraction()));
        kill_process(Pid::from_child(&child), signal).expect("a child");
        let start = Instant::now();
        let output = child.wait_with_output().expect("the program ends");
        assert!(start.elapsed() < Duration::from_secs(10), "it takes its time: {output:?}");
        let (here, there) = target.check();
        ends.push(format!("{} with {} of {}", output.status, here.len(), target.all.len()));
        if handled(output.status, signal) {
            // In order: nothing half done, and what is here is gone there.
            assert_eq!(target.mail.names("tmp"), Vec::<String>::new());
            assert!(!delete || here.is_disjoint(&there));
        }
        assert_eq!(output.stdout, b"");
        target.finish();
    }
    eprintln!("{ends:#?}");
}

/// Whether the program answered the signal, or had ended. It may also have come before there was
/// anybody to answer it.
#[track_caller]
fn handled(status: ExitStatus, signal: Signal) -> bool {
    match (status.code(), status.signal()) {
        (Some(0), None) => true,
        (Some(code), None) => {
            assert_eq!(code, 128 + signal.as_raw());
            true
        }
        (_, killed) => {
            assert_eq!(killed, Some(signal.as_raw()));
            false
        }
    }
}
