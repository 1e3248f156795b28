//! A lock file beside a file, as mail programs have them.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::{Directory, Error, Holder};
use crate::model::Surroundings;

/// A lock file, removed when dropped.
#[derive(Debug)]
pub(super) struct Dotlock {
    directory: Arc<Directory>,
    name: OsString,
    inode: u64,
}

/// What came of a try.
#[derive(Debug)]
pub(super) enum Attempt {
    Taken(Dotlock),
    Held(Holder),
    /// Nobody may create files here.
    Impossible,
}

/// After so long a lock file is nobody's any more, unless a living process is known to hold it.
const STALE: Duration = Duration::from_secs(5 * 60);
/// As much of a lock file as is read.
const NOTE: usize = 300;

impl Dotlock {
    /// Tries once to create the lock file of `name`. Another lock must keep everybody else of our
    /// kind from trying at the same time: two that remove the same stale file could both succeed.
    pub(super) fn try_take(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<Attempt, Error> {
        let lock = lock_name(name);
        match Self::create(directory, &lock, us) {
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
        match Standing::of(directory, &lock, us)? {
            Standing::Gone => {}
            Standing::Held(holder) => return Ok(Attempt::Held(holder)),
            Standing::Stale(inode) => {
                if directory.inode_of(&lock)? == Some(inode) {
                    let removed = directory.remove(&lock);
                    removed
                        .or_else(|error| if error.is_not_found() { Ok(()) } else { Err(error) })?;
                }
            }
        }
        match Self::create(directory, &lock, us) {
            // Somebody was faster.
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
                Ok(Attempt::Held(Holder::from_note(b"")))
            }
            other => other,
        }
    }

    /// Who holds the lock file of `name`, as far as it says.
    pub(super) fn holder(
        directory: &Directory,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<Holder, Error> {
        Ok(match Standing::of(directory, &lock_name(name), us)? {
            Standing::Held(holder) => holder,
            Standing::Gone | Standing::Stale(_) => Holder::from_note(b""),
        })
    }

    /// Whether there is a lock file of `name` that a dead process has left.
    pub(super) fn is_stale(
        directory: &Directory,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<bool, Error> {
        Ok(matches!(Standing::of(directory, &lock_name(name), us)?, Standing::Stale(_)))
    }

    fn create(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<Attempt, Error> {
        // As Dovecot writes it, which so knows a dead holder at once; liblockfile reads the number.
        let note = format!("{}:{}\n", us.process, us.host);
        let file = match directory.create_lock_file(name, note.as_bytes()) {
            Ok(file) => file,
            // A spool directory like /var/mail, which belongs to a group of mail programs.
            Err(error) if is_forbidden(&error.source) => return Ok(Attempt::Impossible),
            Err(error) => return Err(error),
        };
        let lock =
            Self { directory: Arc::clone(directory), name: name.to_owned(), inode: file.inode()? };
        Ok(Attempt::Taken(lock))
    }
}

impl Drop for Dotlock {
    fn drop(&mut self) {
        // Not one that somebody else has put there after taking ours for stale.
        if matches!(self.directory.inode_of(&self.name), Ok(Some(inode)) if inode == self.inode) {
            let _ = self.directory.remove(&self.name);
        }
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    [Errno::ACCESS, Errno::PERM, Errno::ROFS]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn lock_name(name: &OsStr) -> OsString {
    let mut lock = name.to_owned();
    lock.push(".lock");
    lock
}

/// How an existing lock file is to be taken.
enum Standing {
    Gone,
    Held(Holder),
    /// Its inode.
    Stale(u64),
}

impl Standing {
    fn of(directory: &Directory, name: &OsStr, us: &Surroundings) -> Result<Self, Error> {
        let mut note = [0; NOTE];
        let note = match directory.open_file_for_reading(name) {
            Ok(mut file) => {
                let len = file.read(&mut note)?;
                &note[..len]
            }
            // Gone, not readable for us, or a link.
            Err(_) => &[],
        };
        let Some((inode, changed)) = directory.inode_and_change(name)? else {
            return Ok(Self::Gone);
        };
        let now = (us.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        let is_old = now.saturating_sub(changed) >= STALE;
        let (process, host) = holder(note);
        let stale = match (process, host) {
            // Ours is an earlier process with the same number: the claim keeps our threads apart.
            (Some(process), Some(host)) if host == us.host.as_bytes() => {
                process == us.process || !is_alive(process)
            }
            (Some(process), None) => is_old && !is_alive(process),
            _ => is_old,
        };
        let words = match (process, host) {
            (Some(process), Some(host)) => {
                format!("process {process} on {}", String::from_utf8_lossy(host))
            }
            (Some(process), None) => format!("process {process}"),
            (None, _) => String::new(),
        };
        let held = || Self::Held(Holder::from_note(words.as_bytes()));
        Ok(if stale { Self::Stale(inode) } else { held() })
    }
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

fn is_alive(process: u32) -> bool {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // One that may not be signalled lives.
    process.is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;
    use std::time::SystemTime;

    fn us() -> Surroundings {
        let process = std::process::id();
        Surroundings { now: SystemTime::now, process, ..Surroundings::of_a_test() }
    }

    fn attempt(home: &Path) -> Attempt {
        let directory = Arc::new(Directory::open(home).unwrap());
        Dotlock::try_take(&directory, "m".as_ref(), &us()).unwrap()
    }

    /// A lock file that somebody left `minutes` ago.
    fn left(home: &Path, note: &str, minutes: u64) {
        fs::write(home.join("m.lock"), note).unwrap();
        let then = SystemTime::now() - Duration::from_secs(60 * minutes);
        fs::File::options()
            .append(true)
            .open(home.join("m.lock"))
            .unwrap()
            .set_modified(then)
            .unwrap();
    }

    #[test]
    fn it_says_who_holds_it_and_goes_with_its_holder() {
        let home = tempfile::tempdir().unwrap();
        let Attempt::Taken(lock) = attempt(home.path()) else { panic!("free") };
        let text = fs::read_to_string(home.path().join("m.lock")).unwrap();
        assert_eq!(text, format!("{}:box\n", std::process::id()));
        drop(lock);
        assert!(!home.path().join("m.lock").exists());
    }

    #[test]
    fn who_is_dead_or_gone_for_five_minutes_holds_nothing() {
        // No process has this number: the kernel's highest is below 2^22.
        let dead = 5_000_000;
        let alive = std::os::unix::process::parent_id();
        for (note, minutes, holder) in [
            (format!("{alive}:box\n"), 60, Some(format!("process {alive} on box"))),
            (format!("{dead}:box\n"), 0, None),
            (format!("{alive}\n"), 60, Some(format!("process {alive}"))),
            (format!("{dead}"), 4, Some(format!("process {dead}"))),
            (format!("{dead}"), 6, None),
            (format!("{alive}:elsewhere"), 4, Some(format!("process {alive} on elsewhere"))),
            (format!("{alive}:elsewhere"), 6, None),
            ("0".to_owned(), 4, Some("another process".to_owned())),
            ("0".to_owned(), 6, None),
            (String::new(), 6, None),
            (format!("{}:box", std::process::id()), 0, None),
        ] {
            let home = tempfile::tempdir().unwrap();
            left(home.path(), &note, minutes);
            let found = match attempt(home.path()) {
                Attempt::Taken(_) => None,
                Attempt::Held(holder) => Some(holder.to_string()),
                Attempt::Impossible => panic!("a writable directory"),
            };
            assert_eq!(found, holder, "{note:?} after {minutes} minutes");
        }
    }

    #[test]
    fn what_a_kill_left_of_a_lock_file_does_not_matter() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m.lock.popfetch"), "12").unwrap();
        let Attempt::Taken(lock) = attempt(home.path()) else { panic!("free") };
        let text = fs::read_to_string(home.path().join("m.lock")).unwrap();
        assert_eq!(text, format!("{}:box\n", std::process::id()));
        drop(lock);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_that_somebody_else_put_in_its_place_stays() {
        let home = tempfile::tempdir().unwrap();
        let taken = attempt(home.path());
        // Kept, so that the new file cannot get the same inode.
        fs::rename(home.path().join("m.lock"), home.path().join("aside")).unwrap();
        fs::write(home.path().join("m.lock"), "another's").unwrap();
        drop(taken);
        assert!(home.path().join("m.lock").exists());
    }
}
