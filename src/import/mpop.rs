//! mpop: `command argument` lines, grouped into accounts that inherit from defaults and from each
//! other.

use super::account::{AT_ONCE, Account, Error, Found, Password, Place, after, sha256};
use super::option::{
    CANNOT, CHECKED, FILTERS, Left, NOTHING_LOST, ONLY_NEW, OVERSIZED, Options, PINNED,
    TLS_LIBRARY, TO, not_carried,
};
use crate::model::{Deletion, Secret, TlsMode};

/// Where mpop keeps what it has seen, unless it is told otherwise.
const UIDLS_FILE: &str = "~/.mpop_uidls/%U_at_%H";

const LEFT: &[Left] = &[
    ("filter", FILTERS),
    ("ntlmdomain", CANNOT),
    ("received_header", NOTHING_LOST),
    ("tls_crl_file", TLS_LIBRARY),
    ("tls_force_sslv3", TLS_LIBRARY),
    ("tls_min_dh_prime_bits", TLS_LIBRARY),
    ("tls_priorities", TLS_LIBRARY),
];

pub(super) fn read(text: &str) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut defaults = Options::default();
    let mut accounts: Vec<(String, Options)> = Vec::new();
    let mut in_defaults = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (command, argument) = split(line);
        match command {
            "defaults" => in_defaults = true,
            "account" => {
                let account = begin(argument, &defaults, &accounts).ok_or_else(|| {
                    let message = format!("'account {argument}' names no account before it");
                    Error::new(number, message)
                })?;
                accounts.push(account);
                in_defaults = false;
            }
            "eval" => found.notes.push(not_carried(
                "eval",
                "write what its command prints into the account, or set password-command",
            )),
            _ => {
                let own = accounts.last_mut().map(|(_, options)| options);
                let into = if in_defaults { Some(&mut defaults) } else { own };
                let into = into.ok_or_else(|| {
                    let message = format!("'{command}' stands before the first account");
                    Error::new(number, message)
                })?;
                into.set(command, argument);
            }
        }
    }
    for (name, mut options) in accounts {
        match options.given("host") {
            Some(host) => found.accounts.push(account(name, host, options)),
            None => found.notes.push(format!("the account '{name}' has no host")),
        }
    }
    Ok(found)
}

/// A command and its argument, which may be enclosed in quotes.
fn split(line: &str) -> (&str, &str) {
    let (command, argument) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let argument = argument.trim();
    let quoted = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    (command, quoted.unwrap_or(argument))
}

/// A new account, with what it inherits; nothing where it inherits from one that there is not.
fn begin(
    argument: &str,
    defaults: &Options,
    accounts: &[(String, Options)],
) -> Option<(String, Options)> {
    let (name, parents) = argument.split_once(':').unwrap_or((argument, ""));
    let mut options = defaults.clone();
    for parent in parents.split(',').map(str::trim).filter(|parent| !parent.is_empty()) {
        let (_, inherited) = accounts.iter().find(|(name, _)| name == parent)?;
        options.override_by(inherited);
    }
    Some((name.trim().to_owned(), options))
}

fn account(name: String, host: String, mut options: Options) -> Account {
    // An empty argument means on.
    let is_on = |argument: Option<String>| argument.map(|argument| argument != "off");
    let tls = is_on(options.take("tls")).unwrap_or(false);
    let starttls = is_on(options.take("tls_starttls")).unwrap_or(true);
    let tls = match (tls, starttls) {
        (true, true) => TlsMode::Starttls,
        (true, false) => TlsMode::Implicit,
        (false, _) => TlsMode::None,
    };
    let mut account = Account::new(name, host, tls);
    if tls == TlsMode::None {
        account.note_clear();
    }
    account.port = options.given("port").and_then(|port| port.parse().ok());
    account.user = options.given("user");
    let (password, command) = (options.given("password"), options.given("passwordeval"));
    account.password = password
        .map(|password| Password::Known(Secret::new(password.into_bytes())))
        .or(command.map(Password::Command));
    account.delete = match options.take("keep").as_deref() {
        None | Some("off") => AT_ONCE,
        Some("on" | "") => None,
        Some(age) => keep_for(age),
    };
    connect(&mut account, &mut options);
    account.set_number("max-size", options.take("skipsize").and_then(|text| size(&text)));
    let file = options.given("uidls_file").unwrap_or_else(|| UIDLS_FILE.to_owned());
    let user = account.user.as_deref().unwrap_or_default();
    account.seen = Some(file.replace("%U", user).replace("%H", &account.host));
    if let Some(delivery) = options.given("delivery") {
        match split(&delivery) {
            ("maildir", path) => account.to.push(Place::Maildir(path.to_owned())),
            ("mbox", path) => account.to.push(Place::Mbox(path.to_owned())),
            (method, _) => account.note(not_carried(&format!("delivery {method}"), TO)),
        }
    }
    for (switch, instead) in [("tls_certcheck", CHECKED), ("only_new", ONLY_NEW)] {
        if is_on(options.take(switch)) == Some(false) {
            account.note(not_carried(&format!("{switch} off"), instead));
        }
    }
    if options.given("killsize").is_some_and(|size| size != "off") {
        account.note(not_carried("killsize", OVERSIZED));
    }
    account.notes.extend(options.not_carried(LEFT));
    account
}

/// Takes over how the server is reached, and what is checked there.
fn connect(account: &mut Account, options: &mut Options) {
    account.set_text("auth", options.given("auth").filter(|method| method != "on"));
    let trusted = options.given("tls_trust_file").filter(|file| file != "system");
    match options.given("tls_fingerprint").as_deref().map(sha256) {
        // It counts alone, whatever is trusted.
        Some(Some(fingerprint)) => account.set_text("tls-fingerprint", Some(fingerprint)),
        Some(None) => account.note(not_carried("tls_fingerprint", PINNED)),
        None => account.set_path("ca-file", trusted),
    }
    account.set_text("tls-host", options.given("tls_host_override"));
    account.set_path("client-cert", options.given("tls_cert_file"));
    account.set_path("client-key", options.given("tls_key_file"));
    let port = options.given("proxy_port").unwrap_or_else(|| "1080".to_owned());
    let proxy = options.given("proxy_host").map(|host| format!("socks5://{host}:{port}"));
    account.set_text("proxy", proxy);
    account.set_path("socket", options.given("socket"));
    account.set_text("source-address", options.given("source_ip"));
    account.set_number("timeout", options.number("timeout"));
    let pipelining = options.given("pipelining").filter(|value| value == "off");
    account.set_text("pipeline", pipelining);
}

/// How long mail is kept, as in `7d` or `1d12h`; for ever where that cannot be understood.
fn keep_for(age: &str) -> Option<Deletion> {
    let mut seconds = 0_u64;
    for part in age.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let unit = part.chars().last()?;
        let count: u64 = part[..part.len() - unit.len_utf8()].parse().ok()?;
        let unit = match unit {
            'd' => 24 * 3600,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    after(seconds)
}

/// A size in octets, or in units of 1024 of them.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1 << 10),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |number| (number, 1 << 20)),
    };
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::super::account::shown;
    use super::*;

    #[test]
    fn accounts_inherit_from_defaults_and_from_each_other() {
        let text = "
# a comment
defaults
tls on
tls_starttls off
timeout 30
keep on

account freemail
host pop.freemail.example
user joe.smith
passwordeval  gpg2 -q -d ~/.mpop-password.gpg
delivery maildir ~/Mail/in
account freemail2 : freemail
user \"joey\"
keep 1d12h
delivery mbox \"~/Mail/my inbox\"

defaults
tls_starttls on
account isp
host mail.isp.example
port 1110
user 12345
password se cret
skipsize 20m
account default : freemail, isp
";
        assert_eq!(
            shown(&read(text)),
            "freemail: joe.smith@pop.freemail.example:- Implicit, command gpg2 -q -d \
             ~/.mpop-password.gpg, to Maildir(\"~/Mail/in\"), keep, timeout 30, \
             seen ~/.mpop_uidls/joe.smith_at_pop.freemail.example\n\
             freemail2: joey@pop.freemail.example:- Implicit, command gpg2 -q -d \
             ~/.mpop-password.gpg, to Mbox(\"~/Mail/my inbox\"), delete after 129600, timeout 30, \
             seen ~/.mpop_uidls/joey_at_pop.freemail.example\n\
             isp: 12345@mail.isp.example:1110 Starttls, password se cret, keep, timeout 30, \
             max-size 20971520, seen ~/.mpop_uidls/12345_at_mail.isp.example\n\
             default: 12345@mail.isp.example:1110 Starttls, password se cret, \
             to Maildir(\"~/Mail/in\"), keep, timeout 30, max-size 20971520, \
             seen ~/.mpop_uidls/12345_at_mail.isp.example\n"
        );
    }

    #[test]
    fn how_the_server_is_reached_and_what_is_checked() {
        let pin = "AB:".repeat(31) + "cd";
        let shown = shown(&read(&format!(
            "account a\nhost h\nuser u\ntls\ntls_trust_file /ca\ntls_fingerprint {pin}\n\
             tls_host_override n\ntls_cert_file ~/c\ntls_key_file ~/k\nproxy_host 127.0.0.1\n\
             proxy_port 9050\nsocket /s\nsource_ip 192.0.2.7\npipelining off\nauth scram-sha-1\n"
        )));
        let pin = "ab".repeat(31) + "cd";
        assert_eq!(
            shown,
            format!(
                "a: u@h:- Starttls, delete, auth scram-sha-1, tls-fingerprint {pin}, tls-host n, \
                 client-cert ~/c, client-key ~/k, proxy socks5://127.0.0.1:9050, socket /s, \
                 source-address 192.0.2.7, pipeline off, seen ~/.mpop_uidls/u_at_h\n"
            )
        );
    }

    #[test]
    fn what_is_not_carried_over_is_said() {
        let account = |lines: &str| shown(&read(&format!("account a\nhost h\nuser u\n{lines}")));
        let base = "a: u@h:- Starttls, delete, seen ~/.mpop_uidls/u_at_h\n";
        for (line, said) in [
            ("", ""),
            ("received_header off", ""),
            ("tls_trust_file system", ""),
            ("auth on", ""),
            ("tls_crl_file", ""),
            (
                "tls_certcheck off",
                "'tls_certcheck off' is not carried over: popfetch always checks",
            ),
            ("tls_fingerprint 00:11", "'tls_fingerprint' is not carried over: popfetch takes"),
            (
                "delivery mda /usr/bin/procmail -f '%F'",
                "'delivery mda' is not carried over: popfetch delivers",
            ),
            ("delivery exchange /x", "'delivery exchange' is not"),
            ("filter spamc -c", "'filter' is not carried over: let the mail program"),
            ("killsize 0", "'killsize' is not carried over: popfetch deletes nothing"),
            ("only_new off", "'only_new off' is not carried over: popfetch fetches what is new"),
            ("passwrod secret", "'passwrod' is not carried over: popfetch does not know it"),
        ] {
            let shown = account(&format!("tls\n{line}"));
            let notes = shown.strip_prefix(base).unwrap_or_else(|| panic!("{line}: {shown}"));
            assert!(
                notes.starts_with(&format!("  {said}")) || said.is_empty() && notes.is_empty(),
                "{line}: {notes}"
            );
            assert_eq!(notes.lines().count(), usize::from(!said.is_empty()), "{line}: {notes}");
            assert!(!notes.contains("secret"), "{notes}");
        }
        assert!(account("tls off").contains("  it has no TLS"));
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        for (text, line) in [("host h\n", 1), ("\naccount a : b\n", 2), ("[retriever]", 1)] {
            assert_eq!(read(text).unwrap_err().line, line, "{text}");
        }
        for (text, said) in [
            ("", ""),
            ("account a\n", "the account 'a' has no host\n"),
            (
                "account a\nhost h\nuser u\ntls\neval echo password $(x)\n",
                "'eval' is not carried over",
            ),
        ] {
            assert!(shown(&read(text)).contains(said), "{text}");
        }
    }
}
