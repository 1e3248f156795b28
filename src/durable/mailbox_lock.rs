//! All the locks that mail programs respect, on one file.

use std::ffi::OsStr;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;

use super::change::{Change, make};
use super::dotlock::{Attempt, Dotlock};
use super::{Claim, Directory, Error, Holder, Patience, SharedFile};
use crate::model::Surroundings;

/// A file that is locked against other threads (a claim), against other programs that use fcntl,
/// and against those that use a lock file. Held until dropped.
#[derive(Debug)]
pub struct MailboxLock {
    // In this order: the file is closed, which lets go of the fcntl lock, while others still
    // respect the claim.
    _dotlock: Option<Dotlock>,
    file: SharedFile,
    _claim: Claim,
}

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(80);

impl MailboxLock {
    /// Opens and locks `name` in `directory`, or says who has it when patience is over.
    ///
    /// Some programs take the fcntl lock first and some the lock file. Nobody can come to wait for
    /// us while we wait for them, since each try takes both at once or lets go of both.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be opened or locked.
    pub fn take(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
        patience: &Patience,
    ) -> Result<Result<Self, Holder>, Error> {
        let Some(mut claim) = Claim::take(directory, name, patience)? else {
            return Ok(Err(Holder::from_note(b"another account of this popfetch")));
        };
        let mut pause = PAUSE;
        loop {
            let holder = match Self::try_take(directory, name, us, claim)? {
                Ok(lock) => return Ok(Ok(lock)),
                Err((back, holder)) => {
                    claim = back;
                    holder
                }
            };
            if patience.is_over(claim.waiting_since()) {
                claim.give_up();
                return Ok(Err(holder));
            }
            thread::sleep(pause);
            // Not in step with others that do the same.
            let jitter = u64::from(us.process % 7);
            pause = (pause * 2 + Duration::from_millis(jitter)).min(LONGEST_PAUSE);
        }
    }

    /// Removes a lock file that a dead process has left. Others may wait for it very long: procmail
    /// does for 17 minutes.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be opened or locked.
    pub fn clear_stale(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
        claim: Claim,
    ) -> Result<(), Error> {
        if Dotlock::is_stale(directory, name, us)? {
            // Taking the lock removes it, unless somebody else is taking it just now.
            drop(Self::try_take(directory, name, us, claim)?);
        }
        Ok(())
    }

    fn try_take(
        directory: &Arc<Directory>,
        name: &OsStr,
        us: &Surroundings,
        claim: Claim,
    ) -> Result<Result<Self, (Claim, Holder)>, Error> {
        let file = directory.open_shared(name)?;
        let path = directory.path().join(name);
        let exclusive = FlockOperation::NonBlockingLockExclusive;
        match make(Change::Lock(&path), || Ok(fcntl_lock(&file.file, exclusive)?)) {
            Ok(()) => {}
            Err(error) if is_held(&error) => {
                drop(file);
                // fcntl does not say who; a lock file beside it may.
                let holder = Dotlock::holder(directory, name, us)?;
                return Ok(Err((claim, holder)));
            }
            Err(error) => return Err(Error::new("lock", &path, error)),
        }
        let dotlock = match Dotlock::try_take(directory, name, us)? {
            Attempt::Taken(dotlock) => Some(dotlock),
            Attempt::Held(holder) => {
                drop(file);
                return Ok(Err((claim, holder)));
            }
            // fcntl alone: in a directory where nobody but privileged programs can make a lock
            // file, the others that may write to this very file are in the same position, and
            // Debian's policy has all of them use fcntl.
            Attempt::Impossible => None,
        };
        // A program that rewrites a mailbox may have moved another file into its place while we
        // had opened the old one and not yet locked it.
        if directory.inode_of(name)? != Some(file.inode()?) {
            drop((dotlock, file));
            return Ok(Err((claim, Holder::from_note(b""))));
        }
        Ok(Ok(Self { _dotlock: dotlock, file, _claim: claim }))
    }

    /// The locked file.
    #[must_use]
    pub fn file(&self) -> &SharedFile {
        &self.file
    }

    /// The locked file, to change it.
    #[must_use]
    pub fn file_mut(&mut self) -> &mut SharedFile {
        &mut self.file
    }
}

/// Whether somebody else has the fcntl lock (POSIX allows either answer).
fn is_held(error: &io::Error) -> bool {
    [Errno::AGAIN, Errno::ACCESS]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Interrupt;
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Instant, SystemTime};

    const SHORT: Duration = Duration::from_millis(150);

    fn us() -> Surroundings {
        let process = std::process::id();
        Surroundings { now: SystemTime::now, process, ..Surroundings::of_a_test() }
    }

    fn take(home: &Path, limit: Duration) -> Result<MailboxLock, Holder> {
        let directory = Arc::new(Directory::open(home).unwrap());
        let patience = Patience { limit, interrupt: Interrupt::default() };
        MailboxLock::take(&directory, "m".as_ref(), &us(), &patience).unwrap()
    }

    #[test]
    fn a_second_thread_waits_for_the_first() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m"), "").unwrap();
        let first = take(home.path(), SHORT).unwrap();
        let freed = AtomicBool::new(false);
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let holder = take(home.path(), SHORT).unwrap_err();
                assert_eq!(holder.to_string(), "another account of this popfetch");
                let _lock = take(home.path(), Duration::from_secs(20)).unwrap();
                assert!(freed.load(Ordering::SeqCst));
            });
            thread::sleep(SHORT * 3);
            freed.store(true, Ordering::SeqCst);
            drop(first);
            second.join().unwrap();
        });
    }

    #[test]
    fn many_threads_never_hold_it_together() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m"), "").unwrap();
        let inside = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let lock = take(home.path(), Duration::from_secs(60)).unwrap();
                        assert!(!inside.swap(true, Ordering::SeqCst));
                        thread::yield_now();
                        assert!(inside.swap(false, Ordering::SeqCst));
                        drop(lock);
                    }
                });
            }
        });
    }

    /// Another process that takes the fcntl lock and holds it until its input ends.
    fn other_process(path: &Path) -> Option<std::process::Child> {
        let script = "import fcntl,sys; f=open(sys.argv[1],'r+'); fcntl.lockf(f,fcntl.LOCK_EX); \
            print('held', flush=True); sys.stdin.read()";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let mut answer = [0; 5];
        io::Read::read_exact(child.stdout.as_mut()?, &mut answer).ok()?;
        Some(child)
    }

    #[test]
    fn another_process_with_fcntl_alone_is_respected() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m"), "").unwrap();
        let Some(mut other) = other_process(&home.path().join("m")) else { return };
        let holder = take(home.path(), SHORT).unwrap_err();
        assert_eq!(holder.to_string(), "another process");
        assert!(!home.path().join("m.lock").exists(), "a failed try leaves nothing");
        drop(other.stdin.take());
        other.wait().unwrap();
        // Nobody but us tries now, and the other process cannot while we hold it.
        let _lock = take(home.path(), SHORT).unwrap();
        let mut other = Command::new("python3");
        let script = "import fcntl,sys; f=open(sys.argv[1],'r+'); \
            fcntl.lockf(f,fcntl.LOCK_EX|fcntl.LOCK_NB)";
        other.args(["-c", script]).arg(home.path().join("m")).stderr(Stdio::null());
        assert!(!other.status().unwrap().success());
    }

    #[test]
    fn a_lock_file_alone_is_respected_and_named() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m"), "").unwrap();
        let alive = std::os::unix::process::parent_id();
        fs::write(home.path().join("m.lock"), format!("{alive}\n")).unwrap();
        let holder = take(home.path(), SHORT).unwrap_err();
        assert_eq!(holder.to_string(), format!("process {alive}"));
        fs::remove_file(home.path().join("m.lock")).unwrap();
        let lock = take(home.path(), SHORT).unwrap();
        assert!(home.path().join("m.lock").exists());
        drop(lock);
        assert!(!home.path().join("m.lock").exists());
    }

    #[test]
    fn many_threads_wait_for_another_program_together() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("m"), "").unwrap();
        let alive = std::os::unix::process::parent_id();
        fs::write(home.path().join("m.lock"), format!("{alive}\n")).unwrap();
        let (limit, since) = (Duration::from_secs(2), Instant::now());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| take(home.path(), limit).unwrap_err());
            }
        });
        assert!(since.elapsed() < 3 * limit, "one after another: {:?}", since.elapsed());
    }

    #[test]
    fn a_person_who_wants_to_stop_does_not_wait_long() {
        let interrupt = Interrupt::default();
        let patience = Patience { limit: Duration::from_secs(30), interrupt: interrupt.clone() };
        let Some(since) = Instant::now().checked_sub(Duration::from_secs(5)) else { return };
        assert!(!patience.is_over(since));
        interrupt.raise(2);
        assert!(patience.is_over(since));
    }
}
