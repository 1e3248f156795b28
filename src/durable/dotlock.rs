//! A lock file beside a file, as mail programs have them.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

use rustix::io::Errno;

use super::standing::Standing;
use super::version::Version;
use super::{Directory, Error, Holder};
use crate::model::Surroundings;

/// A lock file, removed when dropped.
#[derive(Debug)]
pub(super) struct Dotlock {
    directory: Arc<Directory>,
    name: OsString,
    version: Version,
}

/// What came of a try.
#[derive(Debug)]
pub(super) enum Attempt {
    Taken(Dotlock),
    Held(Holder),
    /// We may not create files here, or not remove this one, which is nobody's.
    Impossible,
}

impl Dotlock {
    /// Tries once to create the lock file of `name`. Another lock must keep everybody else of our
    /// kind from trying at the same time: two that remove the same stale file could both succeed.
    pub(super) fn try_take(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
    ) -> Result<Attempt, Error> {
        let lock = lock_name(name);
        match Standing::of(directory, &lock, us)? {
            Standing::Gone => {}
            Standing::Held(holder) => return Ok(Attempt::Held(holder)),
            Standing::Stale(version) => {
                if directory.version_of(&lock)? == Some(version) {
                    match directory.remove(&lock) {
                        Err(error) if is_forbidden(&error.source) => {
                            return Ok(Attempt::Impossible);
                        }
                        Err(error) if !error.is_not_found() => return Err(error),
                        _ => {}
                    }
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
        let version = Version::of(&file.stat()?);
        let lock = Self { directory: Arc::clone(directory), name: name.to_owned(), version };
        Ok(Attempt::Taken(lock))
    }
}

impl Drop for Dotlock {
    fn drop(&mut self) {
        // Not one that somebody else has put there after taking ours for stale.
        if matches!(self.directory.version_of(&self.name), Ok(Some(it)) if it == self.version) {
            // Left behind it would keep out ourselves: once more for a disk that stumbles.
            let remove = || self.directory.remove(&self.name);
            let _ = remove().or_else(|_| remove());
        }
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    // The last is what the removal of a directory comes to.
    [Errno::ACCESS, Errno::PERM, Errno::ROFS, Errno::ISDIR]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

fn lock_name(name: &OsStr) -> OsString {
    let mut lock = name.to_owned();
    lock.push(".lock");
    lock
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::super::process::uptime;

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
        /// No process runs for so many minutes.
        const YEARS: u64 = 10 * 365 * 24 * 60;
        // No process has this number: the kernel's highest is below 2^22.
        let dead = 5_000_000;
        let alive = std::os::unix::process::parent_id();
        let us = std::process::id();
        for (note, minutes, holder) in [
            (format!("{alive}:box\n"), 0, Some(format!("process {alive} on box"))),
            (format!("{dead}:box\n"), 0, None),
            (format!("{alive}\n"), 0, Some(format!("process {alive}"))),
            (format!("{dead}"), 4, Some(format!("process {dead}"))),
            (format!("{dead}"), 6, None),
            // Its number is another's by now.
            (format!("{alive}:box"), YEARS, None),
            // The first process is as old as the machine, and has not written this.
            ("1:box".to_owned(), uptime().unwrap().as_secs() / 60 + 2, None),
            (format!("{alive}"), YEARS, None),
            (format!("{alive}:elsewhere"), 4, Some(format!("process {alive} on elsewhere"))),
            (format!("{alive}:elsewhere"), 6, None),
            ("0".to_owned(), 4, Some("another process".to_owned())),
            ("0".to_owned(), 6, None),
            (String::new(), 6, None),
            // Ours, which we have not written: another container's, or of an earlier life.
            (format!("{us}:box"), 0, Some(format!("process {us} on box"))),
            (format!("{us}:box"), YEARS, None),
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
        let lock = home.path().join("m.lock");
        let changed = || fs::metadata(&lock).map(|m| (m.ino(), m.ctime(), m.ctime_nsec())).unwrap();
        let before = changed();
        // The same inode, as a file may have that is made where one was removed; later by the
        // clock, which does not tick often.
        while changed() == before {
            fs::write(&lock, "another's").unwrap();
        }
        assert_eq!(changed().0, before.0);
        drop(taken);
        assert!(lock.exists());
    }
}
