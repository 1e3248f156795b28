//! What a fetch does to which message.

use std::collections::HashMap;

use super::Policy;
use super::mailbox::View;
use crate::model::{Listed, MessageKey, Scope, Selection, Uid};

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
#[derive(Debug)]
pub(super) struct Plan {
    /// To fetch, in this order.
    pub(super) retrieve: Vec<Item>,
    /// Delivered by an earlier run and still there, though it should be deleted.
    pub(super) delete: Vec<Item>,
    /// Decides what may be deleted, and when; nothing where mail is kept.
    pub(super) deletable: Option<Deletable>,
}

/// Plans a fetch of what `selection` picks. `failures` says how often a message has failed.
pub(super) fn plan(
    view: &View<'_>,
    selection: &Selection,
    policy: Policy,
    failures: &HashMap<MessageKey, u32>,
) -> Plan {
    let item = |at: usize| Item {
        message: view.listing[at].clone(),
        key: view.key(at),
        row: view.known(at).map(|known| known.id),
    };
    let picked = view.pick(selection);
    let mut retrieve: Vec<Item> = picked.iter().map(|&at| item(at)).collect();
    // A message that failed before, and may break the session again, comes after all others.
    let failed = |item: &Item| item.key.as_ref().and_then(|key| failures.get(key)).copied();
    retrieve.sort_by_key(|item| failed(item).unwrap_or(0));
    let mut delete = Vec::new();
    // What is recorded as delivered and still listed goes as well, new or not: an earlier run
    // kept it, or its deletion was lost.
    if policy.delete && policy.record {
        let any = Selection { scope: Scope::All, ..selection.clone() };
        let old = view.pick(&any).into_iter().filter(|&at| view.is_delivered(at));
        delete = old.filter(|at| picked.binary_search(at).is_err()).map(item).collect();
    }
    Plan { retrieve, delete, deletable: policy.delete.then(|| Deletable::new(view)) }
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
