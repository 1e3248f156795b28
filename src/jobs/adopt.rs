//! Teaching the state the new numbers of a renumbered mailbox.

use std::collections::HashMap;

use super::books::open_state;
use super::enter::{Entered, enter};
use super::headers::read_headers;
use super::mailbox::survey;
use super::memory::Memory;
use super::select::without_top;
use super::verify::{digest, verify};
use super::{Account, Context, Error, Observer};
use crate::model::MessageKey;

/// What [`adopt`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Known messages that were found again under another UID.
    pub adopted: usize,
    /// Messages on the server that stay new.
    pub new: usize,
}

/// Finds known messages again that the server lists under other UIDs, by their header blocks.
///
/// # Errors
/// [`Error`].
pub fn adopt(
    account: &Account,
    context: &Context<'_>,
    observer: &mut dyn Observer,
) -> Result<Adopted, Error> {
    let (_lock, mut state) = open_state(account, context)?;
    let Entered { mut session, mailbox, known } =
        enter(account, context, Memory::of(&mut state)?, observer)?;
    let mut view = survey(account, mailbox, &known)?;
    let found = verify(&mut session, account, &mut view, Some(&state))?;
    state.settle(&found)?;
    let present = view.present();

    // Rows that the listing does not show, by digest; the earliest first, to be taken from the end.
    let places: HashMap<i64, usize> =
        known.messages().iter().enumerate().map(|(at, row)| (row.id, at)).collect();
    let mut free: HashMap<[u8; 32], Vec<i64>> = HashMap::new();
    for (id, digest) in state.digests()?.into_iter().rev() {
        if places.get(&id).is_some_and(|&at| !present[at]) {
            free.entry(digest).or_default().push(id);
        }
    }
    let new: Vec<(usize, MessageKey)> = view.new_messages().collect();
    let numbers: Vec<_> = new.iter().map(|(at, _)| view.listing[*at].number).collect();
    let mut found = Vec::new();
    let mut any = numbers.is_empty();
    read_headers(&mut session, account, &numbers, &mut |place, header| {
        any |= header.is_some();
        let row = header.and_then(|header| free.get_mut(&digest(header))?.pop());
        found.extend(row.map(|row| (row, new[place].1.clone())));
        Ok(())
    })?;
    if !any {
        return Err(without_top(account));
    }
    state.rekey(&found)?;
    session.leave();
    Ok(Adopted { adopted: found.len(), new: new.len() - found.len() })
}
