//! Who else can change where a path leads, or what lies in a directory.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;

use super::{Directory, Error, File};

/// What belongs to somebody else than root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// A directory, or the file itself.
    pub path: PathBuf,
    /// The user id of its owner.
    pub owner: u32,
}

/// As many links as the system itself follows.
const MAX_LINKS: usize = 40;

/// The first place on the way along the absolute `path`, and along every link on it, that is not
/// root's: its owner could at any time put a link in the place of what comes next. The way ends
/// where something is missing or cannot be entered; to open it says what is wrong.
#[must_use]
pub fn foreign_on_the_way(path: &Path) -> Option<Foreign> {
    let mut here = PathBuf::from("/");
    let mut ahead = steps(path);
    let mut links = 0;
    loop {
        let owner = fs::symlink_metadata(&here).ok()?.uid();
        if owner != 0 && is_somebody(owner) {
            return Some(Foreign { path: here, owner });
        }
        let step = ahead.pop_front()?;
        if step == ".." {
            here.pop();
            continue;
        }
        here.push(step);
        if let Ok(target) = fs::read_link(&here) {
            links += 1;
            if links > MAX_LINKS {
                return None;
            }
            here = if target.is_absolute() { "/".into() } else { here.parent()?.to_owned() };
            let mut longer = steps(&target);
            longer.append(&mut ahead);
            ahead = longer;
        }
    }
}

fn steps(path: &Path) -> VecDeque<OsString> {
    let step = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    };
    path.components().filter_map(step).collect()
}

/// Whether `user` is anybody in this user namespace. What belongs to users outside of it, its real
/// root among them, is shown as the overflow user's.
fn is_somebody(user: u32) -> bool {
    let Ok(map) = fs::read_to_string("/proc/self/uid_map") else { return true };
    map.lines().any(|line| {
        let mut numbers = line.split_ascii_whitespace().filter_map(|word| word.parse().ok());
        let (first, count): (Option<u64>, Option<u64>) = (numbers.next(), numbers.nth(1));
        matches!((first, count), (Some(first), Some(count))
            if (first..first + count).contains(&u64::from(user)))
    })
}

impl Directory {
    /// Whether others than its owner can put something in the place of its files: they may write
    /// to it, and it is not sticky, as a directory like `/tmp` is.
    ///
    /// # Errors
    /// [`Error`] when its permissions cannot be read.
    pub fn is_exposed(&self) -> Result<bool, Error> {
        self.stat().map(|stat| stat.st_mode & 0o022 != 0 && stat.st_mode & 0o1000 == 0)
    }

    /// Whether there is a file `name`.
    ///
    /// # Errors
    /// [`Error`] when that cannot be told, or it is something else: a link, above all.
    pub fn contains_file(&self, name: &str) -> Result<bool, Error> {
        let path = self.path().join(name);
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => Ok(true),
            Ok(_) => Err(Error::new("open", &path, io::Error::other("it is no regular file"))),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(Error::new("look at", &path, errno)),
        }
    }
}

impl File {
    /// Whether others than its owner can read or write it.
    ///
    /// # Errors
    /// [`Error`] when its permissions cannot be read.
    pub fn is_exposed(&self) -> Result<bool, Error> {
        self.stat().map(|stat| stat.st_mode & 0o077 != 0)
    }

    /// The user id of its owner.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub fn owner(&self) -> Result<u32, Error> {
        self.stat().map(|stat| stat.st_uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{chown, symlink};

    #[test]
    fn the_owner_of_every_step_counts() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().canonicalize().unwrap().join(name);
        if !rustix::process::geteuid().is_root() {
            // The test's own user is the foreigner.
            let foreign = foreign_on_the_way(&at("")).unwrap();
            assert_eq!(foreign.owner, rustix::process::geteuid().as_raw());
            return;
        }
        for name in ["ours", "theirs", "theirs/ours"] {
            fs::create_dir(at(name)).unwrap();
        }
        symlink("../ours", at("theirs/link")).unwrap();
        symlink("theirs/ours/..", at("ours/../out")).unwrap();
        symlink("loop", at("loop")).unwrap();
        symlink(at("theirs/link/x"), at("ours/far")).unwrap();
        chown(at("theirs"), Some(12345), None).unwrap();
        let theirs = Some(Foreign { path: at("theirs"), owner: 12345 });
        for (path, expected) in [
            ("ours", None),
            ("ours/missing/x", None),
            ("loop/x", None),
            ("theirs", theirs.clone()),
            ("theirs/missing", theirs.clone()),
            ("theirs/ours/x", theirs.clone()),
            ("theirs/link", theirs.clone()),
            ("theirs/../ours", theirs.clone()),
            ("ours/far", theirs.clone()),
            ("out", theirs),
        ] {
            assert_eq!(foreign_on_the_way(&at(path)), expected, "{path}");
        }
    }
}
