//! Client certificates: shown to a real server that insists, by the account that has one.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::certs::{Authority, Issued, Leaf};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::expect::{fails, run};
use crate::support::{Home, Output};

/// The password of what is encrypted.
const FILE_PASSWORD: &str = "file-pw-Zq7";

/// A home with client certificates in every form.
struct Wallet {
    home: Home,
    authority: Authority,
}

impl Wallet {
    fn new() -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let wallet = Self { home, authority };
        let ours = wallet.authority.issue(Leaf::new().client("alice"));
        let Issued { cert_pem, key_pem } = &ours;
        wallet.home.write("cert.pem", cert_pem);
        wallet.home.write("key.pem", key_pem);
        wallet.home.write("both.pem", format!("{cert_pem}{key_pem}"));
        wallet.home.write("key-first.pem", format!("{key_pem}{cert_pem}"));
        wallet.home.write("other.key", wallet.authority.issue(Leaf::new()).key_pem);
        wallet.home.write("garbage.p12", b"\x30\x82not really");
        wallet.home.write("empty.pem", "");
        wallet.home.write("p12.password", format!("{FILE_PASSWORD}\n"));
        let password = format!("pass:{FILE_PASSWORD}");
        let export = ["pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem"];
        wallet.openssl(&[&export, &["-out", "plain.p12", "-passout", "pass:"][..]].concat());
        wallet.openssl(&[&export, &["-out", "locked.p12", "-passout", &password][..]].concat());
        let convert = ["pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.key"];
        wallet.openssl(&[&convert, &["-passout", &password][..]].concat());
        wallet.openssl(&["pkey", "-in", "key.pem", "-traditional", "-out", "sec1.key"]);
        wallet
    }

    fn openssl(&self, args: &[&str]) {
        let mut command = Command::new("openssl");
        let output = command.args(args).current_dir(self.home.path(".")).output();
        let output = output.expect("openssl, which scripts/setup installs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let file = args[args.iter().position(|arg| *arg == "-out").unwrap() + 1];
        fs::set_permissions(self.home.path(file), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A Dovecot that lets nobody in without a certificate.
    fn insisting(&self) -> Dovecot {
        self.dovecot("auth_ssl_require_client_cert = yes")
    }

    /// A Dovecot that looks at certificates, with these lines.
    fn dovecot(&self, lines: &str) -> Dovecot {
        let ca = self.home.path("ca.pem");
        let settings = format!(
            "ssl_ca = <{}\nssl_verify_client_cert = yes\nssl_require_crl = no\n{lines}\n",
            ca.display()
        );
        let dovecot = Dovecot::start_with(&self.authority.issue(Leaf::new()), &settings);
        dovecot.deliver("alice", "Subject: x\n\nfor alice\n");
        dovecot.deliver("bob", "Subject: x\n\nfor bob\n");
        dovecot
    }

    /// Runs `command` on the accounts of a configuration, each with these lines.
    fn run(&self, command: &str, port: u16, accounts: &[(&str, &str)], args: &[&str]) -> Output {
        let mut config = format!(
            "[defaults]\nhost = \"localhost\"\nport = {port}\nca-file = \"ca.pem\"\n\
             password = \"{PASSWORD}\"\nto = \"maildir:mail-{{account}}\"\n"
        );
        for (name, lines) in accounts {
            config += &format!("[accounts.{name}]\nuser = \"{name}\"\n{lines}\n");
        }
        self.home.write("config.toml", config);
        self.home.run(&[&[command, "--config", "config.toml"], args].concat())
    }
}

#[test]
fn every_form_lets_in() {
    let wallet = Wallet::new();
    let dovecot = wallet.insisting();
    for lines in [
        "client-cert = \"both.pem\"",
        "client-cert = \"key-first.pem\"",
        "client-cert = \"cert.pem\"\nclient-key = \"key.pem\"",
        "client-cert = \"plain.p12\"",
        "client-cert = \"locked.p12\"\nclient-cert-password-file = \"p12.password\"",
        &format!("client-cert = \"locked.p12\"\nclient-cert-password = \"{FILE_PASSWORD}\""),
    ] {
        let output = wallet.run("list", dovecot.port(), &[("alice", lines)], &["--count"]);
        assert_eq!(output.succeeds().text(), "1\n", "{lines}");
    }
    // Flags count before the configuration, and mean all of it.
    let lines = "client-cert = \"garbage.p12\"\nclient-key = \"other.key\"";
    let args = ["--count", "alice", "--client-cert", "both.pem", "--tls-min-version", "1.3"];
    wallet.run("list", dovecot.port(), &[("alice", lines)], &args).succeeds();
    let pair = ["--count", "alice", "--client-cert", "cert.pem", "--client-key", "key.pem"];
    wallet.run("list", dovecot.port(), &[("alice", lines)], &pair).succeeds();
}

/// SASL EXTERNAL: the certificate says who it is, and no password is needed or asked for.
#[test]
fn it_logs_in_by_itself() {
    let wallet = Wallet::new();
    let dovecot = wallet.dovecot(
        "auth_ssl_username_from_cert = yes\nauth_mechanisms = plain external\n\
         passdb {\n driver = static\n mechanisms = external\n args = nopassword\n}",
    );
    let external = "auth = \"EXTERNAL\"";
    let with = format!("{external}\nclient-cert = \"both.pem\"");
    let output = wallet.run("fetch", dovecot.port(), &[("alice", &with)], &["-vv"]).exits(0);
    assert!(output.stderr.contains("AUTH EXTERNAL"), "{}", output.stderr);
    assert!(!output.stderr.contains("PASS"), "{}", output.stderr);
    assert_eq!(fs::read_dir(wallet.home.path("mail-alice/new")).unwrap().count(), 1);
    // Nothing else is set: it need not be named.
    let alone = wallet.home.run(&[
        "list",
        "--count",
        "--ca-file",
        "ca.pem",
        "--client-cert",
        "both.pem",
        "-vv",
        &format!("pop3s://alice@localhost:{}", dovecot.port()),
    ]);
    alone.exits(0).says("AUTH EXTERNAL");
    // Alice's certificate is not bob's, and none is nobody's.
    for (name, lines) in [("bob", with.as_str()), ("alice", external)] {
        let output = wallet.run("fetch", dovecot.port(), &[(name, lines)], &[]);
        fails(output, 77, &format!("cannot log in to localhost as {name}"), Some("certificate"));
    }
}

/// Connections are shared among accounts by what is the same; this is not.
#[test]
fn it_is_shown_for_its_account_only() {
    let wallet = Wallet::new();
    let dovecot = wallet.insisting();
    let accounts = [("alice", "client-cert = \"both.pem\""), ("bob", "")];
    let output = wallet.run("fetch", dovecot.port(), &accounts, &[]).exits(77);
    assert!(output.stderr.starts_with("popfetch: bob: cannot log in"), "{}", output.stderr);
    assert_eq!(dovecot.messages("bob").len(), 1);
    assert!(wallet.home.path("mail-alice").is_dir());
    assert!(
        fs::read_dir(wallet.home.path("mail-bob/new")).is_ok_and(|mut new| new.next().is_none())
    );
}

#[test]
fn what_cannot_be_used_is_refused_before_the_network() {
    let wallet = Wallet::new();
    let public = |name: &str| {
        let copy = format!("public-{name}");
        fs::copy(wallet.home.path(name), wallet.home.path(&copy)).unwrap();
        let mode = fs::Permissions::from_mode(0o644);
        fs::set_permissions(wallet.home.path(&copy), mode).unwrap();
    };
    ["both.pem", "key.pem", "plain.p12", "cert.pem"].into_iter().for_each(public);
    let own = "openssl pkcs8 -topk8 -nocrypt";
    for (lines, sentence, hint) in [
        ("client-cert = \"nothing.pem\"", "cannot read the client certificate", None),
        ("client-cert = \"cert.pem\"", "/cert.pem: there is no private key", Some("--client-key")),
        ("client-cert = \"key.pem\"", "/key.pem: it holds no certificate", None),
        ("client-cert = \"empty.pem\"", "/empty.pem: it cannot be read", Some("damaged")),
        ("client-cert = \"garbage.p12\"", "/garbage.p12: it cannot be read", Some("damaged")),
        ("client-key = \"key.pem\"", "there is a client key, and no client certificate", None),
        (
            "client-cert = \"cert.pem\"\nclient-key = \"other.key\"",
            "/cert.pem: the private key is another certificate's",
            None,
        ),
        (
            "client-cert = \"cert.pem\"\nclient-key = \"locked.key\"",
            "/cert.pem: the private key is encrypted",
            Some(own),
        ),
        (
            "client-cert = \"cert.pem\"\nclient-key = \"sec1.key\"",
            "/cert.pem: the private key is not in PKCS#8",
            Some(own),
        ),
        (
            "client-cert = \"locked.p12\"",
            "/locked.p12: the password does not open it",
            Some("client-cert-password"),
        ),
        (
            "client-cert = \"locked.p12\"\nclient-cert-password = \"wrong\"",
            "/locked.p12: the password does not open it",
            Some("client-cert-password"),
        ),
        ("client-cert = \"public-both.pem\"", "others can read or write the client", Some("chmod")),
        (
            "client-cert = \"public-plain.p12\"",
            "others can read or write the client",
            Some("chmod"),
        ),
        (
            "client-cert = \"cert.pem\"\nclient-key = \"public-key.pem\"",
            "others can read or write the client key",
            Some("chmod"),
        ),
    ] {
        // Nobody listens on port 1, which would be 69.
        for command in [&["list"][..], &["config", "check"]] {
            let account = [("alice", lines)];
            let output = wallet.run(command[0], 1, &account, &command[1..]);
            let said = fails(output, 78, sentence, hint);
            assert!(said.stderr.starts_with("popfetch: alice: "), "{}", said.stderr);
            assert!(!said.stderr.contains(FILE_PASSWORD) && !said.stderr.contains("wrong"));
        }
    }
    // A certificate alone is no secret.
    let lines = "client-cert = \"public-cert.pem\"\nclient-key = \"key.pem\"";
    wallet.run("config", 1, &[("alice", lines)], &["check"]).succeeds();
}

/// An `openssl s_server` that takes one connection and insists on a certificate.
fn s_server(directory: &Path, version: &str) -> (std::process::Child, u16) {
    let mut command = Command::new("openssl");
    command
        .args(["s_server", "-accept", "127.0.0.1:0", version])
        .args(["-Verify", "1", "-verify_return_error", "-CAfile", "ca.pem"])
        .args(["-cert", "server.pem", "-key", "server.pem", "-naccept", "1"])
        .current_dir(directory)
        // Its end would be the end of the connection.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("openssl, which scripts/setup installs");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| line.ok()?.strip_prefix("ACCEPT 127.0.0.1:")?.parse().ok());
    (child, port.expect("a port"))
}

#[test]
fn a_server_that_wants_one_says_so() {
    let wallet = Wallet::new();
    let Issued { cert_pem, key_pem } = wallet.authority.issue(Leaf::new());
    wallet.home.write("server.pem", format!("{cert_pem}{key_pem}"));
    let foreign = Authority::new().issue(Leaf::new().client("mallory"));
    wallet.home.write("foreign.pem", format!("{}{}", foreign.cert_pem, foreign.key_pem));
    for (version, args, status, sentence) in [
        ("-tls1_3", &[][..], 77, "the server wants a client certificate (--client-cert)"),
        ("-tls1_2", &[], 76, "perhaps it wants a client certificate: --client-cert"),
        ("-tls1_3", &["--client-cert", "foreign.pem"], 77, "refuses our client certificate"),
        ("-tls1_2", &["--client-cert", "foreign.pem"], 77, "refuses our client certificate"),
    ] {
        let (mut server, port) = s_server(&wallet.home.path("."), version);
        let url = format!("pop3s://alice@localhost:{port}");
        let fixed = ["list", &url, "--ca-file", "ca.pem"];
        let mut command = wallet.home.command(&[&fixed, args].concat());
        let output = run(command.env("POPFETCH_PASSWORD", "secret"));
        let _ = server.kill();
        let _ = server.wait();
        output.exits(status).says(sentence);
    }
}
