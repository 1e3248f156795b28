//! A token that a password source gives.

use popfetch::model::{Interrupt, NoToken, Secret, Tokens};

/// One token, and no other.
#[derive(Debug)]
pub(crate) struct FixedToken(pub(crate) Secret);

impl Tokens for FixedToken {
    fn token(&self, _: &Interrupt) -> Result<Secret, NoToken> {
        Ok(self.0.clone())
    }

    fn renew(&self, _: &Secret, _: &Interrupt) -> Result<Option<Secret>, NoToken> {
        Ok(None)
    }
}
