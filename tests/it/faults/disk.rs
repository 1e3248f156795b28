//! Disks that are full or read-only, and files that may not grow.

use super::To::{Both, Maildir, Mbox};
use super::{Fault, To, check_all};

const FULL: &str = "No space left on device";
const SQLITE_FULL: &str = "database or disk is full";
/// It is not the mbox that is full.
const SPOOL: &str = "cannot spool mail for mbox:";
/// What SQLite says when it cannot make a file beside its own.
const SQLITE_CLOSED: &str = "unable to open database file";

/// A small disk at `at`, which is roomy when popfetch runs again.
fn small(to: To, at: &str, options: &str) -> Fault {
    let fault = format!("mount -t tmpfs -o mode=700,{options} none {at} || exit 99\n\"$@\"");
    let again = format!("mount -o remount,size=10m,nr_inodes=1000 none {at} || exit 99\n\"$@\"");
    Fault::new(&format!("{at} with {options}"), to, &fault).again(&again)
}

#[test]
fn full_where_the_mail_goes() {
    check_all(
        [
            // No Maildir, no tmp/, no new/, no first file, not one file more.
            (Maildir, "nr_inodes=1", 0..=0),
            (Maildir, "nr_inodes=2", 0..=0),
            (Maildir, "nr_inodes=3", 0..=0),
            (Maildir, "nr_inodes=5", 0..=0),
            (Maildir, "nr_inodes=8", 0..=5),
            // Inside the first message, a later one, the last.
            (Maildir, "size=4k", 0..=0),
            (Maildir, "size=500k", 0..=5),
            (Maildir, "size=1160k", 0..=5),
            // No mbox, no lock file; nothing to be had for the lock file; inside the append.
            (Mbox, "nr_inodes=1", 0..=0),
            (Mbox, "nr_inodes=2", 0..=0),
            (Mbox, "size=4k", 0..=0),
            (Mbox, "size=500k", 0..=5),
            (Mbox, "size=1160k", 0..=5),
            (Both, "size=500k", 0..=5),
            (Both, "size=1240k", 0..=6),
            (Both, "size=2300k", 0..=6),
        ]
        .map(|(to, options, stored)| small(to, "disk", options).ends(74, FULL, stored)),
    );
}

#[test]
fn full_under_the_state() {
    check_all(
        [
            // The directory, the lock, the state file, its journal.
            (Maildir, "nr_inodes=1", 74, FULL),
            (Maildir, "nr_inodes=2", 74, FULL),
            (Maildir, "nr_inodes=3", 74, FULL),
            (Maildir, "nr_inodes=4", 73, SQLITE_CLOSED),
            (Maildir, "nr_inodes=5", 73, SQLITE_CLOSED),
            (Maildir, "size=4k", 74, SQLITE_FULL),
            (Maildir, "size=40k", 74, SQLITE_FULL),
            (Maildir, "size=60k", 74, SQLITE_FULL),
            (Maildir, "size=80k", 74, SQLITE_FULL),
            (Maildir, "size=100k", 74, SQLITE_FULL),
            // The spool, its directories, a file more.
            (Mbox, "nr_inodes=6", 74, FULL),
            (Mbox, "nr_inodes=7", 74, FULL),
            (Mbox, "nr_inodes=8", 74, FULL),
            (Mbox, "nr_inodes=9", 74, FULL),
            (Mbox, "nr_inodes=10", 74, FULL),
            (Mbox, "size=160k", 74, SPOOL),
            (Mbox, "size=700k", 74, SPOOL),
            (Both, "size=700k", 74, SPOOL),
        ]
        .map(|(to, options, status, says)| small(to, "state", options).ends(status, says, 0..=5)),
    );
}

/// Where the limit for the size of a file is (`ulimit -f`), in 512 octets. The signal that comes
/// with it is ignored, as some who start other programs leave it.
#[test]
fn files_that_may_not_grow() {
    let limited = |to: To, blocks: u32| {
        let fault = format!("ulimit -f {blocks}; trap '' XFSZ; \"$@\"");
        Fault::new(&format!("files of {blocks} blocks"), to, &fault).earlier()
    };
    check_all(
        [
            (Maildir, 1, 74, "disk I/O error", 2..=2),
            (Maildir, 200, 74, "File too large", 2..=2),
            (Mbox, 1, 74, "disk I/O error", 2..=2),
            (Mbox, 200, 74, "File too large", 2..=2),
            (Mbox, 2000, 74, "File too large", 2..=2),
            (Both, 200, 74, "File too large", 2..=2),
            (Both, 2000, 74, "File too large", 2..=8),
        ]
        .map(|(to, blocks, status, says, stored)| limited(to, blocks).ends(status, says, stored)),
    );
}

const READ_ONLY: &str = "Read-only file system";

#[test]
fn read_only() {
    let locked = |to: To, at: &str| {
        let bound = format!("mount --bind {at} {at} && mount -o remount,bind,ro {at}");
        let fault = format!("{bound} || exit 99\n\"$@\"");
        let again = format!("umount {at} || exit 99\n\"$@\"");
        Fault::new(&format!("{at} read-only"), to, &fault).again(&again)
    };
    check_all([
        locked(Maildir, "disk").ends(73, READ_ONLY, 0..=0),
        locked(Maildir, "disk").earlier().ends(74, READ_ONLY, 2..=2),
        locked(Maildir, "disk/mail/tmp").earlier().ends(74, READ_ONLY, 2..=2),
        locked(Mbox, "disk").ends(73, READ_ONLY, 0..=0),
        locked(Mbox, "disk").earlier().ends(73, READ_ONLY, 2..=2),
        locked(Mbox, "disk/mbox").earlier().ends(73, READ_ONLY, 2..=2),
        locked(Both, "disk/mbox").earlier().ends(73, READ_ONLY, 2..=2),
        locked(Maildir, "state").ends(73, READ_ONLY, 0..=0),
        locked(Maildir, "state").earlier().ends(73, READ_ONLY, 2..=2),
        locked(Mbox, "state/popfetch/spool").earlier().ends(74, READ_ONLY, 2..=2),
    ]);
}

/// Nothing can be renamed from one file system to another.
#[test]
fn a_maildir_on_two_disks() {
    let fault = "mount --bind disk/mail/new disk/mail/new || exit 99\n\"$@\"";
    let again = "umount disk/mail/new || exit 99\n\"$@\"";
    let fault = Fault::new("new/ is another disk", Maildir, fault).again(again);
    check_all([fault.earlier().ends(74, "Invalid cross-device link", 2..=2)]);
}
