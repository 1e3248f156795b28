//! What a fetch does to which message.

use std::collections::HashMap;

use super::mailbox::View;
use crate::model::{Deletion, Listed, MessageKey, Octets, Place, Policy, Uid};

/// A message of the plan.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its place in the listing.
    pub(super) place: usize,
    /// As the session lists it.
    pub(super) message: Listed,
    /// The key to record it under; nothing without unique-ids.
    pub(super) key: Option<MessageKey>,
    /// The state's id of it, once it has one.
    pub(super) row: Option<i64>,
    /// Whether it may be deleted on the server once it is safe here.
    pub(super) may_go: bool,
    /// Whether it failed in the last run that asked for it.
    pub(super) failed_before: bool,
    /// Where an earlier run has put it already.
    pub(super) has: Vec<Place>,
}

impl Item {
    /// The message at `at` of the listing.
    pub(super) fn new(view: &View<'_>, at: usize) -> Self {
        Self {
            place: at,
            message: view.listing[at].clone(),
            key: view.key(at),
            row: view.known(at).map(|known| known.id),
            may_go: false,
            failed_before: false,
            has: Vec::new(),
        }
    }
}

/// The plan of one session.
#[derive(Debug)]
pub(super) struct Plan {
    /// To fetch, in this order.
    pub(super) retrieve: Vec<Item>,
    /// Delivered by an earlier run and still there, though it should be deleted.
    pub(super) delete: Vec<Item>,
    /// To fetch no more: the destinations that lack them are none any more.
    pub(super) complete: Vec<i64>,
    /// Left where they are, and why.
    pub(super) skip: Vec<(Item, Skip)>,
    /// No message is wanted that is larger.
    pub(super) max_size: Option<Octets>,
    /// Fetch only header blocks.
    pub(super) headers_only: bool,
    /// Decides what may be deleted, and when.
    pub(super) deletable: Deletable,
}

/// Why a message is not fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// It is larger than wanted.
    TooLarge,
    /// It has failed in so many runs in a row.
    KeepsFailing(u32),
}

/// How often in a row a message may fail before it is left alone. Without an end to it, a server
/// that deletes at QUIT what was retrieved could never be sent QUIT.
pub(super) const PATIENCE: u32 = 5;

/// What the plan is made from, beside the mailbox.
pub(super) struct Wishes<'a> {
    /// The places in the listing that are to be fetched, ascending.
    pub(super) picked: &'a [usize],
    /// The places among which what was delivered may be deleted.
    pub(super) within: &'a [usize],
    /// Whether the user named the messages of `picked` one by one.
    pub(super) named: bool,
    pub(super) policy: &'a Policy,
    /// How many runs in a row each message has failed in.
    pub(super) failures: &'a HashMap<MessageKey, u32>,
    /// The time, in seconds since the epoch.
    pub(super) now: i64,
}

/// Plans a fetch.
pub(super) fn plan(view: &View<'_>, wishes: &Wishes<'_>) -> Plan {
    let Wishes { picked, within, policy, failures, .. } = wishes;
    let failed = |item: &Item| item.key.as_ref().and_then(|key| failures.get(key)).copied();
    let mut retrieve = Vec::new();
    let mut skip = Vec::new();
    for &at in *picked {
        let mut item = Item::new(view, at);
        let failed = failed(&item).unwrap_or(0);
        if policy.max_size.is_some_and(|size| item.message.size > size) {
            skip.push((item, Skip::TooLarge));
        } else if failed >= PATIENCE && !wishes.named {
            skip.push((item, Skip::KeepsFailing(failed)));
        } else {
            item.may_go = !policy.headers_only && may_go(view, policy.delete, at, 0);
            item.failed_before = failed > 0;
            retrieve.push(item);
        }
    }
    if policy.newest_first {
        retrieve.reverse();
    }
    // A message that failed before, and may break the session again, comes after all others.
    retrieve.sort_by_key(|item| failed(item).unwrap_or(0));
    retrieve.truncate(affordable(&retrieve, policy));
    Plan {
        retrieve,
        delete: old(view, picked, within, wishes),
        complete: Vec::new(),
        skip,
        max_size: policy.max_size,
        headers_only: policy.headers_only,
        deletable: Deletable::new(view),
    }
}

/// What is recorded as delivered, is still listed, and is due: an earlier run kept it, or its
/// deletion was lost. What is fetched in this run is not among it.
fn old(view: &View<'_>, picked: &[usize], within: &[usize], wishes: &Wishes<'_>) -> Vec<Item> {
    if wishes.policy.look {
        return Vec::new();
    }
    let due = |at: &usize| {
        let age = view.known(*at).map_or(0, |known| wishes.now.saturating_sub(known.at));
        view.is_delivered(*at)
            && picked.binary_search(at).is_err()
            && may_go(view, wishes.policy.delete, *at, age)
    };
    within.iter().copied().filter(due).map(|at| Item::new(view, at)).collect()
}

/// Whether the message at `at`, delivered `age` seconds ago, may be deleted.
fn may_go(view: &View<'_>, delete: Option<Deletion>, at: usize, age: i64) -> bool {
    delete.is_some_and(|Deletion { after, keep_newest }| {
        // At once is at once, wherever the clock stands.
        (after == 0 || age >= after) && at < view.listing.len().saturating_sub(keep_newest as usize)
    })
}

/// How many of the messages the limits of a run allow.
fn affordable(retrieve: &[Item], policy: &Policy) -> usize {
    let messages =
        policy.max_messages.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let budget = policy.max_octets.map_or(u64::MAX, |octets| octets.0);
    let mut octets = 0_u64;
    let within = |item: &&Item| {
        octets = octets.saturating_add(item.message.size.0);
        octets <= budget
    };
    // One always, or a message above the budget would be in the way for ever.
    retrieve.iter().take(messages).take_while(within).count().max(1.min(messages))
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
    fn new(view: &View<'_>) -> Self {
        Self { groups: view.shared_uids.clone(), waiting: HashMap::new() }
    }

    /// `item` was delivered, and its time has come. Gives what may be deleted now.
    pub(super) fn delivered(&mut self, item: Item) -> Vec<Item> {
        let Some(uid) = item.message.uid.clone() else { return vec![item] };
        let Some(&group) = self.groups.get(&uid) else { return vec![item] };
        let waiting = self.waiting.entry(uid).or_default();
        waiting.push(item);
        if waiting.len() == group { std::mem::take(waiting) } else { Vec::new() }
    }
}
