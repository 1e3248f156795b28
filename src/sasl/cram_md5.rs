//! CRAM-MD5 (RFC 2195): weak, and only for who asks for it by name.

use super::hash::{Hash, hex};
use super::{Error, Mechanism};
use crate::model::Secret;

/// A hash over what the server says and the password.
#[derive(Debug)]
pub(super) struct CramMd5 {
    user: String,
    /// Taken for the one answer.
    password: Option<Secret>,
}

impl CramMd5 {
    /// The exchange for `user` with `password`.
    pub(super) fn new(user: &str, password: &Secret) -> Self {
        Self { user: user.to_owned(), password: Some(password.clone()) }
    }
}

impl Mechanism for CramMd5 {
    fn name(&self) -> &'static str {
        "CRAM-MD5"
    }

    fn initial(&mut self) -> Result<Option<Secret>, Error> {
        let holds_nul = self.password.iter().any(|password| password.expose().contains(&0));
        if holds_nul || self.user.contains('\0') {
            return Err(Error::NulInCredential);
        }
        Ok(None)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Error> {
        let password = self.password.take().ok_or(Error::UnexpectedChallenge)?;
        // The same answer would do every time.
        if challenge.is_empty() {
            return Err(Error::Malformed("it is empty"));
        }
        let digest = hex(Hash::Md5.hmac(&password, challenge).expose());
        Ok(Secret::new(format!("{} {digest}", self.user).into_bytes()))
    }

    fn accept(&mut self) -> Result<(), Error> {
        if self.password.is_none() { Ok(()) } else { Err(Error::TooEarly) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of section 2.
    #[test]
    fn the_answer_of_the_rfc() {
        let exchange = || CramMd5::new("tim", &Secret::new(b"tanstaaftanstaaf".to_vec()));
        let mut cram = exchange();
        assert!(cram.initial().unwrap().is_none());
        assert_eq!(cram.accept(), Err(Error::TooEarly));
        let answer = cram.respond(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
        assert_eq!(answer.expose(), b"tim b913a602c7eda7a495b4e6e7334d3890");
        assert_eq!(cram.accept(), Ok(()));
        assert!(cram.respond(b"<1896.697170952@postoffice.reston.mci.net>").is_err());
        assert!(exchange().respond(b"").is_err());
        assert!(CramMd5::new("tim", &Secret::new(b"a\0".to_vec())).initial().is_err());
    }
}
