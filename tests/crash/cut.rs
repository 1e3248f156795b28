//! What a power cut may leave of what was written and not synced.
//!
//! The rules are those of a journaling file system, and no kinder than they must be:
//!
//! - A name that was made, removed or changed lasts once its directory is synced. Until then each
//!   change may be missing by itself, in whatever order they were made; the sync of a file says
//!   nothing about its name.
//! - A renaming is atomic: the file is in one of the two places. It lasts once either directory is
//!   synced.
//! - The content of a file lasts once the file is synced. Until then its changes may be missing
//!   from some point on, and the last one that is not may be torn, or stand there as zeros, all of
//!   it or a part.
//! - A commit of a database is atomic and durable when it returns, which is SQLite's promise. Where
//!   the process died in it, the record can be read and may still be lost, until somebody syncs
//!   the log.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::steps::Step;

/// What is not on the disk for certain.
#[derive(Debug, Default)]
pub(crate) struct Unsynced {
    /// Changes of names, in order.
    names: Vec<Step>,
    /// Changes of content, in order, by the file's path.
    contents: BTreeMap<PathBuf, Vec<Step>>,
}

/// How much of the content of one file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// All of it.
    Whole,
    /// So many changes; of the last of them, this.
    Changes(usize, Last),
}

/// How much of the last change to a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Whole,
    /// One octet, half, or all but one octet.
    Torn(Tear),
    /// The length, but zeros in place of its first or second half, or of all.
    Zeros(Zeros),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tear {
    First,
    Half,
    AllButOne,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zeros {
    First,
    Second,
    All,
}

const LAST: [Last; 7] = [
    Last::Whole,
    Last::Torn(Tear::First),
    Last::Torn(Tear::Half),
    Last::Torn(Tear::AllButOne),
    Last::Zeros(Zeros::First),
    Last::Zeros(Zeros::Second),
    Last::Zeros(Zeros::All),
];

/// One state in which the disk may be found.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    /// For each change of a name, whether it is lost.
    lost: Vec<bool>,
    /// For each file that is not synced, by the order of their paths.
    contents: Vec<Content>,
}

impl Unsynced {
    /// What is not certain after `steps`, of all runs since the disk was last at rest.
    pub(crate) fn after(steps: &[Step]) -> Self {
        let mut unsynced = Self::default();
        for step in steps {
            if !step.done || is_account_lock(&step.path) {
                continue;
            }
            match step.kind.as_str() {
                "create-directory" | "create" | "remove" => unsynced.names.push(step.clone()),
                "rename" => {
                    unsynced.names.push(step.clone());
                    // Its content goes with it.
                    if let Some(changes) = unsynced.contents.remove(&step.path) {
                        let to = step.to.clone().expect("a new name");
                        unsynced.contents.insert(to, changes);
                    }
                }
                "write" | "truncate" => {
                    let changes = unsynced.contents.entry(step.path.clone()).or_default();
                    changes.push(step.clone());
                }
                "sync-directory" => unsynced.names.retain(|name| !name.is_in(&step.path)),
                "sync" => drop(unsynced.contents.remove(&step.path)),
                "commit" if step.unsure => unsynced.names.push(step.clone()),
                _ => {}
            }
            if step.is("sync") {
                unsynced.names.retain(|name| !(name.is("commit") && log(&name.path) == step.path));
            }
        }
        unsynced
    }

    /// The states that the disk may be in. Not all, which would be too many: changes of names are
    /// lost in every combination (or where these are many, one or few of them, and some at random)
    /// while all content is there, and each file's content is missing in every way while all names
    /// are there, or none.
    pub(crate) fn cuts(&self, seed: u64) -> Vec<Cut> {
        let whole = vec![Content::Whole; self.contents.len()];
        let losses = self.losses(seed);
        let mut cuts: Vec<Cut> =
            losses.into_iter().map(|lost| Cut { lost, contents: whole.clone() }).collect();
        for lost in [vec![false; self.names.len()], vec![true; self.names.len()]] {
            for (at, changes) in self.contents.values().enumerate() {
                for content in contents(changes.len()) {
                    let mut contents = whole.clone();
                    contents[at] = content;
                    cuts.push(Cut { lost: lost.clone(), contents });
                }
            }
            if self.contents.len() > 1 {
                let contents = vec![Content::Changes(0, Last::Whole); self.contents.len()];
                cuts.push(Cut { lost: lost.clone(), contents });
            }
            if self.names.is_empty() {
                break;
            }
        }
        cuts
    }

    /// Which changes of names are lost.
    fn losses(&self, seed: u64) -> Vec<Vec<bool>> {
        let count = self.names.len();
        if count <= 6 {
            let all = 0..1_u32 << count;
            return all.map(|bits| (0..count).map(|at| bits >> at & 1 == 1).collect()).collect();
        }
        let mut losses = vec![vec![false; count], vec![true; count]];
        for one in 0..count {
            losses.push((0..count).map(|at| at == one).collect());
            losses.push((0..count).map(|at| at != one).collect());
            losses.push((0..count).map(|at| at > one).collect());
        }
        let mut random = seed | 1;
        for _ in 0..16 {
            let coin = |_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random & 1 == 1
            };
            losses.push((0..count).map(coin).collect());
        }
        losses
    }

    /// Brings the disk into the state `cut`.
    pub(crate) fn apply(&self, cut: &Cut) {
        for ((path, changes), content) in self.contents.iter().zip(&cut.contents) {
            // One that was removed since is no more.
            if path.exists() {
                content.apply(changes, path);
            }
        }
        for (name, _) in self.names.iter().zip(&cut.lost).rev().filter(|(_, lost)| **lost) {
            undo(name);
        }
    }
}

impl fmt::Display for Unsynced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.names.iter().chain(self.contents.values().flatten()) {
            write!(f, "\n  {step}")?;
        }
        Ok(())
    }
}

impl Step {
    /// Whether the sync of `directory` makes this change of a name last.
    fn is_in(&self, directory: &Path) -> bool {
        let to = self.to.as_deref().and_then(Path::parent);
        !self.is("commit") && (self.path.parent() == Some(directory) || to == Some(directory))
    }
}

fn undo(step: &Step) {
    let path = &step.path;
    match step.kind.as_str() {
        "create-directory" => drop(fs::remove_dir_all(path)),
        // Not if it has another name by now, which lasts.
        "create" => drop(fs::remove_file(path)),
        "rename" => drop(step.to.as_ref().map(|to| fs::rename(to, path))),
        "remove" => drop(fs::copy(&step.saved, path)),
        _ => {
            let _ = fs::copy(&step.saved, path);
            let saved = log(&step.saved);
            let _ = if saved.exists() {
                fs::copy(saved, log(path)).map(drop)
            } else {
                fs::remove_file(log(path))
            };
            let mut index = path.clone().into_os_string();
            index.push("-shm");
            let _ = fs::remove_file(index);
        }
    }
}

/// What may be there of so many changes to a file, but for all of them.
fn contents(changes: usize) -> Vec<Content> {
    let mut contents = vec![Content::Changes(0, Last::Whole)];
    for count in 1..=changes {
        let last = LAST.iter().filter(|last| count < changes || **last != Last::Whole);
        contents.extend(last.map(|last| Content::Changes(count, *last)));
    }
    contents
}

impl Content {
    fn apply(self, changes: &[Step], path: &Path) {
        let Self::Changes(count, last) = self else { return };
        let mut content = fs::read(path).expect("a file");
        for change in changes[count..].iter().rev() {
            let (start, _) = change.extent.expect("an extent");
            if change.is("write") {
                content.truncate(size(start));
            } else {
                content = fs::read(&change.saved).expect("what was cut off");
            }
        }
        if let Some(change) = count.checked_sub(1).map(|at| &changes[at])
            && change.is("write")
            && let Some((start, length)) = change.extent
        {
            last.apply(&mut content, size(start), size(length));
        }
        // In place: the file stays the one that it was.
        fs::write(path, content).expect("a file");
    }
}

impl Last {
    fn apply(self, content: &mut Vec<u8>, start: usize, length: usize) {
        let (half, end) = (start + length / 2, start + length);
        match self {
            Self::Whole => {}
            Self::Torn(Tear::First) => content.truncate(start + 1),
            Self::Torn(Tear::Half) => content.truncate(half),
            Self::Torn(Tear::AllButOne) => content.truncate(end - 1),
            Self::Zeros(Zeros::First) => content[start..half].fill(0),
            Self::Zeros(Zeros::Second) => content[half..end].fill(0),
            Self::Zeros(Zeros::All) => content[start..end].fill(0),
        }
    }
}

/// Whether a file is the lock of an account, in the state directory. It counts by being locked;
/// what stands in it is for people.
fn is_account_lock(path: &Path) -> bool {
    let in_state = path.parent().is_some_and(|parent| parent.ends_with("popfetch"));
    in_state && path.extension().is_some_and(|extension| extension == "lock")
}

/// SQLite's write-ahead log of a database.
fn log(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

fn size(octets: u64) -> usize {
    usize::try_from(octets).expect("a small file")
}
