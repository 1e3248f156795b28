//! `popfetch login` and `logout` for an account that has a password: the keyring keeps it.

use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::time::Instant;

use popfetch::jobs::{self, Account, Context, Event};
use popfetch::model::{Proof, Secret, Selection};

use super::exit::Exit;
use super::keyring;
use super::report::Failure;
use super::secret_line::{LIMIT, read_line};
use super::secrets::{PasswordSource, mailbox, prompt};

/// Asks for the password of `account`, tries it, and keeps it: a wrong one is of use to nobody.
pub(super) fn keep(
    account: &mut Account,
    source: &PasswordSource,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if !matches!(source, PasswordSource::Elsewhere) {
        let message = "the password comes from somewhere else, and the keyring would not be asked";
        return Err(Failure::new(Exit::CONFIG, message)
            .with_hint("popfetch config show says from where; take that out first"));
    }
    let password = ask(account, context)?;
    account.proof = Proof::Password(password.clone());
    let ignore = &mut |_: &Event<'_>| {};
    jobs::count(account, context, &Selection::default(), ignore)
        .map_err(|error| Failure::of_job(&error, &account.name, context.interrupt.signal()))?;
    keyring::store(&mailbox(account), password, context.interrupt)
}

/// Forgets the password of `account`; says whether there was one.
pub(super) fn forget(account: &Account, context: &Context<'_>) -> Result<bool, Failure> {
    keyring::remove(&mailbox(account), context.interrupt)
}

/// From the terminal, or a line of standard input.
fn ask(account: &Account, context: &Context<'_>) -> Result<Secret, Failure> {
    let interrupt = context.interrupt;
    if io::stdin().is_terminal() {
        return prompt(&account.user, &account.endpoint.host, interrupt);
    }
    let origin = "standard input";
    let input = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let input = input.map_err(|error| Failure::new(Exit::NO_PERMISSION, error.to_string()))?;
    let password = read_line(input, origin, interrupt, Instant::now() + LIMIT)?;
    PasswordSource::usable(password, origin)
}
