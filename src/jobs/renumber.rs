//! The guard against a renumbered mailbox: all unique-ids are new, and the mail is old.

use std::collections::{HashMap, HashSet};

use super::mailbox::View;
use super::verify::digests;
use super::{Account, Error};
use crate::client::Session;
use crate::net::Stream;
use crate::proto::Capabilities;
use crate::state::{Known, Recognition, State};

/// How many of the new messages that are as large as a vanished one are looked at.
const SAMPLE: usize = 8;

/// Refuses a mailbox whose known messages have nearly all vanished while new ones with the same
/// header blocks have come: Dovecot after a change of UIDVALIDITY, Exchange after a move. To
/// fetch it would bring every message a second time; `adopt` teaches the state its new numbers.
///
/// Not for a server that deletes at QUIT what was retrieved: Gmail shows a few hundred messages at
/// a time, so that vanishing is what its messages do.
pub(super) fn guard(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    known: &Known,
    state: &State,
) -> Result<(), Error> {
    if session.capabilities().is_some_and(Capabilities::retr_deletes) {
        return Ok(());
    }
    let present = view.present();
    let rows = || known.messages().iter().enumerate().filter(|(_, row)| !row.deleted);
    let (mut live, mut newly, mut shown) = (0, 0, 0);
    for (at, row) in rows() {
        live += usize::from(!row.missing);
        newly += usize::from(!row.missing && !present[at]);
        shown += usize::from(present[at]);
    }
    // Nearly all have vanished now, or none is left of those that vanished before.
    if !(shown == 0 || newly > 0 && newly * 10 >= live * 9) {
        return Ok(());
    }
    // One whose size is not known was never listed, and has no header block to show either.
    let gone = rows().filter(|(at, _)| !present[*at]);
    let gone = gone.filter_map(|(_, row)| Some((row.id, row.key.size?)));
    let gone: HashMap<_, _> = gone.collect();
    let sizes: HashSet<_> = gone.values().copied().collect();
    let mut alike: Vec<usize> = (0..view.listing.len())
        .filter(|&at| matches!(view.recognised[at], Recognition::New(_)))
        .filter(|&at| sizes.contains(&view.listing[at].size))
        .collect();
    let step = alike.len().div_ceil(SAMPLE).max(1);
    alike = alike.into_iter().step_by(step).collect();
    if alike.is_empty() {
        return Ok(());
    }
    let kept: HashSet<[u8; 32]> = state
        .digests()?
        .into_iter()
        .filter(|(id, _)| gone.contains_key(id))
        .map(|(_, digest)| digest)
        .collect();
    let shown = digests(session, account, view, &alike)?;
    let same = shown.into_iter().flatten().filter(|digest| kept.contains(digest)).count();
    if same < gone.len().min(2) {
        return Ok(());
    }
    Err(Error::Renumbered { host: account.endpoint.host.clone(), messages: gone.len() })
}
