//! What tells a file from another one that gets its name.

use rustix::fs::Stat;

/// A file at one time. The number of an inode is soon given to another file (ext4 does so at
/// once), but not together with the time of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    inode: u64,
    seconds: i64,
    nanoseconds: i128,
}

impl Version {
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            inode: stat.st_ino,
            seconds: stat.st_ctime,
            nanoseconds: i128::from(stat.st_ctime_nsec),
        }
    }
}
