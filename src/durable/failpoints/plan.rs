//! What happens at which step.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::super::change::Change;

/// A list of `WHERE=WHAT`, separated by `;`.
///
/// WHERE is a number of a step, or `KIND:END`: every step of a kind (see [`Change::kind`]) on a path
/// that ends so, `*` in place of a name standing for any; or `KIND:END#N`, the Nth of these. WHAT is
/// one of
///
/// | what | happens |
/// | --- | --- |
/// | `abort` | the process dies before the step |
/// | `abort-after` | it dies after it |
/// | `tear` | it dies in the middle of a write |
/// | `EIO`, `ENOSPC`, `EDQUOT`, `EINTR` | the step fails, and nothing is done |
/// | `late-EIO` | the step is made, and fails nevertheless |
/// | `short` | of a write, half is done |
/// | `skip` | nothing is done, and it passes for done |
/// | `pause PATH` | a file is made at PATH, and the step waits until somebody removes it |
#[derive(Debug)]
pub(super) struct Plan(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    place: Place,
    what: String,
}

#[derive(Debug)]
enum Place {
    Step(usize),
    Path {
        kind: String,
        end: PathBuf,
        /// Which of them; all where there is no number.
        nth: Option<usize>,
        /// So many there have been.
        met: usize,
    },
}

/// What happens instead of a step, or besides.
#[derive(Debug)]
pub(super) enum Action {
    Abort,
    AbortAfter,
    Tear,
    Fail(io::Error),
    FailAfter(io::Error),
    Short,
    Skip,
    Pause(PathBuf),
}

impl Plan {
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let rules = text.split(';').filter(|rule| !rule.is_empty());
        rules.map(rule).collect::<Option<_>>().map(Self).ok_or_else(|| wrong(text))
    }

    pub(super) fn action(&mut self, number: usize, change: Change<'_>) -> Option<Action> {
        // Each of them, so that each counts what it meets.
        let met = self
            .0
            .iter_mut()
            .filter_map(|rule| rule.place.meets(number, change).then_some(rule.what.as_str()));
        let met: Vec<&str> = met.collect();
        action(met.first()?)
    }
}

impl Place {
    fn meets(&mut self, number: usize, change: Change<'_>) -> bool {
        match self {
            Self::Step(step) => *step == number,
            Self::Path { kind, end, nth, met } => {
                if kind != change.kind() || !ends_with(change.path(), end) {
                    return false;
                }
                *met += 1;
                nth.is_none_or(|nth| nth == *met)
            }
        }
    }
}

fn ends_with(path: &Path, end: &Path) -> bool {
    let mut names = path.components().rev();
    end.components()
        .rev()
        .all(|wanted| names.next().is_some_and(|name| name == wanted || wanted.as_os_str() == "*"))
}

fn rule(rule: &str) -> Option<Rule> {
    let (place, what) = rule.split_once('=')?;
    action(what)?;
    let place = match place.split_once(':') {
        Some((kind, end)) => {
            let (end, nth) = match end.split_once('#') {
                Some((end, nth)) => (end, Some(nth.parse().ok()?)),
                None => (end, None),
            };
            Place::Path { kind: kind.to_owned(), end: end.into(), nth, met: 0 }
        }
        None => Place::Step(place.parse().ok()?),
    };
    Some(Rule { place, what: what.to_owned() })
}

fn action(what: &str) -> Option<Action> {
    Some(match what {
        "abort" => Action::Abort,
        "abort-after" => Action::AbortAfter,
        "tear" => Action::Tear,
        "EIO" => Action::Fail(Errno::IO.into()),
        "ENOSPC" => Action::Fail(Errno::NOSPC.into()),
        "EDQUOT" => Action::Fail(Errno::DQUOT.into()),
        "EINTR" => Action::Fail(Errno::INTR.into()),
        "late-EIO" => Action::FailAfter(Errno::IO.into()),
        "short" => Action::Short,
        "skip" => Action::Skip,
        _ => Action::Pause(what.strip_prefix("pause ")?.into()),
    })
}

fn wrong(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("POPFETCH_FAILPOINTS: '{text}'"))
}
