//! The mboxes of a batch.

use std::sync::Arc;

use super::local::{LockedMbox, Mbox};
use super::{Destination, Error};
use crate::durable::Holder;
use crate::model::Place;

/// All mboxes among the destinations, locked: from before a batch is recorded, which names the
/// places of its messages in them, until it is appended.
#[derive(Debug)]
pub struct Mboxes(Vec<LockedMbox>);

impl Mboxes {
    /// Locks them.
    ///
    /// # Errors
    /// What [`Mbox::lock`] says.
    pub fn lock(destinations: &[Destination]) -> Result<Self, Error> {
        let mut mboxes: Vec<&Arc<Mbox>> = Vec::new();
        for destination in destinations {
            if let Destination::Mbox(mbox) = destination {
                mboxes.push(mbox);
            }
        }
        // Everybody in the same order: two that hold one each never wait for each other's.
        mboxes.sort_by_key(|mbox| mbox.place().to_string());
        mboxes.into_iter().map(Mbox::lock).collect::<Result<_, _>>().map(Self)
    }

    /// Each of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut LockedMbox> {
        self.0.iter_mut()
    }

    /// The one at `place`.
    pub(super) fn at(&mut self, place: &Place) -> Result<&mut LockedMbox, Error> {
        let found = self.0.iter_mut().find(|mbox| mbox.place() == place);
        found.ok_or_else(|| Error::Locked { place: place.clone(), holder: Holder::default() })
    }

    /// Makes durable what was appended to them.
    ///
    /// # Errors
    /// [`Error::Storage`]: what was appended to that one is taken back.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.iter_mut().try_for_each(LockedMbox::sync)
    }
}
