//! Fetching.

use std::time::Duration;

use super::commit::{Committer, Ledger};
use super::connect::connect;
use super::destinations::{self, Output};
use super::download::{Download, Downloaded};
use super::mailbox::{View, survey};
use super::plan::{Item, Plan, plan};
use super::recover::{Recovery, sweep};
use super::verify::verify;
use super::{Account, Context, Error, Event, Observer, Outcome, Planned};
use crate::client::{Failure, Session};
use crate::delivery::Names;
use crate::model::{MessageKey, Octets, Place, Selection};
use crate::net::Stream;
use crate::proto::Capabilities;
use crate::state::{self, AccountLock, Known, State, StateFiles};

/// What to fetch, and what becomes of it.
pub struct FetchOptions {
    /// The destinations; each gets every message.
    pub outputs: Vec<Output>,
    /// Which messages.
    pub selection: Selection,
    /// What becomes of them.
    pub policy: Policy,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What becomes of what is fetched.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Delete on the server what is safe here.
    pub delete: bool,
    /// Record what was fetched. Not for a mere look.
    pub record: bool,
}

/// How long an interrupted fetch may take to leave things in order.
const GRACE: Duration = Duration::from_secs(5);

/// Fetches from one account.
pub fn fetch(
    account: &Account,
    context: &Context<'_>,
    options: FetchOptions,
    observer: &mut dyn Observer,
) -> Outcome {
    let mut outcome = Outcome::default();
    let done = if options.dry_run {
        rehearse(account, context, &options, observer)
    } else {
        run(account, context, options, observer, &mut outcome)
    };
    outcome.error = done.err();
    outcome
}

/// Says what a fetch would do, and does nothing: no lock, no recovery, no record.
fn rehearse(
    account: &Account,
    context: &Context<'_>,
    options: &FetchOptions,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let files = StateFiles::new(context.state_directory, &account.name);
    let state = State::peek(&files, &account.identity())?;
    let known = known(state.as_ref())?;
    let mut session = connect(account, context, observer)?;
    let view = survey(&mut session, account, &known)?;
    require_uids(account, options.policy, &view)?;
    let failures = state.as_ref().map(State::failures).transpose()?.unwrap_or_default();
    let failures = failures.into_iter().collect();
    let plan = plan(&view, &options.selection, options.policy, &failures);
    announce(&plan, options.policy, observer);
    // Nothing hangs on the answer.
    let _ = session.quit();
    Ok(())
}

fn run(
    account: &Account,
    context: &Context<'_>,
    options: FetchOptions,
    observer: &mut dyn Observer,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let FetchOptions { outputs, selection, policy, .. } = options;
    let surroundings = context.surroundings;
    let files = StateFiles::new(context.state_directory, &account.name);

    // Before any network: the lock, the state, and what a killed run left. A look records
    // nothing, so it needs no lock; it only wants to know what is new.
    let lock = policy.record.then(|| AccountLock::take(&files, surroundings)).transpose()?;
    let (mut state, looked) = match &lock {
        Some(lock) => (Some(State::open(lock, &files, &account.identity(), surroundings)?), None),
        None => (None, State::peek(&files, &account.identity())?),
    };
    let id = state.as_ref().map_or("look", State::id).to_owned();
    let names = Names::new(surroundings.clone(), account.identity(), &id);
    if let Some(state) = &mut state {
        let wanted: Vec<Place> = outputs.iter().map(Output::place).collect();
        let recovery = Recovery { files: &files, context, wanted: &wanted };
        recovery.run(state, observer)?;
    }
    let destinations = destinations::open(outputs, state.as_ref(), &files, &id, context)?;
    if state.is_some() {
        sweep(&destinations, &names)?;
    }

    let known = known(state.as_ref().or(looked.as_ref()))?;
    let mut session = connect(account, context, observer)?;
    session.stream_mut().set_grace(GRACE);
    let login = surroundings.seconds();
    let mut view = survey(&mut session, account, &known)?;
    require_uids(account, policy, &view)?;
    let mut failures = Vec::new();
    if let Some(state) = &mut state {
        verify(&mut session, account, &mut view, state)?;
        let present = view.present();
        state.note_listing(&known, |row| present[row], login)?;
        failures = state.failures()?;
    }
    if !view.has_uids && !view.listing.is_empty() {
        observer.event(&Event::Note(
            "this server has no unique-ids (UIDL): an interrupted run may fetch mail twice",
        ));
    }
    let failures = failures.into_iter().collect();
    let plan = plan(&view, &selection, policy, &failures);
    announce(&plan, policy, observer);

    let committer =
        Committer::start(state, destinations.clone(), files.clone(), surroundings.clone());
    let committer = committer.map_err(Error::Threads)?;
    let mut download = Download::new(
        &destinations,
        names,
        committer,
        context.interrupt,
        &mut *observer,
        &mut *outcome,
        plan,
    );
    let moved = transfer(&mut session, account, &mut download);
    let Downloaded { mut ledger, deletions, failures, at_risk, unasked } = download.close();

    let deleted = moved.and_then(|()| {
        // A look is safe nowhere.
        let at_risk = at_risk > 0 || !policy.record && outcome.fetched > 0;
        if at_risk && session.capabilities().is_some_and(Capabilities::retr_deletes) {
            // QUIT would delete them, while we are the only ones who think that we have them.
            observer.event(&Event::Warning(
                "this server deletes at QUIT what was retrieved, and not all of it is safe here: \
                 the connection was closed without QUIT",
            ));
            return Ok(Vec::new());
        }
        deletions.quit(session, account, observer, outcome)
    });
    record(&mut ledger, deleted, &failures, login, surroundings.seconds())?;
    if context.interrupt.is_raised() && unasked > 0 { Err(Error::Interrupted) } else { Ok(()) }
}

/// Moves everything that the plan holds: RETR, commit, DELE. What is complete when this fails is
/// committed all the same.
fn transfer(
    session: &mut Session<Stream>,
    account: &Account,
    download: &mut Download<'_>,
) -> Result<(), Error> {
    let mut go = |download: &mut Download<'_>| {
        session.run(download).map_err(|failure| match failure {
            Failure::Connection(error) => {
                download.broken(&error);
                Error::server(&account.endpoint.host, error)
            }
            Failure::Exchange(error) => error,
        })
    };
    let moved = go(download);
    // The first failure is the cause; what settling says then only follows from it.
    let settled = download.settle();
    moved.and(settled)?;
    download.release_old();
    if download.deletions.is_waiting() { go(download) } else { Ok(()) }
}

/// Writes down how the run went. A failure to do so counts only where nothing worse happened.
fn record(
    ledger: &mut Ledger,
    deleted: Result<Vec<Item>, Error>,
    failures: &[(Option<MessageKey>, String)],
    login: i64,
    now: i64,
) -> Result<(), Error> {
    let Ledger { state: Some(state), finished } = ledger else { return deleted.map(drop) };
    let mut note = || -> Result<(), state::Error> {
        for (key, reason) in failures {
            if let Some(key) = key {
                state.note_failure(key, reason, now)?;
            }
        }
        if let Ok(deleted) = &deleted {
            let rows: Vec<i64> = deleted.iter().filter_map(|item| item.row).collect();
            state.confirm_deleted(&rows, now)?;
        }
        let success = (deleted.is_ok() && failures.is_empty()).then_some(now);
        state.note_run(Some(login), success, finished)
    };
    let noted = note().map_err(Error::from);
    deleted.map(drop).and(noted)
}

fn known(state: Option<&State>) -> Result<Known, Error> {
    Ok(state.map(State::known).transpose()?.unwrap_or_default())
}

/// Without unique-ids nothing can be told from what was fetched before: mail can be taken away,
/// or looked at, but not kept.
fn require_uids(account: &Account, policy: Policy, view: &View<'_>) -> Result<(), Error> {
    if view.has_uids || view.listing.is_empty() || policy.delete || !policy.record {
        return Ok(());
    }
    Err(Error::NoUidl { host: account.endpoint.host.clone() })
}

fn announce(plan: &Plan, policy: Policy, observer: &mut dyn Observer) {
    for item in &plan.retrieve {
        observer.event(&Event::Planned(Planned::Fetch, &item.message));
    }
    let fetched = plan.retrieve.iter().filter(|_| policy.delete);
    for item in fetched.chain(&plan.delete) {
        observer.event(&Event::Planned(Planned::Delete, &item.message));
    }
    let octets = plan.retrieve.iter().map(|item| item.message.size.0);
    observer.event(&Event::Plan {
        messages: plan.retrieve.len() as u64,
        octets: Octets(octets.fold(0, u64::saturating_add)),
    });
}
