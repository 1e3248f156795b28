//! Errors and warnings, as a person reads them.

use std::fmt::Write as _;
use std::time::Duration;

use popfetch::jobs;
use popfetch::model::AccountName;
use popfetch::proto::visible;

use super::exit::Exit;
use super::screen::{Level, say_as};
use super::size::seconds;

/// A failure to be told: a sentence, perhaps a hint, and an exit status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) account: Option<String>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// The longest message, in characters. Paths are the longest honest part.
const MAX: usize = 4096;

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, account: None, message: message.into(), hint: None }
    }

    /// A wrong way to call popfetch.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::USAGE, message)
    }

    /// A job's error.
    pub(crate) fn of_job(
        error: &jobs::Error,
        account: &AccountName,
        signal: Option<usize>,
    ) -> Self {
        Self {
            exit: Exit::of(error.class(), signal),
            account: Some(account.to_string()),
            message: error.sentence(),
            hint: error.hint().map(str::to_owned),
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn for_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The line, and the line of the hint, as standard error gets them.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::from("popfetch: ");
        if let Some(account) = &self.account {
            let _ = write!(lines, "{}: ", visible(account.as_bytes(), MAX));
        }
        let _ = writeln!(lines, "{}", visible(self.message.as_bytes(), MAX));
        if let Some(hint) = &self.hint {
            let _ = writeln!(lines, "hint: {}", visible(hint.as_bytes(), MAX));
        }
        lines
    }

    /// Whatever ended a command. What is not a [`Self`] was not foreseen.
    pub(crate) fn of(error: anyhow::Error) -> Self {
        error.downcast().unwrap_or_else(|error| Self::new(Exit::BUG, format!("{error:#}")))
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        say_as(Level::Error, &self.lines());
    }
}

/// That nothing was done, since the server lets nobody in for so many seconds.
pub(crate) fn too_early(wait: i64) -> String {
    let wait = Duration::from_secs(wait.unsigned_abs());
    format!("skipped: the server allows the next login in {}", seconds(wait))
}

/// That something failed, and is tried again after so many seconds.
pub(crate) fn retrying(error: &jobs::Error, pause: u64) -> String {
    format!("{}; trying again in {pause} s", error.sentence())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_and_a_hint_with_nothing_a_terminal_acts_on() {
        let failure =
            Failure::new(Exit::IO, "bad \x1b[31m\nthing").for_account("work").with_hint("mend it");
        assert_eq!(failure.lines(), "popfetch: work: bad \\x1b[31m\\nthing\nhint: mend it\n");
    }
}
