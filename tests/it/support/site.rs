//! A server whose identity is in question, and a home that trusts one authority.

use super::certs::{Authority, Issued, Leaf};
use super::expect::run;
use super::server::{Mailbox, Script, Server, Session};
use super::{Home, Output};

/// A home that trusts one authority, and a server with a certificate of the test's choice.
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) mailbox: Mailbox,
    pub(crate) server: Server,
}

const MESSAGE: &str = "Subject: x\r\n\r\nbody\r\n";

impl Site {
    /// With TLS from the start.
    pub(crate) fn implicit(issue: impl FnOnce(&Authority) -> Issued) -> Self {
        Self::with(issue, Script::implicit_tls)
    }

    /// With STLS, and the rest as `change` says.
    pub(crate) fn starttls(change: impl FnOnce(Script) -> Script) -> Self {
        let issue = |authority: &Authority| authority.issue(Leaf::new());
        Self::with(issue, |script, identity| change(script.starttls(identity)))
    }

    /// Without any TLS.
    pub(crate) fn plain(change: impl FnOnce(Script) -> Script) -> Self {
        Self::with(|authority| authority.issue(Leaf::new()), |script, _| change(script))
    }

    pub(crate) fn with(
        issue: impl FnOnce(&Authority) -> Issued,
        change: impl FnOnce(Script, native_tls::Identity) -> Script,
    ) -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let mailbox = Mailbox::new();
        mailbox.add(MESSAGE);
        let script = change(Script::new(), issue(&authority).identity());
        let server = Server::start(script, &mailbox);
        Self { home, mailbox, server }
    }

    /// Fetches from `scheme://user@host`.
    pub(crate) fn fetch(&self, scheme: &str, host: &str, args: &[&str]) -> Output {
        let url = format!("{scheme}://user@{host}:{}", self.server.port());
        let to = self.home.to();
        let fixed = ["fetch", &url, "--to", &to, "--delete", "--timeout", "10"];
        let mut command = self.home.command(&[&fixed, args].concat());
        run(command.env("POPFETCH_PASSWORD", "secret"))
    }

    /// The same, trusting the site's own authority.
    pub(crate) fn trusting(&self, scheme: &str, host: &str) -> Output {
        self.fetch(scheme, host, &["--ca-file", "ca.pem"])
    }

    /// Requires that everything is as it was, and that the server heard these commands only.
    #[track_caller]
    pub(crate) fn heard_only(&self, commands: &[&str]) -> Vec<Session> {
        let log = self.server.finished_log();
        assert_eq!(log.len(), 1, "one connection: {log:#?}");
        assert_eq!(log[0].commands(), commands);
        self.home.mail().holds(Vec::<String>::new());
        assert_eq!(self.mailbox.len(), 1);
        log
    }

    /// Requires the same of a server whose certificate was refused, and which was called a second
    /// time, only to look at that.
    #[track_caller]
    pub(crate) fn looked_at(&self, commands: &[&str], then: &[&str]) {
        let log = self.server.finished_log();
        let heard: Vec<_> = log.iter().map(Session::commands).collect();
        assert_eq!(heard, [commands, then]);
        self.home.mail().holds(Vec::<String>::new());
        assert_eq!(self.mailbox.len(), 1);
    }

    /// Requires that the message was fetched.
    #[track_caller]
    pub(crate) fn delivered(&self) {
        self.home.mail().holds([MESSAGE.replace("\r\n", "\n")]);
        assert!(self.mailbox.is_empty());
    }
}

/// A server's side of TLS that knows no later version than `newest`.
pub(crate) fn tls_acceptor(newest: native_tls::Protocol) -> native_tls::TlsAcceptor {
    let issued = Authority::new().issue(Leaf::new());
    let mut builder = native_tls::TlsAcceptor::builder(issued.identity());
    builder.min_protocol_version(Some(native_tls::Protocol::Tlsv10));
    builder.max_protocol_version(Some(newest));
    builder.build().expect("an acceptor")
}
