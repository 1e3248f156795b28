//! An mbox that another program has locked, in each of the ways there are.

use super::To::{Both, Mbox};
use super::{Fault, To, check_all, check_at_once};

/// Holds a lock of `kind` on the mbox while popfetch runs.
fn locked(name: &str, to: To, kind: &str) -> Fault {
    let python = format!(
        "import fcntl, subprocess, sys
f = open('disk/mbox', 'r+')
fcntl.{kind}
sys.exit(subprocess.call(sys.argv[1:]))"
    );
    Fault::new(name, to, &format!("python3 -c \"{python}\" \"$@\"")).earlier()
}

/// A lock file that `script` makes stands beside the mbox.
fn lock_file(name: &str, script: &str) -> Fault {
    let fault = format!("cd disk || exit 99\n{script}\ncd ..\nplain \"$@\"");
    let again = "chmod 755 disk; rm -rf disk/mbox.lock; \"$@\"";
    Fault::new(&format!("a lock file {name}"), Mbox, &fault).earlier().again(again)
}

/// No process has this number: the kernel's highest is below 2^22.
const DEAD: &str = "5000000";

#[test]
fn held_by_another_program() {
    let (somebody, process) = ("is locked by another process", "is locked by process ");
    let fcntl = [
        locked("fcntl", Mbox, "lockf(f, fcntl.LOCK_EX)"),
        locked("fcntl", Both, "lockf(f, fcntl.LOCK_EX)"),
        locked("fcntl, by a reader", Mbox, "lockf(f, fcntl.LOCK_SH)"),
    ]
    .map(|fault| fault.ends(75, somebody, 2..=2));
    let lock_files = [
        ("of a living process", "echo $$ >mbox.lock", process),
        ("of a living process here", "echo \"$$:$(uname -n)\" >mbox.lock", process),
        ("from elsewhere", "echo 5000000:elsewhere >mbox.lock", "process 5000000 on elsewhere"),
        ("of nobody, just made", ": >mbox.lock", somebody),
        ("of noise, just made", "printf '\\033[31m\\n\\000' >mbox.lock", somebody),
        ("that may not be read", "echo $$ >mbox.lock; chmod 0 mbox.lock", somebody),
        ("that leads nowhere", "ln -s none mbox.lock", somebody),
        ("that is a directory", "mkdir mbox.lock", somebody),
        ("that is a pipe", "mkfifo mbox.lock", somebody),
        ("in a closed directory", "echo $$ >mbox.lock; chmod 555 .", process),
    ]
    .map(|(name, script, says)| lock_file(name, script).ends(75, says, 2..=2));
    // All at once: each waits for half a minute.
    check_at_once(fcntl.len() + lock_files.len(), fcntl.into_iter().chain(lock_files));
}

/// On Linux flock and fcntl know nothing of each other. The programs that write mboxes on Debian
/// take fcntl and lock files (Policy, 11.6), and so does popfetch.
#[test]
fn flock_is_no_lock_of_an_mbox() {
    check_all([locked("flock alone", Mbox, "flock(f, fcntl.LOCK_EX)").ends(0, "", 8..=8)]);
}

#[test]
fn left_behind() {
    let old = "touch -h -d '6 minutes ago' mbox.lock";
    let very_old = "touch -d '9 years ago' mbox.lock";
    let left = |name: &str, script: &str| lock_file(name, script).ends(0, "", 8..=8);
    check_all([
        left("of the dead, here", &format!("echo \"{DEAD}:$(uname -n)\" >mbox.lock")),
        left("of the dead, old", &format!("echo {DEAD} >mbox.lock; {old}")),
        left("of one whose number is another's", &format!("echo $$ >mbox.lock; {very_old}")),
        left("from elsewhere, old", &format!("echo {DEAD}:elsewhere >mbox.lock; {old}")),
        left("of nobody, old", &format!(": >mbox.lock; {old}")),
        left("of noise, old", &format!("head -c 9999 /bin/sh >mbox.lock; {old}")),
        left("that may not be read, old", &format!(": >mbox.lock; chmod 0 mbox.lock; {old}")),
        left("that leads nowhere, old", &format!("ln -s none mbox.lock; {old}")),
        // Those stay; fcntl is enough, as where no lock file can be made at all.
        left("in a closed directory, old", &format!(": >mbox.lock; {old}; chmod 555 .")),
        left("that is a directory, old", &format!("mkdir mbox.lock; {old}")),
    ]);
}
