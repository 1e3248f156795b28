//! What every command does around its jobs.

use std::path::PathBuf;

use popfetch::client::Trace;
use popfetch::jobs::{self, Account, Context};
use popfetch::model::{AccountName, Interrupt, Surroundings};
use popfetch::net::Connectors;

use super::accounts::{Prepared, state_directory};
use super::args::Cli;
use super::exit::Exit;
use super::harden::harden;
use super::report::Failure;
use super::signals;
use super::surroundings::surroundings;
use super::trace::Printed;

/// What the jobs of this process share.
pub(crate) struct Setting {
    surroundings: Surroundings,
    pub(crate) interrupt: Interrupt,
    connectors: Connectors,
    state_directory: PathBuf,
    trace: bool,
}

impl Setting {
    pub(crate) fn new(cli: &Cli) -> Result<Self, Failure> {
        // From here on the process holds secrets.
        harden();
        let interrupt = signals::install().map_err(|error| {
            Failure::new(Exit::BUG, format!("cannot install signal handlers: {error}"))
        })?;
        Ok(Self {
            surroundings: surroundings()?,
            interrupt,
            connectors: Connectors::default(),
            state_directory: state_directory(&cli.global)?,
            trace: cli.global.verbose >= 2,
        })
    }

    /// Runs `work` with the context of a job.
    pub(crate) fn with_context<T>(&self, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let trace =
            |name: &AccountName| self.trace.then(|| Box::new(Printed::new(name)) as Box<dyn Trace>);
        work(&Context {
            surroundings: &self.surroundings,
            interrupt: &self.interrupt,
            connectors: &self.connectors,
            state_directory: &self.state_directory,
            trace: &trace,
        })
    }
}

/// Reads all passwords, then does `work` for one account after the other. One that fails stops no
/// other; an interrupt stops all.
pub(crate) fn each_account(
    prepared: Vec<Prepared>,
    setting: &Setting,
    mut work: impl FnMut(&Account, &Context<'_>) -> Result<(), jobs::Error>,
) -> Result<Exit, Failure> {
    let mut exits = Vec::new();
    for account in read_passwords(prepared) {
        let failure = match account {
            Err(failure) => Some(failure),
            Ok(account) => setting.with_context(|context| {
                let error = work(&account, context).err()?;
                let quiet = matches!(&error, jobs::Error::Output(error)
                    if error.kind() == std::io::ErrorKind::BrokenPipe);
                let signal = setting.interrupt.signal();
                let failure = Failure::of_job(&error, &account.name, signal);
                // A reader that has seen enough is no news.
                if quiet {
                    Some(Failure { message: String::new(), ..failure })
                } else {
                    Some(failure)
                }
            }),
        };
        let Some(failure) = failure else {
            exits.push(Exit::OK);
            continue;
        };
        if !failure.message.is_empty() {
            failure.print();
        }
        exits.push(failure.exit);
        if setting.interrupt.is_raised() || failure.message.is_empty() {
            break;
        }
    }
    Ok(Exit::merge(exits))
}

/// Reads the passwords one at a time: commands and prompts of several must not mix.
pub(crate) fn read_passwords(prepared: Vec<Prepared>) -> Vec<Result<Account, Failure>> {
    prepared.into_iter().map(Prepared::finish).collect()
}
