//! What was seen, from what is here: after the state was lost.

use std::collections::HashMap;

use super::books::open_state;
use super::connect::connect;
use super::mailbox::survey;
use super::{Account, Context, Error, Observer};
use crate::delivery::{Found, Maildir, Names};
use crate::model::{MessageKey, Origin, Place, Placement, Receipt, Selection};
use crate::state::Recognition;

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
    let found: HashMap<String, Found> =
        maildir.found()?.into_iter().map(|found| (found.marker.clone(), found)).collect();

    let known = state.known()?;
    let mut session = connect(account, context, observer)?;
    let view = survey(&mut session, account, &known)?;
    let receipt = |key: &MessageKey| {
        let found = found.get(&names.marker(key))?;
        Some(Receipt {
            key: key.clone(),
            origin: Origin::Delivered,
            header_digest: Some(found.header.digest()),
            message_id: found.header.message_id(),
            at: found.at,
            placements: vec![Placement { place: Place::Maildir(path.to_owned()), staged: None }],
        })
    };
    let receipts: Vec<Receipt> = view
        .recognised
        .iter()
        .filter_map(|recognition| match recognition {
            Recognition::New(Some(key)) => receipt(key),
            _ => None,
        })
        .collect();
    state.commit(&receipts, &[])?;
    let _ = session.quit();
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
    let known = state.known()?;
    let mut session = connect(account, context, observer)?;
    let view = survey(&mut session, account, &known)?;
    let picked = super::select::select(&mut session, account, &view, selection)?;
    let keys: Vec<MessageKey> =
        picked.into_iter().filter(|&at| !view.is_seen(at)).filter_map(|at| view.key(at)).collect();
    state.mark(&keys, Origin::Seen, context.surroundings.seconds())?;
    let _ = session.quit();
    Ok(keys.len())
}
