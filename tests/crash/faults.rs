//! One thing goes wrong, at each step in turn.

use crate::rig::{Rig, Scene, Target};
use crate::steps::Step;
use crate::workers::for_each;

/// What can happen at every step, ...
const ANYWHERE: [&str; 6] = ["abort", "EIO", "ENOSPC", "EDQUOT", "EINTR", "late-EIO"];
/// ... and what at a write besides.
const AT_WRITES: [&str; 2] = ["short", "tear"];

/// What may be said of a fault that the run did not survive: that the state, a destination or a
/// disk failed.
const STATUSES: [i32; 3] = [73, 74, 75];
/// The process died: 128 and SIGABRT.
pub(crate) const ABORTED: i32 = 134;

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

#[track_caller]
fn at_every_step(target: Target) {
    let mut cases = Vec::new();
    for scene in Scene::all(target) {
        let (output, steps) = Rig::new(scene).recorded_run("");
        output.succeeds();
        for Step { number, kind, .. } in steps {
            let more = if kind == "write" { &AT_WRITES[..] } else { &[] };
            cases.extend(ANYWHERE.iter().chain(more).map(|fault| (scene, number, *fault)));
        }
    }
    let count = cases.len();
    assert!(count > 0, "nothing was tried");
    let complaints = for_each(cases, |(scene, number, fault)| {
        let complaint = fail(scene, number, fault)?;
        Some(format!("{scene:?}, {fault} at step {number}: {complaint}"))
    });
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    println!("{target:?}: {count} faults, {} complaints", complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What is wrong after this fault at this step.
fn fail(scene: Scene, number: usize, fault: &str) -> Option<String> {
    let rig = Rig::new(scene);
    let output = rig.run(&format!("{number}={fault}"));
    // With several threads at work the last steps may have other numbers.
    let expected = match fault {
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
    rig.complaint().or_else(|| rig.complaint_in_the_end())
}
