//! The message of a mechanism that says all at once.

use super::Error;
use crate::model::Secret;

/// A message that goes out once.
#[derive(Debug)]
pub(super) struct Once(Option<Result<Secret, Error>>);

impl Once {
    pub(super) fn new(message: Result<Secret, Error>) -> Self {
        Self(Some(message))
    }

    /// The message, the first time.
    pub(super) fn take(&mut self) -> Result<Secret, Error> {
        self.0.take().unwrap_or(Err(Error::UnexpectedChallenge))
    }

    /// Requires that it was taken.
    pub(super) fn is_said(&self) -> Result<(), Error> {
        if self.0.is_none() { Ok(()) } else { Err(Error::TooEarly) }
    }
}
