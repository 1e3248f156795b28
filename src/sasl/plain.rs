//! PLAIN (RFC 4616).

use super::once::Once;
use super::{Error, Mechanism};
use crate::model::Secret;

/// User name and password in one message. Only for a protected link.
#[derive(Debug)]
pub(super) struct Plain(Once);

impl Plain {
    /// The exchange for `user` with `password`, acting as that user.
    pub(super) fn new(user: &str, password: &Secret) -> Self {
        Self(Once::new(message(user, password)))
    }
}

/// An empty authorization identity, NUL, the user, NUL, the password (section 2).
fn message(user: &str, password: &Secret) -> Result<Secret, Error> {
    if user.contains('\0') || password.expose().contains(&0) {
        return Err(Error::NulInCredential);
    }
    let mut message = Vec::with_capacity(user.len() + password.expose().len() + 2);
    message.push(0);
    message.extend_from_slice(user.as_bytes());
    message.push(0);
    message.extend_from_slice(password.expose());
    Ok(Secret::new(message))
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn initial(&mut self) -> Result<Option<Secret>, Error> {
        self.0.take().map(Some)
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, Error> {
        self.0.take()
    }

    fn accept(&mut self) -> Result<(), Error> {
        self.0.is_said()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    /// The message of RFC 4616, section 4, without an authorization identity.
    #[test]
    fn the_message_of_the_rfc() {
        let mut plain = Plain::new("tim", &secret("tanstaaftanstaaf"));
        let first = plain.initial().unwrap().unwrap();
        assert_eq!(first.expose(), b"\0tim\0tanstaaftanstaaf");
        assert!(matches!(plain.respond(b""), Err(Error::UnexpectedChallenge)));
    }

    #[test]
    fn a_nul_would_move_the_border_between_user_and_password() {
        assert!(Plain::new("tim\0", &secret("x")).initial().is_err());
        assert!(Plain::new("tim", &secret("x\0y")).initial().is_err());
    }
}
