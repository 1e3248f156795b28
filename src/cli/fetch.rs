//! `popfetch fetch`.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use popfetch::jobs::{self, Account, Context, FetchOptions};
use popfetch::model::{Place, Scope, Selection};

use super::accounts::{Accounts, Job, Mail, Prepared, prepare};
use super::args::{Cli, FetchArgs};
use super::destination::Template;
use super::exit::Exit;
use super::json::Events;
use super::output::{is_closed, is_terminal, written};
use super::outputs::output;
use super::progress::{Progress, Talk};
use super::report::Failure;
use super::run::{Setting, conclude, each_account};
use super::turns::AtOnce;

/// What is to be done with one account.
struct Task {
    destinations: Vec<Place>,
    mail: Mail,
}

pub(crate) fn run(cli: &Cli, args: &FetchArgs) -> anyhow::Result<Exit> {
    let Accounts { all, at_once } = prepare(&args.sources, &args.connection, &cli.global)?;
    let typed: Result<Vec<_>, _> = args.to.iter().map(|to| Template::parse(to, None)).collect();
    let typed = typed?;
    let silent = |prepared: &Result<Prepared, Failure>| {
        prepared.as_ref().is_ok_and(|prepared| prepared.mail.to.is_empty())
    };
    if typed.is_empty() && all.iter().all(silent) {
        // Once, and not for each account.
        return Err(nowhere().into());
    }
    let task = |prepared: Result<Prepared, Failure>| -> Job<Task> {
        let prepared = prepared?;
        match task(args, &typed, &prepared) {
            Ok(task) => Ok((prepared, task)),
            Err(failure) => Err(failure.for_account(prepared.account.name.as_str())),
        }
    };
    let accounts: Vec<_> = all.into_iter().map(task).collect();
    let to_stdout = |(_, task): &(Prepared, Task)| task.destinations.contains(&Place::Stdout);
    let stdout = accounts.iter().flatten().any(to_stdout);
    if !stdout && (args.raw || args.crlf) {
        let flag = if args.raw { "--raw" } else { "--crlf" };
        return Err(Failure::usage(format!("{flag} is for standard output: --to -")).into());
    }
    if stdout && cli.global.json {
        let message = "--json and --to - would both write to standard output";
        return Err(Failure::usage(message).into());
    }
    if stdout && is_closed() {
        // Mail would be lost in it.
        return Err(Failure::new(Exit::IO, "standard output is closed").into());
    }
    let selection = args.selection.selection(Scope::New).map_err(Failure::usage)?;
    // Messages of several accounts must not mix in one stream.
    let at_once = match args.jobs {
        _ if stdout => AtOnce::ONE,
        Some(jobs) => AtOnce { all: usize::from(jobs), ..at_once },
        None => at_once,
    };
    let names = accounts.iter().flatten().map(|(prepared, _)| prepared.account.name.as_str());
    let widest = names.map(|name| name.chars().count()).max().unwrap_or(0);
    let setting = Setting::new(cli)?;
    let run = Run { cli, args, selection, widest, fetched: AtomicU64::new(0) };
    let exit = each_account(accounts, &setting, at_once, |account, task, context| {
        run.fetch(account, context, task)
    })?;
    let nothing = run.fetched.into_inner() == 0;
    Ok(if exit == Exit::OK && args.exit_code && nothing { Exit::NOTHING } else { exit })
}

fn nowhere() -> Failure {
    Failure::usage("say where the mail goes: --to maildir:~/Mail")
        .with_hint("in the configuration: to = \"maildir:~/Mail/{account}\"")
}

/// The flags, and for what they leave open the configuration.
fn task(args: &FetchArgs, typed: &[Template], prepared: &Prepared) -> Result<Task, Failure> {
    let templates = if typed.is_empty() { &prepared.mail.to } else { typed };
    let mut destinations = Vec::new();
    for template in templates {
        let destination = template.for_account(&prepared.account.name)?;
        if destinations.contains(&destination) {
            return Err(Failure::usage(format!("the destination {destination} is given twice")));
        }
        destinations.push(destination);
    }
    if destinations.is_empty() {
        return Err(nowhere());
    }
    if args.keep_newest.is_some() && args.policy(&prepared.mail, false).delete.is_none() {
        return Err(Failure::usage("--keep-newest deletes nothing by itself")
            .with_hint("add --delete or --delete-after AGE"));
    }
    Ok(Task { destinations, mail: prepared.mail.clone() })
}

/// What the fetches of all accounts have in common.
struct Run<'a> {
    cli: &'a Cli,
    args: &'a FetchArgs,
    selection: Selection,
    /// The longest name of an account, for bars that stand below one another.
    widest: usize,
    fetched: AtomicU64,
}

impl Run<'_> {
    /// What came counts, or in a rehearsal would have come.
    fn count(&self, outcome: &jobs::Outcome) {
        let came = if self.args.dry_run { outcome.planned } else { outcome.fetched };
        self.fetched.fetch_add(came, Ordering::Relaxed);
    }

    fn fetch(&self, account: &Account, context: &Context<'_>, task: &Task) -> anyhow::Result<Exit> {
        let Task { destinations, mail } = task;
        let only_stdout = destinations.iter().all(|to| *to == Place::Stdout);
        // An explicit choice to standard output is a look.
        let look = only_stdout && self.args.selection.is_explicit();
        let options = FetchOptions {
            outputs: &|| {
                let open = |to| output(to, self.args, mail, account, context);
                destinations.iter().map(open).collect()
            },
            selection: self.selection.clone(),
            policy: self.args.policy(mail, look),
            dry_run: self.args.dry_run,
            retry: self.args.retry,
        };
        let started = Instant::now();
        if self.cli.global.json {
            let mut out = io::stdout();
            let mut events = Events::new(&account.name, &mut out);
            let outcome = jobs::fetch(account, context, &options, &mut events);
            self.count(&outcome);
            let (exit, failure) = conclude(&outcome, account, context);
            if let Some(failure) = &failure {
                events.error(failure);
            }
            events.summary(&outcome, started.elapsed().as_secs_f64(), exit);
            return Ok(Exit::merge([exit, written(events.result)?]));
        }
        let stdout_is_seen = destinations.contains(&Place::Stdout) && is_terminal();
        let talk = Talk {
            bar: io::stderr().is_terminal()
                && !self.cli.global.quiet
                && !stdout_is_seen
                && !self.args.dry_run,
            messages: self.cli.global.verbose > 0,
            warnings: !self.cli.global.quiet,
            plan: self.args.dry_run,
        };
        let mut progress = Progress::new(&account.name, self.widest, talk);
        let outcome = jobs::fetch(account, context, &options, &mut progress);
        self.count(&outcome);
        progress.finish(&outcome, started.elapsed());
        progress.tell(outcome.news, context.surroundings.seconds());
        let (exit, _) = conclude(&outcome, account, context);
        // In one piece: other accounts have a plan, too.
        let plan = io::stdout().write_all(progress.plan().as_bytes());
        Ok(Exit::merge([exit, written(plan)?]))
    }
}
