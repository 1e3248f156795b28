//! From what was typed and what is configured to accounts.

use std::collections::HashSet;
use std::time::Duration;

use popfetch::jobs::{Account, Context};
use popfetch::model::{AccountName, Endpoint, MailboxIdentity, Policy, Proof, Secret, TlsMode};
use popfetch::proto::visible;
use popfetch::sasl::LoginMethod;

use super::args::{ConnectionArgs, Global};
use super::config::{AccountConfig, Config, Globals, Values, did_you_mean, locate};
use super::destination::Template;
use super::exit::Exit;
use super::proof::ProofSource;
use super::report::Failure;
use super::route::{route, timeouts};
use super::secrets::VARIABLE;
use super::source::{Source, is_url};
use super::system_roots;
use super::tls::TlsFiles;
use super::turns::AtOnce;
use super::values::Pipeline;

/// How many accounts at once, of one host too, where nothing else is said.
const JOBS: usize = 16;

/// An account's name as a person is shown it: that of a URL source may hold anything.
pub(crate) fn shown(name: &AccountName) -> String {
    visible(name.as_str().as_bytes(), 200)
}

/// What the configuration says about an account's mail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    /// Where it goes; empty where nothing is said.
    pub(crate) to: Vec<Template>,
    /// What becomes of it on the server, and how much is fetched.
    pub(crate) policy: Policy,
    /// How many of the newest messages are never deleted, whether or not the rest is.
    pub(crate) keep_newest: u32,
    /// Whether a command is given a From_ line first.
    pub(crate) from_line: bool,
    /// How long a command may take for a message.
    pub(crate) delivery_timeout: Option<Duration>,
}

/// An account whose password, or whatever it has instead, is still to be read.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) account: Account,
    pub(crate) mail: Mail,
    pub(crate) proof: ProofSource,
}

impl Prepared {
    fn is_over_tls(&self) -> bool {
        self.account.endpoint.tls != TlsMode::None
    }

    /// Whether the system's authorities are asked whom to trust.
    fn needs_system_roots(&self) -> bool {
        self.is_over_tls() && self.account.tls.trusts_system() || self.proof.needs_system_roots()
    }

    /// Reads the password, or whatever the account has instead.
    pub(crate) fn finish(mut self, context: &Context<'_>) -> Result<Account, Failure> {
        let account = &mut self.account;
        let proof = self.proof.read(account, context);
        account.proof = proof.map_err(|failure| failure.for_account(account.name.as_str()))?;
        Ok(self.account)
    }
}

/// The accounts that a command works on.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// In order. What is wrong with one of them is no reason to leave out the others.
    pub(crate) all: Vec<Result<Prepared, Failure>>,
    /// How many at once.
    pub(crate) at_once: AtOnce,
}

/// An account and what is to be done with it, or why it cannot be.
pub(crate) type Job<J> = Result<(Prepared, J), Failure>;

impl Accounts {
    /// For a command that has nothing to say about single accounts.
    pub(crate) fn without_jobs(self) -> Vec<Job<()>> {
        self.all.into_iter().map(|prepared| prepared.map(|prepared| (prepared, ()))).collect()
    }
}

/// One account that a command names.
enum Named<'c> {
    Configured(&'c AccountConfig),
    Url(Source),
}

/// Finds out what the sources are, and checks that the flags fit them.
pub(crate) fn prepare(
    sources: &[String],
    args: &ConnectionArgs,
    global: &Global,
) -> Result<Accounts, Failure> {
    let config = Config::load(global)?;
    let named = named(sources, config.as_ref(), global)?;
    if named.len() > 1 {
        let variable = std::env::var_os(VARIABLE).map(|_| VARIABLE);
        if let Some(flag) = args.single_source_flag().or(variable) {
            let message = format!("{flag} is for exactly one SOURCE, and here are {}", named.len());
            return Err(Failure::usage(message));
        }
    }
    let mut files = TlsFiles::default();
    if args.ca_file.is_some() {
        // What is wrong with it is nothing of a single account's.
        files.settings(args, &Values::default())?;
    }
    let mut all: Vec<Result<Prepared, Failure>> = Vec::new();
    let mut mailboxes = HashSet::new();
    for named in named {
        let prepared = match named {
            // What is wrong with a URL is wrong usage, and seen before anything is done.
            Named::Url(source) => Ok(of_url(source, args, config.as_ref(), &mut files)?),
            Named::Configured(account) => {
                let prepared = of_config(account, args, config.as_ref(), &mut files);
                prepared.map_err(|failure| failure.for_account(account.name.as_str()))
            }
        };
        // A mailbox that is named twice is worked on once.
        let identity = prepared.as_ref().ok().map(|prepared| prepared.account.identity());
        if identity.is_none_or(|identity| mailboxes.insert(identity)) {
            all.push(prepared);
        }
    }
    let globals = config.map(|config| config.globals);
    let number = |jobs: Option<usize>| jobs.unwrap_or(JOBS);
    let at_once = AtOnce {
        all: number(globals.as_ref().and_then(Globals::jobs)),
        per_host: number(globals.as_ref().and_then(Globals::jobs_per_host)),
    };
    let prepared = || all.iter().flatten();
    if files.are_lasting()
        && prepared().any(Prepared::is_over_tls)
        && !prepared().any(Prepared::needs_system_roots)
    {
        // Before any password is asked for.
        system_roots::spare();
    }
    Ok(Accounts { all, at_once })
}

fn named<'c>(
    sources: &[String],
    config: Option<&'c Config>,
    global: &Global,
) -> Result<Vec<Named<'c>>, Failure> {
    if sources.is_empty() {
        let accounts = config.map(|config| &config.accounts[..]).unwrap_or_default();
        if accounts.is_empty() {
            return Err(no_accounts(config.is_some(), global));
        }
        return Ok(accounts.iter().map(Named::Configured).collect());
    }
    let find = |text: &String| {
        if is_url(text) {
            return Source::parse(text).map(Named::Url).map_err(Failure::usage);
        }
        let found = config.and_then(|config| config.account(text));
        found.map(Named::Configured).ok_or_else(|| unknown(text, config))
    };
    sources.iter().map(find).collect()
}

fn no_accounts(configured: bool, global: &Global) -> Failure {
    let file = locate(global).ok().flatten();
    let file = file.map_or_else(|| "config.toml".to_owned(), |path| path.display().to_string());
    let message = if configured {
        format!("there is no account in {file}")
    } else {
        "there is no configuration, and no mailbox was named".to_owned()
    };
    Failure::new(Exit::CONFIG, message).with_hint(format!(
        "name a mailbox, as in: popfetch list pop3s://alice@pop.example.com; or write \
         [accounts.NAME] with host and user into {file}"
    ))
}

fn unknown(name: &str, config: Option<&Config>) -> Failure {
    let failure = Failure::new(Exit::CONFIG, format!("there is no account named '{name}'"));
    failure.with_hint(match config.and_then(|config| config.nearest(name)) {
        Some(near) => did_you_mean(near),
        None => "a mailbox without an account is named by a URL: pop3s://user@host".to_owned(),
    })
}

/// The account of a URL. It is what the line says; of the configuration it has no more than the
/// name of the account that reads the same mailbox, and with it the state and the lock.
fn of_url(
    source: Source,
    args: &ConnectionArgs,
    config: Option<&Config>,
    files: &mut TlsFiles,
) -> Result<Prepared, Failure> {
    let endpoint = source.endpoint(args.tls.map(Into::into));
    let user = args.user.clone().or(source.user);
    let user = user.ok_or_else(|| {
        Failure::usage("the user name is missing: pop3s://USER@host, or --user USER")
    })?;
    let nothing = Values::default();
    assemble(endpoint, user, source.method, &nothing, args, config, files)
}

/// The account of a mailbox that is in no configuration yet, as flags and defaults say it is reached.
pub(crate) fn of_mailbox(
    endpoint: Endpoint,
    user: String,
    args: &ConnectionArgs,
    config: Option<&Config>,
) -> Result<Prepared, Failure> {
    let nothing = Values::default();
    let defaults = config.map_or(&nothing, |config| &config.defaults);
    let method = defaults.auth.as_ref().map(|set| set.value);
    assemble(endpoint, user, method, defaults, args, config, &mut TlsFiles::default())
}

/// A configured account, with what the flags say in place of what it says itself.
fn of_config(
    account: &AccountConfig,
    args: &ConnectionArgs,
    config: Option<&Config>,
    files: &mut TlsFiles,
) -> Result<Prepared, Failure> {
    let values = &account.values;
    let endpoint = account.endpoint(args.tls.map(Into::into));
    let endpoint = endpoint.ok_or_else(|| account.lacks("host"))?;
    let user = args.user.clone().or(values.user.as_ref().map(|set| set.value.0.clone()));
    let user = user.ok_or_else(|| account.lacks("user"))?;
    let method = values.auth.as_ref().map(|set| set.value);
    assemble(endpoint, user, method, values, args, config, files)
}

fn assemble(
    endpoint: Endpoint,
    user: String,
    method: Option<LoginMethod>,
    values: &Values,
    args: &ConnectionArgs,
    config: Option<&Config>,
    files: &mut TlsFiles,
) -> Result<Prepared, Failure> {
    if user.is_empty() || user.chars().any(char::is_control) {
        return Err(Failure::usage("the user name is empty or holds a control character"));
    }
    let identity = MailboxIdentity::new(&user, &endpoint);
    // What was seen belongs to the mailbox: whoever reads it, by whatever name, is that account.
    let configured = config.and_then(|config| config.account_of(&identity));
    let name = configured
        .map_or_else(|| AccountName::of_mailbox(&identity), |account| account.name.clone());
    let method = args.auth.or(method);
    let proof = ProofSource::choose(args, values, &name, method)?;
    let account = Account {
        name,
        endpoint,
        route: route(args, values)?,
        user,
        proof: Proof::Password(Secret::default()),
        method,
        utf8: args.utf8 || values.utf8.as_ref().is_some_and(|set| set.value),
        tls: files.settings(args, values)?,
        timeouts: timeouts(args, values),
        retries: args.retries.or(values.retries.as_ref().map(|set| set.value.0)),
        report_after: values.report_errors_after.as_ref().map(|set| set.value.0),
        login_delay: values
            .login_delay
            .as_ref()
            .map_or(0, |set| u32::try_from(set.value.as_secs()).unwrap_or(u32::MAX)),
        pipeline: args
            .pipeline
            .or(values.pipeline.as_ref().map(|set| set.value))
            .and_then(Pipeline::most),
        allow_cleartext: args.allow_cleartext_password
            || values.allow_cleartext_password.as_ref().is_some_and(|set| set.value),
    };
    let mail = Mail {
        to: values.to.as_ref().map(|set| set.value.0.clone()).unwrap_or_default(),
        policy: values.policy(),
        keep_newest: values.keep_newest(),
        from_line: values.from_line.as_ref().is_some_and(|set| set.value),
        delivery_timeout: values.delivery_timeout.as_ref().map(|set| set.value),
    };
    Ok(Prepared { account, mail, proof })
}
