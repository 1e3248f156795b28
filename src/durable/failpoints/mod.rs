//! What tests put in the way of a change on the disk. Only in builds with the feature
//! `failpoints`, which no release has.
//!
//! Steps are counted from 1. `POPFETCH_FAILPOINTS` says what happens at which (see [`Plan`]), and
//! into the directory `POPFETCH_STEPS` goes a record of those that were made (see [`Record`]), from
//! which a test can work out what a power cut may have left.

mod plan;
mod record;

use std::fs;
use std::io;
use std::path::Path;
use std::process::abort;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::change::Change;
use plan::{Action, Plan};
use record::Record;

/// The steps of this process so far.
#[derive(Debug)]
struct Steps {
    plan: Plan,
    record: Option<Record>,
    count: usize,
}

static STEPS: Mutex<Option<Steps>> = Mutex::new(None);

/// Makes a change by `call`, which is told how many octets to write at most, or does what the plan
/// has in mind for this step. One step at a time, so that the record is in order.
pub(super) fn step(
    change: Change<'_>,
    call: &mut dyn FnMut(usize) -> io::Result<()>,
) -> io::Result<()> {
    let mut steps = STEPS.lock().unwrap_or_else(PoisonError::into_inner);
    let Steps { plan, record, count } = match &mut *steps {
        Some(steps) => steps,
        none => none.insert(Steps::begin()?),
    };
    *count += 1;
    let number = *count;
    let action = plan.action(number, change);
    if let Some(Action::Pause(path)) = action {
        // Others go on meanwhile.
        drop(steps);
        pause(&path)?;
        return call(usize::MAX);
    }
    let mut make = |most| match record {
        Some(record) => record.make(number, change, || call(most)),
        None => call(most),
    };
    match action {
        None | Some(Action::Pause(_)) => make(usize::MAX),
        Some(Action::Abort) => abort(),
        Some(Action::Fail(error)) => Err(error),
        Some(Action::Skip) => Ok(()),
        Some(Action::AbortAfter) => {
            make(usize::MAX)?;
            abort()
        }
        Some(Action::FailAfter(error)) => {
            make(usize::MAX)?;
            Err(error)
        }
        Some(Action::Short) => make(half(change)),
        Some(Action::Tear) => {
            make(half(change))?;
            abort()
        }
    }
}

impl Steps {
    fn begin() -> io::Result<Self> {
        let plan = Plan::parse(&std::env::var("POPFETCH_FAILPOINTS").unwrap_or_default())?;
        let directory = std::env::var_os("POPFETCH_STEPS");
        let record = directory.map(|path| Record::open(Path::new(&path))).transpose()?;
        Ok(Self { plan, record, count: 0 })
    }
}

/// So much of a write that some of it is missing, and not nothing is written.
fn half(change: Change<'_>) -> usize {
    match change {
        Change::Write(_, bytes) => bytes.len().div_ceil(2),
        _ => usize::MAX,
    }
}

/// Says by a file that the step is reached, and waits until somebody removes it.
fn pause(path: &Path) -> io::Result<()> {
    fs::write(path, "")?;
    while path.exists() {
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
