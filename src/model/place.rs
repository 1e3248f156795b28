//! Where mail goes.

use std::fmt;
use std::path::PathBuf;

use super::CommandLine;

/// A place where mail goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A Maildir, by absolute path.
    Maildir(PathBuf),
    /// An mbox, by absolute path.
    Mbox(PathBuf),
    /// Standard output.
    Stdout,
    /// A command that takes a message on its standard input.
    Pipe(CommandLine),
}

impl fmt::Display for Place {
    /// As the user would write it after `--to`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Maildir(path) => write!(f, "maildir:{}", path.display()),
            Self::Mbox(path) => write!(f, "mbox:{}", path.display()),
            Self::Stdout => f.write_str("-"),
            Self::Pipe(command) => write!(f, "pipe:{command}"),
        }
    }
}
