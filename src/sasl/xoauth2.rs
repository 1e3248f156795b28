//! XOAUTH2, as Google and Microsoft describe it.

use super::Mechanism;
use super::bearer::Bearer;
use crate::model::Secret;

/// The exchange for `user` with an access token. Only for a protected link.
pub(super) fn xoauth2(user: &str, token: &Secret) -> impl Mechanism + use<> {
    Bearer::new("XOAUTH2", &format!("user={user}\x01auth=Bearer "), token, b"")
}

#[cfg(test)]
mod tests {
    use super::super::Error;
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    /// The example of Google's page.
    #[test]
    fn the_message_and_the_answer_to_a_reason() {
        let token = secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
        let mut exchange = xoauth2("someuser@example.com", &token);
        let first = exchange.initial().unwrap().unwrap();
        let message = b"user=someuser@example.com\x01auth=Bearer \
            ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01";
        assert_eq!(first.expose(), message);
        assert!(exchange.waits());
        let reason =
            br#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#;
        assert_eq!(exchange.respond(reason).unwrap().expose(), b"");
        let complaint = "status 401, schemes bearer mac, scope https://mail.google.com/";
        assert_eq!(exchange.complaint().as_deref(), Some(complaint));
        assert_eq!(exchange.respond(reason).err(), Some(Error::UnexpectedChallenge));
    }

    #[test]
    fn what_is_no_token_is_not_sent() {
        for bad in ["", "a b", "a\x01b", "a\0", "a\r\n", "ä"] {
            let refused = xoauth2("alice", &secret(bad)).initial();
            assert_eq!(refused.err(), Some(Error::NotAToken), "{bad:?}");
        }
    }
}
