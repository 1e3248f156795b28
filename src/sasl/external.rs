//! EXTERNAL (RFC 4422, appendix A): the TLS connection has said who it is.

use super::once::Once;
use super::{Error, Mechanism};
use crate::model::Secret;

/// The name of the user that the certificate is to be good for, and nothing besides.
#[derive(Debug)]
pub(super) struct External(Once);

impl External {
    /// The exchange for `user`. It is named, so that a certificate of somebody else's does not
    /// open somebody else's mailbox.
    pub(super) fn new(user: &str) -> Self {
        let sound = if user.contains('\0') { Err(Error::NulInCredential) } else { Ok(user) };
        Self(Once::new(sound.map(|user| Secret::new(user.as_bytes().to_vec()))))
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
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

    #[test]
    fn the_user_is_named() {
        let mut external = External::new("tim");
        assert_eq!(external.initial().unwrap().unwrap().expose(), b"tim");
        assert!(external.respond(b"").is_err());
        assert!(External::new("").initial().unwrap().unwrap().is_empty());
        assert_eq!(External::new("t\0").initial().err(), Some(Error::NulInCredential));
    }
}
