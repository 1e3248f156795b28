//! The power is cut after each step: every state that the disk may then be in is tried. And with
//! any one sync taken out, some of these states are bad ones. `POPFETCH_CRASH=all` tries each state;
//! otherwise it is one in a few, spread over the steps.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cut::Unsynced;
use crate::rig::{Policy, Rig, Scene, Target};
use crate::workers::{for_each, one_in};

/// What happened up to a power cut: runs, each with its failpoints.
#[derive(Clone, Debug)]
struct History {
    scene: Scene,
    runs: Vec<String>,
}

/// What came of many states.
#[derive(Debug, Default)]
struct Tally {
    states: usize,
    complaints: Vec<String>,
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    TheEnd,
    SomethingIsWrong,
}

impl History {
    /// What happened, up to the cut.
    fn play(&self) -> (Rig, Unsynced) {
        let mut rig = Rig::new(self.scene);
        let mut steps = Vec::new();
        for failpoints in &self.runs {
            let (output, mut made) = rig.recorded_run(failpoints);
            // What the server was told before the cut, it does.
            let _ = rig.complaint(output.status);
            if failpoints.contains("=abort-after")
                && let Some(last) = made.last_mut()
            {
                last.unsure = last.is("commit");
            }
            steps.extend(made);
        }
        let unsynced = Unsynced::after(&steps);
        (rig, unsynced)
    }

    /// Tries the states that the disk may then be in: each, or one in so many.
    fn try_all(&self, seed: u64, stride: usize, until: Until, stop: &AtomicBool) -> Tally {
        let mut tally = Tally::default();
        let first = usize::try_from(seed).unwrap_or(0) % stride;
        for state in (first..).step_by(stride) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let (rig, unsynced) = self.play();
            let cuts = unsynced.cuts(seed);
            let Some(cut) = cuts.get(state) else { break };
            unsynced.apply(cut);
            tally.states += 1;
            if let Some(complaint) = rig.complaint_in_the_end() {
                let complaint = format!("{self:?}: {complaint}\n{cut:?} of {unsynced}");
                tally.complaints.push(complaint);
                stop.fetch_or(until == Until::SomethingIsWrong, Ordering::Relaxed);
            }
        }
        tally
    }
}

/// The power is cut after each step of a run, which comes after those with `earlier` failpoints.
fn histories(scene: Scene, earlier: &[&str], failpoints: &str) -> Vec<History> {
    let mut rig = Rig::new(scene);
    let mut runs: Vec<String> = earlier.iter().map(|&run| run.to_owned()).collect();
    for run in &runs {
        rig.run(run);
    }
    let (_, steps) = rig.recorded_run(failpoints);
    let mut histories = Vec::new();
    for step in steps.iter().filter(|step| step.matters()) {
        // Before the next step; after the last one the run ends by itself.
        runs.push(format!("{}=abort;{failpoints}", step.number + 1));
        histories.push(History { scene, runs: runs.clone() });
        runs.pop();
    }
    histories
}

fn try_all(histories: Vec<History>, stride: usize, until: Until) -> Tally {
    let histories: Vec<(u64, History)> = (1..).zip(histories).collect();
    let stop = AtomicBool::new(false);
    let tallies =
        for_each(histories, |(seed, history)| history.try_all(seed, stride, until, &stop));
    let mut sum = Tally::default();
    for tally in tallies {
        sum.states += tally.states;
        sum.complaints.extend(tally.complaints);
    }
    assert!(sum.states > 0, "nothing was tried");
    sum
}

#[test]
fn into_a_maildir() {
    after_every_step(Target::Maildir);
}

#[test]
fn into_an_mbox() {
    after_every_step(Target::Mbox);
}

#[test]
fn into_both() {
    after_every_step(Target::Both);
}

/// One batch is enough: with several, threads take turns, and no two runs are alike.
#[track_caller]
fn after_every_step(target: Target) {
    let scenes = Scene::all(target).into_iter().filter(|scene| !scene.batches);
    let histories = scenes.flat_map(|scene| histories(scene, &[], "")).collect();
    let tally = try_all(histories, one_in(4), Until::TheEnd);
    println!("{target:?}: {} states, {} complaints", tally.states, tally.complaints.len());
    assert!(tally.complaints.is_empty(), "{}", tally.complaints.join("\n\n"));
}

/// Once the mbox is unlocked its reader may do with the mail what he likes.
#[test]
fn what_a_reader_has_removed_from_an_mbox_does_not_come_back() {
    assert_eq!(come_back(&[], ""), 0);
    let removed = "sync-directory:spool/*/*#2=skip";
    assert!(come_back(&[], removed) > 0, "without the sync behind the removal");
    // The same where an earlier run has died, and this one completes what it had recorded.
    let died = ["write:inbox#1=abort".to_owned()];
    assert_eq!(come_back(&died, ""), 0);
    let removed = "sync-directory:spool/*/*=skip";
    assert!(come_back(&died, removed) > 0, "without it in recovery");
}

/// In how many states after a power cut mail comes back that a reader has removed.
fn come_back(earlier: &[String], taken_out: &str) -> usize {
    let scene = Scene { target: Target::Mbox, policy: Policy::Keep, batches: false };
    // The first lock that the run behind a crash lets go of is that of the dead one.
    let unlocked = if earlier.is_empty() { 1 } else { 3 };
    let unlocked = format!("remove:inbox.lock#{unlocked}=abort-after;{taken_out}");
    let history = History { scene, runs: [earlier, &[unlocked]].concat() };
    let mut back = 0;
    for state in 0.. {
        let (rig, unsynced) = history.play();
        let cuts = unsynced.cuts(1);
        let Some(cut) = cuts.get(state) else { break };
        unsynced.apply(cut);
        fs::write(rig.path("inbox"), "").expect("a mailbox");
        rig.run("").exits(0);
        let left = fs::read(rig.path("inbox")).expect("a mailbox");
        back += usize::from(!left.is_empty());
    }
    back
}

#[test]
fn while_a_crash_into_a_maildir_is_recovered_from() {
    after_every_step_of_recovery(Target::Maildir);
}

#[test]
fn while_a_crash_into_an_mbox_is_recovered_from() {
    after_every_step_of_recovery(Target::Mbox);
}

#[test]
fn while_a_crash_into_both_is_recovered_from() {
    after_every_step_of_recovery(Target::Both);
}

/// The process dies in the commit, at a step behind it, or right after it has made a file or a
/// directory; the next run recovers from that, and then the power is cut.
#[track_caller]
fn after_every_step_of_recovery(target: Target) {
    let scene = Scene { target, policy: Policy::Delete, batches: false };
    let Commit { rule, step, last } = Commit::of(scene);
    let mut crashes = vec![format!("{rule}=abort-after")];
    crashes.extend((step + 1..=last).map(|step| format!("{step}=abort")));
    // Before it: right after something was made that later runs find.
    let (_, steps) = Rig::new(scene).recorded_run("");
    let made = steps.iter().filter(|made| made.number < step && made.kind.starts_with("create"));
    crashes.extend(made.map(|made| format!("{}=abort-after", made.number)));
    let histories = crashes.iter().flat_map(|crash| histories(scene, &[crash], "")).collect();
    let tally = try_all(histories, one_in(24), Until::TheEnd);
    println!("{target:?}: {} states, {} complaints", tally.states, tally.complaints.len());
    assert!(tally.complaints.is_empty(), "{}", tally.complaints.join("\n\n"));
}

/// A sync or a commit that fails, and says so, has made nothing durable: whatever the run then did
/// must be safe without it.
#[test]
fn after_a_sync_that_failed() {
    let mut failed = Vec::new();
    for target in [Target::Maildir, Target::Mbox, Target::Both] {
        let scene = Scene { target, policy: Policy::Delete, batches: false };
        let (_, steps) = Rig::new(scene).recorded_run("");
        let syncs = steps.iter().filter(|step| step.kind.starts_with("sync") || step.is("commit"));
        failed.extend(
            syncs.map(|step| History { scene, runs: vec![format!("{}=EIO", step.number)] }),
        );
    }
    let tally = try_all(failed, one_in(4), Until::TheEnd);
    println!("{} states, {} complaints", tally.states, tally.complaints.len());
    assert!(tally.complaints.is_empty(), "{}", tally.complaints.join("\n\n"));
}

/// The commit that records the messages, which is the last one before they are published.
struct Commit {
    /// It as a place for a failpoint. Its number varies, as that of the writes before it does with
    /// the pieces in which the network brings a message.
    rule: String,
    /// Its number this time, ...
    step: usize,
    /// ... and that of the last step of all.
    last: usize,
}

impl Commit {
    fn of(scene: Scene) -> Self {
        let (_, steps) = Rig::new(scene).recorded_run("");
        let published = steps.iter().position(|step| {
            step.is("rename") && step.path.parent().is_some_and(|tmp| tmp.ends_with("mail/tmp"))
                || step.is("write") && step.path.ends_with("inbox")
        });
        let before = &steps[..published.expect("something is published")];
        let commits: Vec<_> = before.iter().filter(|step| step.is("commit")).collect();
        let step = commits.last().expect("a commit").number;
        let last = steps.last().expect("steps").number;
        Self { rule: format!("commit:popfetch/*#{}", commits.len()), step, last }
    }
}

/// What is taken out, into which place the mail goes, and what a run before that one dies of.
const NEEDED: &[(&str, Target, &str)] = &[
    // The content of the files, their names, the names that they get.
    ("sync:mail/tmp/*=skip", Target::Maildir, ""),
    ("sync-directory:mail/tmp=skip", Target::Maildir, ""),
    ("sync-directory:mail/new=skip", Target::Maildir, ""),
    // The Maildir itself, and what it consists of.
    ("sync-directory:mail=skip", Target::Maildir, ""),
    ("sync-directory:HOME=skip", Target::Maildir, ""),
    // The spool files and their names, the directories above them, the mbox and its name.
    ("sync:spool/*/*/*=skip", Target::Mbox, ""),
    ("sync-directory:spool/*/*=skip", Target::Mbox, ""),
    ("sync-directory:spool/*=skip", Target::Mbox, ""),
    ("sync-directory:spool=skip", Target::Mbox, ""),
    ("sync:inbox=skip", Target::Mbox, ""),
    ("sync-directory:HOME=skip", Target::Mbox, ""),
    // The commit, the state's name, and the directories above it.
    ("COMMIT=skip", Target::Maildir, ""),
    ("COMMIT=skip", Target::Mbox, ""),
    ("sync-directory:state/popfetch=skip", Target::Maildir, ""),
    ("sync-directory:HOME/state=skip", Target::Maildir, ""),
    // The same in a run that recovers from a crash: in the commit, before anything was published,
    // and behind all of it.
    ("sync:state/popfetch/*=skip", Target::Maildir, "COMMIT=abort-after"),
    ("sync-directory:mail/new=skip", Target::Maildir, "rename:mail/tmp/*#1=abort"),
    ("sync:inbox=skip", Target::Mbox, "write:inbox#1=abort"),
    // And in one that finds what another has made and not made to last.
    ("sync-directory:HOME=skip", Target::Maildir, "create-directory:mail#1=abort-after"),
    ("sync-directory:mail=skip", Target::Maildir, "create-directory:mail/*#3=abort-after"),
    ("sync-directory:HOME=skip", Target::Mbox, "create:inbox#1=abort-after"),
    ("sync-directory:HOME=skip", Target::Maildir, "create-directory:HOME/state#1=abort-after"),
    ("sync-directory:state=skip", Target::Maildir, "create-directory:popfetch#1=abort-after"),
    ("sync-directory:popfetch=skip", Target::Maildir, "create:popfetch/*#2=abort-after"),
    ("sync-directory:popfetch=skip", Target::Mbox, "create-directory:spool#1=abort-after"),
    ("sync-directory:spool=skip", Target::Mbox, "create-directory:spool/*#1=abort-after"),
    ("sync-directory:spool/*=skip", Target::Mbox, "create-directory:spool/*/*#1=abort-after"),
];

#[test]
fn without_any_one_of_them_something_goes_wrong() {
    let mut needless = Vec::new();
    for &(taken_out, target, crash) in NEEDED {
        let scene = Scene { target, policy: Policy::Delete, batches: false };
        let commit = Commit::of(scene).rule;
        let [taken_out, crash] = [taken_out, crash].map(|rule| rule.replace("COMMIT", &commit));
        let earlier = if crash.is_empty() { vec![] } else { vec![crash.as_str()] };
        let mut histories = histories(scene, &earlier, &taken_out);
        // The last steps are those after which most depends on the disk.
        histories.reverse();
        let tally = try_all(histories, 1, Until::SomethingIsWrong);
        match tally.complaints.first().and_then(|complaint| complaint.lines().next()) {
            Some(complaint) => println!("{taken_out}, state {}: {complaint}", tally.states),
            None => needless.push(format!("{taken_out} into {target:?} after '{crash}'")),
        }
    }
    assert!(needless.is_empty(), "nothing goes wrong without {needless:#?}");
}
