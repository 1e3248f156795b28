//! A second crash, while the first is recovered from.
//!
//! There are some 12,000 pairs of steps. `POPFETCH_CRASH=all` tries each; otherwise it is one second
//! step in eight behind each first one.

use crate::rig::{ABORTED, Policy, Rig, Scene, Target};
use crate::workers::{for_each, one_in};

#[test]
fn two_aborts() {
    let scenes = [Target::Maildir, Target::Mbox, Target::Both].map(|target| Scene {
        target,
        policy: Policy::Delete,
        batches: false,
    });
    let mut firsts = Vec::new();
    for scene in scenes {
        let (_, steps) = Rig::new(scene).recorded_run("");
        firsts.extend((1..=steps.len()).map(|first| (scene, first)));
    }
    let tried = for_each(firsts, |(scene, first)| second_aborts(scene, first));
    let count: usize = tried.iter().map(|(count, _)| count).sum();
    let complaints: Vec<&String> = tried.iter().flat_map(|(_, complaints)| complaints).collect();
    assert!(count > 0, "nothing was tried");
    println!("{count} pairs of aborts, {} complaints", complaints.len());
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Aborts the run after the one that was aborted at step `number`, at each of its steps. Gives how
/// many that were, and what was wrong then.
fn second_aborts(scene: Scene, number: usize) -> (usize, Vec<String>) {
    let first = format!("{number}=abort");
    let mut complaints = Vec::new();
    let stride = one_in(8);
    let mut count = 0;
    for second in (1 + number % stride..).step_by(stride) {
        let rig = Rig::new(scene);
        rig.run(&first);
        let output = rig.run(&format!("{second}=abort"));
        if let Some(complaint) = rig.complaint(output.status).or_else(|| rig.complaint_in_the_end())
        {
            complaints.push(format!("{scene:?}, {first}, then {second}=abort: {complaint}"));
        }
        match output.status {
            ABORTED => count += 1,
            0 => break,
            other => {
                complaints.push(format!("{scene:?}, {first}: {other} {}", output.stderr));
                break;
            }
        }
    }
    (count, complaints)
}
