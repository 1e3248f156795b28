//! Listing.

use std::io;

use super::books::Books;
use super::enter::{self, Entered, enter};
use super::headers::read_headers;
use super::mailbox::survey;
use super::select::{select, without_top};
use super::{Account, Context, Error, Observer};
use crate::model::{Listed, Selection};
use crate::summary::{Summary, matches};

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// Which messages.
    pub selection: Selection,
    /// Without sender, subject and date, and so without TOP.
    pub short: bool,
}

/// A message as a list shows it.
#[derive(Debug)]
pub struct Row<'a> {
    /// Number, size and UID.
    pub message: &'a Listed,
    /// Whether it was seen before.
    pub seen: bool,
    /// What its header block says; nothing where that was not asked for or is not shown.
    pub summary: Option<Summary>,
}

/// Lists the messages of an account, in ascending order of number, as they come. Takes no lock
/// and records nothing.
///
/// # Errors
/// [`Error`]; of `row`, [`Error::Output`].
pub fn list(
    account: &Account,
    context: &Context<'_>,
    options: &ListOptions,
    observer: &mut dyn Observer,
    row: &mut dyn FnMut(Row<'_>) -> io::Result<()>,
) -> Result<(), Error> {
    let mut books = Books::peek(account, context)?;
    let Entered { mut session, mailbox, known } =
        enter(account, context, books.memory()?, observer)?;
    let view = survey(account, mailbox, &known)?;
    let picked = view.pick(&options.selection);
    let conditions = &options.selection.headers;
    let mut any = picked.is_empty();
    let mut show = |place: usize, header: Option<&[u8]>| {
        any |= header.is_some();
        if !conditions.is_empty() && !header.is_some_and(|header| matches(header, conditions)) {
            return Ok(());
        }
        let at = picked[place];
        let summary = header.filter(|_| !options.short).map(Summary::of);
        row(Row { message: &view.listing[at], seen: view.is_seen(at), summary })
            .map_err(Error::Output)
    };
    if options.short && conditions.is_empty() {
        (0..picked.len()).try_for_each(|place| show(place, None))?;
    } else {
        let numbers: Vec<_> = picked.iter().map(|&at| view.listing[at].number).collect();
        read_headers(&mut session, account, &numbers, &mut show)?;
        if !any && !conditions.is_empty() {
            return Err(without_top(account));
        }
    }
    session.leave();
    Ok(())
}

/// Counts what `selection` picks.
///
/// # Errors
/// [`Error`].
pub fn count(
    account: &Account,
    context: &Context<'_>,
    selection: &Selection,
    observer: &mut dyn Observer,
) -> Result<u64, Error> {
    let mut books = Books::peek(account, context)?;
    if *selection == Selection::default() {
        return enter::count(account, context, books.memory()?, observer);
    }
    let Entered { mut session, mailbox, known } =
        enter(account, context, books.memory()?, observer)?;
    let view = survey(account, mailbox, &known)?;
    let count = select(&mut session, account, &view, selection)?.len() as u64;
    session.leave();
    Ok(count)
}
