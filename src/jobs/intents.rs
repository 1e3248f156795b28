//! Messages for an mbox that are recorded and not in it yet.

use std::path::Path;

use crate::delivery::{self, Completed, LockedMbox};
use crate::model::{Place, count};
use crate::state::pending_of;

/// Completes what killed runs of other accounts left to be done in a locked mbox. It comes before
/// anything is appended: behind somebody else's mail a torn message could not be mended. Gives
/// warnings.
pub(super) fn complete_others(
    mbox: &mut LockedMbox,
    state_directory: &Path,
) -> Result<Vec<String>, delivery::Error> {
    let mut warnings = Vec::new();
    for other in mbox.others()? {
        // Where that state cannot be read, its own account will say so; until then its messages
        // wait, and the mbox is not closed to everybody else because of it.
        let pending = pending_of(state_directory, &other.account, &other.id, mbox.place());
        let completed = mbox.complete(Some(&other), &pending.unwrap_or_default())?;
        warnings.extend(fragments(mbox.place(), completed));
    }
    Ok(warnings)
}

/// The warning about beginnings of messages that had to stay.
pub(super) fn fragments(place: &Place, completed: Completed) -> Option<String> {
    (completed.fragments > 0).then(|| {
        let messages = count(completed.fragments as u64, "message");
        format!(
            "{place}: whole now: {messages} that an interrupted run had begun to write; but what it \
             had begun stays too, since another program has written behind it"
        )
    })
}
