//! The programs, and how each is set up and run.

use std::path::Path;
use std::process::Command;

use crate::case::Goal;
use crate::reader;
use crate::support::Output;
use crate::support::dovecot::PASSWORD;
use crate::support::home::{behind, program as popfetch};
use crate::support::peers::{Account, Errand, Peer, Place, owner};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Popfetch,
    Peer(Peer),
    /// Does no more than read what it has asked for: the floor.
    Reader,
}

impl Program {
    /// In the order in which they take turns.
    pub(crate) const ALL: [Self; 6] = [
        Self::Popfetch,
        Self::Peer(Peer::Mpop),
        Self::Reader,
        Self::Peer(Peer::Fdm),
        Self::Peer(Peer::Fetchmail),
        Self::Peer(Peer::Getmail),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Popfetch => "popfetch",
            Self::Peer(peer) => peer.name(),
            Self::Reader => "reader",
        }
    }

    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Popfetch | Self::Reader => true,
            Self::Peer(peer) => Path::new("/usr/bin").join(peer.name()).exists(),
        }
    }

    /// Whether it waits for each reply before it asks for more, and so takes long.
    pub(crate) fn is_slow(self) -> bool {
        !matches!(self, Self::Popfetch | Self::Peer(Peer::Mpop) | Self::Reader)
    }

    /// Whether all went well.
    pub(crate) fn is_content(self, output: &Output) -> bool {
        match self {
            Self::Popfetch | Self::Reader => output.status == 0,
            // Its status is 0 whatever the server said.
            Self::Peer(Peer::Fdm) => output.status == 0 && output.stderr.is_empty(),
            Self::Peer(peer) => peer.is_content(output.status),
        }
    }

    /// What it calls itself, with its version where there is a way to ask.
    pub(crate) fn version(self) -> Option<String> {
        let program = match self {
            Self::Popfetch => popfetch(),
            Self::Reader => return None,
            Self::Peer(Peer::Fdm) => return Some(self.name().to_owned()),
            Self::Peer(peer) => Path::new(peer.name()),
        };
        Some(first_line(Command::new(program).arg("--version")))
    }

    /// Makes what it wants to find.
    pub(crate) fn prepare(self, errand: &Errand) {
        match self {
            Self::Popfetch => errand.write("config.toml", &config(errand)),
            Self::Peer(peer) => peer.prepare(errand),
            Self::Reader => {}
        }
    }

    /// The program, ready to run. Each stands behind another one that costs the same time.
    pub(crate) fn command(self, errand: &Errand, goal: Goal) -> Command {
        match self {
            Self::Popfetch => {
                let mut command = Command::new(popfetch());
                command.args(["fetch", "--config"]).arg(errand.path("config.toml"));
                command.arg("--state-dir").arg(errand.path("state"));
                command.current_dir(&errand.directory).env("HOME", &errand.directory);
                behind(&["env"], &command)
            }
            Self::Peer(peer) => behind(owner(), &peer.command(errand)),
            Self::Reader => behind(&["env"], &reader::command(errand, goal)),
        }
    }
}

/// popfetch's configuration.
fn config(errand: &Errand) -> String {
    let account = |Account { user, to }: &Account| {
        let to = match to {
            Place::Maildir(path) => format!("maildir:{}", path.display()),
            Place::Mbox(path) => format!("mbox:{}", path.display()),
        };
        format!("[accounts.{user}]\nuser = \"{user}\"\nto = \"{to}\"\n")
    };
    let defaults = format!(
        "[defaults]\nhost = \"localhost\"\nport = {}\nca-file = \"ca.pem\"\npassword = \"{PASSWORD}\"\n\
         delete = {}\n",
        errand.port, !errand.keep,
    );
    defaults + &errand.each(account)
}

/// The first line of what a command prints.
pub(crate) fn first_line(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}
