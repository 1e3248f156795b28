//! Several mailboxes, each on a scripted server of its own, and a configuration that names them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::certs::{Authority, Leaf};
use super::home::finish;
use super::server::{Mailbox, Script, Server};
use super::world::{PASSWORD, move_times};
use super::{Home, Maildir, Output};

/// A home with a configuration, and the servers of its accounts.
pub(crate) struct Accounts {
    pub(crate) home: Home,
    identity: native_tls::Identity,
    servers: Vec<(String, Mailbox, Server)>,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let authority = Authority::new();
        fs::create_dir_all(home.path("home/.config/popfetch")).expect("a directory");
        home.write("home/.config/popfetch/ca.pem", authority.ca_pem());
        fs::create_dir(home.path("mail")).expect("a directory");
        let identity = authority.issue(Leaf::new()).identity();
        Self { home, identity, servers: Vec::new() }
    }

    /// Starts the server of `name`, whose user is called the same; `change` makes it misbehave.
    pub(crate) fn serve(&mut self, name: &str, change: impl FnOnce(Script) -> Script) -> Mailbox {
        let mailbox = Mailbox::new();
        let server = Server::start(change(self.script(name)), &mailbox);
        self.servers.push((name.to_owned(), mailbox.clone(), server));
        mailbox
    }

    fn script(&self, name: &str) -> Script {
        Script::new().implicit_tls(self.identity.clone()).login(name, PASSWORD)
    }

    /// Makes the server of `name` behave as `change` says from the next connection on.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(Script) -> Script) {
        self.server(name).set_script(change(self.script(name)));
    }

    /// Moves the times that the state of `account` holds by so many days.
    pub(crate) fn move_times(&self, account: &str, days: i64) {
        move_times(&self.home.path(&format!("state/popfetch/{account}.db")), days);
    }

    /// A well-behaved server with `count` messages, which are given back with LF line ends.
    pub(crate) fn serve_mail(&mut self, name: &str, count: usize) -> Vec<String> {
        let mailbox = self.serve(name, |script| script);
        let message = |n| format!("From: x@example.org\nSubject: {n} of {name}\n\nbody {n}\n");
        let messages: Vec<String> = (1..=count).map(message).collect();
        for message in &messages {
            mailbox.add(message.replace('\n', "\r\n"));
        }
        messages
    }

    pub(crate) fn server(&self, name: &str) -> &Server {
        &self.served(name).2
    }

    pub(crate) fn mailbox(&self, name: &str) -> &Mailbox {
        &self.served(name).1
    }

    pub(crate) fn port(&self, name: &str) -> u16 {
        self.server(name).port()
    }

    fn served(&self, name: &str) -> &(String, Mailbox, Server) {
        let server = self.servers.iter().find(|(served, ..)| served == name);
        server.expect("a server of that name")
    }

    /// The lines of an account that says where its mailbox is.
    pub(crate) fn section(&self, account: &str, user: &str) -> String {
        let port = self.port(user);
        format!("[accounts.{account}]\nhost = \"localhost\"\nport = {port}\nuser = \"{user}\"\n")
    }

    /// What most tests want all accounts to have: authority, password and a Maildir each.
    pub(crate) fn defaults() -> String {
        format!(
            "[defaults]\nca-file = \"ca.pem\"\ntimeout = 20\npassword = \"{PASSWORD}\"\n\
             to = \"maildir:../../../mail/{{account}}\"\n"
        )
    }

    /// Writes the configuration, private to the user.
    pub(crate) fn config(&self, text: &str) -> PathBuf {
        self.home.write("home/.config/popfetch/config.toml", text)
    }

    pub(crate) fn mail(&self, account: &str) -> Maildir {
        Maildir::at(self.home.path("mail").join(account))
    }

    /// The mailbox of `user` as a URL.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("pop3s://{user}@localhost:{}", self.port(user))
    }

    /// The names of the state's databases.
    pub(crate) fn states(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.home.path("state/popfetch")) else { return Vec::new() };
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> =
            names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| name.ends_with(".db"));
        names.sort();
        names
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.home.run(args)
    }

    /// Runs it with changes to its environment.
    pub(crate) fn run_with(&self, args: &[&str], change: impl FnOnce(&mut Command)) -> Output {
        let mut command = self.home.command(args);
        change(&mut command);
        finish(command.spawn().expect("the program starts"))
    }
}
