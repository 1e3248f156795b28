//! A mailbox as this session sees it, beside what the state knows.

use std::collections::HashMap;

use super::books::Books;
use super::renumber::guard;
use super::verify::verify;
use super::{Account, Error};
use crate::client::{Mailbox, Session};
use crate::model::{Listed, MessageKey, Octets, Origin, Selection, Uid};
use crate::net::Stream;
use crate::state::{Known, KnownMessage, Recognised, Recognition};

/// The listing, message by message with what is known of it.
pub(super) struct View<'k> {
    pub(super) listing: Vec<Listed>,
    pub(super) has_uids: bool,
    pub(super) recognised: Vec<Recognition>,
    /// How many messages bear each UID that more than one bears.
    pub(super) shared_uids: HashMap<Uid, usize>,
    known: &'k Known,
    /// The keys of known messages that bear others now.
    found: HashMap<usize, MessageKey>,
    /// Whether what a destination has refused counts as new.
    retries_refused: bool,
}

/// Recognises what is known of a mailbox. What is doubtful stays so.
pub(super) fn survey<'k>(
    account: &Account,
    mailbox: Mailbox,
    known: &'k Known,
) -> Result<View<'k>, Error> {
    if !mailbox.has_uids && !mailbox.messages.is_empty() && !known.is_empty() {
        // To go on without would fetch everything again.
        return Err(Error::UidlLost { host: account.endpoint.host.clone() });
    }
    let Recognised { messages: recognised, shared: shared_uids } =
        known.recognise(&mailbox.messages);
    Ok(View {
        listing: mailbox.messages,
        has_uids: mailbox.has_uids,
        recognised,
        shared_uids,
        known,
        found: HashMap::new(),
        retries_refused: false,
    })
}

/// As [`survey`], with nothing left in doubt, for a job that fetches or deletes: refuses a
/// renumbered mailbox, looks into what is doubtful, and writes down what the listing shows, if
/// the state may be written.
pub(super) fn take_stock<'k>(
    session: &mut Session<Stream>,
    account: &Account,
    mailbox: Mailbox,
    known: &'k Known,
    books: &mut Books,
    now: i64,
) -> Result<View<'k>, Error> {
    let mut view = survey(account, mailbox, known)?;
    let mut found = verify(session, account, &mut view, books.state())?;
    if let Some(state) = books.state() {
        guard(session, account, &view, known, state)?;
    }
    if let Some(state) = books.writable() {
        found.extend(view.sized());
        // In the order in which they lie in the state: all of a large mailbox may be among them.
        found.sort_unstable_by_key(|(id, _)| *id);
        state.settle(&found)?;
        let present = view.present();
        state.note_listing(known, |row| present[row], now)?;
    }
    Ok(view)
}

impl View<'_> {
    /// What is known of the message at `at`.
    pub(super) fn known(&self, at: usize) -> Option<&KnownMessage> {
        match self.recognised[at] {
            Recognition::New(_) => None,
            Recognition::Known(row) | Recognition::Doubtful(row, _) => self.known.get(row),
        }
    }

    /// What a destination has refused counts as new from now on.
    pub(super) fn retry_refused(&mut self) {
        self.retries_refused = true;
    }

    /// Whether the message at `at` was seen before, and nothing is left to do with it.
    pub(super) fn is_seen(&self, at: usize) -> bool {
        self.known(at).is_some() && !self.is_wanting(at)
    }

    /// Whether some of the destinations of the message at `at` have it, and others are to get it.
    pub(super) fn is_wanting(&self, at: usize) -> bool {
        self.known(at).is_some_and(|known| match known.origin {
            Origin::Partial => true,
            Origin::Refused => self.retries_refused,
            _ => false,
        })
    }

    /// Whether the message at `at` was delivered here, and so may be deleted there. Not while that
    /// is in doubt.
    pub(super) fn is_delivered(&self, at: usize) -> bool {
        matches!(self.recognised[at], Recognition::Known(_))
            && self.known(at).is_some_and(|known| known.origin == Origin::Delivered)
    }

    /// The places in the listing that `selection` picks.
    pub(super) fn pick(&self, selection: &Selection) -> Vec<usize> {
        let picks = selection.pick(&self.listing, |at| self.is_seen(at));
        picks.iter().enumerate().filter(|(_, picked)| **picked).map(|(at, _)| at).collect()
    }

    /// The message at `at` is a known one and bears `key` now.
    pub(super) fn found_as(&mut self, at: usize, key: MessageKey) {
        self.found.insert(at, key);
    }

    /// The key under which the message at `at` is, or will be, recorded.
    pub(super) fn key(&self, at: usize) -> Option<MessageKey> {
        if let Some(key) = self.found.get(&at) {
            return Some(key.clone());
        }
        match self.known(at) {
            Some(KnownMessage { key, .. }) => {
                let size = key.size.or(Some(self.listing[at].size));
                Some(MessageKey { size, ..key.clone() })
            }
            None => self.new_key(at),
        }
    }

    /// The known messages whose sizes were not known, with those that they are listed with.
    fn sized(&self) -> impl Iterator<Item = (i64, Octets)> {
        self.recognised.iter().zip(&self.listing).filter_map(|(recognition, message)| {
            let Recognition::Known(row) = recognition else { return None };
            let known = self.known.get(*row).filter(|known| known.key.size.is_none())?;
            Some((known.id, message.size))
        })
    }

    /// The key of the message at `at`, if it is a new one or turns out to be.
    pub(super) fn new_key(&self, at: usize) -> Option<MessageKey> {
        self.recognised[at].new_key(&self.listing[at])
    }

    /// The places of new messages, and the keys that they will have. None without unique-ids.
    pub(super) fn new_messages(&self) -> impl Iterator<Item = (usize, MessageKey)> {
        let new = |at: &usize| matches!(self.recognised[*at], Recognition::New(_));
        let places = (0..self.listing.len()).filter(new);
        places.filter_map(|at| self.new_key(at).map(|key| (at, key)))
    }

    /// The rows of `known` that the listing shows.
    pub(super) fn present(&self) -> Vec<bool> {
        let mut present = vec![false; self.known.messages().len()];
        for recognition in &self.recognised {
            if let Recognition::Known(row) | Recognition::Doubtful(row, _) = recognition {
                present[*row] = true;
            }
        }
        present
    }
}
