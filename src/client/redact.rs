//! Keeping secrets out of what the server says.

use memchr::memmem::Finder;

use crate::model::Secret;
use crate::proto::Status;

/// Secrets that were sent, in each form in which they went over the wire. Some servers echo the
/// command that they refuse, password and all.
#[derive(Default)]
pub(super) struct Redactor(Vec<Secret>);

/// Shorter secrets would black out innocent text, and hide nothing.
const SHORTEST: usize = 4;

impl Redactor {
    /// Adds a form to hide.
    pub(super) fn hide(&mut self, secret: &Secret) {
        if secret.expose().len() >= SHORTEST {
            self.0.push(secret.clone());
        }
    }

    /// The status of a line that says `text`, without the secrets.
    pub(super) fn status(&self, ok: bool, text: &[u8]) -> Status {
        if self.finds_any(text) {
            return Status::new(ok, &self.redact(text));
        }
        Status::new(ok, text)
    }

    /// Whether there is anything to hide in `text`.
    fn finds_any(&self, text: &[u8]) -> bool {
        self.0.iter().any(|secret| Finder::new(secret.expose()).find(text).is_some())
    }

    /// `text` with every secret replaced.
    pub(super) fn redact(&self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for secret in &self.0 {
            let secret = secret.expose();
            while let Some(at) = Finder::new(secret).find(&text) {
                text.splice(at..at + secret.len(), *b"(hidden)");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_echoes_the_password_does_not_show_it() {
        let mut redactor = Redactor::default();
        redactor.hide(&Secret::new(b"hunter2".to_vec()));
        let status = redactor.status(false, b"[AUTH] bad: PASS hunter2, hunter2");
        assert_eq!(status.text.as_str(), "[AUTH] bad: PASS (hidden), (hidden)");
        assert_eq!(redactor.status(true, b"fine").text.as_str(), "fine");
    }
}
