//! SASL mechanisms as pure step machines (RFC 4422), one file each, and the choice among the
//! ways to log in.
//!
//! A mechanism is shown challenges and gives responses, all before base64. It knows nothing of
//! POP3; the client does the framing (RFC 5034).

mod apop;
mod bearer;
mod choice;
mod complaint;
mod cram_md5;
mod external;
mod hash;
mod login;
mod method;
mod oauthbearer;
mod once;
mod plain;
mod saslname;
mod scram;
mod scram_text;
mod xoauth2;

pub use apop::{digest as apop_digest, timestamp};
pub use choice::{Login, NoMethod, choose};
pub use complaint::explain;
pub use method::{Kind, LoginMethod};

use crate::model::Secret;

/// Who logs in where, and the proof.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The user's name, as the server knows it.
    pub user: &'a str,
    /// The password or the token; empty where a certificate has to do.
    pub secret: &'a Secret,
    /// The server's name, which OAUTHBEARER names ...
    pub host: &'a str,
    /// ... with its port.
    pub port: u16,
    /// A text that nobody can foresee, another one each time, for SCRAM: visible ASCII without
    /// commas.
    pub nonce: &'a str,
}

/// One exchange of a mechanism.
pub trait Mechanism {
    /// The registered name, in upper case.
    fn name(&self) -> &'static str;

    /// What the client says first, where the mechanism lets it speak first.
    ///
    /// # Errors
    /// [`Error`] when the credentials cannot be put into the mechanism's form.
    fn initial(&mut self) -> Result<Option<Secret>, Error>;

    /// Whether what the client says first has to wait for the server's empty challenge, though it
    /// might fit into the command.
    fn waits(&self) -> bool {
        false
    }

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
    fn accept(&mut self) -> Result<(), Error>;

    /// What a challenge has said about why the server is going to refuse, for a person to read.
    fn complaint(&self) -> Option<String> {
        None
    }
}

/// Why an exchange cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A challenge where the mechanism has nothing left to say.
    #[error("the server asks for more than the mechanism has")]
    UnexpectedChallenge,
    /// Success, before all was said that has to be.
    #[error("the server says that it succeeded before it was complete")]
    TooEarly,
    /// A challenge that is not what it must be.
    #[error("the server's challenge is malformed: {0}")]
    Malformed(&'static str),
    /// The server's nonce does not begin with the client's.
    #[error("the server's challenge was not made for this exchange")]
    WrongNonce,
    /// The password is to be hashed too few times.
    #[error(
        "the server wants the password hashed only {0} times (4096 is the least), which would make it easy to guess"
    )]
    TooFewIterations(u32),
    /// The password is to be hashed too many times.
    #[error(
        "the server wants the password hashed more than 1000000 times, which would take too long"
    )]
    TooManyIterations,
    /// The server's proof is wrong.
    #[error("the server's proof that it knows the password is wrong")]
    WrongProof,
    /// Success, without a proof.
    #[error("the server says that it succeeded without a proof that it knows the password")]
    Unproven,
    /// The user name or the password cannot be sent by this mechanism.
    #[error("the user name or the password holds a NUL character")]
    NulInCredential,
    /// There is no nonce.
    #[error("the system gives no random numbers")]
    NoNonce,
    /// What should be a token cannot be one (RFC 6750, section 2.1).
    #[error("the token is empty or holds characters that no token holds")]
    NotAToken,
}
