//! What one run costs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::Output;
use crate::support::home::{behind, finish};

/// The costs of one run, or what several of them come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    pub(crate) time: Duration,
    /// Of all processors, by the program and what it has started.
    pub(crate) cpu: Duration,
    /// The most memory at any time, in KiB.
    pub(crate) memory: u64,
}

/// Runs a command to its end; the file is where the costs are noted.
///
/// GNU time starts it and counts: it is small, and to the memory of a process the kernel also counts
/// what had the one that started it, which would here be this program with all its mail. It counts
/// processor time in hundredths of a second and cuts off what is less.
pub(crate) fn measure(command: &Command, file: &Path) -> (Costs, Output) {
    let path = file.display().to_string();
    let mut timed = behind(&["time", "--quiet", "--format=%U %S %M", "--output", &path], command);
    let start = Instant::now();
    let output = finish(timed.spawn().expect("GNU time; scripts/setup peers installs it"));
    let time = start.elapsed();
    let noted = fs::read_to_string(file).expect("what GNU time has noted");
    let costs = parse(noted.trim()).map(|(cpu, memory)| Costs { time, cpu, memory });
    (costs.unwrap_or_else(|| panic!("GNU time has noted: {noted}\n{output:?}")), output)
}

fn parse(noted: &str) -> Option<(Duration, u64)> {
    let mut parts = noted.split(' ');
    let user: f64 = parts.next()?.parse().ok()?;
    let system: f64 = parts.next()?.parse().ok()?;
    Some((Duration::from_secs_f64(user + system), parts.next()?.parse().ok()?))
}

impl Costs {
    /// The median of each of the costs.
    pub(crate) fn median(runs: &[Self]) -> Self {
        Self {
            time: median(runs.iter().map(|run| run.time)),
            cpu: median(runs.iter().map(|run| run.cpu)),
            memory: median(runs.iter().map(|run| run.memory)),
        }
    }
}

/// The one in the middle; of an even number the greater of the two.
fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort();
    values[values.len() / 2]
}
