//! The dialogue with the server, for `-vv`.

use popfetch::client::Trace;
use popfetch::model::AccountName;

use super::accounts::shown;
use super::screen::{Level, say_as};

/// Prints the dialogue on standard error.
pub(crate) struct Printed(String);

impl Printed {
    /// For the account `name`.
    pub(crate) fn new(name: &AccountName) -> Self {
        Self(shown(name))
    }
}

impl Trace for Printed {
    fn sent(&mut self, command: &str) {
        say_as(Level::Debug, &format!("{}: C: {command}\n", self.0));
    }

    fn received(&mut self, line: &str) {
        say_as(Level::Debug, &format!("{}: S: {line}\n", self.0));
    }
}
