//! Fetching.

use std::time::Duration;

use super::again::{Again, worse};
use super::books::Books;
use super::commit::{Committer, Desk, Ledger};
use super::connect::Call;
use super::decide::{Decision, decide, explain};
use super::destinations::{self, Output};
use super::download::{Download, Downloaded};
use super::enter::{Entered, enter_within};
use super::error::Unanswered;
use super::mailbox::take_stock;
use super::memory::Memory;
use super::plan::{Item, Plan, Skip};
use super::recover::{Recovery, sweep};
use super::remove::Deletions;
use super::trouble::{self, may_try};
use super::{Account, Context, Error, Event, Observer, Outcome, Planned};
use crate::client::{Failure, Session};
use crate::delivery::Names;
use crate::model::{MessageKey, Octets, Origin, Place, Policy, Scope, Selection};
use crate::net::Stream;
use crate::proto::Capabilities;
use crate::state::{self, State};

/// What to fetch, and what becomes of it.
pub struct FetchOptions<'a> {
    /// Gives the destinations, once more for each try; each gets every message.
    pub outputs: &'a dyn Fn() -> Vec<Output>,
    /// Which messages.
    pub selection: Selection,
    /// What becomes of them.
    pub policy: Policy,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Also try a password that the server has refused before.
    pub retry: bool,
}

/// How long an interrupted fetch may take to leave things in order.
const GRACE: Duration = Duration::from_secs(5);

/// What came of a fetch that did not fail.
enum Fetched {
    /// It is done.
    Done,
    /// Nothing: the server lets nobody in for so many seconds.
    TooEarly(i64),
}

/// Fetches from one account, if need be in several tries.
pub fn fetch(
    account: &Account,
    context: &Context<'_>,
    options: &FetchOptions<'_>,
    observer: &mut dyn Observer,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut again = Again::new(account, context);
    let mut failed = None;
    loop {
        let run = if options.dry_run { rehearse } else { run };
        let fetched = run(account, context, options, &mut again, observer, &mut outcome);
        // What was shown already would be shown once more.
        let shown = options.policy.look && outcome.fetched > 0;
        match (fetched, failed.take()) {
            (Ok(Fetched::Done), _) => {}
            (Ok(Fetched::TooEarly(_)), Some(error)) => outcome.error = Some(error),
            (Ok(Fetched::TooEarly(seconds)), None) => {
                outcome.too_early = true;
                observer.event(&Event::TooEarly { seconds });
            }
            (Err(error), _) if !shown && again.after(&error, observer) => {
                failed = Some(error);
                // All that was left out is looked at anew.
                outcome = Outcome { skipped: 0, failed: 0, ..outcome };
                continue;
            }
            (Err(error), first) => outcome.error = Some(worse(first, error)),
        }
        if !options.dry_run && !options.policy.look && !outcome.too_early && outcome.failed == 0 {
            let before = outcome.trouble.take();
            outcome.news = trouble::conclude(account, context, before, outcome.error.as_ref());
        }
        return outcome;
    }
}

/// Says what a fetch would do, and does nothing: no lock, no recovery, no record.
fn rehearse(
    account: &Account,
    context: &Context<'_>,
    options: &FetchOptions<'_>,
    again: &mut Again<'_>,
    observer: &mut dyn Observer,
    outcome: &mut Outcome,
) -> Result<Fetched, Error> {
    let FetchOptions { outputs, selection, policy, .. } = options;
    let wanted: Vec<Place> = outputs().iter().map(Output::place).collect();
    let mut books = Books::peek(account, context)?;
    let memory = books.memory()?;
    if let Some(seconds) = too_early(&memory, selection, context) {
        return Ok(Fetched::TooEarly(seconds));
    }
    let Entered { mut session, mailbox, known } =
        enter_within(again, account, context, memory, observer)?;
    let now = context.surroundings.seconds();
    let decided =
        take_stock(&mut session, account, mailbox, &known, &mut books, now).and_then(|mut view| {
            if policy.retry_refused {
                view.retry_refused();
            }
            let state = books.state();
            decide(&mut session, account, &view, options, &wanted, state, now)
        });
    let decision = match decided {
        Ok(decision) => decision,
        Err(error) => return Err(leave(session, error)),
    };
    announce(&decision.plan, observer, outcome);
    session.leave();
    Ok(Fetched::Done)
}

/// How many seconds the server wants to be left alone for. Who asks for certain messages is a
/// person, who may try.
fn too_early(memory: &Memory<'_>, selection: &Selection, context: &Context<'_>) -> Option<i64> {
    memory.wait_for_login(context.surroundings.seconds()).filter(|_| selection.scope == Scope::New)
}

fn run(
    account: &Account,
    context: &Context<'_>,
    options: &FetchOptions<'_>,
    again: &mut Again<'_>,
    observer: &mut dyn Observer,
    outcome: &mut Outcome,
) -> Result<Fetched, Error> {
    let FetchOptions { outputs, selection, policy, .. } = options;
    let outputs = outputs();
    let wanted: Vec<Place> = outputs.iter().map(Output::place).collect();
    let surroundings = context.surroundings;
    Call::prepare(account, context);

    // Before any network: the lock, the state, and what a killed run left. A look records nothing, so
    // it needs no lock; it only wants to know what is new.
    let mut books =
        if policy.look { Books::peek(account, context)? } else { Books::open(account, context)? };
    let files = books.files().clone();
    let id = books.state().map_or("look", State::id).to_owned();
    let names = Names::new(surroundings.clone(), account.identity(), &id);
    if let Some(state) = books.writable() {
        let recovery = Recovery { files: &files, context, wanted: &wanted };
        recovery.run(state, observer)?;
    }
    let destinations = destinations::open(outputs, books.state(), &files, &id, context)?;
    if !policy.look {
        sweep(&destinations, &names)?;
    }

    let first = books.state().is_some_and(|state| state.is_first_run().unwrap_or(false));
    if let Some(state) = books.writable() {
        outcome.trouble = state.trouble()?;
    }
    if !options.retry {
        may_try(account, &id, outcome.trouble.as_ref())?;
    }
    let memory = books.memory()?;
    if let Some(seconds) = too_early(&memory, selection, context) {
        return Ok(Fetched::TooEarly(seconds));
    }
    let Entered { mut session, mailbox, known } =
        enter_within(again, account, context, memory, observer)?;
    session.stream_mut().set_grace(GRACE);
    let login = surroundings.seconds();
    let decided = take_stock(&mut session, account, mailbox, &known, &mut books, login).and_then(
        |mut view| {
            if policy.retry_refused {
                view.retry_refused();
            }
            let state = books.state();
            let decision = decide(&mut session, account, &view, options, &wanted, state, login)?;
            explain(&view, &decision, policy, first, observer);
            let met = first && selection.scope == Scope::New && !view.listing.is_empty();
            Ok((decision, met))
        },
    );
    let (Decision { plan, seen }, met) = match decided {
        Ok(decided) => decided,
        Err(error) => return Err(leave(session, error)),
    };
    announce(&plan, observer, outcome);
    if let Some(state) = books.writable() {
        state.complete(&plan.complete)?;
        if met {
            state.note_met(&seen, login)?;
        }
    }

    let (_lock, state) = books.into_parts();
    let origin = if policy.headers_only { Origin::HeadersOnly } else { Origin::Delivered };
    let desk = Desk { destinations: destinations.clone(), files, origin };
    let committer = Committer::start(state, desk, surroundings.clone());
    let committer = committer.map_err(Error::Threads)?;
    let mut download = Download::new(
        &destinations,
        names,
        committer,
        context,
        &mut *observer,
        &mut *outcome,
        plan,
    );
    let moved = transfer(&mut session, account, &mut download);
    let Downloaded { mut ledger, deletions, failures, at_risk, stopped } = download.close();
    let now = surroundings.seconds();

    if let Some(state) = &mut ledger.state {
        // Whether they are deleted, the answer to QUIT may never say, or never be asked for.
        state.ask_deletion(&deletions.rows(), now)?;
        let silent =
            |error: &Error| matches!(error, Error::Server { source, .. } if source.is_silence());
        if session.is_pipelining() && moved.as_ref().is_err_and(silent) {
            let mut memory = Memory::of(state)?;
            memory.note_silence(now);
            memory.save()?;
        }
    }
    let deleted = moved.and_then(|()| {
        // A look is safe nowhere, unless it is to be deleted there anyway.
        let at_risk = at_risk > 0 || policy.look && policy.delete.is_none() && outcome.fetched > 0;
        if at_risk && session.capabilities().is_some_and(Capabilities::retr_deletes) {
            return without_quit(&deletions, account, observer);
        }
        deletions.quit(session, account, observer, outcome)
    });
    let went_well = stopped.is_none() && failures.is_empty();
    let recorded = record(&mut ledger, deleted, &failures, went_well, login, now);
    recorded.map_err(|error| error.or_stopped(context.interrupt))?;
    match stopped {
        _ if context.interrupt.is_raised() => Err(Error::Interrupted),
        Some(error) => Err(error),
        None => Ok(Fetched::Done),
    }
}

/// Leaves politely after an error that is not the connection's own: a line that is dropped keeps
/// the mailbox locked on some servers.
pub(super) fn leave(session: Session<Stream>, error: Error) -> Error {
    if !matches!(error, Error::Server { .. } | Error::Interrupted) {
        session.leave();
    }
    error
}

/// Ends a session whose QUIT would delete messages while we are the only ones who think that we
/// have them.
fn without_quit(
    deletions: &Deletions,
    account: &Account,
    observer: &mut dyn Observer,
) -> Result<Vec<Item>, Error> {
    let why = "this server deletes at QUIT what was retrieved, and not all of it is safe here: \
               the connection was closed without QUIT";
    observer.event(&Event::Warning(why));
    match deletions.marked() {
        0 => Ok(Vec::new()),
        count => Err(Error::Unconfirmed {
            host: account.endpoint.host.clone(),
            count,
            source: Unanswered::Withheld,
        }),
    }
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
    went_well: bool,
    login: i64,
    now: i64,
) -> Result<(), Error> {
    let Ledger { state: Some(state), finished } = ledger else { return deleted.map(drop) };
    let mut note = || -> Result<(), state::Error> {
        state.note_failures(failures, now)?;
        if let Ok(deleted) = &deleted {
            let rows: Vec<i64> = deleted.iter().filter_map(|item| item.row).collect();
            state.confirm_deleted(&rows, now)?;
        }
        let success = (deleted.is_ok() && went_well).then_some(now);
        state.note_run(Some(login), success, finished)
    };
    let noted = note().map_err(Error::from);
    deleted.map(drop).and(noted)
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
    outcome.planned = plan.retrieve.len() as u64;
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
