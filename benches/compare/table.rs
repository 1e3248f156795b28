//! The results, as tables in Markdown.

use std::fmt::Write as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::measure::Costs;
use crate::program::{Program, first_line};
use crate::series::Series;
use crate::support::peers::Peer;

/// Less processor time is too little to compare: it is counted in hundredths of a second.
const TELLING: Duration = Duration::from_millis(100);

/// A line that says what was held against what, and where.
pub(crate) fn heading(programs: &[Program]) -> String {
    let mut versions: Vec<String> =
        programs.iter().filter_map(|program| program.version()).collect();
    let dovecot = first_line(Command::new("dovecot").arg("--version"));
    versions.push(format!("Dovecot {dovecot}"));
    let processors = thread::available_parallelism().map_or(0, usize::from);
    format!("{}; {processors} processors; medians", versions.join("; "))
}

/// A row for each program in each case.
pub(crate) fn runs(all: &[Series]) -> String {
    let columns =
        ["runs", "time (s)", "from .. to", "beside popfetch", "CPU (s)", "peak RSS (MiB)"];
    let mut table = head(&["work", "program"], &columns);
    for series in all {
        let popfetch = series.median(Program::Popfetch);
        for (program, runs) in &series.programs {
            let costs = Costs::median(runs);
            let times = || runs.iter().map(|run| run.time);
            let (least, most) = (times().min(), times().max());
            let range = [least, most].map(|time| seconds(time.unwrap_or_default())).join(" .. ");
            let beside = ratio(Some(costs), popfetch, |costs| costs.time.as_secs_f64());
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {range} | {beside} | {:.2} | {:.1} |",
                series.case.work,
                program.name(),
                runs.len(),
                seconds(costs.time),
                costs.cpu.as_secs_f64(),
                costs.memory as f64 / 1024.0,
            );
        }
    }
    table
}

/// How popfetch does beside the fastest other program and beside the reader.
pub(crate) fn ratios(all: &[Series]) -> String {
    let columns =
        ["mpop's time / popfetch's", "popfetch's CPU / mpop's", "popfetch's time / the reader's"];
    let mut table = head(&["work"], &columns);
    for series in all {
        let popfetch = series.median(Program::Popfetch);
        let mpop = series.median(Program::Peer(Peer::Mpop));
        let reader = series.median(Program::Reader);
        let time = |costs: &Costs| costs.time.as_secs_f64();
        let cpu = |costs: &Costs| costs.cpu.as_secs_f64();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            series.case.work,
            ratio(mpop, popfetch, time),
            ratio(popfetch, mpop.filter(|mpop| mpop.cpu >= TELLING), cpu),
            ratio(popfetch, reader, time),
        );
    }
    table
}

/// The first two rows of a table: columns of words, then columns of numbers.
fn head(words: &[&str], numbers: &[&str]) -> String {
    let names = [words, numbers].concat().join(" | ");
    let rule = [vec!["---"; words.len()], vec!["---:"; numbers.len()]].concat().join(" | ");
    format!("| {names} |\n| {rule} |\n")
}

/// One beside the other, where there are both.
fn ratio(one: Option<Costs>, other: Option<Costs>, of: impl Fn(&Costs) -> f64) -> String {
    let ratio = one.zip(other).map(|(one, other)| of(&one) / of(&other));
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
