//! Messages that may be other ones than the known ones whose UID they bear.

use super::headers::read_headers;
use super::mailbox::View;
use super::{Account, Error};
use crate::client::Session;
use crate::delivery::{HeaderBlock, LineFeeds};
use crate::model::{Octets, Origin};
use crate::net::Stream;
use crate::state::{Recognition, State};

/// Decides each [`Recognition::Doubtful`] by its header block: the digest that was kept at its
/// delivery against the one that TOP shows now. Where there is nothing to compare, a message of
/// another size counts as new: to fetch one twice is a nuisance, to lose one is not to be mended.
/// One of the same size stays in doubt then, and is neither fetched nor deleted.
///
/// Gives the known messages that were found again, with the sizes that they are listed with now.
pub(super) fn verify(
    session: &mut Session<Stream>,
    account: &Account,
    view: &mut View<'_>,
    state: Option<&State>,
) -> Result<Vec<(i64, Octets)>, Error> {
    let doubtful: Vec<usize> = (0..view.listing.len())
        .filter(|&at| matches!(view.recognised[at], Recognition::Doubtful(..)))
        .collect();
    let mut found = Vec::new();
    let Some(state) = state.filter(|_| !doubtful.is_empty()) else { return Ok(found) };
    let digests = digests(session, account, view, &doubtful)?;
    for (at, digest) in doubtful.into_iter().zip(digests) {
        let Recognition::Doubtful(row, ordinal) = view.recognised[at] else { continue };
        let (Some(known), Some(key)) = (view.known(at), view.new_key(at)) else { continue };
        let (id, size) = (known.id, known.key.size);
        let same = match (state.header_digest(id)?, digest) {
            (Some(kept), Some(shown)) => kept == shown,
            // The user has only said "seen", of this UID whatever its size.
            (None, _) if known.origin != Origin::Delivered => true,
            _ if size == key.size => continue,
            _ => false,
        };
        view.recognised[at] = if same {
            found.push((id, view.listing[at].size));
            view.found_as(at, key);
            Recognition::Known(row)
        } else {
            Recognition::New(ordinal)
        };
    }
    Ok(found)
}

/// The digests of the header blocks that TOP shows of the messages at `places`.
pub(super) fn digests(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    places: &[usize],
) -> Result<Vec<Option<[u8; 32]>>, Error> {
    let numbers: Vec<_> = places.iter().map(|&at| view.listing[at].number).collect();
    let mut digests = Vec::with_capacity(numbers.len());
    read_headers(session, account, &numbers, &mut |_, header| {
        digests.push(header.map(digest));
        Ok(())
    })?;
    Ok(digests)
}

/// The digest of a header block, as a delivery takes it: with LF line ends.
pub(super) fn digest(header: &[u8]) -> [u8; 32] {
    let mut lines = Vec::new();
    LineFeeds::default().convert(header, &mut lines);
    let mut block = HeaderBlock::default();
    block.add(&lines);
    block.digest()
}
