//! What was seen, from what is here: after the state was lost.

use std::collections::HashMap;

use super::books::open_state;
use super::enter::{Entered, enter};
use super::mailbox::survey;
use super::memory::Memory;
use super::verify::digests;
use super::{Account, Context, Error, Observer};
use crate::delivery::{Found, Maildir, Names};
use crate::model::{Accepted, MessageKey, Origin, Place, Placement, Receipt, Selection};

/// Takes for delivered what the names of the files in the Maildir at `path` show to be messages
/// of this mailbox. Gives the number of messages that the state did not know.
///
/// # Errors
/// [`Error`].
pub fn rebuild(
    account: &Account,
    context: &Context<'_>,
    path: &std::path::Path,
    observer: &mut dyn Observer,
) -> Result<usize, Error> {
    let (_lock, mut state) = open_state(account, context)?;
    let names = Names::new(context.surroundings.clone(), account.identity(), state.id());
    let maildir = Maildir::open(path, false, context.surroundings.user)?;
    let mut found: HashMap<String, Vec<Found>> = HashMap::new();
    for file in maildir.found()? {
        found.entry(file.marker.clone()).or_default().push(file);
    }

    let Entered { mut session, mailbox, known } =
        enter(account, context, Memory::of(&mut state)?, observer)?;
    let view = survey(account, mailbox, &known)?;
    let candidates: Vec<(usize, MessageKey)> =
        view.new_messages().filter(|(_, key)| found.contains_key(&names.marker(key))).collect();
    // The UID alone does not say that it is the same message: servers use UIDs again.
    let places: Vec<usize> = candidates.iter().map(|(at, _)| *at).collect();
    let digests = digests(&mut session, account, &view, &places)?;
    let receipt = |(key, shown): (MessageKey, Option<[u8; 32]>)| {
        let files = found.get(&names.marker(&key))?;
        let same = |file: &&Found| shown.is_none_or(|shown| file.header.digest() == shown);
        let file = files.iter().find(same)?;
        Some(Receipt {
            key,
            // Without TOP there is no proof; what has none is never deleted.
            origin: if shown.is_some() { Origin::Delivered } else { Origin::Imported },
            header_digest: Some(file.header.digest()),
            message_id: file.header.message_id(),
            at: file.at,
            placements: vec![Placement {
                place: Place::Maildir(path.to_owned()),
                how: Accepted::Taken,
            }],
        })
    };
    let keys = candidates.into_iter().map(|(_, key)| key);
    let receipts: Vec<Receipt> = keys.zip(digests).filter_map(receipt).collect();
    state.commit(&receipts, &[])?;
    session.leave();
    Ok(receipts.len())
}

/// Takes for seen what `selection` means of the messages on the server. Gives the number of
/// messages that the state did not know.
///
/// # Errors
/// [`Error`].
pub fn mark_seen(
    account: &Account,
    context: &Context<'_>,
    selection: &Selection,
    observer: &mut dyn Observer,
) -> Result<usize, Error> {
    let (_lock, mut state) = open_state(account, context)?;
    let Entered { mut session, mailbox, known } =
        enter(account, context, Memory::of(&mut state)?, observer)?;
    let view = survey(account, mailbox, &known)?;
    let picked = super::select::select(&mut session, account, &view, selection)?;
    let keys: Vec<MessageKey> =
        picked.into_iter().filter(|&at| !view.is_seen(at)).filter_map(|at| view.key(at)).collect();
    state.mark(&keys, Origin::Seen, context.surroundings.seconds())?;
    session.leave();
    Ok(keys.len())
}
