//! `popfetch fetch`.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use popfetch::delivery::StreamFormat;
use popfetch::jobs::{self, Account, Context, FetchOptions, Output, Policy};
use popfetch::model::{Scope, Selection};

use super::accounts::{absolute, prepare};
use super::args::{Cli, FetchArgs};
use super::exit::Exit;
use super::json::Events;
use super::output::{Guarded, is_terminal, written};
use super::progress::{Progress, Talk};
use super::report::Failure;
use super::run::{Setting, conclude, each_account};

/// A destination as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Destination {
    Maildir(PathBuf),
    Mbox(PathBuf),
    Stdout,
}

pub(crate) fn run(cli: &Cli, args: &FetchArgs) -> anyhow::Result<Exit> {
    let prepared = prepare(&args.sources, &args.connection)?;
    let destinations = destinations(cli, args)?;
    let selection = args.selection.selection(Scope::New).map_err(Failure::usage)?;
    let setting = Setting::new(cli)?;
    each_account(prepared, &setting, |account, context| {
        fetch_one(cli, args, account, context, &destinations, &selection)
    })
}

fn destinations(cli: &Cli, args: &FetchArgs) -> Result<Vec<Destination>, Failure> {
    if args.to.is_empty() {
        return Err(Failure::usage("say where the mail goes: --to maildir:~/Mail"));
    }
    let mut destinations = Vec::new();
    for text in &args.to {
        let destination = parse_destination(text)?;
        if destinations.contains(&destination) {
            return Err(Failure::usage(format!("--to {text} is given twice")));
        }
        destinations.push(destination);
    }
    let stdout = destinations.contains(&Destination::Stdout);
    if !stdout && (args.raw || args.crlf) {
        let flag = if args.raw { "--raw" } else { "--crlf" };
        return Err(Failure::usage(format!("{flag} is for standard output: --to -")));
    }
    if stdout && cli.global.json && !args.dry_run {
        return Err(Failure::usage("--json and --to - would both write to standard output"));
    }
    Ok(destinations)
}

fn parse_destination(text: &str) -> Result<Destination, Failure> {
    match text.split_once(':') {
        _ if text == "-" => Ok(Destination::Stdout),
        Some((kind @ ("maildir" | "mbox"), "")) => {
            Err(Failure::usage(format!("--to {kind}: lacks its path")))
        }
        Some(("maildir", path)) => Ok(Destination::Maildir(absolute(path)?)),
        Some(("mbox", path)) => Ok(Destination::Mbox(absolute(path)?)),
        _ => Err(Failure::usage(format!(
            "'{text}' is no destination; use maildir:PATH, mbox:PATH, or - for standard output"
        ))),
    }
}

fn fetch_one(
    cli: &Cli,
    args: &FetchArgs,
    account: &Account,
    context: &Context<'_>,
    destinations: &[Destination],
    selection: &Selection,
) -> anyhow::Result<Exit> {
    let only_stdout = destinations.iter().all(|to| *to == Destination::Stdout);
    let options = FetchOptions {
        outputs: destinations.iter().map(|to| output(to, args)).collect(),
        selection: selection.clone(),
        policy: Policy {
            delete: args.delete,
            // An explicit choice to standard output is a look.
            record: !(only_stdout && args.selection.is_explicit()),
        },
        dry_run: args.dry_run,
    };
    let started = Instant::now();
    if cli.global.json {
        let mut out = io::stdout();
        let mut events = Events::new(&account.name, &mut out);
        let outcome = jobs::fetch(account, context, options, &mut events);
        let (exit, failure) = conclude(&outcome, account, context);
        if let Some(failure) = &failure {
            events.error(failure);
        }
        events.summary(&outcome, started.elapsed().as_secs_f64(), exit);
        return Ok(Exit::merge([exit, written(events.result)?]));
    }
    let stdout_is_seen = destinations.contains(&Destination::Stdout) && is_terminal();
    let talk = Talk {
        bar: io::stderr().is_terminal() && !cli.global.quiet && !stdout_is_seen && !args.dry_run,
        messages: cli.global.verbose > 0,
        warnings: !cli.global.quiet,
        plan: args.dry_run,
    };
    let mut progress = Progress::new(&account.name, talk);
    let outcome = jobs::fetch(account, context, options, &mut progress);
    progress.finish(&outcome, started.elapsed());
    let (exit, _) = conclude(&outcome, account, context);
    let mut out = io::stdout();
    let plan = progress.plan.iter().try_for_each(|line| writeln!(out, "{}: {line}", account.name));
    Ok(Exit::merge([exit, written(plan)?]))
}

fn output(destination: &Destination, args: &FetchArgs) -> Output {
    match destination {
        Destination::Maildir(path) => Output::Maildir(path.clone()),
        Destination::Mbox(path) => Output::Mbox(path.clone()),
        Destination::Stdout => {
            let format = StreamFormat { raw: args.raw, crlf: args.crlf };
            let stdout = io::stdout();
            // What goes to a terminal is looked at; what goes into a pipe is kept as it is.
            if is_terminal() && !args.raw {
                Output::Stream(Box::new(Guarded::new(stdout)), format)
            } else {
                Output::Stream(Box::new(stdout), format)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_parsed_strictly() {
        assert_eq!(parse_destination("-").unwrap(), Destination::Stdout);
        let path = parse_destination("maildir:/a/b").unwrap();
        assert_eq!(path, Destination::Maildir("/a/b".into()));
        let path = parse_destination("mbox:/a/b").unwrap();
        assert_eq!(path, Destination::Mbox("/a/b".into()));
        for bad in ["", "maildir:", "mbox:", "/a/b", "imap:x"] {
            assert_eq!(parse_destination(bad).unwrap_err().exit, Exit::USAGE, "{bad}");
        }
    }
}
