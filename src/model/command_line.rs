//! A command that the user wants run.

use std::fmt;

/// A command that needs no shell, or that has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CommandLine {
    /// For the shell.
    Shell(String),
    /// The program and its arguments.
    Words(Vec<String>),
}

impl CommandLine {
    /// The program and its arguments.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Shell(line) => ["sh", "-c", line].map(str::to_owned).to_vec(),
            Self::Words(words) => words.clone(),
        }
    }
}

impl fmt::Display for CommandLine {
    /// As a person would name it; no shell is to read that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(line) => f.write_str(line),
            Self::Words(words) => f.write_str(&words.join(" ")),
        }
    }
}
