//! From what was typed to accounts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use directories::{BaseDirs, ProjectDirs};

use popfetch::jobs::Account;
use popfetch::model::{AccountName, Interrupt, MailboxIdentity, Secret};
use popfetch::net::TlsSettings;

use super::args::{ConnectionArgs, Global};
use super::exit::Exit;
use super::report::Failure;
use super::secrets::{PasswordSource, VARIABLE};
use super::source::{Source, is_url};

/// How long to wait for a server where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(60);

/// An account whose password is still to be read.
#[derive(Debug)]
pub(crate) struct Prepared {
    account: Account,
    password: PasswordSource,
}

impl Prepared {
    /// Reads the password.
    pub(crate) fn finish(self, interrupt: &Interrupt) -> Result<Account, Failure> {
        let Self { mut account, password } = self;
        let secret = password.read(&account.user, &account.endpoint.host, interrupt);
        account.secret = secret.map_err(|failure| failure.for_account(account.name.as_str()))?;
        Ok(account)
    }
}

/// Reads the sources and checks that the flags fit them.
pub(crate) fn prepare(sources: &[String], args: &ConnectionArgs) -> Result<Vec<Prepared>, Failure> {
    if sources.is_empty() {
        return Err(Failure::new(Exit::CONFIG, "there is no account to work on")
            .with_hint("name a mailbox, as in: popfetch list pop3s://alice@pop.example.com"));
    }
    if sources.len() > 1 {
        let variable = std::env::var_os(VARIABLE).map(|_| VARIABLE);
        if let Some(flag) = args.single_source_flag().or(variable) {
            return Err(Failure::usage(format!("{flag} is for exactly one SOURCE")));
        }
    }
    let tls = TlsSettings { roots: args.ca_file.as_deref().map(read_roots).transpose()? };
    sources.iter().map(|source| prepare_one(source, args, tls.clone())).collect()
}

fn prepare_one(text: &str, args: &ConnectionArgs, tls: TlsSettings) -> Result<Prepared, Failure> {
    if !is_url(text) {
        return Err(Failure::new(Exit::CONFIG, format!("there is no account named '{text}'"))
            .with_hint("a mailbox without an account is named by a URL: pop3s://user@host"));
    }
    let source = Source::parse(text).map_err(Failure::usage)?;
    let endpoint = source.endpoint(args.tls.map(Into::into));
    let user = args.user.clone().or(source.user);
    let user = user.ok_or_else(|| {
        Failure::usage("the user name is missing: pop3s://USER@host, or --user USER")
    })?;
    if user.is_empty() || user.chars().any(char::is_control) {
        return Err(Failure::usage("the user name is empty or holds a control character"));
    }
    let account = Account {
        name: AccountName::of_mailbox(&MailboxIdentity::new(&user, &endpoint)),
        endpoint,
        user,
        secret: Secret::default(),
        method: args.auth.or(source.method),
        tls,
        timeout: args.timeout.map_or(TIMEOUT, Duration::from_secs),
        allow_cleartext: args.allow_cleartext_password,
    };
    Ok(Prepared { account, password: PasswordSource::of(args)? })
}

/// Reads the certificates to trust; the network layer touches no files.
fn read_roots(path: &Path) -> Result<Arc<[u8]>, Failure> {
    let path = expand_home(path)?;
    let shown = path.display();
    let fail = |message: String| Failure::new(Exit::CONFIG, message);
    let pem =
        std::fs::read(&path).map_err(|error| fail(format!("cannot read {shown}: {error}")))?;
    popfetch::net::check_roots(&pem)
        .map_err(|error| fail(format!("cannot use the certificates in {shown}: {error}")))?;
    Ok(Arc::from(pem))
}

/// A `~` or `~/` at the start stands for the home directory.
pub(crate) fn expand_home(path: &Path) -> Result<PathBuf, Failure> {
    let Ok(rest) = path.strip_prefix("~") else { return Ok(path.to_owned()) };
    match BaseDirs::new() {
        Some(dirs) => Ok(dirs.home_dir().join(rest)),
        None => Err(no_home(&path.display().to_string())),
    }
}

/// `path` with its `~` expanded, absolute.
pub(crate) fn absolute(path: &str) -> Result<PathBuf, Failure> {
    let expanded = expand_home(Path::new(path))?;
    std::path::absolute(&expanded).map_err(|error| {
        Failure::new(Exit::CANNOT_CREATE, format!("cannot use the path '{path}': {error}"))
    })
}

/// The state directory.
pub(crate) fn state_directory(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(directory) = &global.state_dir {
        let directory = expand_home(directory)?;
        return std::path::absolute(&directory).map_err(|error| {
            let shown = directory.display();
            Failure::new(Exit::CANNOT_CREATE, format!("cannot use the path '{shown}': {error}"))
        });
    }
    let dirs = ProjectDirs::from("", "", "popfetch");
    let dirs = dirs.ok_or_else(|| no_home("the state directory"))?;
    Ok(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
}

fn no_home(what: &str) -> Failure {
    Failure::new(Exit::CONFIG, format!("cannot tell where {what} is: there is no home directory"))
        .with_hint("set HOME, or name the directory with --state-dir and an absolute path")
}
