//! Whose mail it is.

use popfetch::discovery::MailAddress;

use super::super::exit::Exit;
use super::super::paths::short;
use super::super::report::Failure;
use super::super::source::{Source, is_url};
use super::Init;

/// What the user calls the mailbox.
pub(super) enum Who {
    /// By a mail address.
    Address(MailAddress),
    /// By a URL, which says where it is.
    Mailbox(Source),
    /// By nothing: server and user are said apart.
    Unnamed,
}

impl Who {
    pub(super) fn address(&self) -> Option<&MailAddress> {
        match self {
            Self::Address(address) => Some(address),
            Self::Mailbox(_) | Self::Unnamed => None,
        }
    }
}

pub(super) fn ask(init: &Init<'_>) -> Result<Who, Failure> {
    let who = match &init.args.address {
        Some(text) => read(text)?,
        None if init.args.host.is_some() && init.args.connection.user.is_some() => Who::Unnamed,
        None if !init.asker.asks => return Err(Failure::usage("the mail address is missing")),
        None => loop {
            let answer = init.asker.line("Mail address", None)?;
            match read(&answer) {
                Ok(who) => break who,
                Err(failure) => init.asker.tell_failure(&failure),
            }
        },
    };
    if let Some(address) = who.address() {
        is_new(init, &address.to_string())?;
    }
    Ok(who)
}

fn read(text: &str) -> Result<Who, Failure> {
    if is_url(text) {
        return Source::parse(text).map(Who::Mailbox).map_err(Failure::usage);
    }
    let address = text.parse().map_err(|error| {
        let shown: String = text.chars().take(80).collect();
        Failure::usage(format!("'{shown}': {error}"))
    });
    address.map(Who::Address)
}

/// Requires that no account has the address for its user.
fn is_new(init: &Init<'_>, address: &str) -> Result<(), Failure> {
    let accounts = init.config.map(|config| &config.accounts[..]).unwrap_or_default();
    let same = |user: &str| user.eq_ignore_ascii_case(address);
    let taken = accounts
        .iter()
        .find(|account| account.values.user.as_ref().is_some_and(|user| same(&user.value.0)));
    match taken {
        Some(account) => Err(configured(address, account)),
        None => Ok(()),
    }
}

/// The failure of what is configured already.
pub(super) fn configured(what: &str, account: &super::super::config::AccountConfig) -> Failure {
    let name = &account.name;
    let place = format!("{}:{}", short(&account.origin.file), account.origin.line);
    let message = format!("{what} is configured already, as the account '{name}' ({place})");
    Failure::new(Exit::CONFIG, message).with_hint(format!("popfetch fetch {name}"))
}
