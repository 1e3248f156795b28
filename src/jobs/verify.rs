//! Messages whose size has changed: the same, or others under the same UID?

use super::headers::read_headers;
use super::mailbox::View;
use super::{Account, Error};
use crate::client::Session;
use crate::delivery::{HeaderBlock, LineFeeds};
use crate::model::Origin;
use crate::net::Stream;
use crate::state::{Recognition, State};

/// Decides each [`Recognition::Doubtful`] by its header block: the digest that was kept at its
/// delivery against the one that TOP shows now. Where there is nothing to compare, the message
/// counts as new: to fetch one twice is a nuisance, to lose one is not to be mended.
pub(super) fn verify(
    session: &mut Session<Stream>,
    account: &Account,
    view: &mut View<'_>,
    state: &mut State,
) -> Result<(), Error> {
    let doubtful: Vec<usize> = view
        .recognised
        .iter()
        .enumerate()
        .filter(|(_, recognition)| matches!(recognition, Recognition::Doubtful(..)))
        .map(|(at, _)| at)
        .collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let numbers: Vec<_> = doubtful.iter().map(|&at| view.listing[at].number).collect();
    let mut digests = Vec::with_capacity(numbers.len());
    read_headers(session, account, &numbers, &mut |_, header| {
        digests.push(header.map(digest));
        Ok(())
    })?;
    for (at, digest) in doubtful.into_iter().zip(digests) {
        let Recognition::Doubtful(row, key) = view.recognised[at].clone() else { continue };
        let Some(known) = view.known(at) else { continue };
        let (id, origin) = (known.id, known.origin);
        let kept = state.header_digest(id)?;
        // Without a digest the user has only said "seen", of this UID whatever its size.
        let same = match kept {
            Some(kept) => digest == Some(kept),
            None => origin != Origin::Delivered,
        };
        if same {
            state.resize(id, &key)?;
        }
        view.recognised[at] =
            if same { Recognition::Known(row) } else { Recognition::New(Some(key)) };
    }
    Ok(())
}

/// The digest of a header block, as a delivery takes it: with LF line ends.
pub(super) fn digest(header: &[u8]) -> [u8; 32] {
    let mut block = HeaderBlock::default();
    let mut line_feeds = LineFeeds::default();
    let added = line_feeds.convert(header, |piece| {
        block.add(piece);
        Ok::<_, std::convert::Infallible>(())
    });
    match added {
        Ok(()) => block.digest(),
    }
}
