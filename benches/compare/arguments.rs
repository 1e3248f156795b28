//! The command line.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::PossibleValuesParser;

use crate::case::{CASES, Case};
use crate::program::Program;

/// Holds popfetch against other programs that fetch mail.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Runs of each program in each case; of the slow ones at most two
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) runs: u16,

    /// Only this case (repeatable)
    #[arg(long = "case", value_name = "NAME", value_parser = names(CASES.iter().map(|case| case.name)))]
    cases: Vec<String>,

    /// Only this program (repeatable); default: each that is installed
    #[arg(long = "program", value_name = "NAME", value_parser = names(Program::ALL.map(Program::name)))]
    programs: Vec<String>,

    /// Deliver into a new directory in this one, which has to be on a real disk
    #[arg(long, default_value = "/var/tmp")]
    pub(crate) directory: PathBuf,

    /// Keep the server's mail in a new directory in this one, best in memory
    #[arg(long, default_value = "/dev/shm")]
    pub(crate) server_directory: PathBuf,

    /// Given by `cargo bench`, and not by `cargo test`
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

fn names(names: impl IntoIterator<Item = &'static str>) -> PossibleValuesParser {
    PossibleValuesParser::new(names)
}

impl Arguments {
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    pub(crate) fn cases(&self) -> impl Iterator<Item = &'static Case> {
        let wanted = |name| self.cases.is_empty() || self.cases.iter().any(|other| other == name);
        CASES.iter().filter(move |case| wanted(case.name))
    }

    /// The programs that take part. One that is asked for has to be there.
    pub(crate) fn programs(&self) -> Vec<Program> {
        let wanted = |program: &Program| {
            if self.programs.is_empty() {
                return program.is_installed();
            }
            self.programs.iter().any(|name| name == program.name())
        };
        Program::ALL.into_iter().filter(wanted).collect()
    }
}
