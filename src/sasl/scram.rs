//! SCRAM-SHA-256 (RFC 7677) and SCRAM-SHA-1 (RFC 5802), without channel binding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::hash::Hash;
use super::saslname::{prepared, saslname};
use super::scram_text::{Challenge, Outcome};
use super::{Credentials, Error, Mechanism};
use crate::model::Secret;

/// The GS2 header: no channel binding, which native-tls cannot give, and no other identity to act
/// as (RFC 5802, section 7).
const GS2: &str = "n,,";

/// Client and server prove to each other that they know the password, and neither says it.
#[derive(Debug)]
pub(super) struct Scram {
    name: &'static str,
    hash: Hash,
    password: Secret,
    /// What the client says first, but for the GS2 header.
    bare: String,
    nonce: String,
    step: Step,
    complaint: Option<String>,
}

/// How far an exchange has come.
#[derive(Debug)]
enum Step {
    /// It cannot begin.
    Impossible(Error),
    /// The server's salt and count are next.
    Challenge,
    /// Its proof is next: this HMAC key over this text.
    Proof { key: Secret, text: String },
    /// It has proved itself.
    Proved,
    /// It has said that it will refuse.
    Refused,
    /// Something was wrong.
    Broken,
}

impl Scram {
    pub(super) fn sha256(credentials: &Credentials<'_>) -> Self {
        Self::new("SCRAM-SHA-256", Hash::Sha256, credentials)
    }

    pub(super) fn sha1(credentials: &Credentials<'_>) -> Self {
        Self::new("SCRAM-SHA-1", Hash::Sha1, credentials)
    }

    fn new(name: &'static str, hash: Hash, credentials: &Credentials<'_>) -> Self {
        let Credentials { user, secret, nonce, .. } = credentials;
        let step = if user.contains('\0') || secret.expose().contains(&0) {
            Step::Impossible(Error::NulInCredential)
        } else if nonce.is_empty() {
            Step::Impossible(Error::NoNonce)
        } else {
            Step::Challenge
        };
        let user = prepared(&Secret::new(user.as_bytes().to_vec()));
        let user = saslname(&String::from_utf8_lossy(user.expose()));
        Self {
            name,
            hash,
            password: prepared(secret),
            bare: format!("n={user},r={nonce}"),
            nonce: (*nonce).to_owned(),
            step,
            complaint: None,
        }
    }

    /// The answer to the server's salt and count, and the step behind it (section 3).
    fn prove(&self, challenge: &str) -> Result<(Secret, Step), Error> {
        let Challenge { nonce, salt, iterations } = Challenge::read(challenge, &self.nonce)?;
        let salted = self.hash.stretch(&self.password, &salt, iterations);
        let client_key = self.hash.hmac(&salted, b"Client Key");
        let stored_key = self.hash.digest(client_key.expose());
        let without_proof = format!("c={},r={nonce}", BASE64.encode(GS2));
        let text = format!("{},{challenge},{without_proof}", self.bare);
        let signature = self.hash.hmac(&stored_key, text.as_bytes());
        let pairs = client_key.expose().iter().zip(signature.expose());
        let proof = Secret::new(pairs.map(|(key, signed)| key ^ signed).collect());
        let answer = format!("{without_proof},p={}", BASE64.encode(proof.expose()));
        let key = self.hash.hmac(&salted, b"Server Key");
        Ok((Secret::new(answer.into_bytes()), Step::Proof { key, text }))
    }

    /// Notes what the server has against the credentials. The answer to that is empty: it is for
    /// its status line to refuse.
    fn refused(&mut self, complaint: &str) -> Secret {
        self.complaint = Some(complaint.to_owned());
        self.step = Step::Refused;
        Secret::default()
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &'static str {
        self.name
    }

    fn initial(&mut self) -> Result<Option<Secret>, Error> {
        match self.step {
            Step::Impossible(error) => Err(error),
            _ => Ok(Some(Secret::new(format!("{GS2}{}", self.bare).into_bytes()))),
        }
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, Error> {
        let challenge =
            std::str::from_utf8(challenge).map_err(|_| Error::Malformed("it is not text"))?;
        match std::mem::replace(&mut self.step, Step::Broken) {
            Step::Challenge => {
                if let Some(Outcome::Complaint(complaint)) = Outcome::read(challenge) {
                    return Ok(self.refused(complaint));
                }
                let (answer, step) = self.prove(challenge)?;
                self.step = step;
                Ok(answer)
            }
            Step::Proof { key, text } => match Outcome::read(challenge) {
                Some(Outcome::Complaint(complaint)) => Ok(self.refused(complaint)),
                Some(Outcome::Proof(proof)) => {
                    if !self.hash.verifies(&key, text.as_bytes(), &proof) {
                        return Err(Error::WrongProof);
                    }
                    self.step = Step::Proved;
                    Ok(Secret::default())
                }
                None => Err(Error::Malformed("it holds neither a proof nor an error")),
            },
            Step::Impossible(_) | Step::Proved | Step::Refused | Step::Broken => {
                Err(Error::UnexpectedChallenge)
            }
        }
    }

    fn accept(&mut self) -> Result<(), Error> {
        if matches!(self.step, Step::Proved) { Ok(()) } else { Err(Error::Unproven) }
    }

    fn complaint(&self) -> Option<String> {
        self.complaint.clone()
    }
}

#[cfg(test)]
#[path = "scram_tests.rs"]
mod tests;
