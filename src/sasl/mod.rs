//! SASL mechanisms as pure step machines (RFC 4422), one file each, and the choice among the
//! ways to log in.
//!
//! A mechanism is shown challenges and gives responses, all before base64. It knows nothing of
//! POP3; the client does the framing (RFC 5034).

mod choice;
mod plain;

pub use choice::{Login, LoginMethod, NoMethod, choose};
pub use plain::Plain;

use crate::model::Secret;

/// One exchange of a mechanism.
pub trait Mechanism {
    /// The registered name, in upper case.
    fn name(&self) -> &'static str;

    /// What the client says first, where the mechanism lets it speak first.
    ///
    /// # Errors
    /// [`Error`] when the credentials cannot be put into the mechanism's form.
    fn initial(&mut self) -> Result<Option<Secret>, Error>;

    /// The answer to a challenge.
    ///
    /// # Errors
    /// [`Error`] when the challenge is not one that this mechanism can answer; the exchange is
    /// then given up.
    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Error>;

    /// Called when the server says that the exchange succeeded, before it is believed: a
    /// mechanism that authenticates the server too (SCRAM) checks here that it did.
    ///
    /// # Errors
    /// [`Error`] when the server may not say so yet.
    fn accept(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Why an exchange cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A challenge where the mechanism has nothing left to say.
    #[error("the server asks for more than the mechanism has")]
    UnexpectedChallenge,
    /// The user name or the password cannot be sent by this mechanism.
    #[error("the user name or the password holds a NUL character")]
    NulInCredential,
}
