//! The state by itself: read, forgotten, carried elsewhere. No network.

use super::books::{Books, open_state};
use super::recover::Recovery;
use super::{Account, Context, Error, Event};
use crate::model::{MessageKey, Origin, Place, Receipt, Uid};
use crate::state::{Known, State, StateFiles, Times};

/// What an account's state holds.
#[derive(Debug, Default)]
pub struct Report {
    /// The messages that are known.
    pub known: Known,
    /// Messages that could not be fetched, with how many runs in a row each failed in.
    pub failing: Vec<(MessageKey, u32)>,
    /// Deliveries that an interrupted run left unfinished.
    pub unfinished: usize,
    /// When the account was last logged in to, and when a run last went well.
    pub times: Times,
}

/// Reads an account's state; nothing where there is none. Takes no lock.
///
/// # Errors
/// [`Error`].
pub fn report(account: &Account, context: &Context<'_>) -> Result<Option<Report>, Error> {
    let books = Books::peek(account, context)?;
    let Some(state) = books.state() else { return Ok(None) };
    Ok(Some(Report {
        known: state.known()?,
        failing: state.failures()?,
        unfinished: state.pending()?.len(),
        times: state.times()?,
    }))
}

/// Everything that is kept of every message. Takes no lock.
///
/// # Errors
/// [`Error`].
pub fn export(account: &Account, context: &Context<'_>) -> Result<Vec<Receipt>, Error> {
    let books = Books::peek(account, context)?;
    Ok(books.state().map(State::export).transpose()?.unwrap_or_default())
}

/// Takes in what [`export`] gave. What is known already stays as it is. Gives the number of
/// messages that were not.
///
/// # Errors
/// [`Error`].
pub fn import(
    account: &Account,
    context: &Context<'_>,
    receipts: Vec<Receipt>,
) -> Result<usize, Error> {
    let (_lock, mut state) = open_state(account, context)?;
    let known = state.known()?;
    let new: Vec<Receipt> =
        receipts.into_iter().filter(|receipt| !known.holds(&receipt.key)).collect();
    let committed = state.commit(&new, &[])?;
    // What has happened on the server since the export, nobody knows: whether the messages are
    // still those is looked into when they are listed. What was only seen is never deleted.
    let rows = new.iter().zip(committed.messages);
    let delivered: Vec<i64> = rows
        .filter(|(receipt, _)| receipt.origin == Origin::Delivered)
        .map(|(_, row)| row)
        .collect();
    state.ask_deletion(&delivered, context.surroundings.seconds())?;
    Ok(new.len())
}

/// Takes for seen, as imported, what another program has fetched. It knows messages by their UIDs
/// alone, and one that it names several times is that of several messages. What is known already
/// stays as it is. Gives the number of messages that were not; `dry_run` leaves it at that.
///
/// # Errors
/// [`Error`].
pub fn import_seen(
    account: &Account,
    context: &Context<'_>,
    uids: Vec<Uid>,
    dry_run: bool,
) -> Result<usize, Error> {
    let mut books = if dry_run || uids.is_empty() {
        Books::peek(account, context)?
    } else {
        Books::open(account, context)?
    };
    let known = books.state().map(State::known).transpose()?.unwrap_or_default();
    let new = keys_of(uids).into_iter().filter(|key| !known.holds(key)).collect::<Vec<_>>();
    if let Some(state) = books.writable().filter(|_| !new.is_empty()) {
        state.mark(&new, Origin::Imported, context.surroundings.seconds())?;
    }
    Ok(new.len())
}

/// The keys of messages of which no more is known than that they bear these UIDs.
fn keys_of(mut uids: Vec<Uid>) -> Vec<MessageKey> {
    uids.sort_unstable();
    let mut keys: Vec<MessageKey> = Vec::with_capacity(uids.len());
    for uid in uids {
        let ordinal = keys.last().filter(|last| last.uid == uid).map_or(0, |last| last.ordinal + 1);
        keys.push(MessageKey { uid, ordinal, size: None });
    }
    keys
}

/// Forgets the messages with these UIDs, or all of them where none is named, and how often they
/// have failed: they are new again. Gives the number of messages that were known.
///
/// # Errors
/// [`Error`].
pub fn forget(account: &Account, context: &Context<'_>, uids: &[Uid]) -> Result<usize, Error> {
    let (_lock, mut state) = open_state(account, context)?;
    // What a killed run left must be finished first, or it would be delivered once more.
    let files = StateFiles::new(context.state_directory, &account.name);
    // Of no place is it known here whether it was given up: where one is missing, this stops.
    let waiting: Vec<Place> = state.pending()?.into_iter().map(|row| row.place).collect();
    Recovery { files: &files, context, wanted: &waiting }.run(&mut state, &mut ignore)?;
    let known = state.known()?;
    let meant =
        known.messages().iter().filter(|row| uids.is_empty() || uids.contains(&row.key.uid));
    let ids: Vec<i64> = meant.map(|row| row.id).collect();
    state.forget(&ids)?;
    if uids.is_empty() {
        state.forget_failures(None)?;
    }
    for uid in uids {
        state.forget_failures(Some(uid))?;
    }
    Ok(ids.len())
}

/// For what tells nobody anything.
fn ignore(_: &Event<'_>) {}
