//! The guard against a renumbered mailbox: all unique-ids are new, and the mail is old.

use std::collections::HashSet;

use super::headers::read_headers;
use super::mailbox::View;
use super::verify::digest;
use super::{Account, Error};
use crate::client::Session;
use crate::net::Stream;
use crate::proto::Capabilities;
use crate::state::{Known, Recognition, State};

/// How many of the new messages are looked at.
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
    // What we deleted, or was gone before, has not vanished now.
    let live = known.messages().iter().enumerate().filter(|(_, row)| !row.missing && !row.deleted);
    let (live, vanished) =
        live.fold((0_usize, HashSet::new()), |(live, mut vanished), (at, row)| {
            if !present[at] {
                vanished.insert(row.id);
            }
            (live + 1, vanished)
        });
    let new: Vec<usize> = (0..view.listing.len())
        .filter(|&at| matches!(view.recognised[at], Recognition::New(Some(_))))
        .collect();
    if vanished.is_empty() || new.is_empty() || vanished.len() * 10 < live * 9 {
        return Ok(());
    }
    let kept: HashSet<[u8; 32]> = state
        .digests()?
        .into_iter()
        .filter(|(id, _)| vanished.contains(id))
        .map(|(_, digest)| digest)
        .collect();
    let step = new.len().div_ceil(SAMPLE);
    let numbers: Vec<_> = new.iter().step_by(step).map(|&at| view.listing[at].number).collect();
    let mut same = 0;
    read_headers(session, account, &numbers, &mut |_, header| {
        same += usize::from(header.is_some_and(|header| kept.contains(&digest(header))));
        Ok(())
    })?;
    if same * 2 < numbers.len() {
        return Ok(());
    }
    Err(Error::Renumbered { host: account.endpoint.host.clone(), messages: vanished.len() })
}
