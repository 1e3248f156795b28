//! How an account is, by its state alone.

use super::books::Books;
use super::{Account, Context, Error};
use crate::model::{Deletion, MessageKey, Origin, Trouble};
use crate::state::Times;

/// How an account is. Times are in seconds since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// When it was last logged in to, when a run last went well, and when the next may come.
    pub times: Times,
    /// What is wrong since then.
    pub trouble: Option<Trouble>,
    /// Messages that are known and, by the last listing, on the server.
    pub seen: u64,
    /// Those of them that were delivered here and are to be deleted there, now or in time.
    pub waiting_deletes: u64,
    /// Deliveries that an interrupted run left unfinished.
    pub unfinished: u64,
    /// Messages that could not be fetched, with how many runs in a row each failed in.
    pub failing: Vec<(MessageKey, u32)>,
}

/// Looks at an account's state; nothing is known where there is none. Takes no lock. `delete` is
/// what the account's policy says of mail that is safe here.
///
/// # Errors
/// [`Error`].
pub fn status(
    account: &Account,
    context: &Context<'_>,
    delete: Option<&Deletion>,
) -> Result<Status, Error> {
    let books = Books::peek(account, context)?;
    let Some(state) = books.state() else { return Ok(Status::default()) };
    let known = state.known()?;
    let there = known.messages().iter().filter(|row| !row.missing);
    let may_go = |origin: Origin| origin == Origin::Delivered && delete.is_some();
    Ok(Status {
        times: state.times()?,
        trouble: state.trouble()?,
        seen: there.clone().count() as u64,
        waiting_deletes: there.filter(|row| may_go(row.origin)).count() as u64,
        unfinished: state.pending()?.len() as u64,
        failing: state.failures()?,
    })
}
