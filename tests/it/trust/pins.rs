//! Pinned certificates: compared before anything is said.

use crate::support::Site;
use crate::support::certs::{Authority, Issued, Leaf};
use crate::support::expect::fails;
use crate::support::server::Script;

const WRONG: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

type Issue = fn(&Authority) -> Issued;

const SOUND: Issue = |authority| authority.issue(Leaf::new());

/// Certificates that nothing but a pin makes good.
const UNSOUND: [Issue; 4] = [
    |_| Leaf::new().self_signed(),
    |_| Authority::new().issue(Leaf::new()),
    |authority| authority.issue(Leaf::new().expired()),
    |authority| authority.issue(Leaf::new().names(["pop.example.org"])),
];

/// A server with such a certificate, over implicit TLS or STLS, and its fingerprints.
fn site(issue: Issue, scheme: &str) -> (Site, [String; 2]) {
    let mut fingerprints = Default::default();
    let issued = |authority: &Authority| {
        let issued = issue(authority);
        fingerprints = issued.fingerprints();
        issued
    };
    let tls = if scheme == "pop3" { Script::starttls } else { Script::implicit_tls };
    (Site::with(issued, tls), fingerprints)
}

#[test]
fn the_right_one_needs_no_authority() {
    for issue in UNSOUND {
        for scheme in ["pop3s", "pop3"] {
            for which in [0, 1] {
                let (site, fingerprints) = site(issue, scheme);
                let pin = &fingerprints[which].to_uppercase();
                let args = ["--tls-fingerprint", WRONG, "--tls-fingerprint", pin];
                site.fetch(scheme, "localhost", &args).succeeds();
                site.delivered();
            }
        }
    }
}

#[test]
fn a_wrong_one_ends_it_before_anything_is_said() {
    for issue in UNSOUND.into_iter().chain([SOUND]) {
        for (scheme, heard) in [("pop3s", &[][..]), ("pop3", &["CAPA", "STLS"])] {
            let (site, [certificate, key]) = site(issue, scheme);
            let output = site.fetch(scheme, "localhost", &["--tls-fingerprint", WRONG]);
            let sentence = format!(
                "the certificate of localhost is not the pinned one: its fingerprint is \
                 {certificate}, that of its key {key}"
            );
            fails(output, 76, &sentence, Some("ask who runs it"));
            let log = site.heard_only(heard);
            assert!(log[0].is_tls());
        }
    }
}

#[test]
fn with_authorities_both_must_hold() {
    for (issue, right_pin, status) in
        [(SOUND, true, 0), (SOUND, false, 76), (UNSOUND[1], true, 76), (UNSOUND[3], true, 76)]
    {
        let (site, [certificate, _]) = site(issue, "pop3s");
        let pin = if right_pin { &certificate } else { WRONG };
        let args = ["--ca-file", "ca.pem", "--tls-fingerprint", pin];
        let output = site.fetch("pop3s", "localhost", &args).exits(status);
        if status == 0 {
            assert_eq!(output.stderr, "");
            site.delivered();
        } else {
            for session in site.server.finished_log() {
                assert_eq!(session.commands(), [""; 0]);
            }
        }
    }
}

#[test]
fn pins_of_the_configuration() {
    let (site, [certificate, key]) = site(UNSOUND[0], "pop3s");
    let port = site.server.port();
    for (pins, status) in [
        (format!("\"{WRONG}\""), 76),
        (format!("[\"{WRONG}\", \"sha256:{certificate}\"]"), 0),
        (format!("\"{key}\""), 0),
        ("\"12:34\"".to_owned(), 78),
        ("[]".to_owned(), 78),
    ] {
        let config = format!(
            "[accounts.a]\nhost = \"localhost\"\nport = {port}\nuser = \"user\"\n\
             password = \"secret\"\ntls-fingerprint = {pins}\n"
        );
        site.home.write("config.toml", config);
        site.home.run(&["list", "a", "--config", "config.toml"]).exits(status);
    }
    let args = ["list", "pop3s://a@h", "--tls-fingerprint", "12:34"];
    site.home.run(&args).exits(64).says("a SHA-256 fingerprint is 64 hexadecimal digits");
}
