//! Certificates that are refused, and what is said of them.

use std::net::TcpListener;
use std::thread;

use crate::support::certs::{Authority, Issued, Leaf};
use crate::support::expect::{fails, run};
use crate::support::server::Script;
use crate::support::site::tls_acceptor;
use crate::support::{Home, Site};

const CA_HINT: &str = "name its certificate with --ca-file";

/// A certificate, what is said of it, and whether the library forgets it.
struct Case {
    issue: fn(&Authority) -> Issued,
    reason: &'static str,
    hint: Option<&'static str>,
    is_looked_at: bool,
}

const fn looked_at(issue: fn(&Authority) -> Issued, reason: &'static str) -> Case {
    Case { issue, reason, hint: None, is_looked_at: true }
}

const fn unknown(issue: fn(&Authority) -> Issued, reason: &'static str) -> Case {
    Case { issue, reason, hint: Some(CA_HINT), is_looked_at: true }
}

const CASES: &[Case] = &[
    unknown(
        |_| Authority::new().issue(Leaf::new()),
        "no authority that is trusted here has signed it, but CN=popfetch test authority (its \
         fingerprint is FINGERPRINT)",
    ),
    unknown(
        |_| Leaf::new().self_signed(),
        "it is signed by nobody but itself (its fingerprint is FINGERPRINT)",
    ),
    looked_at(|authority| authority.issue(Leaf::new().expired()), "it expired on 2001-01-01"),
    looked_at(
        |authority| authority.issue(Leaf::new().not_yet_valid()),
        "it is not valid before 2119-01-01 (is the clock right?)",
    ),
    looked_at(
        |authority| authority.issue(Leaf::new().names(["pop.example.org"])),
        "it is not for localhost but for pop.example.org",
    ),
    looked_at(
        |authority| {
            authority.issue(Leaf::new().names([
                "a.example",
                "::2",
                "10.0.0.1",
                "b.example",
                "c.example",
            ]))
        },
        "it is not for localhost but for a.example, ::2, 10.0.0.1, 2 more",
    ),
    looked_at(
        |authority| authority.issue(Leaf::new().names(["*.localhost"])),
        "it is not for localhost but for *.localhost",
    ),
    looked_at(
        |authority| authority.issue(Leaf::new().names(["local*"])),
        "it is not for localhost but for local*",
    ),
    Case {
        issue: |authority| authority.issue(Leaf::new().common_name_only("localhost")),
        reason: "it names no host as a subject alternative name, only a common name",
        hint: None,
        is_looked_at: false,
    },
];

#[test]
fn certificates_that_are_refused() {
    // Behind STLS it is the same, and there is no way back to the clear.
    for (scheme, heard, then) in
        [("pop3s", &[][..], &[][..]), ("pop3", &["CAPA", "STLS"], &["STLS"])]
    {
        for Case { issue, reason, hint, is_looked_at } in CASES {
            let mut fingerprint = String::new();
            let issued = |authority: &Authority| {
                let issued = issue(authority);
                [fingerprint, _] = issued.fingerprints();
                issued
            };
            let tls = if scheme == "pop3" { Script::starttls } else { Script::implicit_tls };
            let site = Site::with(issued, tls);
            let reason = reason.replace("FINGERPRINT", &fingerprint);
            let sentence = format!(": the certificate of localhost was refused: {reason}\n");
            fails(site.trusting(scheme, "localhost"), 76, "", *hint).says(&sentence);
            if *is_looked_at {
                site.looked_at(heard, then);
            } else {
                site.heard_only(heard);
            }
        }
    }
}

/// A certificate may hold anything; a terminal gets little of it.
#[test]
fn a_certificate_that_has_something_to_say() {
    let issue = |_: &Authority| {
        Authority::called(&format!("\u{1b}[31m{}", "x".repeat(10_000))).issue(Leaf::new())
    };
    let site = Site::implicit(issue);
    let output = site.trusting("pop3s", "localhost").exits(76);
    assert!(output.stderr.len() < 700, "{}", output.stderr);
    assert!(!output.stderr.contains('\u{1b}'));
}

#[test]
fn without_ca_file_the_systems_authorities_count() {
    let site = Site::implicit(|authority| authority.issue(Leaf::new()));
    let output = site.fetch("pop3s", "localhost", &[]);
    let sentence = "no authority that is trusted here has signed it";
    fails(output, 76, sentence, Some(CA_HINT));
    site.looked_at(&[], &[]);
}

#[test]
fn another_name_than_the_hosts() {
    let issue = |authority: &Authority| authority.issue(Leaf::new().names(["pop.example.org"]));
    let site = Site::implicit(issue);
    let args = ["--ca-file", "ca.pem", "--tls-host", "POP.example.org."];
    site.fetch("pop3s", "localhost", &args).succeeds();
    site.delivered();
    let site = Site::implicit(|authority| authority.issue(Leaf::new()));
    let sentence = "the certificate of pop.example.org was refused: it is not for \
                    pop.example.org but for localhost, 127.0.0.1, ::1";
    fails(site.fetch("pop3s", "localhost", &args), 76, sentence, None);
}

#[test]
fn versions_that_are_too_old() {
    for (newest, args, spoken) in [
        (native_tls::Protocol::Tlsv11, &[][..], "1.2"),
        (native_tls::Protocol::Tlsv12, &["--tls-min-version", "1.3"], "1.3"),
    ] {
        let acceptor = tls_acceptor(newest);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("pop3s://user@localhost:{}", listener.local_addr().unwrap().port());
        let server = thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            acceptor.accept(socket).is_err()
        });
        let home = Home::new();
        let mut command = home.command(&[&["list", &url], args].concat());
        let output = run(command.env("POPFETCH_PASSWORD", "secret"));
        let sentence = format!(
            "the TLS handshake with localhost failed: the server does not speak TLS {spoken} or later"
        );
        fails(output, 76, &sentence, None);
        assert!(server.join().unwrap(), "the server let a modern client in");
    }
    let home = Home::new();
    for (version, sentence) in [
        ("1.1", "TLS 1.1 is not safe any more"),
        ("1.0", "TLS 1.0 is not safe any more"),
        ("2", "'2' is not a version of TLS"),
    ] {
        let args = ["list", "pop3s://a@h", "--tls-min-version", version];
        home.run(&args).exits(64).says(sentence);
    }
}
