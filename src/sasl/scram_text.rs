//! What a server says in SCRAM (RFC 5802, section 7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Error;

/// The counts that are not refused (RFC 7677, section 4): with fewer, who knows the exchange can
/// guess the password cheaply; with more, a server could keep a client busy for hours.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=1_000_000;

/// The server's first message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge<'a> {
    /// The client's nonce and the server's behind it.
    pub(super) nonce: &'a str,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
}

impl<'a> Challenge<'a> {
    /// Reads it; `ours` is the client's nonce. Extensions that may be left alone are.
    pub(super) fn read(message: &'a str, ours: &str) -> Result<Self, Error> {
        let mut attributes = message.split(',');
        let mut attribute = |name: &str, lacking| {
            let next = attributes.next().and_then(|attribute| attribute.strip_prefix(name));
            next.ok_or(Error::Malformed(lacking))
        };
        let nonce = attribute("r=", "it does not begin with a nonce")?;
        let salt = attribute("s=", "it lacks a salt")?;
        let count = attribute("i=", "it lacks a count of iterations")?;
        // Somebody may be repeating what was said to somebody else.
        if nonce.strip_prefix(ours).is_none_or(str::is_empty) {
            return Err(Error::WrongNonce);
        }
        let salt = BASE64.decode(salt).map_err(|_| Error::Malformed("its salt is not base64"))?;
        if salt.is_empty() {
            return Err(Error::Malformed("its salt is empty"));
        }
        if count.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Error::Malformed("its count of iterations is not a number"));
        }
        // Digits that are too many for the type are too many altogether.
        let iterations = count.parse().unwrap_or(u32::MAX);
        if iterations < *ITERATIONS.start() {
            return Err(Error::TooFewIterations(iterations));
        }
        if iterations > *ITERATIONS.end() {
            return Err(Error::TooManyIterations);
        }
        Ok(Self { nonce, salt, iterations })
    }
}

/// The server's last message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// That it knows the password.
    Proof(Vec<u8>),
    /// What it has against the client.
    Complaint(&'a str),
}

impl<'a> Outcome<'a> {
    /// Reads it; nothing where it is neither.
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let first = message.split(',').next()?;
        match first.split_once('=')? {
            ("v", proof) => BASE64.decode(proof).ok().map(Self::Proof),
            ("e", complaint) => Some(Self::Complaint(complaint)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges() {
        use Error::{Malformed, TooFewIterations, TooManyIterations, WrongNonce};
        let base64 = Malformed("its salt is not base64");
        let number = Malformed("its count of iterations is not a number");
        for (message, expected) in [
            ("r=ours+theirs,s=c2FsdA==,i=4096", Ok(4096)),
            ("r=ours+theirs,s=c2FsdA==,i=1000000,x=y", Ok(1_000_000)),
            ("r=ours,s=c2FsdA==,i=4096", Err(WrongNonce)),
            ("r=ou,s=c2FsdA==,i=4096", Err(WrongNonce)),
            ("r=theirs,s=c2FsdA==,i=4096", Err(WrongNonce)),
            ("r=,s=c2FsdA==,i=4096", Err(WrongNonce)),
            ("r=ours+,s=,i=4096", Err(Malformed("its salt is empty"))),
            ("r=ours+,s=c2FsdA,i=4096", Err(base64)),
            ("r=ours+,s=c2 sdA==,i=4096", Err(base64)),
            ("r=ours+,s=c2FsdA==,i=0", Err(TooFewIterations(0))),
            ("r=ours+,s=c2FsdA==,i=4095", Err(TooFewIterations(4095))),
            ("r=ours+,s=c2FsdA==,i=1000001", Err(TooManyIterations)),
            ("r=ours+,s=c2FsdA==,i=4294967295", Err(TooManyIterations)),
            ("r=ours+,s=c2FsdA==,i=4294971392", Err(TooManyIterations)),
            ("r=ours+,s=c2FsdA==,i=99999999999999999999999", Err(TooManyIterations)),
            ("r=ours+,s=c2FsdA==,i=-1", Err(number)),
            ("r=ours+,s=c2FsdA==,i=+4096", Err(number)),
            ("r=ours+,s=c2FsdA==,i=", Err(number)),
            ("r=ours+,s=c2FsdA==", Err(Malformed("it lacks a count of iterations"))),
            ("r=ours+,i=4096,s=c2FsdA==", Err(Malformed("it lacks a salt"))),
            ("m=must,r=ours+,s=c2FsdA==,i=4096", Err(Malformed("it does not begin with a nonce"))),
            ("", Err(Malformed("it does not begin with a nonce"))),
        ] {
            let read = Challenge::read(message, "ours").map(|challenge| challenge.iterations);
            assert_eq!(read, expected, "{message}");
        }
    }

    #[test]
    fn outcomes() {
        let proof = Some(Outcome::Proof(b"salt".to_vec()));
        assert_eq!(Outcome::read("v=c2FsdA=="), proof);
        assert_eq!(Outcome::read("v=c2FsdA==,x=y"), proof);
        assert_eq!(Outcome::read("e=invalid-proof"), Some(Outcome::Complaint("invalid-proof")));
        for neither in ["v=c2FsdA", "v", "x=y", ""] {
            assert_eq!(Outcome::read(neither), None, "{neither}");
        }
    }
}
