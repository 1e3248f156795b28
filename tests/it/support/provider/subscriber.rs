//! A user with an account at a provider.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Provider;
use super::book::CLIENT;
use crate::support::certs::{Authority, Leaf};
use crate::support::home::finish;
use crate::support::server::{Capabilities, Mailbox, Script, Server};
use crate::support::{Home, Leaks, Output};

/// A home with an account `work`, its mail server, and the provider that the server trusts.
pub(crate) struct Subscriber {
    pub(crate) home: Home,
    pub(crate) mailbox: Mailbox,
    pub(crate) server: Server,
    pub(crate) provider: Provider,
}

impl Subscriber {
    /// One whose account asks for consent by `flow`.
    pub(crate) fn new(flow: &str) -> Self {
        Self::with(flow, "")
    }

    /// The same, with more lines about the provider.
    pub(crate) fn with(flow: &str, lines: &str) -> Self {
        let home = Home::in_memory();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let identity = authority.issue(Leaf::new()).identity();
        let provider = Provider::start(&identity);
        let script = Script::new()
            .implicit_tls(identity)
            .login("alice", "no password")
            .capabilities(Capabilities::lines(["TOP", "UIDL", "SASL XOAUTH2 OAUTHBEARER"]))
            .mechanism("OAUTHBEARER", provider.mechanism())
            .mechanism("XOAUTH2", provider.mechanism());
        let mailbox = Mailbox::new();
        mailbox.add("Subject: one\r\n\r\none\r\n");
        let server = Server::start(script, &mailbox);
        let subscriber = Self { home, mailbox, server, provider };
        subscriber.configure("alice", flow, lines);
        subscriber
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, user: &str, flow: &str, lines: &str) {
        let (id, secret) = CLIENT;
        let url = |path| self.provider.url(path);
        self.home.write(
            "config.toml",
            format!(
                "[accounts.work]\nhost = \"localhost\"\nport = {}\nuser = \"{user}\"\n\
                 tls = \"implicit\"\ntimeout = 20\nca-file = \"ca.pem\"\nto = \"maildir:mail\"\n\
                 [accounts.work.oauth]\nclient-id = \"{id}\"\nclient-secret = \"{secret}\"\n\
                 flow = \"{flow}\"\ntoken-url = \"{}\"\ndevice-url = \"{}\"\n\
                 authorize-url = \"{}\"\nca-file = \"ca.pem\"\n{lines}\n",
                self.server.port(),
                url("/token"),
                url("/device"),
                url("/authorize?tenant=x"),
            ),
        );
    }

    /// The program with these arguments and the configuration.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.home.command(&[&["-c", "config.toml", "-vv"], args].concat())
    }

    /// Runs it. Whatever it is, no secret may be seen.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.checked(finish(self.command(args).spawn().expect("the program starts")))
    }

    /// What the program has printed, in which no secret is.
    #[track_caller]
    pub(crate) fn checked(&self, output: Output) -> Output {
        let secrets = self.provider.book().secrets.clone();
        for secret in secrets {
            assert_eq!(Leaks::of(&secret).in_output(&output), [""; 0], "{secret}");
        }
        output
    }

    /// Logs in to a provider that asks no questions.
    #[track_caller]
    pub(crate) fn log_in(&self) {
        self.run(&["login", "work"]).exits(0);
    }

    /// Reads the mailbox once, which takes a token.
    pub(crate) fn list(&self) -> Output {
        self.run(&["list", "work", "--count"])
    }

    /// The file of the tokens.
    pub(crate) fn file(&self) -> PathBuf {
        self.home.path("state/popfetch/work.oauth")
    }

    /// How many files there are of tokens, drafts and the like, the lock not counted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path("state/popfetch")).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.into_string().expect("a name"));
        let mut names: Vec<String> =
            names.filter(|name| name.contains(".oauth") && !name.ends_with(".lock")).collect();
        names.sort();
        names
    }
}
