//! `popfetch delete`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Instant;

use popfetch::jobs::{self, DeleteOptions, Event, Observer, Row};
use popfetch::model::Scope;

use super::accounts::prepare;
use super::args::{Cli, DeleteArgs};
use super::exit::Exit;
use super::json::Events;
use super::output::written;
use super::progress::{Progress, Talk};
use super::report::{Failure, say};
use super::run::{Setting, read_passwords};
use super::size::count;
use super::table::{Table, terminal_width};

pub(crate) fn run(cli: &Cli, args: &DeleteArgs) -> Result<Exit, Failure> {
    if !args.selection.is_given() {
        return Err(Failure::usage("say which messages: -n, --uid, --seen, --last, ... or --all"));
    }
    let asks = !args.yes && !args.dry_run;
    if asks && !io::stdin().is_terminal() {
        return Err(Failure::usage("without a terminal to ask on, delete needs --yes"));
    }
    let selection = args.selection.selection(Scope::All).map_err(Failure::usage)?;
    let prepared = prepare(std::slice::from_ref(&args.source), &args.connection)?;
    let setting = Setting::new(cli)?;
    let options = DeleteOptions {
        selection,
        unfetched: args.unfetched,
        dry_run: args.dry_run,
        preview: asks,
    };
    let mut exits = Vec::new();
    for account in read_passwords(prepared) {
        let account = account?;
        let mut confirm = |rows: &[Row<'_>]| !asks || ask(rows);
        let started = Instant::now();
        let talk = Talk {
            bar: false,
            messages: cli.global.verbose > 0,
            warnings: !cli.global.quiet,
            plan: args.dry_run,
        };
        let mut progress = Progress::new(&account.name, talk);
        let mut out = io::stdout();
        let mut events = cli.global.json.then(|| Events::new(&account.name, &mut out));
        let outcome = setting.with_context(|context| {
            let mut observer = |event: &Event<'_>| match &mut events {
                Some(events) => events.event(event),
                None => progress.event(event),
            };
            jobs::delete(&account, context, &options, &mut observer, &mut confirm)
        });
        let failure = outcome
            .error
            .as_ref()
            .map(|error| Failure::of_job(error, &account.name, setting.interrupt.signal()));
        let exit = match &failure {
            Some(failure) => failure.exit,
            None if outcome.failed > 0 => Exit::IO,
            None => Exit::OK,
        };
        if let Some(failure) = &failure {
            failure.print();
        }
        let told = if let Some(mut events) = events {
            if let Some(failure) = &failure {
                events.error(failure);
            }
            events.summary(&outcome, started.elapsed().as_secs_f64(), exit);
            events.result
        } else if failure.is_none() && !cli.global.quiet {
            tell(&progress, &account.name.to_string(), outcome.deleted, args.dry_run)
        } else {
            Ok(())
        };
        exits.push(Exit::merge([exit, written(told)?]));
    }
    Ok(Exit::merge(exits))
}

/// Says what the server confirmed, or what it would be asked.
fn tell(progress: &Progress, account: &str, deleted: u64, dry_run: bool) -> io::Result<()> {
    let mut out = io::stdout();
    if dry_run {
        return progress.plan.iter().try_for_each(|line| writeln!(out, "{account}: {line}"));
    }
    writeln!(out, "{account}: {} deleted on the server", count(deleted, "message"))
}

/// Shows what would go, and asks. Anything but a clear yes is a no.
fn ask(rows: &[Row<'_>]) -> bool {
    let mut table = Table::default();
    for row in rows {
        table.push(row);
    }
    let mut shown = Vec::new();
    let _ = table.write(&mut shown, terminal_width());
    say(&String::from_utf8_lossy(&shown));
    say(&format!("Delete {} on the server? [y/N] ", count(rows.len() as u64, "message")));
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer) {
        Ok(_) => matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"),
        Err(_) => false,
    }
}
