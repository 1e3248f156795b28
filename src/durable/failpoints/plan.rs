//! What happens at which step.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::super::change::Change;

/// A list of `WHERE=WHAT`, separated by `;`.
///
/// WHERE is a number of a step, or `KIND:PART`: every step of a kind (see [`Change::kind`]) on a
/// path that contains the part. WHAT is one of
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
pub(super) struct Plan(Vec<(Place, String)>);

#[derive(Debug)]
enum Place {
    Step(usize),
    Path { kind: String, part: String },
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

    pub(super) fn action(&self, number: usize, change: Change<'_>) -> Option<Action> {
        let meets = |place: &Place| match place {
            Place::Step(step) => *step == number,
            Place::Path { kind, part } => {
                kind == change.kind() && change.path().to_string_lossy().contains(part)
            }
        };
        let (_, what) = self.0.iter().find(|(place, _)| meets(place))?;
        action(what)
    }
}

fn rule(rule: &str) -> Option<(Place, String)> {
    let (place, what) = rule.split_once('=')?;
    action(what)?;
    let place = match place.split_once(':') {
        Some((kind, part)) => Place::Path { kind: kind.to_owned(), part: part.to_owned() },
        None => Place::Step(place.parse().ok()?),
    };
    Some((place, what.to_owned()))
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
