//! fdm: accounts, actions, and rules that say which mail is treated how.

mod grammar;
mod rules;
mod tokens;

use super::account::{AT_ONCE, Account, Error, Found, Password};
use super::option::{
    CANNOT, CHECKED, DISABLED, Left, NOTHING_LOST, ONLY_NEW, OVERSIZED, Options, UNCHECKED,
    not_carried,
};
use crate::model::{Secret, TlsMode};
use grammar::{Statement, parse};
use rules::deliver;
use tokens::Token;

const LEFT_SETTINGS: &[Left] = &[
    ("allow-multiple", NOTHING_LOST),
    ("command-user", CANNOT),
    ("default-user", NOTHING_LOST),
    ("delete-oversized", OVERSIZED),
    ("file-group", CANNOT),
    ("file-umask", NOTHING_LOST),
    ("ignore-errors", NOTHING_LOST),
    ("lock-file", NOTHING_LOST),
    ("lock-timeout", NOTHING_LOST),
    ("lock-type", NOTHING_LOST),
    ("lock-types", NOTHING_LOST),
    ("lock-wait", NOTHING_LOST),
    ("lookup-order", NOTHING_LOST),
    ("no-create", NOTHING_LOST),
    ("no-received", NOTHING_LOST),
    ("parallel-accounts", "set jobs"),
    ("purge-after", NOTHING_LOST),
    ("queue-high", NOTHING_LOST),
    ("queue-low", NOTHING_LOST),
    ("strip-characters", NOTHING_LOST),
    ("unmatched-mail", NOTHING_LOST),
];

pub(super) fn read(text: &str) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut settings = Options::default();
    let mut accounts = Vec::new();
    let mut actions = Vec::new();
    let mut rules = Vec::new();
    for statement in parse(text)? {
        match statement {
            Statement::Set(option, rest) => settings.set(&option, joined(&rest)),
            Statement::Account { name, body } => accounts.push((name, body)),
            Statement::Action { name, acts } => actions.push((name, acts)),
            Statement::Rule(rule) => rules.push(rule),
            Statement::Include => {
                found.notes.push(not_carried("include", "import that file as well"));
            }
            Statement::Cache => {}
        }
    }
    let is_checked = settings.take("verify-certificates").is_some();
    let timeout = settings.take("timeout").and_then(|text| in_units(&text, TIMES));
    let max_size = settings.take("maximum-size").and_then(|text| in_units(&text, SIZES));
    let proxy = settings.take("proxy").map(|url| url.replacen("socks://", "socks5://", 1));
    for (name, body) in accounts {
        match account(name, &body) {
            Ok(mut account) => {
                if account.tls != TlsMode::None && !is_checked {
                    account.note(UNCHECKED);
                }
                account.set_text("proxy", proxy.clone());
                account.set_number("timeout", timeout);
                account.set_number("max-size", max_size);
                deliver(&mut account, &rules, &actions);
                found.accounts.push(account);
            }
            Err(note) => found.notes.push(note),
        }
    }
    found.notes.extend(settings.not_carried(LEFT_SETTINGS));
    Ok(found)
}

/// Tokens as text, with blanks between them; `yes` where there is none.
fn joined(tokens: &[Token]) -> String {
    let texts: Vec<String> = tokens
        .iter()
        .map(|token| match token {
            Token::Word(text) | Token::Text(text) | Token::Command(text) => text.clone(),
            Token::Number(number) => number.to_string(),
            Token::Sign(sign) => sign.to_string(),
        })
        .collect();
    if texts.is_empty() { "yes".to_owned() } else { texts.join(" ") }
}

const TIMES: &[(&str, u64)] = &[
    ("second", 1),
    ("minute", 60),
    ("hour", 3600),
    ("day", 24 * 3600),
    ("week", 7 * 24 * 3600),
    ("month", 30 * 24 * 3600),
    ("year", 365 * 24 * 3600),
];

const SIZES: &[(&str, u64)] = &[("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("b", 1)];

/// A number and perhaps its unit, told by how it begins.
fn in_units(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let unit = unit.to_ascii_lowercase();
    let known = units.iter().find(|(name, _)| unit.starts_with(name));
    let factor = if unit.is_empty() { 1 } else { known?.1 };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// An account, or why there is none.
fn account(name: String, body: &[Token]) -> Result<Account, String> {
    let mut words = body.iter();
    let mut kind = None;
    let mut disabled = false;
    for token in words.by_ref() {
        match token {
            Token::Word(word) if word == "disabled" => disabled = true,
            Token::Word(word) if !word.starts_with("user") => {
                kind = Some(word.as_str());
                break;
            }
            _ => {}
        }
    }
    let tls = match kind {
        Some("pop3") => TlsMode::None,
        Some("pop3s") => TlsMode::Implicit,
        kind => {
            let kind = kind.unwrap_or("nothing");
            return Err(format!(
                "'{name}' is not carried over: it reads {kind}, and popfetch POP3"
            ));
        }
    };
    let mut account = Account::new(name, String::new(), tls);
    account.delete = AT_ONCE;
    let mut only_new = false;
    while let Some(token) = words.next() {
        let Token::Word(word) = token else { continue };
        match word.as_str() {
            "pipe" => {
                let name = &account.name;
                return Err(format!(
                    "'{name}' is not carried over: it names no server; set host and tunnel"
                ));
            }
            "server" => account.host = words.next().and_then(text).unwrap_or_default(),
            "port" => account.port = words.next().and_then(port),
            "user" => account.user = words.next().and_then(text),
            "pass" => account.password = words.next().and_then(password),
            "new-only" => only_new = true,
            "old-only" => {
                let name = &account.name;
                return Err(format!(
                    "'{name}' is not carried over: it is about old mail; to delete it some time \
                     after it came, set delete = \"14d\" for the account that fetches it"
                ));
            }
            "cache" => account.seen = words.next().and_then(text).and_then(|t| path(&t, &account)),
            "keep" => account.delete = None,
            "starttls" => account.tls = TlsMode::Starttls,
            "no-verify" => account.note(not_carried("no-verify", CHECKED)),
            "no-uidl" => {
                account.note(not_carried("no-uidl", "popfetch needs unique-ids to keep mail"));
            }
            _ => {}
        }
    }
    if account.host.is_empty() {
        return Err(format!("the account '{}' has no server that is a plain string", account.name));
    }
    if account.tls == TlsMode::None {
        account.note_clear();
    }
    if disabled {
        account.note(not_carried("disabled", DISABLED));
    }
    if !only_new && account.delete.is_none() {
        account.note(not_carried("keep without new-only", ONLY_NEW));
    }
    Ok(account)
}

fn text(token: &Token) -> Option<String> {
    let Token::Text(text) = token else { return None };
    Some(text.clone())
}

fn port(token: &Token) -> Option<u16> {
    match token {
        Token::Number(number) => u16::try_from(*number).ok(),
        Token::Text(name) if name == "pop3s" => Some(995),
        Token::Text(name) if name == "pop3" => Some(110),
        Token::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn password(token: &Token) -> Option<Password> {
    match token {
        Token::Text(text) => Some(Password::Known(Secret::new(text.clone().into_bytes()))),
        Token::Command(command) => Some(Password::Command(command.clone())),
        _ => None,
    }
}

/// A path with what stands in it for the home directory and the account; nothing where there is
/// more.
fn path(text: &str, account: &Account) -> Option<String> {
    let mut path = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        path += &rest[..at];
        let tag = &rest[at + 1..];
        let (tag, behind) = match tag.strip_prefix('[') {
            Some(named) => named.split_once(']')?,
            None => tag.split_at_checked(1)?,
        };
        match tag {
            "%" => path.push('%'),
            "h" | "home" if path.is_empty() => path.push('~'),
            "a" | "account" => path += &account.name,
            _ => return None,
        }
        rest = behind;
    }
    Some(path + rest)
}

#[cfg(test)]
mod tests;
