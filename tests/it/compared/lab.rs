//! A program, a user's directory, and the scripted server.

use std::fs;
use std::process::Child;
use std::time::Duration;

use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::PASSWORD;
use crate::support::home::{behind, finish_within};
use crate::support::maildir::with_lf;
use crate::support::peers::{Account, Errand, Place, owner};
use crate::support::server::{Mailbox, Script, Server, Session};
use crate::support::{Home, Maildir, Output};

use super::Program;

const USER: &str = "alice";

/// Longer than anything takes that ends at all.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

pub(super) struct Lab {
    program: Program,
    home: Home,
    identity: native_tls::Identity,
    pub(super) mailbox: Mailbox,
    server: Server,
    /// Whether the program is told whom to trust.
    knows_the_authority: bool,
    is_prepared: bool,
}

impl Lab {
    pub(super) fn new(program: Program) -> Self {
        let home = Home::new();
        let authority = Authority::new();
        fs::create_dir(home.path("user")).unwrap();
        home.write("user/ca.pem", authority.ca_pem());
        let identity = authority.issue(Leaf::new()).identity();
        let mailbox = Mailbox::new();
        let server = Server::start(script(&identity), &mailbox);
        Self {
            program,
            home,
            identity,
            mailbox,
            server,
            knows_the_authority: true,
            is_prepared: false,
        }
    }

    /// Makes the server behave so from the next connection on.
    pub(super) fn server(&self, change: impl FnOnce(Script) -> Script) {
        self.server.set_script(change(script(&self.identity)));
    }

    /// Adds so many messages to the mailbox.
    pub(super) fn add(&self, count: usize) {
        for _ in 0..count {
            let n = self.mailbox.len() + 1;
            self.mailbox.add(format!(
                "From: a@example.org\r\nSubject: {n}\r\nMessage-ID: <{n}@example.org>\r\n\r\n\
                 body {n}\r\n"
            ));
        }
    }

    /// Tells the program nothing of certificates.
    pub(super) fn trusts_by_default(&mut self) {
        self.prepare();
        self.knows_the_authority = false;
        let authority = self.errand().authority().display().to_string();
        for entry in fs::read_dir(self.home.path("user")).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let less = text
                .replace(&format!("tls_trust_file {authority}\n"), "")
                .replace(&format!(" sslcertfile \"{authority}\""), "")
                .replace(&format!("ca_certs = {authority}\n"), "")
                .replace("set verify-certificates\n", "");
            if less != text {
                fs::write(&path, less).unwrap();
            }
        }
    }

    /// Takes the Maildir away before anything was delivered.
    pub(super) fn has_no_maildir(&mut self) {
        self.prepare();
        let _ = fs::remove_dir_all(self.maildir().path());
    }

    pub(super) fn maildir(&self) -> Maildir {
        Maildir::at(self.home.path("user/Mail"))
    }

    /// What the Maildir holds.
    pub(super) fn mail(&self) -> Vec<Vec<u8>> {
        self.maildir().messages()
    }

    /// How many of the mailbox's messages have come, and how many of those more than once.
    pub(super) fn arrived(&self) -> (usize, usize) {
        let mail = self.mail();
        let mut arrived = (0, 0);
        for message in self.mailbox.messages() {
            let wire = message.body.to_vec();
            let wire = with_lf(&wire);
            // Some programs add headers of their own.
            let at = memchr::memmem::find(&wire, b"\n\n").expect("a header");
            let count = mail.iter().filter(|mail| mail.ends_with(&wire[at..])).count();
            arrived.0 += usize::from(count > 0);
            arrived.1 += usize::from(count > 1);
        }
        arrived
    }

    /// What was said in each connection so far.
    pub(super) fn sessions(&self) -> Vec<Session> {
        self.server.finished_log()
    }

    /// Whether to the program all went well.
    pub(super) fn is_content(&self, output: &Output) -> bool {
        match self.program {
            Program::Popfetch => output.status == 0,
            Program::Peer(peer) => peer.is_content(output.status),
        }
    }

    /// Waits until the server has got a line that begins with one of these.
    pub(super) fn wait_for_command(&self, beginnings: &[&str]) {
        let begins = |line: &&str| beginnings.iter().any(|beginning| line.starts_with(beginning));
        self.server.wait_until(|sessions| sessions.iter().any(|s| s.commands().iter().any(begins)));
    }

    /// Runs the program once; nothing where it does not end.
    pub(super) fn fetch(&mut self) -> Option<Output> {
        finish_within(self.start(), LIMIT)
    }

    /// Starts the program, as it is recommended to be run.
    pub(super) fn start(&mut self) -> Child {
        self.prepare();
        let mut command = match self.program {
            Program::Popfetch => {
                let url = format!("pop3s://{USER}@localhost:{}", self.server.port());
                let to = format!("maildir:{}", self.maildir().path().display());
                let mut command = self.home.command(&["fetch", &url, "--to", &to]);
                if self.knows_the_authority {
                    command.arg("--ca-file").arg(self.errand().authority());
                }
                command.env("POPFETCH_PASSWORD", PASSWORD);
                command
            }
            Program::Peer(peer) => {
                let mut command = peer.command(&self.errand());
                if !self.knows_the_authority {
                    command.env_remove("SSL_CERT_FILE");
                }
                behind(owner(), &command)
            }
        };
        command.spawn().expect("the program starts")
    }

    fn prepare(&mut self) {
        if !std::mem::replace(&mut self.is_prepared, true)
            && let Program::Peer(peer) = self.program
        {
            peer.prepare(&self.errand());
        }
    }

    fn errand(&self) -> Errand {
        Errand {
            directory: self.home.path("user"),
            port: self.server.port(),
            accounts: vec![Account {
                user: USER.to_owned(),
                to: Place::Maildir(self.home.path("user/Mail")),
            }],
            keep: true,
        }
    }
}

fn script(identity: &native_tls::Identity) -> Script {
    Script::new().implicit_tls(identity.clone()).login(USER, PASSWORD)
}
