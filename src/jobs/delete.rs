//! Deleting by hand.

use super::books::Books;
use super::enter::{Entered, enter};
use super::fetch::leave;
use super::headers::read_headers;
use super::mailbox::{View, take_stock};
use super::plan::Item;
use super::remove::Deletions;
use super::select::select;
use super::verify::digests;
use super::{Account, Context, Error, Event, Observer, Outcome, Planned, Row};
use crate::client::{Failure, Session};
use crate::model::Selection;
use crate::net::Stream;
use crate::state::State;
use crate::summary::Summary;

/// What to delete.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// Which messages.
    pub selection: Selection,
    /// Also what was never delivered here.
    pub unfetched: bool,
    /// Only say what would be deleted.
    pub dry_run: bool,
    /// Show sender and subject to whoever confirms.
    pub preview: bool,
}

/// Is shown what would go, and decides; an error ends the job.
pub type Confirm<'a> = dyn FnMut(&[Row<'_>]) -> Result<bool, Error> + 'a;

/// Deletes from an account. `confirm` is shown what would go, and decides; the session stays
/// open meanwhile, so that numbers mean the same before and after.
pub fn delete(
    account: &Account,
    context: &Context<'_>,
    options: &DeleteOptions,
    observer: &mut dyn Observer,
    confirm: &mut Confirm<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.error = run(account, context, options, observer, confirm, &mut outcome).err();
    outcome
}

fn run(
    account: &Account,
    context: &Context<'_>,
    options: &DeleteOptions,
    observer: &mut dyn Observer,
    confirm: &mut Confirm<'_>,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let mut books = if options.dry_run {
        Books::peek(account, context)?
    } else {
        Books::open(account, context)?
    };
    let now = context.surroundings.seconds();
    let Entered { mut session, mailbox, known } =
        enter(account, context, books.memory()?, observer)?;
    let chosen =
        take_stock(&mut session, account, mailbox, &known, &mut books, now).and_then(|view| {
            let picked = select(&mut session, account, &view, &options.selection)?;
            Ok((view, picked))
        });
    let (view, picked) = match chosen {
        Ok(chosen) => chosen,
        Err(error) => return Err(leave(session, error)),
    };

    // A UID that several messages bear stands for all of them or for none.
    let shared = &view.shared_uids;
    let mut delivered = std::collections::HashMap::new();
    for (at, message) in view.listing.iter().enumerate().filter(|_| !shared.is_empty()) {
        if let Some(uid) = message.uid.as_ref().filter(|_| view.is_delivered(at)) {
            *delivered.entry(uid).or_insert(0) += 1;
        }
    }
    let may_go = |at: &usize| {
        options.unfetched
            || view.is_delivered(*at)
                && view.listing[*at].uid.as_ref().is_some_and(|uid| {
                    shared.get(uid).is_none_or(|count| delivered.get(uid) == Some(count))
                })
    };
    let (go, stay): (Vec<usize>, Vec<usize>) = picked.into_iter().partition(may_go);
    let (go, others) = prove(&mut session, account, &view, books.state(), go, options)?;
    for at in others {
        let reason = "it bears the UID of another message that was delivered here";
        observer.event(&Event::MessageFailed { message: &view.listing[at], reason });
        outcome.failed += 1;
    }
    for &at in &stay {
        let reason = "it was never delivered here (--unfetched deletes it all the same)";
        observer.event(&Event::MessageFailed { message: &view.listing[at], reason });
        outcome.failed += 1;
    }
    for &at in &go {
        observer.event(&Event::Planned(Planned::Delete, &view.listing[at]));
    }

    let mut deletions = Deletions::default();
    if !go.is_empty() && !options.dry_run {
        let mut summaries: Vec<Option<Summary>> = vec![None; go.len()];
        if options.preview {
            let numbers: Vec<_> = go.iter().map(|&at| view.listing[at].number).collect();
            read_headers(&mut session, account, &numbers, &mut |place, header| {
                summaries[place] = header.map(Summary::of);
                Ok(())
            })?;
        }
        let rows: Vec<Row<'_>> = go
            .iter()
            .zip(summaries)
            .map(|(&at, summary)| Row {
                message: &view.listing[at],
                seen: view.is_seen(at),
                summary,
            })
            .collect();
        if confirm(&rows)? {
            deletions.want(go.iter().map(|&at| Item::new(&view, at)));
        }
    }
    let ran = session.run(&mut deletions).map_err(|failure| match failure {
        Failure::Connection(error) => Error::server(&account.endpoint.host, error),
        Failure::Exchange(error) => error,
    });
    if let Some(state) = books.writable() {
        state.ask_deletion(&deletions.rows(), now)?;
    }
    ran?;
    let deleted = deletions.quit(session, account, observer, outcome)?;
    if let Some(state) = books.writable() {
        let rows: Vec<i64> = deleted.iter().filter_map(|item| item.row).collect();
        state.confirm_deleted(&rows, context.surroundings.seconds())?;
    }
    Ok(())
}

/// Tells the messages at `places` that are still those which were delivered here from those that
/// only bear their UIDs, by their header blocks. With `--unfetched` all are meant.
fn prove(
    session: &mut Session<Stream>,
    account: &Account,
    view: &View<'_>,
    state: Option<&State>,
    places: Vec<usize>,
    options: &DeleteOptions,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    let Some(state) = state.filter(|_| !options.unfetched) else {
        return Ok((places, Vec::new()));
    };
    let shown = digests(session, account, view, &places)?;
    let mut others = Vec::new();
    let mut same = Vec::new();
    for (at, shown) in places.into_iter().zip(shown) {
        let row = view.known(at).map(|known| known.id);
        let kept = row.map(|row| state.header_digest(row)).transpose()?.flatten();
        match (kept, shown) {
            (Some(kept), Some(shown)) if kept != shown => others.push(at),
            _ => same.push(at),
        }
    }
    Ok((same, others))
}
