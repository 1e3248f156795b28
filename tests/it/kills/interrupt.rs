//! Interrupted instead of killed: the run puts in order what it has in hand, and ends soon.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::interop::Random;

use super::letters::Writer;
use super::program::Program;
use super::round::Round;
use super::{Policy, To, random, rounds, site, undisturbed};

#[test]
fn interrupted_at_random_moments() {
    let mut random = random();
    let mut writer = Writer::default();
    let rounds = rounds();
    let site = site(rounds);
    let mut start = |user: &str, policy, random: &mut Random| {
        let mail = (0..200).map(|_| writer.letter(random)).collect();
        Round::new(&site, user, Program::Popfetch, To::Maildir, policy, mail)
    };
    let whole = undisturbed(&start("alice", Policy::Keep, &mut random));
    let mut ends = Vec::new();
    for n in 0..rounds {
        let signal = if random.below(2) == 0 { Signal::INT } else { Signal::TERM };
        let policy = if n % 2 == 0 { Policy::Keep } else { Policy::Delete };
        let mut round = start(&format!("user{n}"), policy, &mut random);
        let child = round.start();
        thread::sleep(whole.mul_f64(random.fraction()));
        kill_process(Pid::from_child(&child), signal).expect("a child");
        let start = Instant::now();
        let output = child.wait_with_output().expect("the program ends");
        assert!(start.elapsed() < Duration::from_secs(10), "it takes its time: {output:?}");
        round.check();
        let here = round.maildir.messages().len();
        ends.push(format!("{} with {here} of {}", output.status, round.sent.len()));
        if handled(output.status, signal) {
            // In order: nothing half done, and what is here is gone there.
            assert_eq!(round.maildir.names("tmp"), Vec::<String>::new());
            let there = round.on_server().len();
            assert!(policy == Policy::Keep || here + there == round.sent.len());
        }
        assert_eq!(output.stdout, b"");
        round.finish();
        round.is_as_if_undisturbed("interrupted");
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
