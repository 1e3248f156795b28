//! A Maildir as a reader finds it.

use std::fs;
use std::path::{Path, PathBuf};

/// A message as it is stored: every CRLF of it has become a LF.
pub(crate) fn with_lf(wire: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(wire.len());
    let mut rest = 0;
    for at in memchr::memmem::find_iter(wire, b"\r\n") {
        stored.extend_from_slice(&wire[rest..at]);
        rest = at + 1;
    }
    stored.extend_from_slice(&wire[rest..]);
    stored
}

/// A Maildir that the program delivered into.
pub(crate) struct Maildir(PathBuf);

impl Maildir {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The names in one of its directories; none where it is missing.
    pub(crate) fn names(&self, directory: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.join(directory)) else { return Vec::new() };
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry.expect("an entry").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// The content of everything in `new/` and `cur/`, sorted.
    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        for directory in ["new", "cur"] {
            for name in self.names(directory) {
                let path = self.0.join(directory).join(name);
                messages.push(fs::read(path).expect("a message"));
            }
        }
        messages.sort();
        messages
    }

    /// Requires exactly these messages, each once, and nothing half written in `tmp/`.
    #[track_caller]
    pub(crate) fn holds<M: AsRef<[u8]>>(&self, expected: impl IntoIterator<Item = M>) {
        let mut expected: Vec<Vec<u8>> =
            expected.into_iter().map(|message| message.as_ref().to_vec()).collect();
        expected.sort();
        let messages = self.messages();
        let shown = |all: &[Vec<u8>]| -> Vec<String> {
            let short = |m: &Vec<u8>| m.iter().take(60).copied().collect::<Vec<u8>>();
            all.iter().map(|m| short(m).escape_ascii().to_string()).collect()
        };
        assert!(
            messages == expected,
            "the Maildir holds\n{:#?}\nand not\n{:#?}",
            shown(&messages),
            shown(&expected)
        );
        assert_eq!(self.names("tmp"), Vec::<String>::new(), "left in tmp/");
    }
}
