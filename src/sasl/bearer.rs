//! What the two mechanisms for OAuth2 tokens have in common.

use super::once::Once;
use super::{Error, Mechanism, explain};
use crate::model::Secret;

/// A message with the token, and, where the server refuses it, a challenge that says why and an
/// answer to that, which says nothing.
#[derive(Debug)]
pub(super) struct Bearer {
    name: &'static str,
    message: Once,
    /// What answers the challenge with the reason.
    answer: &'static [u8],
    complaint: Option<String>,
}

impl Bearer {
    /// `before`, the token, and two control-As.
    pub(super) fn new(
        name: &'static str,
        before: &str,
        token: &Secret,
        answer: &'static [u8],
    ) -> Self {
        let message = Once::new(message(before, token));
        Self { name, message, answer, complaint: None }
    }
}

fn message(before: &str, token: &Secret) -> Result<Secret, Error> {
    let token = token.expose();
    // A control-A would be the border to another field.
    if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) {
        return Err(Error::NotAToken);
    }
    let mut message = Vec::with_capacity(before.len() + token.len() + 2);
    message.extend_from_slice(before.as_bytes());
    message.extend_from_slice(token);
    message.extend_from_slice(b"\x01\x01");
    Ok(Secret::new(message))
}

impl Mechanism for Bearer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn initial(&mut self) -> Result<Option<Secret>, Error> {
        self.message.take().map(Some)
    }

    /// Microsoft takes the message in a line of its own only, and drops the line otherwise. Most
    /// tokens are too long for the command anyway.
    fn waits(&self) -> bool {
        true
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Error> {
        if self.message.is_said().is_err() {
            return self.message.take();
        }
        if self.complaint.is_some() {
            return Err(Error::UnexpectedChallenge);
        }
        self.complaint = Some(explain(challenge));
        Ok(Secret::new(self.answer.to_vec()))
    }

    fn accept(&mut self) -> Result<(), Error> {
        self.message.is_said()
    }

    fn complaint(&self) -> Option<String> {
        self.complaint.clone()
    }
}
