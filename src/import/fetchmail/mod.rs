//! fetchmail: entries that read like English.

mod grammar;
mod words;

use super::account::{AT_ONCE, Account, Error, Found, Password};
use super::option::{
    AS_IT_IS, CANNOT, CHECKED, DISABLED, HOOKS, LOGS, Left, NOTHING_LOST, ONLY_NEW, OVERSIZED,
    Options, PINNED, TO, not_carried,
};
use crate::model::{Secret, TlsMode};
use grammar::{Configuration, DEFAULTS, Server, User, parse};

/// Where fetchmail keeps what it has seen, unless it is told otherwise.
const IDFILE: &str = "~/.fetchids";

const LEFT: &[Left] = &[
    ("antispam", NOTHING_LOST),
    ("bad-header", NOTHING_LOST),
    ("batchlimit", NOTHING_LOST),
    ("bsmtp", TO),
    ("checkalias", NOTHING_LOST),
    ("dns", NOTHING_LOST),
    ("dropdelivered", AS_IT_IS),
    ("dropstatus", AS_IT_IS),
    ("esmtpname", NOTHING_LOST),
    ("esmtppassword", NOTHING_LOST),
    ("expunge", NOTHING_LOST),
    ("fastuidl", NOTHING_LOST),
    ("fetchsizelimit", NOTHING_LOST),
    ("folder", "POP3 has no folders"),
    ("forcecr", NOTHING_LOST),
    ("idle", NOTHING_LOST),
    ("interface", CANNOT),
    ("interval", "run popfetch fetch for this account less often"),
    ("lmtp", TO),
    ("mda", TO),
    ("mimedecode", AS_IT_IS),
    ("monitor", CANNOT),
    ("pass8bits", NOTHING_LOST),
    ("plugout", NOTHING_LOST),
    ("postconnect", HOOKS),
    ("preconnect", HOOKS),
    ("principal", CANNOT),
    ("properties", NOTHING_LOST),
    ("rewrite", NOTHING_LOST),
    ("smtpaddress", NOTHING_LOST),
    ("smtphost", TO),
    ("smtpname", NOTHING_LOST),
    ("sslcertpath", "put the certificates into one file and set ca-file"),
    ("sslfingerprint", PINNED),
    ("stripcr", NOTHING_LOST),
    ("tracepolls", NOTHING_LOST),
    ("uidl", NOTHING_LOST),
    ("warnings", NOTHING_LOST),
];

const LEFT_GLOBALS: &[Left] = &[
    ("bouncemail", NOTHING_LOST),
    ("daemon", "run popfetch fetch from cron or a systemd timer"),
    ("invisible", NOTHING_LOST),
    ("logfile", LOGS),
    ("pidfile", NOTHING_LOST),
    ("postmaster", NOTHING_LOST),
    ("properties", NOTHING_LOST),
    ("showdots", NOTHING_LOST),
    ("softbounce", NOTHING_LOST),
    ("spambounce", NOTHING_LOST),
    ("syslog", "systemd's journal takes what popfetch says"),
];

/// What sorts the mail of several people.
const MULTIDROP: &[&str] = &["envelope", "qvirtual", "localdomains", "aka", "fetchdomains"];

pub(super) fn read(text: &str) -> Result<Found, Error> {
    let Configuration { mut globals, servers } = parse(text)?;
    let mut found = Found::default();
    let idfile = globals.given("idfile").unwrap_or_else(|| IDFILE.to_owned());
    found.notes = globals.not_carried(LEFT_GLOBALS);
    let mut defaults = Options::default();
    for Server { name, skip, options, mut users } in servers {
        if name == DEFAULTS {
            defaults = options;
            users.iter().for_each(|user| defaults.override_by(&user.options));
            continue;
        }
        if users.is_empty() {
            users.push(User::default());
        }
        let several = users.len() > 1;
        for user in users {
            let mut all = defaults.clone();
            all.override_by(&options);
            all.override_by(&user.options);
            match account(&name, all, user.locals, several) {
                Ok(mut account) => {
                    account.seen = Some(idfile.clone());
                    if skip {
                        account.note(not_carried("skip", DISABLED));
                    }
                    found.accounts.push(account);
                }
                Err(note) => found.notes.push(note),
            }
        }
    }
    Ok(found)
}

/// An account, or why there is none.
fn account(
    server: &str,
    mut options: Options,
    locals: usize,
    several: bool,
) -> Result<Account, String> {
    let user = options.given("user");
    let protocol = options.take("protocol").map(|text| text.to_ascii_lowercase());
    let protocol = protocol.as_deref().unwrap_or("auto");
    if !matches!(protocol, "pop3" | "apop" | "auto" | "sdps") {
        return Err(format!("'{server}' is not carried over: popfetch does not speak {protocol}"));
    }
    let is_on = |value: Option<String>| value.map(|value| value == "yes");
    let tls = match (is_on(options.take("ssl")), options.take("sslproto").as_deref()) {
        (Some(true), _) => TlsMode::Implicit,
        (_, Some("")) => TlsMode::None,
        _ => TlsMode::Starttls,
    };
    let host = options.given("via").unwrap_or_else(|| server.to_owned());
    let name = match user.as_deref().filter(|_| several) {
        Some(user) => format!("{server}-{user}"),
        None => server.to_owned(),
    };
    let mut account = Account::new(name, host, tls);
    account.user = user;
    match protocol {
        "auto" => account.note("no protocol is named: popfetch speaks POP3 with the server"),
        "apop" => account.set_text("auth", Some("APOP".to_owned())),
        _ => {}
    }
    match tls {
        TlsMode::None => account.note_clear(),
        TlsMode::Starttls => account.note(
            "it has no 'ssl': tls = \"starttls\" is written, and popfetch goes on only where the \
             server can do that; set tls = \"implicit\" if it can",
        ),
        TlsMode::Implicit => {}
    }
    account.port = match options.given("service").as_deref() {
        Some("pop3s") => Some(995),
        Some("pop3") => Some(110),
        service => service.and_then(|service| service.parse().ok()),
    };
    match options.given("auth").as_deref() {
        None | Some("any" | "password") => {}
        Some("cram" | "cram-md5") => account.set_text("auth", Some("CRAM-MD5".to_owned())),
        Some("external") => account.set_text("auth", Some("EXTERNAL".to_owned())),
        Some(method) => account.note(not_carried(&format!("auth {method}"), CANNOT)),
    }
    account.password = options
        .given("password")
        .map(|password| Password::Known(Secret::new(password.into_bytes())));
    account.set_path("ca-file", options.given("sslcertfile"));
    account.set_text("tls-host", options.given("sslcommonname"));
    account.set_path("client-cert", options.given("sslcert"));
    account.set_path("client-key", options.given("sslkey"));
    let port = account.port.unwrap_or(account.tls.default_port()).to_string();
    let tunnel = options.given("plugin");
    let tunnel = tunnel.map(|command| command.replace("%h", &account.host).replace("%p", &port));
    account.set_text("tunnel", tunnel);
    account.set_number("timeout", options.number("timeout"));
    account.set_number("max-size", options.number("limit"));
    account.set_number("max-messages", options.number("fetchlimit"));
    account.delete = if is_on(options.take("keep")) == Some(true) { None } else { AT_ONCE };
    for (switch, instead) in
        [("fetchall", ONLY_NEW), ("flush", OVERSIZED), ("limitflush", OVERSIZED)]
    {
        if is_on(options.take(switch)) == Some(true) {
            account.note(not_carried(switch, instead));
        }
    }
    if is_on(options.take("sslcertck")) == Some(false) {
        account.note(not_carried("no sslcertck", CHECKED));
    }
    // They tell whose mail it is, which matters only where it may be of several people.
    MULTIDROP.iter().for_each(|option| drop(options.take(option)));
    if locals > 1 {
        account.note("its mail is sorted by its envelope, and popfetch does not sort");
    }
    let notes = options.not_carried(LEFT);
    if !notes.iter().any(|note| note.ends_with(TO)) {
        account.note(
            "fetchmail hands its mail to a mail server, and popfetch does not: name a Maildir with \
             the key 'to'",
        );
    }
    account.notes.extend(notes);
    Ok(account)
}

#[cfg(test)]
mod tests;
