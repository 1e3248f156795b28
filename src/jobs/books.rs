//! An account's state: to be written, or only to be looked at.

use super::memory::Memory;
use super::{Account, Context, Error};
use crate::state::{AccountLock, State, StateFiles};

/// The state of an account as a job holds it.
#[derive(Debug)]
pub(super) struct Books {
    /// Nothing where there is none to be looked at. Closed before the lock is let go.
    state: Option<State>,
    /// Nothing where the state is only looked at.
    lock: Option<AccountLock>,
    files: StateFiles,
}

/// Takes the account's lock and opens its state, made first when there is none. The lock must
/// outlive the state.
pub(super) fn open_state(
    account: &Account,
    context: &Context<'_>,
) -> Result<(AccountLock, State), Error> {
    let files = StateFiles::new(context.state_directory, &account.name);
    let lock = AccountLock::take(&files, context.surroundings)?;
    let state = State::open(&lock, &files, &account.identity(), context.surroundings)?;
    Ok((lock, state))
}

impl Books {
    /// Takes the account's lock and opens its state, made first when there is none.
    pub(super) fn open(account: &Account, context: &Context<'_>) -> Result<Self, Error> {
        let (lock, state) = open_state(account, context)?;
        let files = StateFiles::new(context.state_directory, &account.name);
        Ok(Self { lock: Some(lock), state: Some(state), files })
    }

    /// Opens the state for reading, if there is one. Takes no lock and makes nothing.
    pub(super) fn peek(account: &Account, context: &Context<'_>) -> Result<Self, Error> {
        let files = StateFiles::new(context.state_directory, &account.name);
        let state = State::peek(&files, &account.identity())?;
        Ok(Self { lock: None, state, files })
    }

    /// Where the files are.
    pub(super) fn files(&self) -> &StateFiles {
        &self.files
    }

    /// The state, for reading.
    pub(super) fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// The state, if it may be written.
    pub(super) fn writable(&mut self) -> Option<&mut State> {
        self.state.as_mut().filter(|_| self.lock.is_some())
    }

    /// What is remembered of the server.
    pub(super) fn memory(&mut self) -> Result<Memory<'_>, Error> {
        match (&mut self.state, &self.lock) {
            (Some(state), Some(_)) => Memory::of(state),
            (state, _) => Memory::read_only(state.as_mut()),
        }
    }

    /// The lock, which must outlive the state, and the state if it may be written.
    pub(super) fn into_parts(self) -> (Option<AccountLock>, Option<State>) {
        let state = self.state.filter(|_| self.lock.is_some());
        (self.lock, state)
    }
}
