//! Which messages a selection means, header blocks and all.

use super::headers::read_headers;
use super::mailbox::View;
use super::{Account, Error};
use crate::client::{self, Session};
use crate::model::Selection;
use crate::net::Stream;
use crate::summary::matches;

/// The places in the listing that `selection` means. What needs headers reads them by TOP, and
/// only of what all other conditions pick.
pub(super) fn select(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    selection: &Selection,
) -> Result<Vec<usize>, Error> {
    let candidates = view.pick(selection);
    if selection.headers.is_empty() || candidates.is_empty() {
        return Ok(candidates);
    }
    let numbers: Vec<_> = candidates.iter().map(|&at| view.listing[at].number).collect();
    let mut picked = Vec::new();
    let mut any = false;
    read_headers(session, account, &numbers, &mut |place, header| {
        any |= header.is_some();
        if header.is_some_and(|header| matches(header, &selection.headers)) {
            picked.push(candidates[place]);
        }
        Ok(())
    })?;
    if any { Ok(picked) } else { Err(without_top(account)) }
}

/// A server that shows no header block: nothing can be told of its messages.
pub(super) fn without_top(account: &Account) -> Error {
    Error::server(&account.endpoint.host, client::Error::NotOffered { what: "TOP" })
}
