//! LOGIN, which nobody ever wrote down but in a draft (draft-murchison-sasl-login).

use super::{Error, Mechanism};
use crate::model::Secret;

/// User name and password, each when the server asks. Only for a protected link.
#[derive(Debug)]
pub(super) struct Login {
    /// What is left to be said, the last first. What the server asks with does not matter:
    /// `Username:` and `User Name` are both about.
    answers: Vec<Secret>,
    is_sound: bool,
}

impl Login {
    /// The exchange for `user` with `password`.
    pub(super) fn new(user: &str, password: &Secret) -> Self {
        let user = Secret::new(user.as_bytes().to_vec());
        let is_sound = ![&user, password].iter().any(|said| said.expose().contains(&0));
        Self { answers: vec![password.clone(), user], is_sound }
    }
}

impl Mechanism for Login {
    fn name(&self) -> &'static str {
        "LOGIN"
    }

    fn initial(&mut self) -> Result<Option<Secret>, Error> {
        if self.is_sound { Ok(None) } else { Err(Error::NulInCredential) }
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, Error> {
        self.answers.pop().ok_or(Error::UnexpectedChallenge)
    }

    fn accept(&mut self) -> Result<(), Error> {
        if self.answers.is_empty() { Ok(()) } else { Err(Error::TooEarly) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_password_whatever_is_asked() {
        let mut login = Login::new("tim", &Secret::new(b"tanstaaf".to_vec()));
        assert!(login.initial().unwrap().is_none());
        assert_eq!(login.accept(), Err(Error::TooEarly));
        assert_eq!(login.respond(b"Username:").unwrap().expose(), b"tim");
        assert_eq!(login.accept(), Err(Error::TooEarly));
        assert_eq!(login.respond(b"").unwrap().expose(), b"tanstaaf");
        assert_eq!(login.accept(), Ok(()));
        assert_eq!(login.respond(b"").err(), Some(Error::UnexpectedChallenge));
    }

    #[test]
    fn a_nul_is_not_sent() {
        let login = |user, password: &[u8]| Login::new(user, &Secret::new(password.to_vec()));
        assert!(login("tim", b"x\0").initial().is_err() && login("t\0", b"x").initial().is_err());
    }
}
