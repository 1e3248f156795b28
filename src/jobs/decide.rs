//! From a mailbox and the user's wishes to a plan.

use super::mailbox::View;
use super::plan::{Item, Plan, Wishes, plan};
use super::select::{select, without_top};
use super::verify::digests;
use super::{Account, Error, Event, FetchOptions, Observer};
use crate::client::Session;
use crate::model::{FirstFetch, MessageKey, Place, Policy, Scope, Selection};
use crate::net::Stream;
use crate::state::State;

/// A plan, and the messages that are to be taken for seen.
pub(super) struct Decision {
    pub(super) plan: Plan,
    pub(super) seen: Vec<MessageKey>,
}

/// Decides what to do with the mailbox. Reads header blocks where the selection needs them, and
/// writes nothing.
pub(super) fn decide(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    options: &FetchOptions<'_>,
    destinations: &[Place],
    state: Option<&State>,
    now: i64,
) -> Result<Decision, Error> {
    let FetchOptions { selection, policy, .. } = options;
    require_uids(account, policy, view)?;
    if policy.headers_only && !session.may_have_top() {
        return Err(without_top(account));
    }
    let (mut picked, within) = if policy.delete.is_some() && !policy.only_new {
        // Old messages may be due for deletion, so their header blocks count as well.
        let any = Selection { scope: Scope::All, ..selection.clone() };
        let within = select(session, account, view, &any)?;
        let scope = Selection { scope: selection.scope, ..Selection::default() };
        let in_scope = view.pick(&scope);
        let picked: Vec<usize> =
            within.iter().copied().filter(|at| in_scope.binary_search(at).is_ok()).collect();
        (picked, within)
    } else {
        (select(session, account, view, selection)?, Vec::new())
    };
    let mut seen = Vec::new();
    if selection.scope == Scope::New && is_first(state, policy)? {
        let fetched = match policy.first_fetch {
            FirstFetch::All => u32::MAX,
            FirstFetch::Seen => 0,
            FirstFetch::Last(n) => n,
        };
        let from = view.listing.len().saturating_sub(fetched as usize);
        seen.extend((0..from).filter_map(|at| view.key(at)));
        picked.retain(|&at| at >= from);
    }
    let failures = state.map(State::failures).transpose()?.unwrap_or_default();
    let wishes = Wishes {
        picked: &picked,
        within: &within,
        named: selection.numbers.is_some() || !selection.uids.is_empty(),
        policy,
        failures: &failures.into_iter().collect(),
        now,
    };
    let mut plan = plan(view, &wishes);
    if let Some(state) = state {
        prove(session, account, view, state, &mut plan)?;
        if !policy.look {
            spare(session, account, view, state, destinations, &mut plan)?;
        }
    }
    Ok(Decision { plan, seen })
}

/// Proves by their header blocks that the messages which earlier runs delivered, and that are to
/// be deleted now, are still those: servers use UIDs again. One that is not is new, and fetched.
/// Where the server shows no header block, its UID has to do.
fn prove(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    state: &State,
    plan: &mut Plan,
) -> Result<(), Error> {
    let places: Vec<usize> = plan.delete.iter().map(|item| item.place).collect();
    let shown = digests(session, account, view, &places)?;
    for (item, shown) in std::mem::take(&mut plan.delete).into_iter().zip(shown) {
        let kept = item.row.map(|row| state.header_digest(row)).transpose()?.flatten();
        match (kept, shown) {
            (Some(kept), Some(shown)) if kept != shown => {
                plan.retrieve.push(Item { may_go: false, ..item });
            }
            _ => plan.delete.push(item),
        }
    }
    Ok(())
}

/// Spares the destinations that have a message already, which others are still to get.
fn spare(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    state: &State,
    destinations: &[Place],
    plan: &mut Plan,
) -> Result<(), Error> {
    let wanting: Vec<usize> =
        (0..plan.retrieve.len()).filter(|&n| view.is_wanting(plan.retrieve[n].place)).collect();
    let places: Vec<usize> = wanting.iter().map(|&n| plan.retrieve[n].place).collect();
    let shown = digests(session, account, view, &places)?;
    let mut complete = Vec::new();
    for (n, shown) in wanting.into_iter().zip(shown) {
        let item = &mut plan.retrieve[n];
        let Some(row) = item.row else { continue };
        // Under a UID that was used again there is another message, which nobody has.
        let kept = state.header_digest(row)?;
        if matches!((kept, shown), (Some(kept), Some(shown)) if kept != shown) {
            continue;
        }
        item.has = state.places(row)?;
        if destinations.iter().all(|place| item.has.contains(place)) {
            complete.push(row);
        }
    }
    plan.retrieve.retain(|item| !item.row.is_some_and(|row| complete.contains(&row)));
    plan.complete = complete;
    Ok(())
}

/// Whether this is an account's first fetch.
fn is_first(state: Option<&State>, policy: &Policy) -> Result<bool, Error> {
    if policy.look {
        return Ok(false);
    }
    Ok(state.map(State::is_first_run).transpose()?.unwrap_or(true))
}

/// Without unique-ids nothing can be told from what was fetched before: mail can be taken away,
/// or looked at, but not kept.
fn require_uids(account: &Account, policy: &Policy, view: &View<'_>) -> Result<(), Error> {
    let takes_away =
        policy.delete.is_some_and(|delete| delete.after == 0 && delete.keep_newest == 0)
            && !policy.headers_only;
    if view.has_uids || view.listing.is_empty() || takes_away || policy.look {
        return Ok(());
    }
    Err(Error::NoUidl { host: account.endpoint.host.clone() })
}

/// Tells whoever watches what a first fetch, or a server without unique-ids, means.
pub(super) fn explain(
    view: &View<'_>,
    decision: &Decision,
    policy: &Policy,
    first: bool,
    observer: &mut dyn Observer,
) {
    if !view.has_uids && !view.listing.is_empty() {
        observer.event(&Event::Note(
            "this server has no unique-ids (UIDL): an interrupted run may fetch mail twice",
        ));
    }
    if !first || policy.look || view.listing.is_empty() {
        return;
    }
    let (fetched, seen) = (decision.plan.retrieve.len(), decision.seen.len());
    let note = if seen > 0 {
        format!("the first fetch of this account: {seen} count as seen, {fetched} to fetch")
    } else {
        format!(
            "the first fetch of this account: {fetched} to fetch (--first-fetch seen or last:N \
             begins later)"
        )
    };
    observer.event(&Event::Note(&note));
}
