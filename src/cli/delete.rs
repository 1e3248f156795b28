//! `popfetch delete`.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use popfetch::jobs::{self, DeleteOptions, Row};
use popfetch::model::{Interrupt, Scope};

use super::accounts::prepare;
use super::args::{Cli, DeleteArgs};
use super::blocking::NoAnswer;
use super::exit::Exit;
use super::json::Events;
use super::output::written;
use super::progress::{Progress, Talk};
use super::question;
use super::report::Failure;
use super::run::{Setting, conclude, each_account};
use super::screen::say;
use super::table::{Style, Table, terminal_width};
use super::turns::AtOnce;
use popfetch::model::count;

pub(crate) fn run(cli: &Cli, args: &DeleteArgs) -> anyhow::Result<Exit> {
    if !args.selection.is_given() {
        return Err(Failure::usage("say which messages: -n, --uid, --seen, --last or --all").into());
    }
    let asks = !args.yes && !args.dry_run;
    if asks && !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage("without a terminal to ask on, delete needs --yes").into());
    }
    let selection = args.selection.selection(Scope::All).map_err(Failure::usage)?;
    let source = std::slice::from_ref(&args.source);
    let accounts = prepare(source, &args.connection, &cli.global)?;
    let setting = Setting::new(cli)?;
    let options = DeleteOptions {
        selection,
        unfetched: args.unfetched,
        dry_run: args.dry_run,
        preview: asks,
    };
    each_account(accounts.without_jobs(), &setting, AtOnce::ONE, |account, (), context| {
        let mut confirm = |rows: &[Row<'_>]| {
            if asks { ask(rows, context.interrupt) } else { Ok(true) }
        };
        let started = Instant::now();
        let mut out = io::stdout();
        if cli.global.json {
            let mut events = Events::new(&account.name, &mut out);
            let outcome = jobs::delete(account, context, &options, &mut events, &mut confirm);
            let (exit, failure) = conclude(&outcome, account, context);
            if let Some(failure) = &failure {
                events.error(failure);
            }
            events.summary(&outcome, started.elapsed().as_secs_f64(), exit);
            return Ok(Exit::merge([exit, written(events.result)?]));
        }
        let talk = Talk {
            bar: false,
            messages: cli.global.verbose > 0,
            warnings: !cli.global.quiet,
            plan: args.dry_run,
        };
        let mut progress = Progress::new(&account.name, 0, talk);
        let outcome = jobs::delete(account, context, &options, &mut progress, &mut confirm);
        progress.mention();
        let (exit, failure) = conclude(&outcome, account, context);
        let told = if failure.is_none() && !cli.global.quiet {
            tell(&progress, outcome.deleted, args.dry_run)
        } else {
            Ok(())
        };
        Ok(Exit::merge([exit, written(told)?]))
    })
}

/// Says what the server confirmed, or what it would be asked.
fn tell(progress: &Progress, deleted: u64, dry_run: bool) -> io::Result<()> {
    let mut out = io::stdout();
    if dry_run {
        return out.write_all(progress.plan().as_bytes());
    }
    let deleted = match deleted {
        0 => "nothing".to_owned(),
        some => count(some, "message"),
    };
    writeln!(out, "{}: {deleted} deleted on the server", progress.account())
}

/// Shows what would go, and asks. Anything but a clear yes is a no.
fn ask(rows: &[Row<'_>], interrupt: &Interrupt) -> Result<bool, jobs::Error> {
    let mut table = Table::new(jiff::ZonedDateTime::now());
    for row in rows {
        table.push(row);
    }
    let mut shown = Vec::new();
    let _ = table.write(&mut shown, terminal_width(), Style::Plain);
    say(&String::from_utf8_lossy(&shown));
    say(&format!("Delete {} on the server? [y/N] ", count(rows.len() as u64, "message")));
    match question::line(interrupt) {
        Ok(answer) => Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")),
        Err(NoAnswer::Interrupted) => Err(jobs::Error::Interrupted),
        Err(NoAnswer::Failed(_) | NoAnswer::TimedOut) => Ok(false),
    }
}
