//! OAUTHBEARER (RFC 7628).

use super::bearer::Bearer;
use super::saslname::saslname;
use super::{Credentials, Mechanism};

/// The exchange with an access token, without channel binding. Only for a protected link.
pub(super) fn oauthbearer(credentials: &Credentials<'_>) -> impl Mechanism + use<> {
    let Credentials { user, secret, host, port, .. } = credentials;
    let user = saslname(user);
    let before = format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer ");
    Bearer::new("OAUTHBEARER", &before, secret, b"\x01")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    /// The example of section 4.1.
    #[test]
    fn the_message_and_the_answer_to_a_reason() {
        let secret = Secret::new(b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==".to_vec());
        let (user, host) = ("user@example.com", "server.example.com");
        let mut exchange =
            oauthbearer(&Credentials { user, secret: &secret, host, port: 143, nonce: "" });
        let first = exchange.initial().unwrap().unwrap();
        let message = b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01\
            auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(first.expose(), message);
        let reason = br#"{"status":"invalid_token","scope":"example_scope"}"#;
        assert_eq!(exchange.respond(reason).unwrap().expose(), b"\x01");
        let complaint = exchange.complaint().unwrap();
        assert_eq!(complaint, "status invalid_token, scope example_scope");
    }
}
