//! The real program, in a home of its own.

use std::fs;

use crate::measure::{Costs, measure};
use crate::server::Server;
use crate::support::Home;

pub(crate) struct Program {
    home: Home,
    url: String,
}

impl Program {
    /// A home without a state.
    pub(crate) fn new(server: &Server) -> Self {
        let home = Home::new();
        home.write("ca.pem", &server.ca_pem);
        Self { home, url: format!("pop3s://alice@localhost:{}", server.port) }
    }

    /// Runs it with `arguments`, which must be a success.
    pub(crate) fn run(&self, arguments: &[&str]) -> Costs {
        let mut command = self.home.command(arguments);
        command.args([&self.url, "--ca-file", "ca.pem"]).env("POPFETCH_PASSWORD", "secret");
        let (costs, output) = measure(&command, &self.home.path("costs"));
        output.exits(0);
        costs
    }

    /// Removes the state.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_dir_all(self.home.path("state"));
    }

    /// Whether there is a state.
    pub(crate) fn has_state(&self) -> bool {
        self.state_octets() > 0
    }

    /// How much the state takes, with all that stands beside it.
    pub(crate) fn state_octets(&self) -> u64 {
        let Ok(entries) = fs::read_dir(self.home.path("state/popfetch")) else { return 0 };
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
    }
}
