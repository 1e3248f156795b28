//! The desktop's keyring: the Secret Service of the user's session (GNOME Keyring, KWallet,
//! KeePassXC ...).
//!
//! A password is kept under the service `popfetch` and the mailbox, `user@host`, whatever the
//! account is called.

use std::io;
use std::time::Instant;

use ::keyring::Error;
use ::keyring::v1::Entry;
use popfetch::model::{Interrupt, Secret};

use super::blocking::{NoAnswer, wait_for};
use super::report::Failure;
use super::secret_line::{LIMIT, no_password_from, refuse};

const SERVICE: &str = "popfetch";
/// What it is called in messages.
const NAME: &str = "the keyring";

/// The password of `mailbox`, if there is a keyring and it has one.
pub(crate) fn find(mailbox: &str, interrupt: &Interrupt) -> Result<Option<Secret>, Failure> {
    ask(mailbox, interrupt, |entry| match entry.get_secret() {
        Ok(secret) => Ok(Some(Secret::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })
    .map(Option::flatten)
}

/// Whether there is a keyring.
pub(crate) fn is_there(interrupt: &Interrupt) -> bool {
    let asked = ask("popfetch", interrupt, |entry| match entry.get_secret() {
        Ok(_) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(error),
    });
    matches!(asked, Ok(Some(())))
}

/// Keeps the password of `mailbox`.
pub(crate) fn store(mailbox: &str, password: Secret, interrupt: &Interrupt) -> Result<(), Failure> {
    let stored = ask(mailbox, interrupt, move |entry| entry.set_secret(password.expose()))?;
    stored.ok_or_else(|| {
        refuse("there is no keyring in this session".to_owned()).with_hint(
            "keep the password in a file or a password manager: password-file, password-command",
        )
    })
}

/// Removes the password of `mailbox`; says whether there was one.
pub(crate) fn remove(mailbox: &str, interrupt: &Interrupt) -> Result<bool, Failure> {
    let removed = ask(mailbox, interrupt, |entry| match entry.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(error),
    })?;
    Ok(removed == Some(true))
}

/// Does `work` with the entry of `mailbox`; nothing where there is no keyring: on servers and under
/// cron there mostly is none. It may take as long as the user takes to unlock it.
fn ask<T: Send + 'static>(
    mailbox: &str,
    interrupt: &Interrupt,
    work: impl FnOnce(&Entry) -> ::keyring::Result<T> + Send + 'static,
) -> Result<Option<T>, Failure> {
    let mailbox = mailbox.to_owned();
    let asked = wait_for(interrupt, Some(Instant::now() + LIMIT), move || {
        let done = Entry::new(SERVICE, &mailbox).and_then(|entry| work(&entry));
        match done {
            Ok(done) => Ok(Some(done)),
            Err(Error::NoDefaultStore) => Ok(None),
            // Not as they show themselves: some hold what was read.
            Err(Error::NoStorageAccess(_)) => Err(io::Error::other("it is locked")),
            Err(Error::PlatformFailure(error)) => Err(io::Error::other(error.to_string())),
            Err(Error::Ambiguous(_)) => Err(io::Error::other("it has several for this mailbox")),
            Err(_) => Err(io::Error::other("it does not work as a keyring should")),
        }
    });
    asked.map_err(|reason| match reason {
        NoAnswer::Failed(error) => refuse(format!("cannot use {NAME}: {error}")),
        reason => no_password_from(NAME, reason, interrupt),
    })
}
