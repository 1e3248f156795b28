//! From a mailbox and the user's wishes to a plan.

use super::mailbox::View;
use super::plan::{Plan, Wishes, plan};
use super::select::{select, without_top};
use super::{Account, Error, Event, Observer};
use crate::client::Session;
use crate::model::{FirstFetch, MessageKey, Policy, Scope, Selection};
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
    selection: &Selection,
    policy: &Policy,
    state: Option<&State>,
    now: i64,
) -> Result<Decision, Error> {
    require_uids(account, policy, view)?;
    if policy.headers_only && !session.may_have_top() {
        return Err(without_top(account));
    }
    let (mut picked, within) = if policy.delete.is_some() {
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
    Ok(Decision { plan: plan(view, &wishes), seen })
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
