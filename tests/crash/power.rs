//! The power is cut after each step: every state that the disk may then be in is tried.

use crate::cut::Unsynced;
use crate::rig::{Rig, Scene, Target};
use crate::workers::for_each;

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

impl History {
    /// What happened, up to the cut.
    fn play(&self) -> (Rig, Unsynced) {
        let mut rig = Rig::new(self.scene);
        let mut steps = Vec::new();
        for failpoints in &self.runs {
            let (_, mut made) = rig.recorded_run(failpoints);
            if failpoints.contains("=abort-after")
                && let Some(last) = made.last_mut()
            {
                last.unsure = last.is("commit");
            }
            steps.extend(made);
        }
        // What the server was told before the cut, it does.
        let _ = rig.complaint();
        let unsynced = Unsynced::after(&steps);
        (rig, unsynced)
    }

    /// Tries every state that the disk may then be in; only until something is wrong, if that is
    /// all there is to know.
    fn try_all(&self, seed: u64, until_wrong: bool) -> Tally {
        let mut tally = Tally::default();
        loop {
            // Threads may sync the files of a batch in another order than before, so that it is
            // not settled earlier which states there are.
            let (mut rig, unsynced) = self.play();
            let cuts = unsynced.cuts(seed);
            let Some(cut) = cuts.get(tally.states) else { return tally };
            unsynced.apply(cut);
            tally.states += 1;
            if let Some(complaint) = rig.complaint_in_the_end() {
                let complaint = format!("{self:?}: {complaint}\n{cut:?} of {unsynced}");
                tally.complaints.push(complaint);
                if until_wrong {
                    return tally;
                }
            }
        }
    }
}

/// The power is cut after each step of a run with `rules` besides.
fn histories(scene: Scene, rules: &str) -> Vec<History> {
    let (_, steps) = Rig::new(scene).recorded_run(rules);
    let mut histories = Vec::new();
    for step in steps.iter().filter(|step| step.matters()) {
        // Before the next step; after the last one the run ends by itself.
        let run = format!("{rules};{}=abort", step.number + 1);
        histories.push(History { scene, runs: vec![run] });
    }
    histories
}

/// The power is cut after each step of the run that comes after one that was killed.
fn recoveries(scene: Scene, killed: &str, rules: &str) -> Vec<History> {
    let mut rig = Rig::new(scene);
    rig.run(killed);
    let (_, steps) = rig.recorded_run(rules);
    let mut histories = Vec::new();
    for step in steps.iter().filter(|step| step.matters()) {
        let runs = vec![killed.to_owned(), format!("{rules};{}=abort", step.number + 1)];
        histories.push(History { scene, runs });
    }
    histories
}

fn try_all(histories: Vec<History>, until_wrong: bool) -> Tally {
    let histories: Vec<(u64, History)> = (1..).zip(histories).collect();
    let tallies = for_each(histories, |(seed, history)| history.try_all(seed, until_wrong));
    let mut sum = Tally::default();
    for tally in tallies {
        sum.states += tally.states;
        sum.complaints.extend(tally.complaints);
    }
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
    let tally = try_all(scenes.flat_map(|scene| histories(scene, "")).collect(), false);
    println!("{target:?}: {} states, {} complaints", tally.states, tally.complaints.len());
    assert!(tally.complaints.is_empty(), "{}", tally.complaints.join("\n\n"));
}
