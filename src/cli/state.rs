//! `popfetch state`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use popfetch::jobs::{self, Account, Context, Event, Report};
use popfetch::model::{Origin, Place, Receipt, Scope, count};
use popfetch::proto::visible;
use serde_json::{Value, json};

use super::accounts::{Prepared, prepare};
use super::args::{AccountArgs, Cli, ConnectionArgs, OnlineArgs, StateCommand};
use super::destination::Template;
use super::exit::Exit;
use super::json;
use super::output::{stdout, written};
use super::receipt::{as_json, from_json};
use super::report::Failure;
use super::run::{Setting, each_account, tell_failure};
use super::source::parse_uid;
use super::turns::AtOnce;

pub(crate) fn run(cli: &Cli, command: &StateCommand) -> anyhow::Result<Exit> {
    match command {
        StateCommand::Show(account) => offline(cli, account, |account, context| {
            let report = jobs::report(account, context)?;
            Ok(if cli.global.json { shown_json(account, &report) } else { shown(account, &report) })
        }),
        StateCommand::Forget { account, uid, .. } => {
            let mut uids = Vec::new();
            for text in uid {
                uids.extend(parse_uid(text).map_err(Failure::usage)?);
            }
            offline(cli, account, |account, context| {
                let forgotten = jobs::forget(account, context, &uids)?;
                Ok(format!("{} forgotten\n", count(forgotten as u64, "message")))
            })
        }
        StateCommand::Export(account) => offline(cli, account, |account, context| {
            let receipts = jobs::export(account, context)?;
            Ok(receipts.iter().map(|receipt| json::line(&as_json(receipt))).collect())
        }),
        StateCommand::Import { account, file } => {
            let receipts = read_receipts(file.as_deref())?;
            offline(cli, account, |account, context| {
                let taken = jobs::import(account, context, receipts.clone())?;
                Ok(format!("{} taken in\n", count(taken as u64, "message")))
            })
        }
        StateCommand::MarkSeen { online: args, selection } => {
            if !selection.is_given() {
                let message = "say which messages: -n, --uid, --last, --before, ... or --all";
                return Err(Failure::usage(message).into());
            }
            let selection = selection.selection(Scope::All).map_err(Failure::usage)?;
            online(cli, args, &[], |account, _, context| {
                let marked = jobs::mark_seen(account, context, &selection, &mut ignore)?;
                Ok(format!("{} marked as seen\n", count(marked as u64, "message")))
            })
        }
        StateCommand::Rebuild { online: args, to } => {
            online(cli, args, to, |account, destinations, context| {
                if !destinations.iter().any(|to| matches!(to, Place::Maildir(_))) {
                    return Err(jobs::Error::NoMaildir);
                }
                let mut found = 0;
                for destination in destinations {
                    if let Place::Maildir(path) = destination {
                        found += jobs::rebuild(account, context, path, &mut ignore)?;
                    }
                }
                let found = count(found as u64, "message");
                Ok(format!("{found} on the server found in the Maildir\n"))
            })
        }
        StateCommand::Adopt(args) => online(cli, args, &[], |account, _, context| {
            let adopted = jobs::adopt(account, context, &mut ignore)?;
            let known = count(adopted.adopted as u64, "known message");
            Ok(format!("{known} found again; {} new\n", adopted.new))
        }),
    }
}

fn ignore(_: &Event<'_>) {}

/// Runs what needs no network, and so no password, and prints what it gives.
fn offline(
    cli: &Cli,
    args: &AccountArgs,
    work: impl FnOnce(&Account, &Context<'_>) -> Result<String, jobs::Error>,
) -> anyhow::Result<Exit> {
    let source = std::slice::from_ref(&args.source);
    let accounts = prepare(source, &ConnectionArgs::default(), &cli.global)?;
    let setting = Setting::new(cli)?;
    let Some(prepared) = accounts.all.into_iter().next() else { return Ok(Exit::OK) };
    let account = prepared?.account;
    setting.with_context(1, |context| print(work(&account, context), &account, context))
}

/// Runs what asks the server. `to` are the destinations that were typed; without any, the
/// account's own are given to `work`.
fn online(
    cli: &Cli,
    args: &OnlineArgs,
    to: &[String],
    work: impl Fn(&Account, &[Place], &Context<'_>) -> Result<String, jobs::Error> + Sync,
) -> anyhow::Result<Exit> {
    let source = std::slice::from_ref(&args.account.source);
    let accounts = prepare(source, &args.connection, &cli.global)?;
    let typed: Result<Vec<_>, _> = to.iter().map(|to| Template::parse(to, None)).collect();
    let typed = typed?;
    let destinations = |prepared: &Prepared| -> Result<Vec<Place>, Failure> {
        let templates = if typed.is_empty() { &prepared.mail.to } else { &typed };
        templates.iter().map(|to| to.for_account(&prepared.account.name)).collect()
    };
    let with_destinations = accounts.all.into_iter().map(|prepared| {
        let prepared = prepared?;
        let destinations = destinations(&prepared)?;
        Ok((prepared, destinations))
    });
    let setting = Setting::new(cli)?;
    each_account(
        with_destinations.collect(),
        &setting,
        AtOnce::ONE,
        |account, destinations, context| {
            print(work(account, destinations, context), account, context)
        },
    )
}

fn print(
    text: Result<String, jobs::Error>,
    account: &Account,
    context: &Context<'_>,
) -> anyhow::Result<Exit> {
    match text {
        Ok(text) => {
            let mut out = stdout();
            Ok(written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?)
        }
        Err(error) => Ok(tell_failure(&error, account, context).exit),
    }
}

/// How many messages came to be known in which way.
fn origins(report: &Report) -> Vec<(Origin, usize)> {
    let messages = report.known.messages();
    let of = |origin: Origin| messages.iter().filter(|row| row.origin == origin).count();
    Origin::WORDS.iter().map(|(origin, _)| (*origin, of(*origin))).collect()
}

fn shown(account: &Account, report: &Option<Report>) -> String {
    let mut text = format!("{}\n", visible(account.identity().as_str().as_bytes(), 400));
    let Some(report) = report else {
        return text + "  nothing is known yet\n";
    };
    let time = |seconds: Option<i64>| seconds.map_or_else(|| "never".to_owned(), local);
    let _ = writeln!(text, "  last login    {}", time(report.times.last_login));
    let _ = writeln!(text, "  last success  {}", time(report.times.last_success));
    let _ = writeln!(
        text,
        "  known         {}",
        count(report.known.messages().len() as u64, "message")
    );
    for (origin, number) in origins(report) {
        if number > 0 {
            let _ = writeln!(text, "    {:<11} {number}", origin.word());
        }
    }
    let missing = report.known.messages().iter().filter(|row| row.missing).count();
    let _ = writeln!(text, "  not listed    {missing} (forgotten after 30 days)");
    if report.unfinished > 0 {
        let _ =
            writeln!(text, "  unfinished    {} (the next fetch finishes them)", report.unfinished);
    }
    for (key, runs) in &report.failing {
        let _ = writeln!(
            text,
            "  failing       {} in {} in a row",
            key.uid,
            count(u64::from(*runs), "run")
        );
    }
    text
}

fn shown_json(account: &Account, report: &Option<Report>) -> String {
    let mailbox = account.identity();
    let value = match report {
        None => json!({"account": account.name.as_str(), "mailbox": mailbox.as_str(), "known": 0}),
        Some(report) => {
            let origins = origins(report).into_iter();
            let origins: serde_json::Map<String, Value> =
                origins.map(|(origin, number)| (origin.word().to_owned(), number.into())).collect();
            let failing = report
                .failing
                .iter()
                .map(|(key, runs)| json!({"uid": key.uid.to_string(), "runs": runs}));
            json!({
                "account": account.name.as_str(),
                "mailbox": mailbox.as_str(),
                "known": report.known.messages().len(),
                "origins": origins,
                "missing": report.known.messages().iter().filter(|row| row.missing).count(),
                "unfinished": report.unfinished,
                "failing": failing.collect::<Vec<_>>(),
                "last_login": report.times.last_login,
                "last_success": report.times.last_success,
            })
        }
    };
    json::line(&value)
}

fn local(seconds: i64) -> String {
    let shown = jiff::Timestamp::from_second(seconds).map(|time| {
        let here = jiff::tz::TimeZone::system().to_datetime(time);
        here.strftime("%Y-%m-%d %H:%M:%S").to_string()
    });
    shown.unwrap_or_else(|_| seconds.to_string())
}

/// The longest line that is read, in octets: a unique-id is short, and the rest of a receipt too.
const MAX_LINE: u64 = 64 * 1024;

fn read_receipts(file: Option<&Path>) -> Result<Vec<Receipt>, Failure> {
    let (name, opened): (String, io::Result<Box<dyn Read>>) = match file {
        Some(path) => {
            (path.display().to_string(), File::open(path).map(|file| Box::new(file) as _))
        }
        None => ("standard input".to_owned(), Ok(Box::new(io::stdin()))),
    };
    let unread = |error| Failure::new(Exit::CONFIG, format!("cannot read {name}: {error}"));
    let mut input = BufReader::new(opened.map_err(unread)?);
    let now = jiff::Timestamp::now().as_second();
    let mut receipts = Vec::new();
    for number in 1.. {
        let mut line = String::new();
        let read = input.by_ref().take(MAX_LINE).read_line(&mut line).map_err(unread)?;
        let wrong = |why: String| Failure::new(Exit::DATA, format!("{name}, line {number}: {why}"));
        match read as u64 {
            0 => break,
            MAX_LINE if !line.ends_with('\n') => return Err(wrong("it is too long".to_owned())),
            _ if line.trim().is_empty() => {}
            _ => receipts.push(from_json(&line, now).map_err(wrong)?),
        }
    }
    Ok(receipts)
}
