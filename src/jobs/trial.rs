//! Trying an account out before it is written down.

use super::books::Books;
use super::connect::Call;
use super::enter::{Entered, enter};
use super::{Account, Context, Error, Observer};
use crate::model::Octets;

/// What a mailbox turned out to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// How many messages it holds.
    pub messages: u64,
    /// Their octets, as listed.
    pub octets: Octets,
    /// Whether they have unique-ids, by which what is new can be told.
    pub has_uids: bool,
    /// How many seconds must lie between two logins, as the server announces.
    pub login_delay: Option<u32>,
}

/// Connects, makes sure who the server is, asks what it can do, and leaves. No password is needed,
/// and none is sent.
///
/// # Errors
/// [`Error`] when there is no way to the server, or when it is not to be trusted.
pub fn reach(account: &Account, context: &Context<'_>) -> Result<(), Error> {
    Call::start(account, context).knock()
}

/// Logs in and looks at the mailbox. Takes no lock and records nothing.
///
/// # Errors
/// [`Error`].
pub fn try_login(
    account: &Account,
    context: &Context<'_>,
    observer: &mut dyn Observer,
) -> Result<Trial, Error> {
    let mut books = Books::peek(account, context)?;
    let Entered { session, mailbox, .. } = enter(account, context, books.memory()?, observer)?;
    let login_delay = session.capabilities().and_then(|offered| offered.login_delay);
    session.leave();
    let sizes = mailbox.messages.iter().map(|message| message.size.0);
    Ok(Trial {
        messages: mailbox.messages.len() as u64,
        octets: Octets(sizes.fold(0, u64::saturating_add)),
        has_uids: mailbox.has_uids,
        login_delay,
    })
}
