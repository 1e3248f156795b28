//! `popfetch status`.

use std::io::Write;
use std::time::Duration;

use popfetch::jobs::{self, Account, Status};
use popfetch::model::count;
use popfetch::proto::visible;
use serde_json::{Value, json};

use super::accounts::{Prepared, prepare, shown};
use super::args::{Cli, ConnectionArgs, StatusArgs};
use super::exit::Exit;
use super::json;
use super::output::{is_terminal, stdout, written};
use super::report::Failure;
use super::run::{Setting, tell_failure};
use super::screen::width;
use super::size::span;
use super::table::fit;

/// The longest error that is shown of an account, in characters.
const ERROR: usize = 1000;

pub(crate) fn run(cli: &Cli, args: &StatusArgs) -> anyhow::Result<Exit> {
    let accounts = prepare(&args.accounts, &ConnectionArgs::default(), &cli.global)?.all;
    let setting = Setting::new(cli)?;
    let names = accounts.iter().flatten().map(|prepared| shown(&prepared.account.name));
    let widest = names.map(|name| name.chars().count()).max().unwrap_or(0);
    let style = match (cli.global.json, is_terminal()) {
        (true, _) => Style::Json,
        (false, true) => Style::Lines { name: widest.min(width() / 3), width: width() },
        (false, false) => Style::Fields,
    };
    let mut out = stdout();
    let mut exits = Vec::new();
    for prepared in accounts {
        exits.push(match prepared {
            Ok(prepared) => show(&prepared, args, &setting, style, &mut out)?,
            Err(failure) => {
                failure.print();
                failure.exit
            }
        });
    }
    exits.push(written(out.flush())?);
    Ok(Exit::merge(exits))
}

fn show(
    Prepared { account, mail, .. }: &Prepared,
    args: &StatusArgs,
    setting: &Setting,
    style: Style,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    setting.with_context(1, |context| {
        let status = match jobs::status(account, context, mail.policy.delete.as_ref()) {
            Ok(status) => status,
            Err(error) => return Ok(tell_failure(&error, account, context).exit),
        };
        let now = context.surroundings.seconds();
        let printed = written(out.write_all(style.write(account, &status, now).as_bytes()))?;
        let stale = args.max_age.and_then(|age| stale(&status, age, now));
        Ok(match stale {
            None => printed,
            Some(message) => {
                let failure = Failure::new(Exit::TEMPORARY, message);
                failure.for_account(account.name.as_str()).print();
                Exit::TEMPORARY
            }
        })
    })
}

/// What is the matter with an account whose last success lies further back than `age` seconds.
fn stale(status: &Status, age: i64, now: i64) -> Option<String> {
    match status.times.last_success {
        None => Some("no run has gone well yet".to_owned()),
        Some(success) if now - success > age => {
            Some(format!("the last run that went well was {} ago", since(success, now)))
        }
        Some(_) => None,
    }
}

fn since(then: i64, now: i64) -> String {
    span(Duration::from_secs((now - then).max(0).unsigned_abs()))
}

/// How a status is written.
#[derive(Clone, Copy)]
enum Style {
    /// For people: a line an account, and lines below it for what is not as it should be.
    Lines { name: usize, width: usize },
    /// For programs: eight fields with tabs between them.
    Fields,
    /// For programs: an object.
    Json,
}

impl Style {
    fn write(self, account: &Account, status: &Status, now: i64) -> String {
        match self {
            Self::Lines { name, width } => lines(account, status, now, name, width),
            Self::Fields => fields(account, status),
            Self::Json => json::line(&object(account, status)),
        }
    }
}

fn lines(account: &Account, status: &Status, now: i64, name: usize, width: usize) -> String {
    let mut parts = vec![match status.times.last_success {
        Some(success) => format!("went well {} ago", since(success, now)),
        None => "has not gone well yet".to_owned(),
    }];
    parts.push(format!("{} seen", status.seen));
    if status.waiting_deletes > 0 {
        parts.push(format!("{} waiting to be deleted", status.waiting_deletes));
    }
    if let Some(next) = status.times.next_login.filter(|next| *next > now) {
        parts.push(format!("next login in {}", since(now, next)));
    }
    let mut lines = vec![parts.join(", ")];
    if let Some(trouble) = &status.trouble {
        let error = visible(trouble.error.as_bytes(), ERROR);
        lines.push(format!("fails since {}: {error}", since(trouble.since, now)));
    }
    if status.unfinished > 0 {
        let unfinished = count(status.unfinished, "delivery");
        lines.push(format!("{unfinished} unfinished: the next fetch finishes them"));
    }
    for (key, runs) in &status.failing {
        let runs = count(u64::from(*runs), "run");
        lines.push(format!("message {} failed in {runs} in a row", key.uid));
    }
    let cut = |line: String, room: usize| line.chars().take(room.max(20)).collect::<String>();
    let room = width.saturating_sub(name + 2);
    let mut shown_name = fit(&shown(&account.name), name);
    let mut text = String::new();
    for line in lines {
        text.push_str(&shown_name);
        text.push_str("  ");
        text.push_str(&cut(line, room));
        text.push('\n');
        shown_name = " ".repeat(name);
    }
    text
}

/// `account, ok|failing|never, last success, seen, waiting deletes, next login, failing messages,
/// error`; times as RFC 3339.
fn fields(account: &Account, status: &Status) -> String {
    let time = |seconds: Option<i64>| seconds.map(rfc3339).unwrap_or_default();
    let word = match (&status.trouble, status.times.last_success) {
        (Some(_), _) => "failing",
        (None, Some(_)) => "ok",
        (None, None) => "never",
    };
    let error = status.trouble.as_ref().map(|trouble| visible(trouble.error.as_bytes(), ERROR));
    format!(
        "{}\t{word}\t{}\t{}\t{}\t{}\t{}\t{}\n",
        shown(&account.name),
        time(status.times.last_success),
        status.seen,
        status.waiting_deletes,
        time(status.times.next_login),
        status.failing.len(),
        error.unwrap_or_default(),
    )
}

fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn object(account: &Account, status: &Status) -> Value {
    let failing =
        status.failing.iter().map(|(key, runs)| json!({"uid": key.uid.to_string(), "runs": runs}));
    let trouble = status.trouble.as_ref().map(
        |trouble| json!({"since": trouble.since, "last": trouble.last_at, "error": trouble.error}),
    );
    json!({
        "account": account.name.as_str(),
        "mailbox": account.identity().as_str(),
        "last_login": status.times.last_login,
        "last_success": status.times.last_success,
        "next_login": status.times.next_login,
        "seen": status.seen,
        "waiting_deletes": status.waiting_deletes,
        "unfinished": status.unfinished,
        "failing": failing.collect::<Vec<_>>(),
        "trouble": trouble,
    })
}
