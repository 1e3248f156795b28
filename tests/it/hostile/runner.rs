//! Plays the rows of a table against the program, and judges.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::case::Case;
use crate::support::World;
use crate::support::expect::is_inert;
use crate::support::maildir::with_lf;
use crate::support::server::Session;
use crate::support::watch::{Watched, watch};
use crate::support::world::secret_forms;

/// No run may last longer, ...
const TIME: Duration = Duration::from_secs(30);
/// ... or take more memory, in KiB, ...
const MEMORY: u64 = 64 * 1024;
/// ... or say more: a line and a hint, ...
const LINES: usize = 2;
/// ... of so many octets.
const LINE: usize = 600;
/// Rows that are played at once. Most wait.
const AT_ONCE: usize = 3;

/// Plays each row in a world of its own, some at once; names all that fail.
pub(super) fn run(cases: &[Case]) {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let worker = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let played = catch_unwind(AssertUnwindSafe(|| story(std::slice::from_ref(case))));
            if let Err(panic) = played {
                failures.lock().unwrap().push(format!("{}\n{}", case.name, reason(&*panic)));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(worker);
        }
    });
    let failures = failures.into_inner().unwrap();
    let of = cases.len();
    assert!(failures.is_empty(), "{} of {of} fail:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Plays the rows one after the other in one world. In the end the server is sound, and every
/// message must come, exactly once.
pub(super) fn story(steps: &[Case]) {
    let mut stage = Stage { world: World::new(), mail: BTreeMap::new() };
    for step in steps {
        stage.play(step);
    }
    stage.heal(steps.iter().any(|step| step.args.contains(&"--delete")));
}

/// What a panic said.
fn reason(panic: &(dyn Any + Send)) -> &str {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    said.or(panic.downcast_ref::<&str>().copied()).unwrap_or("panicked")
}

struct Stage {
    world: World,
    /// Every message that ever was in the mailbox, as it must be stored.
    mail: BTreeMap<u64, Vec<u8>>,
}

impl Stage {
    fn play(&mut self, case: &Case) {
        let world = &self.world;
        (case.mail)(&world.mailbox);
        for message in world.mailbox.messages() {
            self.mail.entry(message.serial).or_insert_with(|| with_lf(&message.body.to_vec()));
        }
        world.now(case.server);
        let connections = world.server.log().len();
        let watched = self.run(case.command, case.args, case.timeout);
        let log = world.server.finished_log();

        let Watched { output, peak, took, .. } = watched;
        let peak = peak.unwrap_or_default();
        eprintln!("row: {peak} KiB, {} ms: {}", took.as_millis(), case.name);
        check_words(&output.stderr);
        check_words(output.text());
        assert!(output.stderr.lines().count() <= LINES, "too much is said:\n{}", output.stderr);
        assert!(peak < MEMORY, "a peak of {peak} KiB");
        let output = output.exits(case.status).says(case.says);
        assert_eq!(output.stderr.is_empty(), case.says.is_empty(), "{}", output.stderr);
        let log = &log[connections..];
        assert_eq!(heard(log), case.hears, "\n{}", output.stderr);
        if case.args.contains(&"--auth") && !case.args.contains(&"XOAUTH2") {
            check_wire(log);
        }
        world.mail().holds(case.here.iter().map(|serial| &self.mail[serial]));
        let there: Vec<u64> = world.mailbox.messages().iter().map(|m| m.serial).collect();
        let stay = self.mail.keys().copied().filter(|serial| !case.gone.contains(serial));
        assert_eq!(there, stay.collect::<Vec<_>>(), "on the server");
    }

    fn heal(&self, delete: bool) {
        self.world.now(|script| script);
        let args: &[&str] = if delete { &["--delete"] } else { &[] };
        let healed = self.run("fetch", args, "20");
        healed.output.succeeds();
        self.world.mail().holds(self.mail.values());
        assert!(!delete || self.world.mailbox.is_empty(), "not deleted on the server");
    }

    fn run(&self, command: &str, args: &[&str], timeout: &str) -> Watched {
        let to = self.world.home.to();
        let place: &[&str] = if command == "fetch" { &["--to", &to] } else { &[] };
        let mut program = self.world.command_within(timeout, command, &[place, args].concat());
        watch(program.spawn().expect("the program starts"), TIME)
    }
}

/// Requires of all that is printed that it is short, inert, and without the password.
fn check_words(text: &str) {
    for secret in secret_forms() {
        assert!(!text.contains(&secret), "the password is shown:\n{text}");
    }
    assert!(is_inert(text), "a terminal would act on it: {text:?}");
    assert!(text.lines().all(|line| line.len() <= LINE), "a long line:\n{text}");
}

/// Requires of a login by a mechanism that does not send the password that it did not.
fn check_wire(log: &[Session]) {
    let lines: Vec<&str> = log.iter().flat_map(Session::commands).collect();
    for secret in secret_forms() {
        assert!(!lines.iter().any(|line| line.contains(&secret)), "sent: {lines:?}");
    }
}

/// The verbs that a server heard, with one for all messages, `...` for what is none, which is a
/// line of a SASL exchange, and `|` between connections.
fn heard(sessions: &[Session]) -> String {
    let verbs = |session: &Session| {
        let mut verbs = Vec::new();
        for line in session.commands() {
            let word = line.split(' ').next().unwrap_or_default();
            let is_verb = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_uppercase());
            verbs.push(if is_verb || word == "*" { word } else { "..." }.to_owned());
        }
        verbs.dedup_by(|a, b| a == b && ["RETR", "TOP", "DELE"].contains(&a.as_str()));
        verbs.join(" ")
    };
    sessions.iter().map(verbs).collect::<Vec<_>>().join(" | ")
}
