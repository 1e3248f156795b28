//! Two at once: nobody gets in between. And with a lock taken out, somebody does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::rig::{Policy, Rig, Scene, Target};
use crate::support::home::finish;

/// popfetch, stopped in the middle of a message that it writes into an mbox.
struct Stopped {
    rig: Rig,
    child: Child,
    marker: PathBuf,
}

impl Stopped {
    /// Starts it, with what is `taken_out`, and waits until it has written half a message.
    fn in_a_write(taken_out: &str) -> Self {
        let rig = Rig::new(Scene { target: Target::Mbox, policy: Policy::Delete, batches: false });
        let marker = rig.path("stopped");
        let stop = format!("write:inbox#1=short;write:inbox#2=pause {}", marker.display());
        let child = rig.start(&format!("{stop};{taken_out}"));
        await_file(&marker);
        Self { rig, child, marker }
    }

    /// Lets it go on, to its end.
    fn goes_on(self) -> Rig {
        fs::remove_file(&self.marker).expect("it is stopped");
        finish(self.child).exits(0);
        self.rig
    }

    /// Lets it go on, and says whether the mbox then holds whole messages alone.
    fn ends_well(self) -> bool {
        holds_whole_messages(&self.goes_on())
    }
}

fn holds_whole_messages(rig: &Rig) -> bool {
    let whole = |message: &Vec<u8>| rig.all().contains(message) || message == FOREIGN;
    rig.mbox().try_messages().is_ok_and(|messages| messages.iter().all(whole))
}

/// What the other program appends.
const FOREIGN: &[u8] = b"From: y@example.org\n\nforeign\n";

fn await_file(path: &Path) {
    while !path.exists() {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Another program, which appends a message if it gets its lock at once.
fn another_program(rig: &Rig, lock: &str) {
    let script = "import fcntl, os, sys\n\
        mbox = open(sys.argv[1], 'ab')\n\
        try:\n\
        \x20   if sys.argv[2] == 'fcntl': fcntl.lockf(mbox, fcntl.LOCK_EX | fcntl.LOCK_NB)\n\
        \x20   else: os.open(sys.argv[1] + '.lock', os.O_CREAT | os.O_EXCL)\n\
        except OSError: sys.exit(0)\n\
        mbox.write(b'From y Thu Jan  1 00:00:00 1970\\nFrom: y@example.org\\n\\nforeign\\n\\n')\n\
        mbox.close()\n\
        if sys.argv[2] != 'fcntl': os.unlink(sys.argv[1] + '.lock')\n";
    let mut command = Command::new("python3");
    let command = command.args(["-c", script]).arg(rig.path("inbox")).arg(lock);
    let status = command.status().expect("python3, which scripts/setup installs");
    assert!(status.success());
}

const FCNTL: &str = "lock:inbox=skip";
const LOCK_FILE: &str = "rename:inbox.lock.popfetch=skip";

#[test]
fn other_programs_that_use_either_lock() {
    for (lock, taken_out, well) in [
        ("fcntl", "", true),
        ("fcntl", FCNTL, false),
        ("lock file", "", true),
        ("lock file", LOCK_FILE, false),
    ] {
        let stopped = Stopped::in_a_write(taken_out);
        another_program(&stopped.rig, lock);
        assert_eq!(stopped.ends_well(), well, "{lock} with '{taken_out}'");
    }
}

#[test]
fn another_account_into_the_same_mbox() {
    let scene = Scene { target: Target::Mbox, policy: Policy::Delete, batches: false };
    let without_both = format!("{FCNTL};{LOCK_FILE}");
    let stopped = Stopped::in_a_write(&without_both);
    let other = Rig::new(scene);
    finish(other.start_into(&stopped.rig, "")).exits(0);
    assert!(!stopped.ends_well(), "without any lock");

    let stopped = Stopped::in_a_write("");
    let inbox = stopped.rig.path("inbox");
    let other = Rig::new(scene);
    // It stops before each try to get the lock. At the second it has been kept out once.
    let trying = other.path("trying");
    let mut child =
        other.start_into(&stopped.rig, &format!("lock:inbox=pause {}", trying.display()));
    await_file(&trying);
    fs::remove_file(&trying).expect("it is stopped");
    await_file(&trying);
    let before = fs::read(&inbox).expect("an mbox");
    assert!(before.len() < 60_000, "only half a message");
    let rig = stopped.goes_on();
    while child.try_wait().expect("a child").is_none() {
        let _ = fs::remove_file(&trying);
        thread::sleep(Duration::from_millis(2));
    }
    finish(child).exits(0);
    assert_eq!(rig.mbox().try_messages().expect("an mbox").len(), 6);
    assert!(holds_whole_messages(&rig), "with all locks");
}

#[test]
fn two_runs_on_one_account() {
    for (taken_out, status, well) in [("", 75, true), ("lock:state/popfetch/*=skip", 0, false)] {
        let scene = Scene { target: Target::Maildir, policy: Policy::Keep, batches: false };
        let rig = Rig::new(scene);
        let marker = rig.path("stopped");
        let stop = format!("create:mail/tmp/*=pause {}", marker.display());
        let mut child = rig.start(&format!("{stop};{taken_out}"));
        await_file(&marker);
        rig.run("").exits(status);
        while child.try_wait().expect("a child").is_none() {
            let _ = fs::remove_file(&marker);
            thread::sleep(Duration::from_millis(2));
        }
        finish(child);
        let complaint = rig.complaint_in_the_end();
        assert_eq!(complaint.is_none(), well, "'{taken_out}': {complaint:?}");
    }
}
