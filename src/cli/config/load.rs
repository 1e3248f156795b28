//! Finding the files of the configuration, and putting them together.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use popfetch::model::{AccountName, Endpoint, MailboxIdentity, TlsMode};
use zeroize::Zeroizing;

use super::super::args::Global;
use super::super::exit::Exit;
use super::super::paths;
use super::super::report::Failure;
use super::keys::{Globals, Origin, Values};
use super::nearest;
use super::read::{Content, Entry, Role, read};

/// The whole configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The files that were read, the main one first.
    pub(crate) files: Vec<Arc<Path>>,
    pub(crate) globals: Globals,
    /// In the order of the files, each with what it inherits.
    pub(crate) accounts: Vec<AccountConfig>,
    /// The place in `accounts` of the one that reads a mailbox.
    mailboxes: HashMap<MailboxIdentity, usize>,
}

/// An account.
#[derive(Debug)]
pub(crate) struct AccountConfig {
    pub(crate) name: AccountName,
    pub(crate) values: Values,
    pub(crate) origin: Origin,
}

/// The largest file that is read, in octets. Larger is a wrong file.
const MAX: u64 = 1024 * 1024;

/// The main file: the one that is named, or the usual one; nothing without a home to look in.
pub(crate) fn locate(global: &Global) -> Result<Option<PathBuf>, Failure> {
    match &global.config {
        Some(path) => paths::resolve(path, None).map(Some),
        None => Ok(paths::config_file()),
    }
}

impl Config {
    /// Reads the configuration; nothing where there is none. Of what is wrong, the first.
    pub(crate) fn load(global: &Global) -> Result<Option<Self>, Failure> {
        Self::load_all(global).map_err(|mut problems| problems.swap_remove(0))
    }

    /// Reads the configuration; nothing where there is none. Everything that is wrong, which is
    /// at least one thing.
    pub(crate) fn load_all(global: &Global) -> Result<Option<Self>, Vec<Failure>> {
        let Some(main) = locate(global).map_err(|failure| vec![failure])? else { return Ok(None) };
        // Without a main file those with accounts count all the same, unless it was asked for.
        let mut paths = Vec::new();
        if global.config.is_some() || !is_missing(&main) {
            paths.push((main.clone(), Role::Main));
        }
        let more = files_beside(&main).map_err(|failure| vec![failure])?;
        paths.extend(more.into_iter().map(|path| (path, Role::Accounts)));
        if paths.is_empty() {
            return Ok(None);
        }
        let mut problems = Vec::new();
        let mut files = Vec::new();
        let mut globals = Globals::default();
        let mut defaults = Values::default();
        let mut entries = Vec::new();
        for (path, role) in paths {
            let file: Arc<Path> = path.into();
            match read_file(&file, role, &mut problems) {
                Ok(content) => {
                    if role == Role::Main {
                        globals = content.globals;
                        defaults = content.defaults;
                    }
                    entries.extend(content.accounts);
                    files.push(file);
                }
                Err(failure) => problems.push(failure),
            }
        }
        let (accounts, mailboxes) = merge(entries, &defaults, &mut problems);
        if problems.is_empty() {
            Ok(Some(Self { files, globals, accounts, mailboxes }))
        } else {
            Err(problems)
        }
    }

    /// The account `name`.
    pub(crate) fn account(&self, name: &str) -> Option<&AccountConfig> {
        self.accounts.iter().find(|account| account.name.as_str() == name)
    }

    /// The account that reads the mailbox `identity`.
    pub(crate) fn account_of(&self, identity: &MailboxIdentity) -> Option<&AccountConfig> {
        self.mailboxes.get(identity).map(|&at| &self.accounts[at])
    }

    /// The account's name that `name` was most likely meant to be.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.accounts.iter().map(|account| account.name.as_str()))
    }
}

impl AccountConfig {
    /// The protection, the port and the user, as far as flags say nothing else.
    pub(crate) fn tls(&self) -> TlsMode {
        let port = self.values.port.as_ref().map(|set| set.value.0);
        let follows = if port == Some(110) { TlsMode::Starttls } else { TlsMode::Implicit };
        self.values.tls.as_ref().map_or(follows, |set| set.value)
    }

    /// The server, with `tls` in place of what the account says if that is given; nothing without
    /// a host.
    pub(crate) fn endpoint(&self, tls: Option<TlsMode>) -> Option<Endpoint> {
        let tls = tls.unwrap_or_else(|| self.tls());
        let host = self.values.host.as_ref()?.value.0.clone();
        let port = self.values.port.as_ref().map_or(tls.default_port(), |set| set.value.0);
        Some(Endpoint { host, port, tls })
    }

    /// Which mailbox it reads, if the account says it all.
    pub(crate) fn identity(&self) -> Option<MailboxIdentity> {
        let user = &self.values.user.as_ref()?.value.0;
        Some(MailboxIdentity::new(user, &self.endpoint(None)?))
    }

    /// The failure of an account that does not say what it must.
    pub(crate) fn lacks(&self, key: &str) -> Failure {
        let Origin { file, line, .. } = &self.origin;
        let name = &self.name;
        let message = format!("{}:{line}: the account '{name}' has no {key}", file.display());
        Failure::new(Exit::CONFIG, message)
    }
}

/// Puts the accounts of all files together, each with what it inherits, and says which mailbox is
/// whose. No two may have the same name, or read the same mailbox: they would fetch everything
/// twice.
fn merge(
    entries: Vec<Entry>,
    defaults: &Values,
    problems: &mut Vec<Failure>,
) -> (Vec<AccountConfig>, HashMap<MailboxIdentity, usize>) {
    let mut names: HashMap<AccountName, Origin> = HashMap::new();
    let mut mailboxes: HashMap<MailboxIdentity, usize> = HashMap::new();
    let mut accounts: Vec<AccountConfig> = Vec::new();
    for Entry { name, mut values, origin } in entries {
        let at = |origin: &Origin| format!("{}:{}", origin.file.display(), origin.line);
        let mut refuse = |message: String| problems.push(Failure::new(Exit::CONFIG, message));
        if let Some(first) = names.get(&name) {
            let (here, first) = (at(&origin), at(first));
            refuse(format!("{here}: there is an account '{name}' already, at {first}"));
            continue;
        }
        names.insert(name.clone(), origin.clone());
        values.inherit(defaults);
        let account = AccountConfig { name, values, origin };
        if let Some(identity) = account.identity() {
            let AccountConfig { name, origin, .. } = &account;
            if let Some(&first) = mailboxes.get(&identity) {
                let AccountConfig { name: other, origin: first, .. } = &accounts[first];
                let (here, first) = (at(origin), at(first));
                refuse(format!(
                    "{here}: the accounts '{name}' and '{other}' ({first}) are one mailbox, \
                     {identity}: its mail would be fetched twice"
                ));
                continue;
            }
            mailboxes.insert(identity, accounts.len());
        }
        accounts.push(account);
    }
    (accounts, mailboxes)
}

fn is_missing(path: &Path) -> bool {
    // A link to nowhere is not missing: it was meant.
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// `accounts.d/*.toml` beside the main file, by name.
fn files_beside(main: &Path) -> Result<Vec<PathBuf>, Failure> {
    let directory = main.with_file_name("accounts.d");
    let failed = |error: io::Error| {
        Failure::new(Exit::CONFIG, format!("cannot read {}: {error}", directory.display()))
    };
    let entries = match fs::read_dir(&directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let names: io::Result<Vec<OsString>> =
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(failed)?;
    // Editors leave hidden files about.
    names.retain(|name| {
        let name = name.as_encoded_bytes();
        name.ends_with(b".toml") && !name.starts_with(b".")
    });
    names.sort();
    Ok(names.into_iter().map(|name| directory.join(name)).collect())
}

/// Reads one file.
fn read_file(
    path: &Arc<Path>,
    role: Role,
    problems: &mut Vec<Failure>,
) -> Result<Content, Failure> {
    let (text, metadata) = read_text(path)?;
    let content = read(path, &text, role, problems);
    if content.holds_secret() && metadata.mode() & 0o077 != 0 {
        let shown = path.display();
        let message = format!("{shown} holds a password, and others can read or write it");
        let failure = Failure::new(Exit::CONFIG, message);
        return Err(failure.with_hint(format!("chmod 600 {shown}")));
    }
    Ok(content)
}

/// The text of a configuration, and what the system says of its file. Symbolic links are followed:
/// people keep such files elsewhere.
pub(crate) fn read_text(path: &Path) -> Result<(Zeroizing<String>, Metadata), Failure> {
    let shown = path.display();
    let refuse = |message: String| Failure::new(Exit::CONFIG, message);
    let failed = |error: io::Error| refuse(format!("cannot read {shown}: {error}"));
    // Looked at before it is opened: to open a FIFO would wait for its writer.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(refuse(format!("{shown} is not a regular file")));
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && metadata.uid() != 0 {
        // It names commands that are run.
        return Err(refuse(format!("{shown} belongs to another user")));
    }
    // It may hold passwords: wiped when dropped, and of its final size from the start.
    let size = usize::try_from(metadata.len().min(MAX)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX {
        return Err(refuse(format!("{shown} is too large for a configuration")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
        refuse(format!("{shown}:{line}: this is not UTF-8"))
    })?;
    Ok((Zeroizing::new(text.to_owned()), metadata))
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
