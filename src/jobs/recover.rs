//! Finishing what a killed run left behind. Before any network, under the account's lock.

use std::path::Path;
use std::sync::Arc;

use super::destinations::{find_spools, open_mbox};
use super::intents::{complete_others, fragments};
use super::{Context, Error, Event, Observer};
use crate::delivery::{Completion, Destination, Maildir, Names, Spooled};
use crate::model::{PendingDelivery, Place, Staged, count};
use crate::state::{self, State, StateFiles};

/// An account whose deliveries are finished.
pub(super) struct Recovery<'a> {
    pub(super) files: &'a StateFiles,
    pub(super) context: &'a Context<'a>,
    /// The places that mail goes to in this run.
    pub(super) wanted: &'a [Place],
}

impl Recovery<'_> {
    /// Publishes every delivery that was recorded and perhaps not published.
    pub(super) fn run(&self, state: &mut State, observer: &mut dyn Observer) -> Result<(), Error> {
        for rows in state.pending()?.chunk_by(|a, b| a.place == b.place) {
            self.recover_place(state, rows, observer)?;
        }
        Ok(())
    }

    fn recover_place(
        &self,
        state: &mut State,
        rows: &[PendingDelivery],
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let place = &rows[0].place;
        let outcome = match place {
            Place::Maildir(path) => self.recover_maildir(path, rows),
            Place::Mbox(path) => self.recover_mbox(path, rows, state, observer),
            // Nothing is pending: it is recorded when it is done.
            Place::Stdout | Place::Pipe(_) => Ok(0),
        };
        match outcome {
            Ok(published) => {
                state.note_run(None, None, &ids)?;
                if published > 0 {
                    observer.event(&Event::Recovered(published));
                }
                Ok(())
            }
            // A place that the user has given up, on a disk that is gone, must not block the
            // account for ever. Its messages count as new again.
            Err(error) if is_gone(&error) && !self.wanted.contains(place) => {
                let messages = count(rows.len() as u64, "message");
                let warning = format!(
                    "{place} is gone, or something else now; {messages} that an interrupted run had yet to put there will \
                     be fetched again, save what went elsewhere too"
                );
                observer.event(&Event::Warning(&warning));
                state.drop_pending(&ids)?;
                self.forget_spools(place, state.id())
            }
            Err(error) => Err(error),
        }
    }

    fn recover_maildir(&self, path: &Path, rows: &[PendingDelivery]) -> Result<usize, Error> {
        let maildir = Maildir::open(path, false, self.context.surroundings.user)?;
        let mut renamed = 0;
        for row in rows {
            match maildir.complete(&row.staged)? {
                Completion::Renamed => renamed += 1,
                Completion::WasDone => {}
                Completion::Elsewhere => {
                    return Err(Error::Elsewhere { place: row.place.clone(), waiting: rows.len() });
                }
            }
        }
        maildir.sync_new()?;
        Ok(renamed)
    }

    fn recover_mbox(
        &self,
        path: &Path,
        rows: &[PendingDelivery],
        state: &mut State,
        observer: &mut dyn Observer,
    ) -> Result<usize, Error> {
        let spools = find_spools(self.files, path, state.id())?;
        let mut staged: Vec<Staged> = Vec::new();
        let mut lost: Vec<i64> = Vec::new();
        for row in rows {
            let standing = match &spools {
                Some(spools) => spools.standing(&row.staged).map_err(state::Error::Directory)?,
                None => Spooled::Damaged,
            };
            match standing {
                Spooled::Waiting => staged.push(row.staged.clone()),
                Spooled::Done => {}
                Spooled::Damaged => lost.push(row.id),
            }
        }
        // Whether they came into the mbox is not known: rather twice than never.
        if !lost.is_empty() {
            let warning = format!(
                "{}: {} of an interrupted run will be fetched again, save what went elsewhere too, for \
                 lack of sound files in {}; what had already arrived will be there twice",
                rows[0].place,
                count(lost.len() as u64, "message"),
                self.files.spool().display()
            );
            observer.event(&Event::Warning(&warning));
            state.drop_pending(&lost)?;
        }
        let Some(spools) = spools else { return Ok(0) };
        // All is done, perhaps by another account: the mbox may be locked, or gone, as it likes.
        if staged.is_empty() {
            return Ok(0);
        }
        let mbox = Arc::new(open_mbox(path, false, spools, self.context)?);
        let locked = mbox.lock().map_err(Error::from);
        let mut locked = locked.map_err(|error| error.or_stopped(self.context.interrupt))?;
        let completed = locked.complete(None, &staged)?;
        let warnings = complete_others(&mut locked, self.files.directory())?;
        drop(locked);
        for warning in warnings.into_iter().chain(fragments(mbox.place(), completed)) {
            observer.event(&Event::Warning(&warning));
        }
        Ok(completed.appended)
    }

    /// Removes the spool files for a place that is given up.
    fn forget_spools(&self, place: &Place, id: &str) -> Result<(), Error> {
        if let Place::Mbox(path) = place
            && let Some(spools) = find_spools(self.files, path, id)?
        {
            spools.sweep().map_err(state::Error::Directory)?;
        }
        Ok(())
    }
}

/// Whether a place is not the one that mail waits for.
fn is_gone(error: &Error) -> bool {
    match error {
        Error::Elsewhere { .. } => true,
        Error::Delivery(error) => error.is_gone(),
        _ => false,
    }
}

/// Removes what killed runs of this account left half written. Nothing is pending any more.
pub(super) fn sweep(destinations: &[Destination], names: &Names) -> Result<(), Error> {
    for destination in destinations {
        match destination {
            Destination::Maildir(maildir) => maildir.sweep(|name| names.is_own(name))?,
            Destination::Mbox(mbox) => {
                mbox.spools().sweep().map_err(state::Error::Directory)?;
            }
            Destination::Acknowledged(_) => {}
        }
    }
    Ok(())
}
