//! `popfetch list`.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use popfetch::jobs::{self, Account, Context, Event, ListOptions, Row};
use popfetch::model::Scope;

use super::accounts::{prepare, shown};
use super::args::{Cli, ListArgs};
use super::exit::Exit;
use super::json;
use super::output::{is_terminal, stdout};
use super::report::Failure;
use super::run::{Setting, each_account, tell_failure};
use super::table::{Style, Table, terminal_width, write_tsv};
use super::turns::AtOnce;

pub(crate) fn run(cli: &Cli, args: &ListArgs) -> anyhow::Result<Exit> {
    let selection = args.selection.selection(Scope::All).map_err(Failure::usage)?;
    let accounts = prepare(&args.sources, &args.connection, &cli.global)?;
    let several = accounts.all.len() > 1;
    let setting = Setting::new(cli)?;
    let options = ListOptions { selection, short: args.short };
    let style = Style::of(cli.global.color);
    let out = Mutex::new(stdout());
    let listed = AtomicU64::new(0);
    // One after the other: the lines come in the order of the accounts.
    let exit =
        each_account(accounts.without_jobs(), &setting, AtOnce::ONE, |account, (), context| {
            let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
            let done = if args.count {
                print_count(account, context, &options, cli.global.json, several, &mut *out)
            } else if is_terminal() && !cli.global.json {
                print_table(account, context, &options, several, style, &mut *out)
            } else {
                print_lines(account, context, &options, cli.global.json, &mut *out)
            };
            Ok(match done {
                Ok(count) => {
                    listed.fetch_add(count, Ordering::Relaxed);
                    Exit::OK
                }
                Err(error) => tell_failure(&error, account, context).exit,
            })
        })?;
    Ok(if exit == Exit::OK && args.exit_code && listed.into_inner() == 0 {
        Exit::NOTHING
    } else {
        exit
    })
}

fn print_lines(
    account: &Account,
    context: &Context<'_>,
    options: &ListOptions,
    json: bool,
    out: &mut dyn Write,
) -> Result<u64, jobs::Error> {
    let mut listed = 0;
    jobs::list(account, context, options, &mut ignore, &mut |row: Row<'_>| {
        listed += 1;
        if json {
            json::write(out, &json::row(&account.name, &row))
        } else {
            write_tsv(out, &account.name, &row)
        }
    })?;
    out.flush().map_err(jobs::Error::Output)?;
    Ok(listed)
}

fn ignore(_: &Event<'_>) {}

fn print_count(
    account: &Account,
    context: &Context<'_>,
    options: &ListOptions,
    json: bool,
    several: bool,
    out: &mut dyn Write,
) -> Result<u64, jobs::Error> {
    let count = jobs::count(account, context, &options.selection, &mut ignore)?;
    let line = if json {
        json::write(out, &serde_json::json!({"account": account.name.as_str(), "count": count}))
    } else if several {
        writeln!(out, "{count}\t{}", shown(&account.name))
    } else {
        writeln!(out, "{count}")
    };
    line.and_then(|()| out.flush()).map_err(jobs::Error::Output)?;
    Ok(count)
}

fn print_table(
    account: &Account,
    context: &Context<'_>,
    options: &ListOptions,
    several: bool,
    style: Style,
    out: &mut dyn Write,
) -> Result<u64, jobs::Error> {
    let mut table = Table::new(jiff::ZonedDateTime::now());
    jobs::list(account, context, options, &mut ignore, &mut |row: Row<'_>| {
        table.push(&row);
        Ok(())
    })?;
    let mut write = || -> io::Result<()> {
        if several {
            writeln!(out, "{}:", shown(&account.name))?;
        }
        table.write(out, terminal_width(), style)?;
        out.flush()
    };
    write().map_err(jobs::Error::Output)?;
    Ok(table.len())
}
