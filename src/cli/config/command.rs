//! `popfetch config`.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use popfetch::model::AccountName;
use serde_json::{Map, Value, json};

use super::super::args::{Cli, ConfigCommand, ConnectionArgs};
use super::super::consent::ConsentSettings;
use super::super::destination::Template;
use super::super::exit::Exit;
use super::super::json;
use super::super::output::written;
use super::super::proof::ProofSource;
use super::super::report::Failure;
use super::super::secrets::{PASSWORD_FILE, PasswordSource, VARIABLE, open_private};
use super::super::tls::TlsFiles;
use super::keys::{Key, Origin, Shown};
use super::{AccountConfig, Config, locate, tls_name};
use popfetch::model::count;

pub(crate) fn run(cli: &Cli, command: ConfigCommand) -> anyhow::Result<Exit> {
    let text = match command {
        ConfigCommand::Path => path(cli)?,
        ConfigCommand::Show => {
            let config = Config::load(&cli.global)?.map_or_else(|| none(cli), Ok)?;
            if cli.global.json {
                json::line(&as_json(&config)?)
            } else {
                as_toml(&config, cli.global.verbose > 0)?
            }
        }
        // A shell asks while somebody types: whatever is wrong is told elsewhere.
        ConfigCommand::Accounts => match Config::load(&cli.global) {
            Ok(Some(config)) => {
                config.accounts.iter().map(|account| format!("{}\n", account.name)).collect()
            }
            Ok(None) | Err(_) => String::new(),
        },
        ConfigCommand::Check => match check(cli) {
            Ok(text) => text,
            Err(problems) => {
                problems.iter().for_each(Failure::print);
                return Ok(Exit::merge(problems.iter().map(|failure| failure.exit)));
            }
        },
    };
    Ok(written(io::stdout().write_all(text.as_bytes()))?)
}

fn none<T>(cli: &Cli) -> Result<T, Failure> {
    let failure = Failure::new(Exit::CONFIG, "there is no configuration");
    Err(match locate(&cli.global)? {
        Some(path) => failure.with_hint(format!("it would be {}", path.display())),
        None => failure.with_hint("set HOME, or name a file with --config"),
    })
}

fn path(cli: &Cli) -> Result<String, Failure> {
    match locate(&cli.global)? {
        Some(path) => Ok(format!("{}\n", path.display())),
        None => none(cli),
    }
}

/// Parses everything, and looks at the files that the accounts name. Reads no password.
fn check(cli: &Cli) -> Result<String, Vec<Failure>> {
    let config = Config::load_all(&cli.global)?;
    let config = config.map_or_else(|| none(cli), Ok).map_err(|failure| vec![failure])?;
    let mut problems = Vec::new();
    let mut files = TlsFiles::default();
    for account in &config.accounts {
        let mut note = |failure: Failure| problems.push(failure.for_account(account.name.as_str()));
        let values = &account.values;
        for (missing, key) in [(values.host.is_none(), "host"), (values.user.is_none(), "user")] {
            if missing {
                note(account.lacks(key));
            }
        }
        if let Err(failure) = files.settings(&ConnectionArgs::default(), values) {
            note(failure);
        }
        if let Err(failure) = ConsentSettings::of(values)
            .and_then(|settings| settings.map(|settings| settings.roots()).transpose().map(drop))
        {
            note(failure);
        }
        let file = values.password_file.as_ref();
        if let Some(Err(failure)) = file.map(|set| open_private(&set.value, PASSWORD_FILE)) {
            note(failure);
        }
        for template in values.to.iter().flat_map(|set| &set.value.0) {
            if let Err(failure) = template.for_account(&account.name) {
                note(failure);
            }
        }
    }
    if config.accounts.is_empty() {
        problems.push(Failure::new(Exit::CONFIG, "there is no account in the configuration"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let files: Vec<String> = config.files.iter().map(|file| file.display().to_string()).collect();
    let accounts = count(config.accounts.len() as u64, "account");
    Ok(format!("ok: {accounts} in {}\n", files.join(", ")))
}

/// What holds for a key, and why.
struct Resolved {
    key: &'static Key,
    /// Nothing where there is no value, or where it must not be shown.
    value: Option<Value>,
    from: String,
}

impl Resolved {
    /// Writes it as a line of TOML, with where it comes from.
    fn write(&self, text: &mut String, docs: bool) {
        let Self { key, value, from } = self;
        if docs {
            let _ = writeln!(text, "# {}", key.doc);
        }
        let left = match value {
            Some(value) => format!("{} = {value}", key.name),
            None => format!("# {}", key.name),
        };
        let _ = writeln!(text, "{left:<40} # {from}");
    }

    /// What holds for a key that nobody has set.
    fn default(key: &'static Key, derived: Option<Value>) -> Self {
        let value = derived.or(serde_json::from_str(key.default).ok());
        let from = match &value {
            Some(_) => "default".to_owned(),
            None => key.default.trim_matches(['(', ')']).to_owned(),
        };
        Self { key, value, from }
    }
}

fn globals(config: &Config) -> Vec<Resolved> {
    let resolve = |Shown { key, set }: Shown<'_>| match set {
        Some((value, origin)) => Resolved { key, value, from: place(origin) },
        None => Resolved::default(key, None),
    };
    config.globals.shown().into_iter().map(resolve).collect()
}

/// Resolves every key of an account. Those about the password come last, as one.
fn resolve(account: &AccountConfig) -> Result<Vec<Resolved>, Failure> {
    let mut all = Vec::new();
    for Shown { key, set } in account.values.shown() {
        if key.name.starts_with("password") {
            continue;
        }
        let derived = match (key.name, account.endpoint(None)) {
            ("port", Some(endpoint)) => Some(json!(endpoint.port)),
            ("tls", _) => Some(json!(tls_name(account.tls()))),
            _ => None,
        };
        all.push(match set {
            Some((mut value, origin)) => {
                if key.name == "to" {
                    value = Some(destinations(account)?);
                }
                Resolved { key, value, from: place(origin) }
            }
            None => Resolved::default(key, derived),
        });
    }
    Ok(all)
}

fn destinations(account: &AccountConfig) -> Result<Value, Failure> {
    let templates = account.values.to.iter().flat_map(|set| &set.value.0);
    let shown = |template: &Template| -> Result<Value, Failure> {
        // A command is shown word by word: that is what it means.
        match &template.words {
            None => template.for_account(&account.name).map(|to| json!(to.to_string())),
            Some(_) => Ok(template.shown()),
        }
    };
    templates.map(shown).collect()
}

/// Where the password would come from in a run of this account, without flags: the kind, and a
/// place. Nothing of it is read.
fn password(account: &AccountConfig) -> (&'static str, String) {
    let AccountConfig { name, values, .. } = account;
    let at = |origin: Option<&Origin>| origin.map(place).unwrap_or_default();
    match ProofSource::of_tokens(values) {
        Ok(Some(ProofSource::TokenCommand(_))) => {
            let origin = values.token_command.as_ref().map(|set| &set.origin);
            return ("token-command", at(origin));
        }
        Ok(None) => {}
        _ => return ("oauth", format!("popfetch login {name}")),
    }
    match PasswordSource::without_flags(values, name) {
        PasswordSource::Environment(_) => {
            ("environment", format!("{VARIABLE}, allowed for one account at a time"))
        }
        PasswordSource::File(_) => {
            ("password-file", at(values.password_file.as_ref().map(|set| &set.origin)))
        }
        PasswordSource::Command(_) => {
            ("password-command", at(values.password_command.as_ref().map(|set| &set.origin)))
        }
        PasswordSource::Config(_) => {
            ("password", at(values.password.as_ref().map(|set| &set.origin)))
        }
        PasswordSource::Credential(path) => ("credential", path.display().to_string()),
        PasswordSource::Descriptor(..) | PasswordSource::Elsewhere => {
            ("prompt", "unless the keyring or netrc has it".to_owned())
        }
    }
}

fn place(origin: &Origin) -> String {
    let within = if origin.inherited { " [defaults]" } else { "" };
    format!("{}:{}{within}", origin.file.display(), origin.line)
}

fn as_toml(config: &Config, docs: bool) -> Result<String, Failure> {
    let mut text = String::new();
    for resolved in globals(config) {
        resolved.write(&mut text, docs);
    }
    for account in &config.accounts {
        let _ = writeln!(text, "\n[accounts.{}]", account_key(&account.name));
        for resolved in resolve(account)? {
            resolved.write(&mut text, docs);
        }
        let (kind, at) = password(account);
        let _ = writeln!(text, "{:<40} # {at}", format!("# password: {kind}"));
    }
    Ok(text)
}

/// A name as TOML writes it: a dot would make two of it.
fn account_key(name: &AccountName) -> String {
    if name.as_str().contains('.') { format!("\"{name}\"") } else { name.to_string() }
}

fn as_json(config: &Config) -> Result<Value, Failure> {
    let files: Vec<String> = config.files.iter().map(|file| file.display().to_string()).collect();
    let mut object = Map::new();
    object.insert("files".into(), files.into());
    for Resolved { key, value, from } in globals(config) {
        object.insert(key.name.into(), json!({"value": value, "from": from}));
    }
    let mut accounts = Vec::new();
    for account in &config.accounts {
        let mut shown = Map::new();
        shown.insert("account".into(), account.name.as_str().into());
        let mailbox = account.identity().map(|identity| identity.to_string());
        shown.insert("mailbox".into(), mailbox.into());
        for Resolved { key, value, from } in resolve(account)? {
            shown.insert(key.name.into(), json!({"value": value, "from": from}));
        }
        let (kind, at) = password(account);
        shown.insert("password".into(), json!({"source": kind, "from": at}));
        accounts.push(Value::Object(shown));
    }
    object.insert("accounts".into(), accounts.into());
    Ok(Value::Object(object))
}
