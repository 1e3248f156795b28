//! One thing goes wrong, at each step in turn.

use crate::rig::{ABORTED, Policy, Rig, Scene, Target};
use crate::steps::Step;
use crate::workers::for_each;

/// What can happen at every step, ...
const ANYWHERE: [&str; 6] = ["abort", "EIO", "ENOSPC", "EDQUOT", "EINTR", "late-EIO"];
/// ... and what at a write besides.
const AT_WRITES: [&str; 2] = ["short", "tear"];

/// What may be said of a fault that the run did not survive: that the state, a destination or a
/// disk failed.
const STATUSES: [i32; 3] = [73, 74, 75];
#[test]
fn into_a_maildir() {
    at_every_step(Target::Maildir);
}

#[test]
fn into_an_mbox() {
    at_every_step(Target::Mbox);
}

#[test]
fn into_both() {
    at_every_step(Target::Both);
}

#[test]
fn while_a_crash_is_recovered_from() {
    for (target, crash) in [
        (Target::Maildir, "rename:mail/tmp/*#1=abort"),
        (Target::Mbox, "write:inbox#1=abort"),
        (Target::Mbox, "write:inbox#1=tear"),
        (Target::Both, "write:inbox#1=tear"),
    ] {
        let scene = Scene { target, policy: Policy::Delete, batches: false };
        try_all(&format!("{target:?} after {crash}"), faults(scene, crash));
    }
}

#[track_caller]
fn at_every_step(target: Target) {
    let scenes = Scene::all(target);
    try_all(
        &format!("{target:?}"),
        scenes.into_iter().flat_map(|scene| faults(scene, "")).collect(),
    );
}

/// Something goes wrong at a step of a run, which comes after one that had `earlier` failpoints.
struct Fault {
    scene: Scene,
    earlier: &'static str,
    step: usize,
    fault: &'static str,
}

/// Every fault at every step.
fn faults(scene: Scene, earlier: &'static str) -> Vec<Fault> {
    let mut rig = Rig::new(scene);
    if !earlier.is_empty() {
        rig.run(earlier).exits(ABORTED);
    }
    let (output, steps) = rig.recorded_run("");
    output.exits(0);
    let mut faults = Vec::new();
    for Step { number: step, kind, .. } in steps {
        let more = if kind == "write" { &AT_WRITES[..] } else { &[] };
        let every = ANYWHERE.iter().chain(more);
        faults.extend(every.map(|fault| Fault { scene, earlier, step, fault }));
    }
    faults
}

#[track_caller]
fn try_all(what: &str, faults: Vec<Fault>) {
    let count = faults.len();
    assert!(count > 0, "nothing was tried");
    let complaints = for_each(faults, |fault| {
        let complaint = fault.complaint()?;
        let Fault { scene, step, fault, .. } = fault;
        Some(format!("{scene:?}, {fault} at step {step}: {complaint}"))
    });
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    println!("{what}: {count} faults, {} complaints", complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

impl Fault {
    /// What is wrong then.
    fn complaint(&self) -> Option<String> {
        let Self { scene, earlier, step, fault } = self;
        let rig = Rig::new(*scene);
        if !earlier.is_empty() {
            rig.run(earlier);
        }
        let output = rig.run(&format!("{step}={fault}"));
        // With several threads at work the last steps may have other numbers.
        let expected = match *fault {
            "abort" | "tear" => output.status == ABORTED || output.status == 0,
            "EINTR" | "short" => output.status == 0,
            _ => output.status == 0 || STATUSES.contains(&output.status),
        };
        if !expected {
            return Some(format!("status {}: {}", output.status, output.stderr));
        }
        let lines = output.stderr.lines().count();
        if STATUSES.contains(&output.status) && !(1..=3).contains(&lines) {
            return Some(format!("{lines} lines on standard error: {}", output.stderr));
        }
        // What an earlier run has torn may still stand in the mbox.
        let status = if earlier.is_empty() { output.status } else { ABORTED };
        rig.complaint(status).or_else(|| rig.complaint_in_the_end())
    }
}
