//! Finishing what a killed run left behind. Before any network, under the account's lock.

use super::{Error, Event, Observer};
use crate::delivery::{self, Completion, Destination, Maildir, Names};
use crate::model::{PendingDelivery, Place};
use crate::state::State;

/// Publishes every delivery that was recorded and perhaps not published. `wanted` are the places
/// that mail goes to in this run.
pub(super) fn recover(
    state: &mut State,
    wanted: &[Place],
    user: u32,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let pending = state.pending()?;
    for rows in pending.chunk_by(|a, b| a.place == b.place) {
        recover_place(state, rows, wanted, user, observer)?;
    }
    Ok(())
}

fn recover_place(
    state: &mut State,
    rows: &[PendingDelivery],
    wanted: &[Place],
    user: u32,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let place = &rows[0].place;
    // Standard output has nothing pending: it is recorded when it is done.
    let Place::Maildir(path) = place else { return Ok(state.note_run(None, None, &ids)?) };
    let outcome = Maildir::open(path, false, user).map_err(Error::from).and_then(|maildir| {
        let mut renamed = 0;
        for row in rows {
            match maildir.complete(&row.staged)? {
                Completion::Renamed => renamed += 1,
                Completion::WasDone => {}
                Completion::Elsewhere => {
                    return Err(Error::Elsewhere { place: place.clone(), waiting: rows.len() });
                }
            }
        }
        maildir.sync_new()?;
        Ok(renamed)
    });
    match outcome {
        Ok(renamed) => {
            state.note_run(None, None, &ids)?;
            if renamed > 0 {
                observer.event(&Event::Recovered(renamed));
            }
            Ok(())
        }
        // A place that the user has given up, on a disk that is gone, must not block the account
        // for ever. Its messages count as new again.
        Err(Error::Elsewhere { .. } | Error::Delivery(delivery::Error::Vanished { .. }))
            if !wanted.contains(place) =>
        {
            let count = rows.len();
            let warning = format!(
                "{place} is gone; {count} messages that an interrupted run had yet to put there \
                 are fetched again unless they went elsewhere too"
            );
            observer.event(&Event::Warning(&warning));
            Ok(state.drop_pending(&ids)?)
        }
        Err(error) => Err(error),
    }
}

/// Removes what killed runs of this account left half written. Nothing is pending any more.
pub(super) fn sweep(destinations: &[Destination], names: &Names) -> Result<(), Error> {
    for destination in destinations {
        if let Destination::Maildir(maildir) = destination {
            maildir.sweep(|name| names.is_own(name))?;
        }
    }
    Ok(())
}
