//! Fetching.

use std::time::Duration;

use super::commit::{Committer, Ledger};
use super::connect::connect;
use super::decide::{decide, explain};
use super::destinations::{self, Output};
use super::download::{Download, Downloaded};
use super::mailbox::survey;
use super::plan::{Item, Plan, Skip};
use super::recover::{recover, sweep};
use super::renumber::guard;
use super::verify::verify;
use super::{Account, Context, Error, Event, Observer, Outcome, Planned};
use crate::client::{Failure, Session};
use crate::delivery::Names;
use crate::model::{MessageKey, Octets, Origin, Place, Policy, Selection};
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
        rehearse(account, context, &options, observer, &mut outcome)
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
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let FetchOptions { selection, policy, .. } = options;
    let files = StateFiles::new(context.state_directory, &account.name);
    let state = State::peek(&files, &account.identity())?;
    let known = known(state.as_ref())?;
    let mut session = connect(account, context, observer)?;
    let view = survey(&mut session, account, &known)?;
    if let Some(state) = state.as_ref().filter(|_| !policy.look) {
        guard(&mut session, account, &view, &known, state)?;
    }
    let now = context.surroundings.seconds();
    let decision = decide(&mut session, account, &view, selection, policy, state.as_ref(), now)?;
    announce(&decision.plan, observer, outcome);
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
    let lock = (!policy.look).then(|| AccountLock::take(&files, surroundings)).transpose()?;
    let (mut state, looked) = match &lock {
        Some(lock) => (Some(State::open(lock, &files, &account.identity(), surroundings)?), None),
        None => (None, State::peek(&files, &account.identity())?),
    };
    let id = state.as_ref().map_or("look", State::id).to_owned();
    let names = Names::new(surroundings.clone(), account.identity(), &id);
    if let Some(state) = &mut state {
        let wanted: Vec<Place> = outputs.iter().map(Output::place).collect();
        recover(state, &wanted, surroundings.user, observer)?;
    }
    let destinations = destinations::open(outputs, state.as_ref(), &files, surroundings.user)?;
    if state.is_some() {
        sweep(&destinations, &names)?;
    }

    let known = known(state.as_ref().or(looked.as_ref()))?;
    let mut session = connect(account, context, observer)?;
    session.stream_mut().set_grace(GRACE);
    let login = surroundings.seconds();
    let mut view = survey(&mut session, account, &known)?;
    let mut first = false;
    if let Some(state) = &mut state {
        guard(&mut session, account, &view, &known, state)?;
        verify(&mut session, account, &mut view, state)?;
        let present = view.present();
        state.note_listing(&known, |row| present[row], login)?;
        first = state.is_first_run()?;
    }
    let looked = state.as_ref().or(looked.as_ref());
    let decision = decide(&mut session, account, &view, &selection, &policy, looked, login)?;
    explain(&view, &decision, &policy, first, observer);
    announce(&decision.plan, observer, outcome);
    if let Some(state) = &mut state {
        state.mark(&decision.seen, Origin::Seen, login)?;
    }

    let origin = if policy.headers_only { Origin::HeadersOnly } else { Origin::Delivered };
    let committer = Committer::start(state, destinations.clone(), origin, surroundings.clone());
    let committer = committer.map_err(Error::Threads)?;
    let mut download = Download::new(
        &destinations,
        names,
        committer,
        context.interrupt,
        &mut *observer,
        &mut *outcome,
        decision.plan,
    );
    let moved = transfer(&mut session, account, &mut download);
    let Downloaded { mut ledger, deletions, failures, at_risk, unasked } = download.close();

    let deleted = moved.and_then(|()| {
        // A look is safe nowhere.
        let at_risk = at_risk > 0 || policy.look && outcome.fetched > 0;
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

fn announce(plan: &Plan, observer: &mut dyn Observer, outcome: &mut Outcome) {
    for (item, skip) in &plan.skip {
        let (reason, counter) = match skip {
            Skip::TooLarge => ("it is larger than --max-size".to_owned(), &mut outcome.skipped),
            Skip::KeepsFailing(runs) => (
                format!(
                    "it failed in {runs} runs in a row and is left alone; -n or --uid tries again"
                ),
                &mut outcome.failed,
            ),
        };
        *counter += 1;
        observer.event(&Event::MessageSkipped { message: &item.message, reason: &reason });
    }
    for item in &plan.retrieve {
        observer.event(&Event::Planned(Planned::Fetch, &item.message));
    }
    let fetched = plan.retrieve.iter().filter(|item| item.may_go);
    for item in fetched.chain(&plan.delete) {
        observer.event(&Event::Planned(Planned::Delete, &item.message));
    }
    let octets = plan.retrieve.iter().map(|item| item.message.size.0);
    observer.event(&Event::Plan {
        messages: plan.retrieve.len() as u64,
        octets: Octets(octets.fold(0, u64::saturating_add)),
    });
}
