//! `popfetch check`.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use popfetch::jobs::{self, Account, Findings, Step};
use popfetch::model::{Endpoint, count};
use popfetch::proto::visible;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthChar;

use super::accounts::{prepare, shown};
use super::args::{CheckArgs, Cli};
use super::config::tls_name;
use super::exit::Exit;
use super::json;
use super::output::{is_terminal, stdout, written};
use super::report::Failure;
use super::run::{Setting, each_account, failure_of};
use super::size::size;
use super::table::terminal_width;
use super::turns::AtOnce;

/// The longest value that is shown, in characters.
const VALUE: usize = 1000;
/// Columns for the names of facts.
const NAMES: usize = 17;
/// The width where there is no terminal.
const WIDTH: usize = 100;

pub(crate) fn run(cli: &Cli, args: &CheckArgs) -> anyhow::Result<Exit> {
    let accounts = prepare(&args.sources, &args.connection, &cli.global)?;
    let setting = Setting::new(cli)?;
    let out = Mutex::new(stdout());
    // One after the other: the reports come in the order of the accounts.
    each_account(accounts.without_jobs(), &setting, AtOnce::ONE, |account, (), context| {
        let found = jobs::check(account, context);
        let failure = found.error.as_ref().map(|error| failure_of(error, account, context));
        let exit = failure.as_ref().map_or(Exit::OK, |failure| failure.exit);
        let text = if cli.global.json {
            json::line(&object(account, &found, failure.as_ref()))
        } else if cli.global.quiet {
            String::new()
        } else {
            report(account, &found, if is_terminal() { terminal_width() } else { WIDTH })
        };
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let printed = written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
        if let Some(failure) = failure {
            failure.print();
        }
        Ok(Exit::merge([exit, printed]))
    })
}

fn remarks(found: &Findings) -> impl Iterator<Item = &String> {
    found.steps.iter().flat_map(|step| &step.remarks)
}

fn object(account: &Account, found: &Findings, failure: Option<&Failure>) -> Value {
    let step = |step: &Step| {
        let facts = step.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        json!({
            "step": step.name,
            "ok": step.ok,
            "seconds": step.took.as_secs_f64(),
            "facts": facts.collect::<serde_json::Map<_, _>>(),
            "remarks": step.remarks,
        })
    };
    let Endpoint { host, port, tls } = &account.endpoint;
    json!({
        "account": account.name.as_str(),
        "host": host,
        "port": port,
        "tls": tls_name(*tls),
        "ok": failure.is_none(),
        "remarks": remarks(found).count(),
        "exit": failure.map_or(0, |failure| failure.exit.0),
        "error": failure.map(|failure| failure.message.as_str()),
        "hint": failure.and_then(|failure| failure.hint.as_deref()),
        "steps": found.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// For people: each step with what was found below it.
fn report(account: &Account, found: &Findings, width: usize) -> String {
    let name = shown(&account.name);
    let Endpoint { host, port, tls } = &account.endpoint;
    let mut text = String::new();
    let place = format!("{name}: {host}, port {port}, TLS {}", tls_name(*tls));
    wrapped(&mut text, "", 2, &visible(place.as_bytes(), VALUE), width);
    for step in &found.steps {
        let mark = match (step.ok, step.remarks.is_empty()) {
            (false, _) => "x ",
            (true, false) => "! ",
            (true, true) => "ok",
        };
        let head = format!("{} ({} ms)", title(step.name), step.took.as_millis());
        wrapped(&mut text, &format!("  {mark} "), 5, &head, width);
        for (name, value) in &step.facts {
            let label = format!("     {:NAMES$}", name.replace('_', " "));
            wrapped(&mut text, &label, 5 + NAMES, &words(name, value), width);
        }
        for remark in &step.remarks {
            wrapped(&mut text, "   ! ", 5, remark, width);
        }
    }
    if found.error.is_none() {
        let verdict = match remarks(found).count() {
            0 => "all is well".to_owned(),
            some => format!("it works, with {}", count(some as u64, "remark")),
        };
        wrapped(&mut text, "", 2, &format!("{name}: {verdict}"), width);
    }
    text
}

fn title(step: &str) -> &str {
    match step {
        "connect" => "connection",
        "tls" => "TLS",
        "headers" => "headers by TOP",
        other => other,
    }
}

fn words(name: &str, value: &Value) -> String {
    let one = |value: &Value| match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => visible(text.as_bytes(), VALUE),
        Value::Number(octets) if name == "octets" => size(octets.as_u64().unwrap_or_default()),
        other => other.to_string(),
    };
    match value {
        Value::Array(all) => all.iter().map(one).collect::<Vec<_>>().join(", "),
        value => one(value),
    }
}

/// Adds `value` behind `begin`, in as many lines as it takes; further ones begin at column `indent`.
fn wrapped(text: &mut String, begin: &str, indent: usize, value: &str, width: usize) {
    let room = width.saturating_sub(indent).max(8);
    text.push_str(begin);
    let mut column = 0;
    let next_line = |text: &mut String| {
        let kept = text.trim_end_matches(' ').len();
        text.truncate(kept);
        text.push('\n');
        text.push_str(&" ".repeat(indent));
        0
    };
    for word in value.split(' ') {
        let long: usize = word.chars().map(|c| c.width().unwrap_or(0)).sum();
        if column > 0 && column + long > room {
            column = next_line(text);
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            // A fingerprint is longer than a narrow line.
            if column + wide > room {
                column = next_line(text);
            }
            text.push(c);
            column += wide;
        }
        text.push(' ');
        column += 1;
    }
    let kept = text.trim_end_matches(' ').len();
    text.truncate(kept);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_go_on_below_themselves() {
        let mut text = String::new();
        wrapped(&mut text, "  name  ", 8, "one two 你好 abcdefghijklmnop", 18);
        assert_eq!(text, "  name  one two\n        你好\n        abcdefghij\n        klmnop\n");
    }
}
