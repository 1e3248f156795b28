//! The state: what is read from it, and written.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::open::sync_journal;
use super::{Error, Known, record};
use crate::durable;
use crate::model::{
    MessageKey, Octets, Origin, PendingDelivery, Place, Receipt, Remembered, Trouble, Uid,
};

/// An account's state.
#[derive(Debug)]
pub struct State {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) state_id: String,
}

/// What a commit recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The state's ids of the messages, in the order of their receipts.
    pub messages: Vec<i64>,
    /// The ids of the deliveries that wait to be published.
    pub pending: Vec<i64>,
}

/// When an account was last busy, in seconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When it was last logged in to.
    pub last_login: Option<i64>,
    /// When a run last went well.
    pub last_success: Option<i64>,
    /// Before then the server lets nobody in.
    pub next_login: Option<i64>,
}

/// How long a message is remembered that no listing shows any more: one empty listing from a sick
/// server must not fetch a whole mailbox again.
const REMEMBERED: i64 = 30 * 24 * 3600;

impl State {
    /// Everything that is known of the mailbox.
    ///
    /// # Errors
    /// [`Error`].
    pub fn known(&self) -> Result<Known, Error> {
        record::known(&self.connection).map(Known::new).map_err(|source| self.fail(source))
    }

    /// The deliveries that are recorded and not known to be finished. What this gives is durable:
    /// a run that was killed inside its last sync has left a record that can be read, but that a
    /// power cut could still undo after the messages were published.
    ///
    /// # Errors
    /// [`Error`].
    pub fn pending(&self) -> Result<Vec<PendingDelivery>, Error> {
        let pending = record::pending(&self.connection).map_err(|source| self.fail(source))?;
        if !pending.is_empty() {
            sync_journal(&self.path)?;
        }
        Ok(pending)
    }

    /// Whether `place` has ever held mail of this account.
    ///
    /// # Errors
    /// [`Error`].
    pub fn has_held(&self, place: &Place) -> Result<bool, Error> {
        let found = record::destination(&self.connection, place);
        found.optional().map(|id| id.is_some()).map_err(|source| self.fail(source))
    }

    /// Records a batch: the commit point. Marks `finished`, earlier pending deliveries, as done in
    /// the same transaction.
    ///
    /// # Errors
    /// [`Error`]. The batch may be recorded nevertheless: an error of the last sync says nothing
    /// about what has reached the disk.
    pub fn commit(&mut self, receipts: &[Receipt], finished: &[i64]) -> Result<Committed, Error> {
        self.transact(|transaction| {
            record::finish(transaction, finished)?;
            let mut committed = Committed::default();
            for receipt in receipts {
                let message = record::deliver(transaction, receipt, &mut committed.pending)?;
                committed.messages.push(message);
            }
            Ok(committed)
        })
    }

    /// The places that have a known message.
    ///
    /// # Errors
    /// [`Error`].
    pub fn places(&self, id: i64) -> Result<Vec<Place>, Error> {
        record::places(&self.connection, id).map_err(|source| self.fail(source))
    }

    /// These known messages are in all places that they are to go to.
    ///
    /// # Errors
    /// [`Error`].
    pub fn complete(&mut self, ids: &[i64]) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        self.transact(|transaction| record::complete(transaction, ids))
    }

    /// Gives up pending deliveries whose destination is gone for good. A message that went
    /// nowhere else is not known any longer, and will be fetched again.
    ///
    /// # Errors
    /// [`Error`].
    pub fn drop_pending(&mut self, dropped: &[i64]) -> Result<(), Error> {
        self.transact(|transaction| record::drop_pending(transaction, dropped))
    }

    /// Takes note of a full listing in which exactly the known messages `present` were found.
    /// Nothing is written when nothing has changed.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note_listing(
        &mut self,
        known: &Known,
        present: impl Fn(usize) -> bool,
        now: i64,
    ) -> Result<(), Error> {
        let rows = known.messages().iter().enumerate();
        let ids = |vanished: bool| {
            let changed = rows.clone().filter(|(at, row)| {
                if vanished { !row.missing && !present(*at) } else { row.missing && present(*at) }
            });
            changed.map(|(_, row)| row.id).collect::<Vec<_>>()
        };
        let (vanished, returned) = (ids(true), ids(false));
        let oldest = now - REMEMBERED;
        let stale = record::any_before(&self.connection, oldest);
        if vanished.is_empty() && returned.is_empty() && !stale.map_err(|e| self.fail(e))? {
            return Ok(());
        }
        self.transact(|transaction| {
            record::set_missing(transaction, &vanished, Some(now))?;
            record::set_missing(transaction, &returned, None)?;
            record::forget_before(transaction, oldest)
        })
    }

    /// The server is about to be asked to delete these known messages. Recorded before it is:
    /// whether it did, its answer may never say.
    ///
    /// # Errors
    /// [`Error`].
    pub fn ask_deletion(&mut self, ids: &[i64], now: i64) -> Result<(), Error> {
        self.transact(|transaction| record::set_asked(transaction, ids, now))
    }

    /// The server has confirmed that these known messages are deleted.
    ///
    /// # Errors
    /// [`Error`].
    pub fn confirm_deleted(&mut self, ids: &[i64], now: i64) -> Result<(), Error> {
        self.transact(|transaction| record::set_deleted(transaction, ids, now))
    }

    /// Known messages were found to be on the server still, listed with these sizes, perhaps other
    /// ones than before, whatever had been asked for or confirmed.
    ///
    /// # Errors
    /// [`Error`].
    pub fn settle(&mut self, found: &[(i64, Octets)]) -> Result<(), Error> {
        if found.is_empty() {
            return Ok(());
        }
        self.transact(|transaction| {
            found.iter().try_for_each(|(id, size)| record::settle(transaction, *id, *size))
        })
    }

    /// When the account was last busy.
    ///
    /// # Errors
    /// [`Error`].
    pub fn times(&self) -> Result<Times, Error> {
        let select = "SELECT last_login, last_success FROM mailbox";
        let times = self.connection.query_row(select, (), |row| {
            Ok(Times { last_login: row.get(0)?, last_success: row.get(1)?, next_login: None })
        });
        let times = times.map_err(|source| self.fail(source))?;
        Ok(Times { next_login: self.remembered()?.next_login, ..times })
    }

    /// What is remembered of the server.
    ///
    /// # Errors
    /// [`Error`].
    pub fn remembered(&self) -> Result<Remembered, Error> {
        record::remembered(&self.connection).map_err(|source| self.fail(source))
    }

    /// Remembers that of the server, and nothing else.
    ///
    /// # Errors
    /// [`Error`].
    pub fn remember(&mut self, remembered: &Remembered) -> Result<(), Error> {
        self.transact(|transaction| record::remember(transaction, remembered))
    }

    /// Whether no run has ever met mail in the mailbox and nothing is known.
    ///
    /// # Errors
    /// [`Error`].
    pub fn is_first_run(&self) -> Result<bool, Error> {
        let select = "SELECT met_at IS NULL AND NOT EXISTS (SELECT 1 FROM message) FROM mailbox";
        let first = self.connection.query_row(select, (), |row| row.get(0));
        first.map_err(|source| self.fail(source))
    }

    /// Records messages that were not fetched. What is known already stays as it is.
    ///
    /// # Errors
    /// [`Error`].
    pub fn mark(&mut self, keys: &[MessageKey], origin: Origin, now: i64) -> Result<(), Error> {
        self.transact(|transaction| record::mark(transaction, keys, origin, now))
    }

    /// Ends a first run's being the first: it has met mail, and takes `seen` for seen.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note_met(&mut self, seen: &[MessageKey], now: i64) -> Result<(), Error> {
        self.transact(|transaction| {
            record::mark(transaction, seen, Origin::Seen, now)?;
            transaction.execute("UPDATE mailbox SET met_at = ?", [now]).map(drop)
        })
    }

    /// Gives known messages other keys: the server has renumbered its mailbox.
    ///
    /// # Errors
    /// [`Error`].
    pub fn rekey(&mut self, keys: &[(i64, MessageKey)]) -> Result<(), Error> {
        self.transact(|transaction| {
            // In two steps: messages may swap their keys.
            keys.iter().try_for_each(|(id, _)| record::park(transaction, *id))?;
            keys.iter().try_for_each(|(id, key)| record::rekey(transaction, *id, key))
        })
    }

    /// Forgets known messages: they count as new again.
    ///
    /// # Errors
    /// [`Error`].
    pub fn forget(&mut self, ids: &[i64]) -> Result<(), Error> {
        self.transact(|transaction| record::forget(transaction, ids))
    }

    /// Forgets how often messages with this UID have failed; of all where none is named.
    ///
    /// # Errors
    /// [`Error`].
    pub fn forget_failures(&mut self, uid: Option<&Uid>) -> Result<(), Error> {
        self.transact(|transaction| record::forget_failures(transaction, uid))
    }

    /// Everything that is kept of every message, but for its deliveries. [`Self::commit`] takes
    /// it into another state.
    ///
    /// # Errors
    /// [`Error`].
    pub fn export(&self) -> Result<Vec<Receipt>, Error> {
        record::export(&self.connection).map_err(|source| self.fail(source))
    }

    /// The digests of all header blocks that were kept, with the ids of their messages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn digests(&self) -> Result<Vec<(i64, [u8; 32])>, Error> {
        record::digests(&self.connection).map_err(|source| self.fail(source))
    }

    /// The digest of a known message's header block, where one was kept.
    ///
    /// # Errors
    /// [`Error`].
    pub fn header_digest(&self, id: i64) -> Result<Option<[u8; 32]>, Error> {
        record::header_digest(&self.connection, id).map_err(|source| self.fail(source))
    }

    /// The ids of messages that failed before, with how many sessions in a row each did.
    ///
    /// # Errors
    /// [`Error`].
    pub fn failures(&self) -> Result<Vec<(MessageKey, u32)>, Error> {
        record::failures(&self.connection).map_err(|source| self.fail(source))
    }

    /// Messages could not be fetched in this session, and why. Those without a key cannot be told
    /// apart over sessions.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note_failures(
        &mut self,
        failures: &[(Option<MessageKey>, String)],
        now: i64,
    ) -> Result<(), Error> {
        self.transact(|transaction| {
            failures.iter().try_for_each(|(key, reason)| match key {
                Some(key) => record::note_failure(transaction, key, reason, now),
                None => Ok(()),
            })
        })
    }

    /// What is wrong since the last run that went well.
    ///
    /// # Errors
    /// [`Error`].
    pub fn trouble(&self) -> Result<Option<Trouble>, Error> {
        record::trouble(&self.connection).map_err(|source| self.fail(source))
    }

    /// Takes note of what is wrong.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note_trouble(&mut self, trouble: &Trouble) -> Result<(), Error> {
        self.transact(|transaction| record::note_trouble(transaction, trouble))
    }

    /// Ends a run: when it logged in and, if all went well, when it ended, which ends all
    /// trouble; and the deliveries that are finished, since no later batch will say so.
    ///
    /// # Errors
    /// [`Error`].
    pub fn note_run(
        &mut self,
        login: Option<i64>,
        success: Option<i64>,
        finished: &[i64],
    ) -> Result<(), Error> {
        self.transact(|transaction| {
            record::finish(transaction, finished)?;
            if success.is_some() {
                record::end_trouble(transaction)?;
            }
            record::set_times(transaction, login, success)
        })
    }

    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let fail = |source| Error::sqlite(&self.path, source);
        let transaction = self.connection.transaction().map_err(fail)?;
        let result = work(&transaction).map_err(fail)?;
        durable::commit(&self.path, || transaction.commit())
            .map_err(Error::Directory)?
            .map_err(fail)?;
        Ok(result)
    }

    fn fail(&self, source: rusqlite::Error) -> Error {
        Error::sqlite(&self.path, source)
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
