//! What every command does around its jobs.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::thread;

use anyhow::Context as _;
use popfetch::client::Trace;
use popfetch::jobs::{self, Account, Class, Context, News, Offers, Outcome};
use popfetch::model::{AccountName, Interrupt, Surroundings};
use popfetch::net::Connectors;
use popfetch::state::StateDirectory;

use super::accounts::Job;
use super::args::{Cli, Command};
use super::exit::Exit;
use super::json;
use super::paths::state_directory;
use super::report::Failure;
use super::signals;
use super::surroundings::surroundings;
use super::trace::Printed;
use super::turns::{AtOnce, Turns};
use popfetch::model::count;

/// What the jobs of this process share.
pub(crate) struct Setting {
    surroundings: Surroundings,
    interrupt: Interrupt,
    connectors: Connectors,
    state_directory: StateDirectory,
    offers: Offers,
    trace: bool,
    /// Whether standard output gets JSON events.
    events: bool,
}

impl Setting {
    pub(crate) fn new(cli: &Cli) -> anyhow::Result<Self> {
        let interrupt = signals::install().context("cannot install signal handlers")?;
        Ok(Self {
            surroundings: surroundings()?,
            interrupt,
            connectors: Connectors::default(),
            state_directory: state_directory(&cli.global)?.as_path().into(),
            offers: Offers::default(),
            trace: cli.global.verbose >= 2,
            events: cli.global.json
                && matches!(cli.command, Command::Fetch(_) | Command::Delete(_)),
        })
    }

    /// Tells of an account that could not even begin.
    fn tell_unstarted(&self, failure: &Failure) {
        failure.print();
        if self.events {
            json::unstarted(failure, &mut io::stdout());
        }
    }

    /// Runs `work` with the context of a job.
    ///
    /// `at_once` of them may run at the same time and share the files that may be open.
    pub(crate) fn with_context<T>(
        &self,
        at_once: usize,
        work: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        let open_files = self.surroundings.open_files / at_once.max(1);
        let surroundings = Surroundings { open_files, ..self.surroundings.clone() };
        let trace =
            |name: &AccountName| self.trace.then(|| Box::new(Printed::new(name)) as Box<dyn Trace>);
        work(&Context {
            surroundings: &surroundings,
            interrupt: &self.interrupt,
            connectors: &self.connectors,
            offers: &self.offers,
            state_directory: &self.state_directory,
            trace: &trace,
        })
    }
}

/// Reads all passwords, then does `work` for as many accounts at a time as `at_once` says, begun in
/// their order. One that fails stops no other; an interrupt stops all.
pub(crate) fn each_account<J: Sync>(
    accounts: Vec<Job<J>>,
    setting: &Setting,
    at_once: AtOnce,
    work: impl Fn(&Account, &J, &Context<'_>) -> anyhow::Result<Exit> + Sync,
) -> anyhow::Result<Exit> {
    let interrupted = || Exit::of(Class::Interrupted, setting.interrupt.signal());
    // One password at a time: commands and prompts of several accounts must not mix.
    let mut ready = Vec::new();
    for account in accounts {
        let account = account.and_then(|(prepared, job)| {
            let finished = setting.with_context(1, |context| prepared.finish(context));
            Ok((finished?, job))
        });
        ready.push(account.map_err(|failure| {
            setting.tell_unstarted(&failure);
            failure.exit
        }));
        let stopped = matches!(ready.last(), Some(Err(exit)) if exit.is_signal());
        if stopped || setting.interrupt.is_raised() {
            return Ok(interrupted());
        }
    }
    let exits: Vec<OnceLock<Exit>> = ready.iter().map(|_| OnceLock::new()).collect();
    let hosts = ready
        .iter()
        .map(|account| account.as_ref().ok().map(|(account, _)| account.endpoint.host.as_str()));
    let turns = Turns::new(hosts, at_once.per_host);
    let worker = || {
        turns.work_off(|at| {
            if setting.interrupt.is_raised() {
                return false;
            }
            let exit = match &ready[at] {
                Err(exit) => *exit,
                Ok((account, job)) => {
                    let work = |context: &Context<'_>| work(account, job, context);
                    let done = setting.with_context(at_once.all.min(ready.len()), work);
                    done.unwrap_or_else(|error| {
                        let failure = Failure::of(error).for_account(account.name.as_str());
                        failure.print();
                        failure.exit
                    })
                }
            };
            let _ = exits[at].set(exit);
            true
        });
    };
    thread::scope(|scope| {
        // This thread works as well, so that all goes on, only slower, where none can be had.
        for _ in 1..at_once.all.min(ready.len()) {
            let _ = thread::Builder::new().spawn_scoped(scope, worker);
        }
        worker();
    });
    let waiting = exits.iter().filter(|exit| exit.get().is_none()).count() as u64;
    if waiting > 0 {
        let message = format!("interrupted before {} had a turn", count(waiting, "account"));
        Failure::new(interrupted(), message).print();
    }
    Ok(Exit::merge(exits.into_iter().map(|exit| exit.into_inner().unwrap_or_else(interrupted))))
}

pub(crate) fn failure_of(error: &jobs::Error, account: &Account, context: &Context<'_>) -> Failure {
    Failure::of_job(error, &account.name, context.interrupt.signal())
}

/// The failure that an error of a job is, told on standard error.
pub(crate) fn tell_failure(
    error: &jobs::Error,
    account: &Account,
    context: &Context<'_>,
) -> Failure {
    let failure = failure_of(error, account, context);
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
            // Who sits before a terminal wants to know in any case.
            let failure = if outcome.news == News::Quiet && !io::stderr().is_terminal() {
                failure_of(error, account, context)
            } else {
                tell_failure(error, account, context)
            };
            (failure.exit, Some(failure))
        }
        None if outcome.failed > 0 => (Exit::IO, None),
        None => (Exit::OK, None),
    }
}
