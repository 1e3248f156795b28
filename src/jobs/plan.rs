//! What a fetch does to which message.

use std::collections::HashMap;

use super::mailbox::View;
use crate::model::{Listed, MessageKey, Selection, Uid};

/// A message of the plan.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// As the session lists it.
    pub(super) message: Listed,
    /// The key to record it under; nothing without unique-ids.
    pub(super) key: Option<MessageKey>,
    /// The state's id of it, once it has one.
    pub(super) row: Option<i64>,
}

/// The plan of one session.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// To fetch, in this order.
    pub(super) retrieve: Vec<Item>,
    /// Delivered by an earlier run and still there, though it should be deleted.
    pub(super) delete: Vec<Item>,
}

/// Plans a fetch of what `selection` picks. `failures` says how often a message has failed.
pub(super) fn plan(
    view: &View<'_>,
    selection: &Selection,
    delete: bool,
    failures: &HashMap<MessageKey, u32>,
) -> Plan {
    let mut plan = Plan::default();
    let item = |at: usize| Item {
        message: view.listing[at].clone(),
        key: view.key(at),
        row: view.known(at).map(|known| known.id),
    };
    // What is to be fetched is what the selection picks; what is to be deleted is what it picks
    // apart from its being new: the policy is about old messages too.
    let picked = view.pick(selection);
    plan.retrieve = picked.iter().map(|&at| item(at)).collect();
    // A message that failed before, and may break the session again, comes after all others.
    let failed = |item: &Item| item.key.as_ref().and_then(|key| failures.get(key)).copied();
    plan.retrieve.sort_by_key(|item| failed(item).unwrap_or(0));
    if delete {
        let whole = Selection { scope: crate::model::Scope::All, ..selection.clone() };
        let mut fetched = vec![false; view.listing.len()];
        for at in picked {
            fetched[at] = true;
        }
        let due = view.pick(&whole).into_iter();
        let due = due.filter(|&at| !fetched[at] && view.is_delivered(at));
        plan.delete = due.map(item).collect();
    }
    plan
}

/// Decides when a delivered message may be deleted on the server: at once where its UID is its
/// own, and where several messages bear the UID, when every one of them was delivered. A DELE
/// that rests on a mistaken identity would delete mail that is nowhere else.
#[derive(Debug, Default)]
pub(super) struct Deletable {
    /// How many bear each UID that is not unique.
    groups: HashMap<Uid, usize>,
    waiting: HashMap<Uid, Vec<Item>>,
}

impl Deletable {
    pub(super) fn new(view: &View<'_>) -> Self {
        Self { groups: view.ambiguous_uids(), waiting: HashMap::new() }
    }

    /// `item` was delivered. Gives what may be deleted now.
    pub(super) fn delivered(&mut self, item: Item) -> Vec<Item> {
        let Some(uid) = item.message.uid.clone() else { return vec![item] };
        let Some(&group) = self.groups.get(&uid) else { return vec![item] };
        let waiting = self.waiting.entry(uid).or_default();
        waiting.push(item);
        if waiting.len() == group { std::mem::take(waiting) } else { Vec::new() }
    }
}
