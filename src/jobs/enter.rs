//! Into the mailbox, with as few round trips as what is remembered of the server allows.

use super::again::{Again, worse};
use super::connect::Call;
use super::memory::Memory;
use super::{Account, Context, Error, Event, Observer};
use crate::client::{Mailbox, Session};
use crate::model::TlsMode;
use crate::net::Stream;
use crate::proto::Capabilities;
use crate::state::Known;

/// A mailbox that was entered, and what is known of it.
pub(super) struct Entered {
    pub(super) session: Session<Stream>,
    pub(super) mailbox: Mailbox,
    pub(super) known: Known,
}

/// Logs in and takes stock of the mailbox. What the server shows of itself goes into `memory`.
pub(super) fn enter(
    account: &Account,
    context: &Context<'_>,
    memory: Memory<'_>,
    observer: &mut dyn Observer,
) -> Result<Entered, Error> {
    enter_within(&mut Again::new(account, context), account, context, memory, observer)
}

/// The same, in no more tries than `again` has left.
pub(super) fn enter_within(
    again: &mut Again<'_>,
    account: &Account,
    context: &Context<'_>,
    memory: Memory<'_>,
    observer: &mut dyn Observer,
) -> Result<Entered, Error> {
    let mut memory = fitting(memory, account);
    let mut call = Some(Call::start(account, context));
    let (entered, known) = memory.recall_during(|memory| {
        let mut told = None;
        loop {
            let call = call.take().unwrap_or_else(|| Call::start(account, context));
            let error = match try_to_enter(call, account, context, memory, observer) {
                Ok(entered) => return Ok(entered),
                Err(error) => error,
            };
            // A line that is down says nothing of the server.
            if !matches!(error, Error::Net(_) | Error::Interrupted) {
                memory.doubt();
            }
            let too_early = memory.wait_for_login(context.surroundings.seconds()).is_some();
            if too_early || !again.after(&error, observer) {
                return Err(worse(told, error));
            }
            told = Some(error);
        }
    });
    match entered {
        Ok((session, mailbox)) => {
            let remembered = memory.save();
            match known.and_then(|known| remembered.map(|()| known)) {
                Ok(known) => Ok(Entered { session, mailbox, known }),
                Err(error) => {
                    session.leave();
                    Err(error)
                }
            }
        }
        Err(error) => {
            // The error that there is already matters more.
            let _ = memory.save();
            Err(error)
        }
    }
}

/// Logs in and only asks how many messages there are.
pub(super) fn count(
    account: &Account,
    context: &Context<'_>,
    memory: Memory<'_>,
    observer: &mut dyn Observer,
) -> Result<u64, Error> {
    let memory = fitting(memory, account);
    Again::new(account, context).persevere(observer, |observer| {
        let call = Call::start(account, context);
        let mut session = call.log_in(memory.before_login().as_ref(), observer)?;
        let stat = session.stat().map_err(|error| Error::server(&account.endpoint.host, error))?;
        session.leave();
        Ok(stat.messages)
    })
}

/// What of `memory` holds for the way in which the account is connected to.
fn fitting<'a>(memory: Memory<'a>, account: &Account) -> Memory<'a> {
    if account.endpoint.tls == TlsMode::None { memory.in_the_clear() } else { memory }
}

fn try_to_enter(
    call: Call<'_>,
    account: &Account,
    context: &Context<'_>,
    memory: &mut Memory<'_>,
    observer: &mut dyn Observer,
) -> Result<(Session<Stream>, Mailbox), Error> {
    let now = context.surroundings.seconds();
    // Another account of the same server may just have asked.
    let (said_before, said_after) = context.offers.of(&account.endpoint).unzip();
    let is_new = memory.after_login().is_none();
    let before = memory.before_login().or(said_before);
    let mut session = call.log_in(before.as_ref(), observer)?;
    let login = context.surroundings.seconds();
    let before = session.capabilities().cloned();
    memory.note_login(login, delay(account, before.as_ref()));
    if let Some(after) = memory.after_login().or(said_after) {
        session.assume(after);
    }
    let most = if memory.is_one_by_one(now) { 1 } else { usize::MAX };
    session.limit_pipeline(account.pipeline.unwrap_or(most));
    let server = |error| Error::server(&account.endpoint.host, error);
    let mailbox = match session.mailbox() {
        Err(error) if is_new && error.is_connection_loss() && session.doubts_pipelining() => {
            if memory.wait_for_login(login).is_some() {
                // There is no second login now; the next run is to fare better.
                memory.note_one_by_one(now);
                return Err(server(error));
            }
            observer.event(&Event::Note(
                "the server did not answer commands that were sent together: trying again, one \
                 at a time",
            ));
            session = Call::start(account, context).log_in(None, observer)?;
            session.limit_pipeline(1);
            let mailbox = session.mailbox().map_err(server)?;
            // Not before that: the server may as well have been down.
            memory.note_one_by_one(now);
            mailbox
        }
        surveyed => surveyed.map_err(server)?,
    };
    // What the server says after the login may be meant for this user alone (RFC 2449, section 6.5).
    if let after @ Some(Capabilities { login_delay: Some(_), .. }) = session.capabilities() {
        memory.note_login(login, delay(account, after));
    }
    if session.stream_mut().is_secure() {
        memory.learn(before.as_ref(), session.capabilities());
        if let (Some(before), Some(after)) = (before, session.capabilities().cloned())
            && !memory.is_one_by_one(now)
        {
            context.offers.learn(&account.endpoint, (before, after));
        }
    }
    Ok((session, mailbox))
}

/// How many seconds must lie between two logins.
pub(super) fn delay(account: &Account, offered: Option<&Capabilities>) -> u32 {
    let announced = offered.and_then(|offered| offered.login_delay);
    announced.unwrap_or_default().max(account.login_delay)
}
