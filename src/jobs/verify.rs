//! Messages that may be other ones than the known ones whose UID they bear.

use std::convert::Infallible;

use super::headers::read_headers;
use super::mailbox::View;
use super::{Account, Error};
use crate::client::Session;
use crate::delivery::{HeaderBlock, LineFeeds};
use crate::model::{MessageKey, Origin};
use crate::net::Stream;
use crate::state::{Recognition, State};

/// Decides each [`Recognition::Doubtful`] by its header block: the digest that was kept at its
/// delivery against the one that TOP shows now. Where there is nothing to compare, the message
/// counts as new: to fetch one twice is a nuisance, to lose one is not to be mended.
///
/// Gives the known messages that are listed with another size than before, for the state.
pub(super) fn verify(
    session: &mut Session<Stream>,
    account: &Account,
    view: &mut View<'_>,
    state: Option<&State>,
) -> Result<Vec<(i64, MessageKey)>, Error> {
    let doubtful: Vec<usize> = (0..view.listing.len())
        .filter(|&at| matches!(view.recognised[at], Recognition::Doubtful(..)))
        .collect();
    let mut resized = Vec::new();
    let Some(state) = state.filter(|_| !doubtful.is_empty()) else { return Ok(resized) };
    let numbers: Vec<_> = doubtful.iter().map(|&at| view.listing[at].number).collect();
    let mut digests = Vec::with_capacity(numbers.len());
    read_headers(session, account, &numbers, &mut |_, header| {
        digests.push(header.map(digest));
        Ok(())
    })?;
    for (at, digest) in doubtful.into_iter().zip(digests) {
        let Recognition::Doubtful(row, key) = view.recognised[at].clone() else { continue };
        let Some(known) = view.known(at) else { continue };
        // Without a digest the user has only said "seen", of this UID whatever its size.
        let same = match state.header_digest(known.id)? {
            Some(kept) => digest == Some(kept),
            None => known.origin != Origin::Delivered,
        };
        if same && known.key != key {
            resized.push((known.id, key.clone()));
        }
        view.recognised[at] =
            if same { Recognition::Known(row) } else { Recognition::New(Some(key)) };
    }
    Ok(resized)
}

/// The digest of a header block, as a delivery takes it: with LF line ends.
pub(super) fn digest(header: &[u8]) -> [u8; 32] {
    let mut block = HeaderBlock::default();
    let mut line_feeds = LineFeeds::default();
    let added = line_feeds.convert(header, |piece| {
        block.add(piece);
        Ok::<_, Infallible>(())
    });
    match added {
        Ok(()) => block.digest(),
    }
}
