//! The real program in front of a real Dovecot, killed and interrupted at random moments: no
//! message is lost, none comes twice, none is torn, and no run needs help.
//!
//! `POPFETCH_KILL_ROUNDS` says how many mailboxes each test fetches that way, `POPFETCH_KILL_SEED`
//! repeats a run as far as the machine's timing allows, and `POPFETCH_KILL_PROGRAM` puts a peer
//! into popfetch's place: `scripts/compare-kills` does. What a peer does wrong is counted.

mod interrupt;
mod letters;
mod moment;
mod others;
mod program;
mod round;
mod standing;
mod tally;

use std::time::{Duration, Instant, SystemTime};

use crate::interop::{Random, Site};
use crate::support::home::finish;
use letters::Writer;
use moment::Moment;
use program::Program;
use round::Round;
use tally::Tally;

/// Where the mail of a round goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Maildir,
    Mbox,
    Both,
}

/// What becomes of it on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Keep,
    Delete,
}

/// At most so many kills in a round.
const KILLS: u64 = 4;

#[test]
fn maildir_keep() {
    kill(Program::chosen(), To::Maildir, Policy::Keep);
}

#[test]
fn maildir_delete() {
    kill(Program::chosen(), To::Maildir, Policy::Delete);
}

#[test]
fn mbox_keep() {
    kill(Program::chosen(), To::Mbox, Policy::Keep);
}

#[test]
fn mbox_delete() {
    kill(Program::chosen(), To::Mbox, Policy::Delete);
}

// Of the peers only getmail has several destinations, and it is compared by one.
#[test]
fn both_keep() {
    kill(Program::Popfetch, To::Both, Policy::Keep);
}

#[test]
fn both_delete() {
    kill(Program::Popfetch, To::Both, Policy::Delete);
}

/// Fetches one mailbox after the other under fire.
fn kill(program: Program, to: To, policy: Policy) {
    let rounds = rounds();
    let mut random = random();
    let mut writer = Writer::default();
    // A round counts only when a kill came before the end of a run.
    let tries = 4 * rounds;
    let site = site(tries);
    let mut start = |user: &str, random: &mut Random| {
        let count = 60 + random.below(140);
        let mail = (0..count).map(|_| writer.letter(random)).collect();
        Round::new(&site, user, program, to, policy, mail)
    };
    let whole = undisturbed(&start("alice", &mut random));
    let mut tally = Tally::default();
    for n in 0..tries {
        let mut round = start(&format!("user{n}"), &mut random);
        let kills = tally.kills;
        play(&mut round, whole, &mut random, &mut tally);
        if program == Program::Popfetch {
            round.is_as_if_undisturbed(&format!("round {n}"));
        }
        for help in &round.faults.help {
            eprintln!("round {n} needed help: {help}");
        }
        if tally.kills > kills {
            tally.add(&round.faults);
        }
        if tally.rounds == rounds {
            break;
        }
    }
    eprintln!("{}", tally.row(program, to, policy));
    if program == Program::Popfetch {
        eprintln!("{}", tally.hits());
    }
    assert_eq!(tally.rounds, rounds);
}

/// How long a fetch takes that nobody disturbs. A peer gets another try: getmail sometimes waits in
/// vain for its own child.
fn undisturbed(round: &Round<'_>) -> Duration {
    let tries = if round.program == Program::Popfetch { 1 } else { 3 };
    let mut failed = Vec::new();
    while failed.len() < tries {
        let start = Instant::now();
        let output = finish(round.start());
        if round.program.is_content(output.status) {
            return start.elapsed();
        }
        failed.push(output);
    }
    panic!("it cannot even fetch: {failed:?}");
}

/// One run after the other is killed, each on what the one before left; then one is not.
fn play(round: &mut Round<'_>, whole: Duration, random: &mut Random, tally: &mut Tally) {
    for _ in 0..=random.below(KILLS) {
        let before = round.standing();
        let moment = Moment::random(random, round.program, whole);
        let mut child = round.start();
        moment.wait(&mut child, round, before.clone());
        child.kill().expect("a child");
        if !round.was_killed(&finish(child)) {
            break;
        }
        tally.hit(&before, &round.standing());
        round.check();
        round.somebody_else_delivers();
    }
    round.finish();
}

/// A server with `users` of the tests' own.
fn site(users: usize) -> Site {
    let site = Site::new();
    // Dovecot reads its list of users at most once a second, so all are there from the start.
    for n in 0..users {
        site.dovecot.add_user(&format!("user{n}"));
    }
    site
}

/// How many mailboxes each test fetches.
fn rounds() -> usize {
    number("POPFETCH_KILL_ROUNDS").unwrap_or(3)
}

/// What decides the messages and the moments; shown when the test fails.
fn random() -> Random {
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock");
    let seed = number("POPFETCH_KILL_SEED");
    let seed = seed.map_or_else(|| u64::from(now().subsec_nanos()), |seed| seed as u64);
    eprintln!("POPFETCH_KILL_SEED={seed}");
    Random(seed)
}

fn number(variable: &str) -> Option<usize> {
    let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{variable} is no number"));
    std::env::var(variable).ok().map(number)
}
