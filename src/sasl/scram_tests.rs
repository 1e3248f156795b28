//! The RFCs' examples, and servers that do not keep to them.

use super::*;

/// An example: what is said in turn, the client first.
struct Example {
    start: fn(&Credentials<'_>) -> Scram,
    nonce: &'static str,
    said: [&'static str; 4],
}

/// RFC 7677, section 3.
const SHA256: Example = Example {
    start: Scram::sha256,
    nonce: "rOprNGfwEbeRWgbNEkqO",
    said: [
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
         p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
};

/// RFC 5802, section 5.
const SHA1: Example = Example {
    start: Scram::sha1,
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    said: [
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
};

impl Example {
    fn begin(&self, user: &str, password: &str) -> Scram {
        let secret = Secret::new(password.into());
        let (host, port, nonce) = ("pop.example.com", 995, self.nonce);
        (self.start)(&Credentials { user, secret: &secret, host, port, nonce })
    }

    /// The exchange up to the client's proof.
    fn until_the_proof(&self) -> Scram {
        let mut scram = self.begin("user", "pencil");
        let [first, challenge, answer, _] = self.said;
        assert_eq!(scram.initial().unwrap().unwrap().expose(), first.as_bytes());
        assert_eq!(scram.accept(), Err(Error::Unproven));
        assert_eq!(scram.respond(challenge.as_bytes()).unwrap().expose(), answer.as_bytes());
        assert_eq!(scram.accept(), Err(Error::Unproven));
        scram
    }
}

#[test]
fn the_examples_of_the_rfcs() {
    for example in [SHA256, SHA1] {
        let mut scram = example.until_the_proof();
        let last = example.said[3].as_bytes();
        assert!(scram.respond(last).unwrap().is_empty());
        assert_eq!(scram.accept(), Ok(()));
        assert_eq!(scram.complaint(), None);
        assert_eq!(scram.respond(last).err(), Some(Error::UnexpectedChallenge));
        assert_eq!(scram.accept(), Err(Error::Unproven), "no longer");
    }
}

#[test]
fn servers_that_do_not_know_the_password() {
    let malformed = Error::Malformed("it holds neither a proof nor an error");
    for (last, expected) in [
        ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", malformed),
        ("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Error::WrongProof),
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", Error::WrongProof),
        ("v=", Error::WrongProof),
        ("", malformed),
        ("r=again", malformed),
    ] {
        let mut scram = SHA256.until_the_proof();
        assert_eq!(scram.respond(last.as_bytes()).err(), Some(expected), "{last}");
        assert_eq!(scram.accept(), Err(Error::Unproven), "{last}");
        // Not at a second try either.
        assert!(scram.respond(SHA256.said[3].as_bytes()).is_err());
    }
}

#[test]
fn servers_that_refuse() {
    let mut early = SHA256.begin("user", "pencil");
    early.initial().unwrap();
    for mut scram in [early, SHA256.until_the_proof()] {
        assert!(scram.respond(b"e=unknown-user").unwrap().is_empty());
        assert_eq!(scram.complaint().as_deref(), Some("unknown-user"));
        assert_eq!(scram.accept(), Err(Error::Unproven));
        assert!(scram.respond(SHA256.said[3].as_bytes()).is_err());
    }
}

#[test]
fn names_and_passwords() {
    let first = |user: &str| {
        let first = SHA256.begin(user, "pencil").initial();
        first.map(|first| String::from_utf8(first.unwrap().expose().to_vec()).unwrap())
    };
    assert_eq!(first("a,b=c").unwrap(), "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO");
    assert_eq!(first("\u{2168}").unwrap(), "n,,n=IX,r=rOprNGfwEbeRWgbNEkqO");
    assert_eq!(first("a\0").err(), Some(Error::NulInCredential));
    assert!(SHA256.begin("user", "pen\0cil").initial().is_err());
    // A password as other keyboards make it.
    let mut scram = SHA256.begin("user", "p\u{ad}encil");
    scram.initial().unwrap();
    let answer = scram.respond(SHA256.said[1].as_bytes()).unwrap();
    assert_eq!(answer.expose(), SHA256.said[2].as_bytes());
}
