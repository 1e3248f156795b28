//! Trying again what may pass.

use std::thread;
use std::time::{Duration, Instant};

use super::{Account, Class, Context, Error, Event, Observer};
use crate::client::{self, LoginError};
use crate::proto::ResponseCode;

/// How often a mailbox in use is asked for again where the user says nothing: 1, 2 and 4 seconds
/// later. It is the session of a run that was killed, or another reader's, which soon ends.
const IN_USE: u32 = 3;
/// The pause before the first try; each one is twice as long as the one before, ...
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// ... up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How late an interrupt may be noticed.
const TICK: Duration = Duration::from_millis(100);

/// The tries that an account still has in this run.
pub(super) struct Again<'a> {
    context: &'a Context<'a>,
    retries: Option<u32>,
    made: u32,
}

impl<'a> Again<'a> {
    pub(super) fn new(account: &Account, context: &'a Context<'a>) -> Self {
        Self { context, retries: account.retries, made: 0 }
    }

    /// Does `work` until it succeeds, fails for good, or there are no tries left.
    pub(super) fn persevere<T>(
        &mut self,
        observer: &mut dyn Observer,
        mut work: impl FnMut(&mut dyn Observer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut told = None;
        loop {
            let error = match work(observer) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if !self.after(&error, observer) {
                return Err(worse(told, error));
            }
            told = Some(error);
        }
    }

    /// Whether to try again after `error`; if so, waits first.
    pub(super) fn after(&mut self, error: &Error, observer: &mut dyn Observer) -> bool {
        let most = match self.retries {
            Some(most) => most,
            None if is_in_use(error) => IN_USE,
            None => 0,
        };
        if self.made >= most || !may_pass(error) {
            return false;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.made.min(16)).min(LONGEST_PAUSE);
        self.made += 1;
        let seconds = pause.as_secs();
        observer.event(&Event::Retrying { error, seconds });
        let until = Instant::now() + pause;
        while Instant::now() < until && !self.context.interrupt.is_raised() {
            thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
        }
        !self.context.interrupt.is_raised()
    }
}

/// Of the failures of two tries, the one that says more: that a server could then no longer be
/// reached matters less than what it has said before.
pub(super) fn worse(first: Option<Error>, last: Error) -> Error {
    match first {
        Some(first @ (Error::Server { .. } | Error::Login { .. }))
            if matches!(last, Error::Net(_)) =>
        {
            first
        }
        _ => last,
    }
}

/// Whether the server says that somebody else has the mailbox open (RFC 2449, section 8.1.2).
fn is_in_use(error: &Error) -> bool {
    code(error) == Some(ResponseCode::InUse)
}

/// Whether another try may end better. Never after a refusal that may be about the credentials,
/// or a login that may have been counted as one: each try could be the one that locks the account.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Login { .. } => {
            matches!(code(error), Some(ResponseCode::InUse | ResponseCode::SysTemp))
        }
        // A server that asks for more time between two logins does not mean seconds.
        Error::Server { .. } if code(error) == Some(ResponseCode::LoginDelay) => false,
        Error::Net(_) | Error::Server { .. } | Error::Token { .. } => {
            error.class() == Class::Temporary
        }
        _ => false,
    }
}

/// The response code of the server's refusal, if that is what `error` is, and if it has one.
fn code(error: &Error) -> Option<ResponseCode> {
    let (Error::Login { source, .. } | Error::Server { source, .. }) = error else { return None };
    match source {
        client::Error::Login(LoginError::Refused(client::Refused { status, .. }))
        | client::Error::Greeting(status)
        | client::Error::Refused { status, .. } => status.code,
        _ => None,
    }
}
