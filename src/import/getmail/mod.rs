//! getmail: an INI file an account, its values in parts written as Python would.

mod ini;

use super::account::{AT_ONCE, Account, Error, Found, Password, Place, after, sha256};
use super::option::{
    FILTERS, LOGS, Left, NOTHING_LOST, ONLY_NEW, OVERSIZED, Options, PINNED, TLS_LIBRARY, TO,
    UNCHECKED, not_carried,
};
use crate::model::{Secret, TlsMode};
use ini::{Sections, is_true, quoted, sections, tuple};

const LEFT: &[Left] = &[
    ("delete_dup_msgids", NOTHING_LOST),
    ("getmaildir", NOTHING_LOST),
    ("password_command", "popfetch runs one command: set password-command"),
    ("ssl_ciphers", TLS_LIBRARY),
    ("ssl_version", TLS_LIBRARY),
    ("record_mailbox", NOTHING_LOST),
    ("use_peek", NOTHING_LOST),
];

const LEFT_OPTIONS: &[Left] = &[
    ("delivered_to", NOTHING_LOST),
    ("fingerprint", NOTHING_LOST),
    ("logfile", LOGS),
    ("message_log", LOGS),
    ("message_log_syslog", LOGS),
    ("message_log_verbose", NOTHING_LOST),
    ("netrc_file", "set the environment variable NETRC"),
    ("received", NOTHING_LOST),
    ("skip_imap_fetch_size", NOTHING_LOST),
    ("to_oldmail_on_each_mail", NOTHING_LOST),
    ("use_netrc", NOTHING_LOST),
    ("verbose", NOTHING_LOST),
];

pub(super) fn read(text: &str, file_name: &str) -> Result<Found, Error> {
    let mut sections = sections(text)?;
    let mut found = Found::default();
    let Some(mut retriever) = sections.remove("retriever") else {
        return Err(Error::new(1, "there is no [retriever] section"));
    };
    let kind = retriever.take("type").unwrap_or_default();
    let tls = match kind.as_str() {
        "SimplePOP3Retriever" | "BrokenUIDLPOP3Retriever" => TlsMode::None,
        "SimplePOP3SSLRetriever" | "BrokenUIDLPOP3SSLRetriever" => TlsMode::Implicit,
        kind => {
            let why = if kind.contains("IMAP") {
                "it speaks IMAP, and popfetch POP3"
            } else if kind.starts_with("Multidrop") {
                "popfetch sorts no mail by its envelope"
            } else {
                "it is not known"
            };
            found.notes.push(not_carried(&format!("type = {kind}"), why));
            return Ok(found);
        }
    };
    let Some(host) = retriever.given("server") else {
        return Err(Error::new(1, "the [retriever] section names no server"));
    };
    let name = match file_name.strip_prefix("getmailrc").unwrap_or(file_name) {
        "" => host.clone(),
        rest => rest.trim_start_matches(['-', '.', '_']).to_owned(),
    };
    let mut account = Account::new(name, host, tls);
    if tls == TlsMode::None {
        account.note_clear();
    }
    if kind.starts_with("BrokenUIDL") {
        account.note(not_carried(&kind, "popfetch needs unique-ids to keep mail on the server"));
    }
    retrieve(&mut account, retriever);
    deliver(&mut account, &mut sections);
    treat(&mut account, sections.remove("options").unwrap_or_default());
    for section in sections.keys().filter(|section| section.starts_with("filter")) {
        account.note(not_carried(&format!("[{section}]"), FILTERS));
    }
    found.accounts.push(account);
    Ok(found)
}

/// Takes over where mail comes from.
fn retrieve(account: &mut Account, mut options: Options) {
    account.port = options.given("port").and_then(|port| port.parse().ok());
    account.user = options.given("username");
    account.set_number("timeout", options.number("timeout"));
    let trusted = options.given("ca_certs").map(|path| user_path(&path));
    let pinned = options.given("ssl_fingerprints").as_deref().and_then(tuple).unwrap_or_default();
    let fingerprints: Vec<String> = pinned.iter().filter_map(|pin| sha256(pin)).collect();
    if fingerprints.len() < pinned.len() {
        account.note(not_carried("ssl_fingerprints", PINNED));
    }
    if account.tls == TlsMode::Implicit && trusted.is_none() && fingerprints.is_empty() {
        account.note(UNCHECKED);
    }
    account.set_path("ca-file", trusted);
    account.set_texts("tls-fingerprint", fingerprints);
    account.set_text("tls-host", options.given("ssl_cert_hostname"));
    account.set_path("client-cert", options.given("certfile").map(|path| user_path(&path)));
    account.set_path("client-key", options.given("keyfile").map(|path| user_path(&path)));
    for (switch, method) in [("use_apop", "APOP"), ("use_xoauth2", "XOAUTH2")] {
        if options.take(switch).is_some_and(|value| is_true(&value)) {
            account.set_text("auth", Some(method.to_owned()));
        }
    }
    let password = options.given("password");
    let password = password.map(|text| Password::Known(Secret::new(text.into_bytes())));
    let command = options.given("password_command");
    account.password = match command.as_deref().map(tuple) {
        Some(Some(words)) if password.is_none() && !words.is_empty() => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            Some(Password::Command(words.join(" ")))
        }
        Some(None) => {
            options.set("password_command", "?");
            password
        }
        _ => password,
    };
    let port = account.port.unwrap_or(account.tls.default_port());
    let user = account.user.as_deref().unwrap_or_default();
    account.seen = Some(stripped(&format!("oldmail-{}-{port}-{user}", account.host)));
    account.notes.extend(options.not_carried(LEFT));
}

/// Takes over where mail goes.
fn deliver(account: &mut Account, sections: &mut Sections) {
    let Some(mut options) = sections.remove("destination") else { return };
    let kind = options.take("type").unwrap_or_default();
    if kind != "MultiDestination" {
        return deliver_to(account, &kind, options);
    }
    let destinations = options.take("destinations").as_deref().and_then(tuple);
    for name in destinations.unwrap_or_default() {
        let section = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        match section.and_then(|section| sections.remove(section)) {
            Some(mut options) => {
                let kind = options.take("type").unwrap_or_default();
                deliver_to(account, &kind, options);
            }
            None => account.note(not_carried(&format!("the destination {name}"), TO)),
        }
    }
}

fn deliver_to(account: &mut Account, kind: &str, mut options: Options) {
    let path = options.take("path").map(|path| user_path(&path));
    match (kind, path) {
        (_, Some(path)) if path.contains('$') => {
            account.note(not_carried(&format!("the path {path}"), "set to without variables"));
        }
        ("Maildir", Some(path)) => {
            let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(&path);
            account.to.push(Place::Maildir(path.to_owned()));
        }
        ("Mboxrd", Some(path)) => account.to.push(Place::Mbox(path)),
        _ => account.note(not_carried(&format!("type = {kind}"), TO)),
    }
}

/// Takes over what becomes of mail on the server.
fn treat(account: &mut Account, mut options: Options) {
    let given = |value: Option<u64>| value.filter(|value| *value > 0);
    let is_set = |value: Option<String>| value.map(|value| is_true(&value));
    let days = given(options.number("delete_after"));
    account.delete = if is_set(options.take("delete")) == Some(true) {
        AT_ONCE
    } else {
        days.and_then(|days| after(days.saturating_mul(24 * 3600)))
    };
    account.set_number("max-size", options.number("max_message_size"));
    account.set_number("max-messages", options.number("max_messages_per_session"));
    account.set_number("max-octets", options.number("max_bytes_per_session"));
    if is_set(options.take("read_all")) != Some(false) {
        account.note(not_carried("read_all", ONLY_NEW));
    }
    if given(options.number("delete_bigger_than")).is_some() {
        account.note(not_carried("delete_bigger_than", OVERSIZED));
    }
    account.notes.extend(options.not_carried(LEFT_OPTIONS));
}

/// A path whose `$HOME` popfetch understands as well.
fn user_path(path: &str) -> String {
    let below = path.strip_prefix("$HOME/").or_else(|| path.strip_prefix("${HOME}/"));
    below.map_or_else(|| path.to_owned(), |below| format!("~/{below}"))
}

/// A name without the characters that getmail takes out of file names.
fn stripped(name: &str) -> String {
    let mut stripped = String::new();
    for c in name.chars() {
        if !"/:;<>|".contains(c) {
            stripped.push(c);
        } else if !stripped.ends_with('\0') {
            stripped.push('\0');
        }
    }
    stripped.replace('\0', "-")
}

#[cfg(test)]
mod tests;
