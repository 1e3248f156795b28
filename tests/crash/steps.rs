//! The record of the steps of a run.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A step that reached the disk, or was to.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) done: bool,
    pub(crate) kind: String,
    pub(crate) path: PathBuf,
    /// Of a renaming: the new path.
    pub(crate) to: Option<PathBuf>,
    /// Of a write: where it began, and its length. Of a truncation: the length before and after.
    pub(crate) extent: Option<(u64, u64)>,
    /// Of a commit: its process died in it, so that it may not be durable.
    pub(crate) unsure: bool,
    /// What was destroyed, if that was kept.
    pub(crate) saved: PathBuf,
}

impl Step {
    /// Whether it changed what a power cut may leave.
    pub(crate) fn matters(&self) -> bool {
        self.done && !matches!(self.kind.as_str(), "lock" | "protect")
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.done && self.kind == kind
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.kind, self.path.display())?;
        if let Some((start, length)) = self.extent {
            write!(f, " {start} {length}")?;
        }
        self.to.iter().try_for_each(|to| write!(f, " to {}", to.display()))
    }
}

/// Reads the record in `directory`; empty where the run came to no step.
pub(crate) fn read_steps(directory: &Path) -> Vec<Step> {
    let text = fs::read_to_string(directory.join("steps")).unwrap_or_default();
    text.lines().map(|line| step(line, directory)).collect()
}

fn step(line: &str, directory: &Path) -> Step {
    let fields: Vec<&str> = line.split('\t').collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let kind = fields[2].to_owned();
    Step {
        number: fields[0].parse().expect("a number"),
        done: fields[1] == "done",
        path: fields[3].into(),
        to: (kind == "rename").then(|| fields[4].into()),
        extent: number(4).zip(number(5)),
        unsure: false,
        saved: directory.join(format!("{}.saved", fields[0])),
        kind,
    }
}
