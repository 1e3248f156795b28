//! How an existing lock file is to be taken.

use std::ffi::OsStr;
use std::time::{Duration, UNIX_EPOCH};

use super::process::{age_of, uptime};
use super::version::Version;
use super::{Directory, Error, Holder};
use crate::model::Surroundings;

/// How a lock file stands.
pub(super) enum Standing {
    /// There is none.
    Gone,
    /// Somebody holds it.
    Held(Holder),
    /// It is nobody's any more.
    Stale(Version),
}

/// After so long a lock file is nobody's any more, unless a living process is known to hold it.
const STALE: Duration = Duration::from_secs(5 * 60);
/// Times are in whole seconds.
const ROUNDED: Duration = Duration::from_secs(2);
/// As much of a lock file as is read.
const NOTE: usize = 300;

impl Standing {
    /// Looks at the lock file `name`.
    pub(super) fn of(
        directory: &Directory,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<Self, Error> {
        let mut note = [0; NOTE];
        let (stat, len) = match directory.open_file_for_reading(name) {
            // A directory cannot be read.
            Ok(mut file) => (file.stat()?, file.read(&mut note).unwrap_or(0)),
            // Not readable for us, or a link; or gone.
            Err(_) => match directory.stat_of(name)? {
                Some(stat) => (stat, 0),
                None => return Ok(Self::Gone),
            },
        };
        let written = Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
        let now = (us.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        let age = now.saturating_sub(written);
        let (process, host) = holder(&note[..len]);
        let stale = match (process, host) {
            (Some(process), Some(host)) if host == us.host.as_bytes() => is_gone(process, age),
            (Some(process), None) => age >= STALE && is_gone(process, age),
            _ => age >= STALE,
        };
        if stale {
            return Ok(Self::Stale(Version::of(&stat)));
        }
        let words = match (process, host) {
            (Some(process), Some(host)) => {
                format!("process {process} on {}", String::from_utf8_lossy(host))
            }
            (Some(process), None) => format!("process {process}"),
            (None, _) => String::new(),
        };
        Ok(Self::Held(Holder::from_note(words.as_bytes())))
    }
}

/// Whether the process that has written a lock file of this age lives no more: none has its
/// number, or one that began long after, or the machine itself did: a lock file may outlast a power
/// cut, and the number be a daemon's the next time.
///
/// A number that is our own proves nothing by itself: in containers that have one host name each
/// first process is the 1.
fn is_gone(process: u32, age: Duration) -> bool {
    let older = |than: Duration, by: Duration| age >= than.saturating_add(by);
    age_of(process).is_none_or(|other| older(other, STALE))
        || uptime().is_some_and(|uptime| older(uptime, ROUNDED))
}

/// The process in a lock file, and its host: `PID`, or `PID:HOST`.
fn holder(note: &[u8]) -> (Option<u32>, Option<&[u8]>) {
    let note = note.trim_ascii();
    let digits = note.iter().take_while(|b| b.is_ascii_digit()).count();
    let process = std::str::from_utf8(&note[..digits]).ok().and_then(|text| text.parse().ok());
    // procmail writes a 0, which is nobody.
    let process = process.filter(|&process| process != 0);
    (process, note[digits..].strip_prefix(b":"))
}
