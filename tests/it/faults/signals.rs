//! Each signal, while the server withholds an answer.

use rustix::process::{Pid, Signal, kill_process};

use super::message;
use crate::support::World;
use crate::support::home::finish;
use crate::support::server::{Action, Gate, Session, Trigger};

/// A moment of a session: what is answered only when the test has sent its signal.
#[derive(Clone)]
struct Moment {
    name: &'static str,
    trigger: Trigger,
    /// The line that tells of it in the log.
    sign: &'static str,
}

fn moments() -> [Moment; 6] {
    let moment = |name, verb: &str, sign| Moment { name, trigger: Trigger::from(verb), sign };
    [
        Moment { name: "greeting", trigger: Trigger::greeting(), sign: "" },
        moment("login", "AUTH", "AUTH"),
        moment("listing", "UIDL", "UIDL"),
        moment("message", "RETR 4", "RETR 4"),
        moment("deletion", "DELE 2", "DELE 2"),
        moment("end", "QUIT", "QUIT"),
    ]
}

impl Moment {
    fn has_come(&self, log: &[Session]) -> bool {
        let commands = log.iter().flat_map(Session::commands);
        let mut seen = commands.filter(|command| command.starts_with(self.sign));
        if self.sign.is_empty() { log.iter().any(Session::is_tls) } else { seen.next().is_some() }
    }
}

/// Runs popfetch and sends it `signals` at `moment`; then the server goes on, unless popfetch is
/// to end by itself. Afterwards all must be here once.
#[track_caller]
fn signalled(moment: &Moment, signals: &[Signal], goes_on: bool) -> i32 {
    let gate = Gate::default();
    let world = World::with(|script| script.on(moment.trigger.clone(), Action::Hold(gate.clone())));
    let all: Vec<Vec<u8>> = (0..6).map(|n| message(&world, &n.to_string())).collect();
    let to = world.home.to();
    let child = world.command("fetch", &["--to", &to, "--delete"]).spawn().unwrap();
    world.server.wait_until(|log| moment.has_come(log));
    for signal in signals {
        kill_process(Pid::from_child(&child), *signal).unwrap();
    }
    if goes_on {
        gate.open();
    }
    let output = finish(child);
    gate.open();
    assert_eq!(output.stdout, b"");
    let lines = output.stderr.lines().count();
    assert!(lines <= 1, "{}", output.stderr);
    world.server.finished_log();
    let here = world.mail().messages();
    assert!(all.len() - world.mailbox.len() <= here.len(), "deleted there and not here");
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
    output.status
}

#[test]
fn those_that_ask_to_stop() {
    for signal in [Signal::INT, Signal::TERM] {
        for moment in moments() {
            let status = signalled(&moment, &[signal], true);
            assert_eq!(status, 128 + signal.as_raw(), "{}", moment.name);
        }
    }
    // The server says nothing more; nor does popfetch wait for it.
    let [.., message, deletion, end] = moments();
    for moment in [message, deletion, end] {
        let status = signalled(&moment, &[Signal::INT], false);
        assert_eq!(status, 130, "{}", moment.name);
    }
}

/// Everybody but an impatient person asks once.
#[test]
fn one_that_asks_twice() {
    for moment in moments() {
        let status = signalled(&moment, &[Signal::INT, Signal::TERM], false);
        assert!([130, 143].contains(&status), "{}: {status}", moment.name);
    }
}

#[test]
fn those_that_kill() {
    let everywhere = [Signal::HUP, Signal::KILL]
        .into_iter()
        .flat_map(|signal| moments().into_iter().map(move |moment| (signal, moment)));
    let others = [
        Signal::QUIT,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::XFSZ,
        Signal::XCPU,
        Signal::ABORT,
    ];
    let [.., message, _, _] = moments();
    let others = others.map(|signal| (signal, message.clone()));
    for (signal, moment) in everywhere.chain(others) {
        let status = signalled(&moment, &[signal], false);
        assert_eq!(status, 128 + signal.as_raw(), "{}", moment.name);
    }
}

/// Those that mean nothing to it, and those that only make it pause.
#[test]
fn those_that_change_nothing() {
    for signals in [
        &[Signal::PIPE][..],
        &[Signal::WINCH],
        &[Signal::CHILD],
        &[Signal::URG],
        &[Signal::TSTP, Signal::CONT],
        &[Signal::STOP, Signal::CONT],
    ] {
        for moment in moments() {
            assert_eq!(signalled(&moment, signals, true), 0, "{signals:?}, {}", moment.name);
        }
    }
}
