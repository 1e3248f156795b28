//! A home, a scripted server over TLS, and mail on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::Connection;

use super::certs::{Authority, Leaf};
use super::home::finish;
use super::server::{Mailbox, Script, Server};
use super::{Home, Maildir, Output};

/// The user whom the scripted server lets in.
const USER: &str = "alice";
/// The password, which must never be seen anywhere.
pub(crate) const PASSWORD: &str = "pw-Zq7-never-shown";

/// The forms in which the password goes over the wire.
pub(crate) fn secret_forms() -> [String; 3] {
    let blob = format!("\0{USER}\0{PASSWORD}");
    [PASSWORD.to_owned(), BASE64.encode(PASSWORD), BASE64.encode(blob)]
}

pub(crate) struct World {
    pub(crate) home: Home,
    pub(crate) mailbox: Mailbox,
    pub(crate) server: Server,
    identity: native_tls::Identity,
}

impl World {
    /// A well-behaved server, over implicit TLS.
    pub(crate) fn new() -> Self {
        Self::with(|script| script)
    }

    /// A server that `change` makes misbehave.
    pub(crate) fn with(change: impl FnOnce(Script) -> Script) -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let identity = authority.issue(Leaf::new()).identity();
        let mailbox = Mailbox::new();
        let server = Server::start(change(script(&identity)), &mailbox);
        Self { home, mailbox, server, identity }
    }

    /// Makes the server behave as `change` says from the next connection on.
    pub(crate) fn now(&self, change: impl FnOnce(Script) -> Script) {
        self.server.set_script(change(script(&self.identity)));
    }

    /// Adds a message whose body is `text`; gives it as it is stored, with LF line ends.
    pub(crate) fn add(&self, text: &str) -> String {
        let message = format!("From: x@example.org\nSubject: {text}\n\n{text}\n");
        self.mailbox.add(message.replace('\n', "\r\n"));
        message
    }

    /// The same by so many hours.
    pub(crate) fn move_hours(&self, hours: i64) {
        move_by(&self.state(), hours * 3600);
    }

    fn state(&self) -> PathBuf {
        let name = format!("{}.db", self.account().replace(':', "%3A"));
        self.home.path("state/popfetch").join(name)
    }

    /// Moves the times that the state holds by so many days: the clock was set by as many the other
    /// way.
    pub(crate) fn move_times(&self, days: i64) {
        move_times(&self.state(), days);
    }

    /// Adds `count` messages.
    pub(crate) fn add_many(&self, count: usize) -> Vec<String> {
        (1..=count).map(|n| self.add(&format!("message number {n}"))).collect()
    }

    /// The mailbox's URL.
    pub(crate) fn url(&self) -> String {
        format!("pop3s://{USER}@localhost:{}", self.server.port())
    }

    /// What the mailbox is called in messages.
    pub(crate) fn account(&self) -> String {
        format!("{USER}@localhost:{}", self.server.port())
    }

    /// The program with `command`, the mailbox and `args`, ready to run: the right password and
    /// authority, and a short timeout.
    pub(crate) fn command(&self, command: &str, args: &[&str]) -> Command {
        self.command_within("20", command, args)
    }

    /// The same with another timeout, in seconds.
    pub(crate) fn command_within(&self, seconds: &str, command: &str, args: &[&str]) -> Command {
        let url = self.url();
        let fixed = [command, &url, "--ca-file", "ca.pem", "--timeout", seconds];
        let mut command = self.home.command(&[&fixed, args].concat());
        command.env("POPFETCH_PASSWORD", PASSWORD);
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, command: &str, args: &[&str]) -> Output {
        finish(self.command(command, args).spawn().expect("the program starts"))
    }

    /// Runs `fetch` into the home's Maildir.
    pub(crate) fn fetch(&self, args: &[&str]) -> Output {
        self.run("fetch", &[&["--to", &self.home.to()], args].concat())
    }

    /// The home's Maildir.
    pub(crate) fn mail(&self) -> Maildir {
        self.home.mail()
    }
}

fn script(identity: &native_tls::Identity) -> Script {
    Script::new().implicit_tls(identity.clone()).login(USER, PASSWORD)
}

/// Moves the times that a state holds by so many days.
pub(crate) fn move_times(state: &Path, days: i64) {
    move_by(state, days * 24 * 3600);
}

fn move_by(state: &Path, seconds: i64) {
    let state = Connection::open(state).unwrap();
    for (table, columns) in [
        ("message", &["at", "missing_since", "dele_at", "deleted_at"][..]),
        ("mailbox", &["last_login", "last_success", "met_at", "one_by_one_until", "next_login"]),
        ("failure", &["last_at"]),
        ("trouble", &["since", "last_at"]),
    ] {
        for column in columns {
            let update = format!("UPDATE {table} SET {column} = {column} + ?");
            state.execute(&update, [seconds]).unwrap();
        }
    }
}
