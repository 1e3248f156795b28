//! Fetching.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::commit::{Batch, Committer, Ledger};
use super::connect::connect;
use super::download::Download;
use super::mailbox::{View, survey};
use super::plan::{Deletable, Plan, plan};
use super::recover::{recover, sweep};
use super::remove::Deletions;
use super::verify::verify;
use super::{Account, Context, Error, Event, Observer, Outcome, Planned};
use crate::client::{self, Failure, Session};
use crate::delivery::{Destination, Maildir, Names, Stream as OutputStream, StreamFormat};
use crate::durable::Directory;
use crate::model::{Octets, Place, Selection};
use crate::net::Stream;
use crate::state::{self, AccountLock, Known, State, StateFiles};

/// Where mail goes.
pub enum Output {
    /// Into a Maildir, by absolute path.
    Maildir(PathBuf),
    /// To a writer that cannot take anything back, usually standard output.
    Stream(Box<dyn Write + Send>, StreamFormat),
}

/// What to fetch, and what becomes of it.
pub struct FetchOptions {
    /// The destinations; each gets every message.
    pub outputs: Vec<Output>,
    /// Which messages.
    pub selection: Selection,
    /// Delete on the server what was delivered.
    pub delete: bool,
    /// Record what was fetched. Not for a mere look.
    pub record: bool,
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
    let files = StateFiles::new(context.state_directory, &account.name);
    let state = State::peek(&files, &account.identity())?;
    let known = known(state.as_ref())?;
    let mut session = connect(account, context, observer)?;
    let view = survey(&mut session, account, &known)?;
    require_uids(account, options, &view)?;
    let failures = state.as_ref().map(State::failures).transpose()?.unwrap_or_default();
    let delete = options.delete && options.record;
    let plan = plan(&view, &options.selection, delete, &failures.into_iter().collect());
    announce(&plan, options.delete, observer);
    Deletions::default().quit(session, account, observer, outcome).map(drop)
}

fn run(
    account: &Account,
    context: &Context<'_>,
    options: FetchOptions,
    observer: &mut dyn Observer,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let files = StateFiles::new(context.state_directory, &account.name);
    let user = context.surroundings.user;
    // A look records nothing, and so needs no lock; it only wants to know what is new.
    let lock =
        options.record.then(|| AccountLock::take(&files, context.surroundings)).transpose()?;
    let mut state = match &lock {
        Some(lock) => {
            Some(State::open(lock, &files, &account.identity(), context.surroundings)?)
        }
        None => State::peek(&files, &account.identity())?,
    };
    let id = state.as_ref().map_or("look", State::id).to_owned();
    let mut names = Names::new(context.surroundings.clone(), account.identity(), &id);
    if let Some(state) = state.as_mut().filter(|_| options.record) {
        let wanted: Vec<Place> = options.outputs.iter().map(place).collect();
        recover(state, &wanted, user, observer)?;
    }
    let mut options = options;
    let outputs = std::mem::take(&mut options.outputs);
    let destinations = open(outputs, state.as_ref(), &files, user)?;
    if options.record {
        sweep(&destinations, &names)?;
    }

    let known = known(state.as_ref())?;
    let mut session = connect(account, context, observer)?;
    session.stream_mut().set_grace(GRACE);
    let login = Some(context.surroundings.seconds());
    let mut view = survey(&mut session, account, &known)?;
    require_uids(account, &options, &view)?;
    let mut failures = Vec::new();
    if let Some(state) = state.as_mut().filter(|_| options.record) {
        verify(&mut session, account, &mut view, state)?;
        let present = view.present();
        state.note_listing(&known, |row| present[row], context.surroundings.seconds())?;
        failures = state.failures()?;
    }
    let delete_old = options.delete && options.record;
    let plan =
        plan(&view, &options.selection, delete_old, &failures.into_iter().collect());
    announce(&plan, options.delete, observer);

    let recorded = if options.record { state } else { None };
    let committer =
        Committer::start(recorded, destinations.clone(), context.surroundings.clone());
    let committer = committer.map_err(client_resources)?;
    let mut deletable = options.delete.then(|| Deletable::new(&view));
    let mut deletions = Deletions::default();
    let old: Vec<_> = plan
        .delete
        .into_iter()
        .flat_map(|item| deletable.as_mut().map(|d| d.delivered(item)).unwrap_or_default())
        .collect();
    let mut download = Download {
        destinations: &destinations,
        names: &mut names,
        committer,
        observer,
        interrupt: context.interrupt,
        outcome,
        ask: VecDeque::from(plan.retrieve),
        asked: VecDeque::new(),
        incoming: None,
        batch: Batch::default(),
        one_by_one: !destinations.iter().all(Destination::is_transactional),
        deletable,
        deletions: std::mem::take(&mut deletions),
        failures: Vec::new(),
        at_risk: 0,
    };
    let ended = transfer(&mut session, account, &mut download, old);
    let Download { committer, observer, outcome, deletions, failures, at_risk, ask, .. } = download;
    let mut ledger = committer.close();
    let now = context.surroundings.seconds();
    let ended = ended.and_then(|()| {
        // On such a server QUIT deletes what was retrieved. It must not while we are the only
        // ones who think that we have it.
        let at_risk = at_risk > 0 || !options.record;
        let retr_deletes = session.capabilities().is_some_and(|c| c.retr_deletes());
        if retr_deletes && at_risk {
            let warning = "this server deletes at QUIT what was retrieved, and not all of it is \
                           safe here: closing without QUIT";
            if outcome.fetched + outcome.failed > 0 {
                observer.event(&Event::Warning(warning));
            }
            return Ok(Vec::new());
        }
        deletions.quit(session, account, observer, outcome)
    });
    let ended = record(&mut ledger, ended, &failures, login, now);
    match ended {
        Ok(()) if context.interrupt.is_raised() && !ask.is_empty() => Err(Error::Interrupted),
        other => other,
    }
}

/// Moves everything that the plan holds: RETR, commit, DELE. What is complete when this fails is
/// committed all the same.
fn transfer(
    session: &mut Session<Stream>,
    account: &Account,
    download: &mut Download<'_>,
    old: Vec<super::plan::Item>,
) -> Result<(), Error> {
    let mut go = |download: &mut Download<'_>| {
        session.run(download).map_err(|failure| match failure {
            Failure::Connection(error) => {
                if download.incoming.take().is_some() && error.is_connection_loss() {
                    download.fail(&error.to_string());
                }
                Error::server(&account.endpoint.host, error)
            }
            Failure::Exchange(error) => error,
        })
    };
    let moved = go(download);
    download.incoming = None;
    // The first failure is the cause; what settling says then only follows from it.
    let settled = download.settle();
    moved.and(settled)?;
    download.deletions.want(old);
    if download.deletions.is_waiting() { go(download) } else { Ok(()) }
}

/// Writes down how the run went. A failure to do so counts only where nothing worse happened.
fn record(
    ledger: &mut Ledger,
    ended: Result<Vec<super::plan::Item>, Error>,
    failures: &[(Option<crate::model::MessageKey>, String)],
    login: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    let Some(state) = &mut ledger.state else { return ended.map(drop) };
    let note = |state: &mut State| -> Result<(), state::Error> {
        for (key, reason) in failures {
            if let Some(key) = key {
                state.note_failure(key, reason, now)?;
            }
        }
        if let Ok(deleted) = &ended {
            let rows: Vec<i64> = deleted.iter().filter_map(|item| item.row).collect();
            if !rows.is_empty() {
                state.confirm_deleted(&rows, now)?;
            }
        }
        let success = (ended.is_ok() && failures.is_empty()).then_some(now);
        state.note_run(login, success, &ledger.finished)
    };
    let noted = note(state);
    let noted = noted.map_err(Error::from);
    ended.map(drop).and(noted)
}

fn known(state: Option<&State>) -> Result<Known, Error> {
    Ok(state.map(State::known).transpose()?.unwrap_or_default())
}

fn place(output: &Output) -> Place {
    match output {
        Output::Maildir(path) => Place::Maildir(path.clone()),
        Output::Stream(..) => Place::Stdout,
    }
}

/// Opens the destinations: one that has held mail of this account is never made anew.
fn open(
    outputs: Vec<Output>,
    state: Option<&State>,
    files: &StateFiles,
    user: u32,
) -> Result<Vec<Destination>, Error> {
    let open = |output| {
        let place = place(&output);
        Ok(match output {
            Output::Maildir(path) => {
                let held = state.map(|state| state.has_held(&place)).transpose()?;
                let create = held != Some(true);
                Destination::Maildir(Arc::new(Maildir::open(&path, create, user)?))
            }
            Output::Stream(writer, format) => {
                let spools = Directory::open_or_create_all(files.directory());
                let spools = spools.map_err(state::Error::Directory)?;
                Destination::Stream(Arc::new(OutputStream::new(writer, format, spools)))
            }
        })
    };
    outputs.into_iter().map(open).collect()
}

/// Without unique-ids nothing can be told from what was fetched before: mail can be taken away,
/// or looked at, but not kept.
fn require_uids(
    account: &Account,
    options: &FetchOptions,
    view: &View<'_>,
) -> Result<(), Error> {
    if view.has_uids || view.listing.is_empty() || options.delete || !options.record {
        return Ok(());
    }
    Err(Error::NoUidl { host: account.endpoint.host.clone() })
}

fn announce(plan: &Plan, delete: bool, observer: &mut dyn Observer) {
    for item in &plan.retrieve {
        observer.event(&Event::Planned(Planned::Fetch, &item.message));
    }
    let fetched = plan.retrieve.iter().filter(|_| delete);
    for item in fetched.chain(&plan.delete) {
        observer.event(&Event::Planned(Planned::Delete, &item.message));
    }
    let octets = plan.retrieve.iter().map(|item| item.message.size.0);
    observer.event(&Event::Plan {
        messages: plan.retrieve.len() as u64,
        octets: Octets(octets.fold(0, u64::saturating_add)),
    });
}

/// A thread that cannot be had.
fn client_resources(source: std::io::Error) -> Error {
    Error::Server {
        host: "this machine".to_owned(),
        source: client::Error::Broken { awaiting: "a thread".to_owned(), source },
    }
}
