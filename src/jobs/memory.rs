//! What is remembered of a server and its mailbox, as a session uses it.

use std::thread;

use super::Error;
use crate::model::Remembered;
use crate::proto::Capabilities;
use crate::state::{Known, State};

/// How long, in seconds, commands are sent one at a time to a server that could not take several,
/// ...
const ONE_BY_ONE: i64 = 30 * 24 * 3600;
/// ... and to one that fell silent while many were on their way, which may have been the reason.
const AFTER_SILENCE: i64 = 24 * 3600;

/// The longest time, in seconds, that a server's LOGIN-DELAY keeps an account waiting: a day. Who
/// announces more means to be left alone for good, or has confused its units.
const MAX_DELAY: i64 = 24 * 3600;

/// What is remembered of an account's server.
pub(super) struct Memory<'a> {
    before: Remembered,
    now: Remembered,
    /// Where it is written down.
    state: Option<&'a mut State>,
    may_write: bool,
    /// Whether the connection is without TLS.
    clear: bool,
    /// When a run last logged in.
    last_login: Option<i64>,
}

impl<'a> Memory<'a> {
    /// What `state` holds.
    pub(super) fn of(state: &'a mut State) -> Result<Self, Error> {
        let before = state.remembered()?;
        let last_login = state.times()?.last_login;
        let now = before.clone();
        Ok(Self { now, before, state: Some(state), may_write: true, clear: false, last_login })
    }

    /// What `state` holds, which may not be written.
    pub(super) fn read_only(state: Option<&'a mut State>) -> Result<Self, Error> {
        let before = state.as_deref().map(State::remembered).transpose()?.unwrap_or_default();
        let last_login =
            state.as_deref().map(State::times).transpose()?.and_then(|times| times.last_login);
        let now = before.clone();
        Ok(Self { now, before, state, may_write: false, clear: false, last_login })
    }

    /// Has what is known of the mailbox read, which takes a while for a large one, while `work` is
    /// done. Gives the results of both.
    pub(super) fn recall_during<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> T,
    ) -> (T, Result<Known, Error>) {
        let Some(state) = self.state.take() else { return (work(self), Ok(Known::default())) };
        let (done, known) = thread::scope(|scope| {
            let reader = thread::Builder::new().name("known".to_owned());
            let state = &mut *state;
            let reading = reader.spawn_scoped(scope, move || state.known());
            let done = work(self);
            let known = reading.ok().map(|reading| {
                reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            (done, known)
        });
        // There may be no thread to be had.
        let known = known.unwrap_or_else(|| state.known());
        self.state = Some(state);
        (done, known.map_err(Error::from))
    }

    /// What was said under TLS says nothing of a line in the clear: nothing is known there but
    /// when to come back.
    pub(super) fn in_the_clear(mut self) -> Self {
        self.now = Remembered { next_login: self.now.next_login, ..Remembered::default() };
        self.clear = true;
        self
    }

    /// How many seconds it is, at the time `now`, until the server lets anybody in again.
    pub(super) fn wait_for_login(&self, now: i64) -> Option<i64> {
        let wait = self.now.next_login? - now;
        // Who has logged in later than now has set the clock back.
        let is_past = self.last_login.is_none_or(|at| at <= now);
        // More was never noted.
        (is_past && (1..=MAX_DELAY + 1).contains(&wait)).then_some(wait)
    }

    /// At the time `now` somebody has logged in; the next login may follow `delay` seconds after.
    pub(super) fn note_login(&mut self, now: i64, delay: u32) {
        let delay = i64::from(delay).min(MAX_DELAY);
        // The second that has begun at `now` may be almost over.
        self.now.next_login = (delay > 0).then_some(now + delay + 1);
    }

    /// What the server offered before the login.
    pub(super) fn before_login(&self) -> Option<Capabilities> {
        self.now.before_login.as_deref().map(capabilities)
    }

    /// What it offered after the login.
    pub(super) fn after_login(&self) -> Option<Capabilities> {
        self.now.after_login.as_deref().map(capabilities)
    }

    /// Whether the server, at the time `now`, is to be sent one command at a time.
    pub(super) fn is_one_by_one(&self, now: i64) -> bool {
        self.now.one_by_one_until.is_some_and(|until| now < until)
    }

    /// At the time `now`, the server could not take several commands at a time.
    pub(super) fn note_one_by_one(&mut self, now: i64) {
        self.now.one_by_one_until = Some(now + ONE_BY_ONE);
    }

    /// At the time `now`, the server fell silent with many commands on their way.
    pub(super) fn note_silence(&mut self, now: i64) {
        self.now.one_by_one_until = Some(now + AFTER_SILENCE);
    }

    /// Takes note of what the server offers. Where that has changed behind the login, it may have
    /// before it: next time it is asked there, too.
    pub(super) fn learn(&mut self, before: Option<&Capabilities>, after: Option<&Capabilities>) {
        let after = after.map(Capabilities::to_lines);
        let changed = self.now.after_login.is_some() && self.now.after_login != after;
        self.now.before_login = before.filter(|_| !changed).map(Capabilities::to_lines);
        self.now.after_login = after;
    }

    /// Forgets what the server offers: in the next run nothing is taken for granted.
    pub(super) fn doubt(&mut self) {
        self.now.before_login = None;
        self.now.after_login = None;
    }

    /// Writes down what has changed.
    pub(super) fn save(self) -> Result<(), Error> {
        let now = if self.clear {
            Remembered { next_login: self.now.next_login, ..self.before.clone() }
        } else {
            self.now
        };
        match self.state {
            Some(state) if self.may_write && self.before != now => Ok(state.remember(&now)?),
            _ => Ok(()),
        }
    }
}

/// Capabilities that are remembered as lines.
fn capabilities(lines: &[String]) -> Capabilities {
    let mut capabilities = Capabilities::default();
    lines.iter().for_each(|line| capabilities.add_line(line.as_bytes()));
    capabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_says_but_not_for_ever() {
        for (delay, at, wait) in [
            (0, 1000, None),
            (300, 1000, Some(301)),
            (300, 1300, Some(1)),
            (300, 1301, None),
            (u32::MAX, 1000, Some(MAX_DELAY + 1)),
            // The clock was set back by more than a day.
            (300, 1000 - 2 * MAX_DELAY, None),
        ] {
            let mut memory = Memory::read_only(None).unwrap();
            memory.note_login(1000, delay);
            assert_eq!(memory.wait_for_login(at), wait, "{delay} s, at {at}");
            assert_eq!(memory.in_the_clear().wait_for_login(at), wait, "{delay} s, at {at}");
        }
    }

    #[test]
    fn a_change_behind_the_login_casts_doubt_on_what_is_before_it() {
        let offers = |line: &str| capabilities(&[line.to_owned()]);
        let mut memory = Memory::read_only(None).unwrap();
        memory.learn(Some(&offers("SASL PLAIN")), Some(&offers("UIDL")));
        assert!(memory.before_login().unwrap().offers("PLAIN"));
        memory.learn(Some(&offers("SASL PLAIN")), Some(&offers("UIDL")));
        assert!(memory.before_login().is_some());
        memory.learn(Some(&offers("SASL PLAIN")), Some(&offers("TOP")));
        assert!(memory.before_login().is_none());
        assert!(memory.after_login().unwrap().top);
    }
}
