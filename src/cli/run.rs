//! What every command does around its jobs.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use popfetch::client::Trace;
use popfetch::jobs::{self, Account, Context, Outcome};
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
    interrupt: Interrupt,
    connectors: Connectors,
    state_directory: PathBuf,
    trace: bool,
}

impl Setting {
    pub(crate) fn new(cli: &Cli) -> anyhow::Result<Self> {
        // From here on the process holds secrets.
        harden();
        let interrupt = signals::install().context("cannot install signal handlers")?;
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
    mut work: impl FnMut(&Account, &Context<'_>) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    // One password at a time: commands and prompts of several accounts must not mix.
    let mut accounts = Vec::new();
    for account in prepared {
        accounts.push(account.finish(&setting.interrupt));
        if setting.interrupt.is_raised() {
            break;
        }
    }
    let mut exits = Vec::new();
    for account in accounts {
        exits.push(match account {
            Ok(account) => setting.with_context(|context| work(&account, context))?,
            Err(failure) => {
                failure.print();
                failure.exit
            }
        });
        if setting.interrupt.is_raised() {
            break;
        }
    }
    Ok(Exit::merge(exits))
}

/// The failure that an error of a job is, told on standard error.
pub(crate) fn tell_failure(
    error: &jobs::Error,
    account: &Account,
    context: &Context<'_>,
) -> Failure {
    let failure = Failure::of_job(error, &account.name, context.interrupt.signal());
    // A reader that has seen enough is no news.
    let gone =
        matches!(error, jobs::Error::Output(error) if error.kind() == io::ErrorKind::BrokenPipe);
    if !gone {
        failure.print();
    }
    failure
}

/// The status of what a job did, and the failure, told already, if it has one.
pub(crate) fn conclude(
    outcome: &Outcome,
    account: &Account,
    context: &Context<'_>,
) -> (Exit, Option<Failure>) {
    match &outcome.error {
        Some(error) => {
            let failure = tell_failure(error, account, context);
            (failure.exit, Some(failure))
        }
        None if outcome.failed > 0 => (Exit::IO, None),
        None => (Exit::OK, None),
    }
}
