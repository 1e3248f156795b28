//! popfetch and its peers.

use std::process::Command;

use crate::support::home::behind;
use crate::support::peers::{Account, Errand, Peer, Place, owner};

use super::round::Round;
use super::{Policy, To};

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Popfetch,
    Peer(Peer),
}

impl Program {
    /// The one that the environment names.
    pub(super) fn chosen() -> Self {
        let Ok(wanted) = std::env::var("POPFETCH_KILL_PROGRAM") else { return Self::Popfetch };
        if wanted == "popfetch" {
            return Self::Popfetch;
        }
        let peer = Peer::named(&wanted);
        Self::Peer(peer.unwrap_or_else(|| panic!("POPFETCH_KILL_PROGRAM: {wanted} is unknown")))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Popfetch => "popfetch",
            Self::Peer(peer) => peer.name(),
        }
    }

    /// Whether all went well.
    pub(super) fn is_content(self, status: i32) -> bool {
        match self {
            Self::Popfetch => status == 0,
            Self::Peer(peer) => peer.is_content(status),
        }
    }

    /// Makes what it wants to find.
    pub(super) fn prepare(self, round: &Round<'_>) {
        // popfetch is told all on the command line.
        if let Self::Peer(peer) = self {
            peer.prepare(&errand(round));
        }
    }

    /// The program, ready to fetch.
    pub(super) fn command(self, round: &Round<'_>) -> Command {
        match self {
            Self::Popfetch => popfetch(round),
            Self::Peer(peer) => behind(owner(), &peer.command(&errand(round))),
        }
    }

    /// What a command stands behind that acts as the user whom the mail belongs to.
    pub(super) fn user(self) -> &'static [&'static str] {
        match self {
            Self::Popfetch => &["env"],
            Self::Peer(_) => owner(),
        }
    }
}

fn errand(round: &Round<'_>) -> Errand {
    let to = match round.to {
        To::Mbox => Place::Mbox(round.mbox.path().to_owned()),
        To::Maildir | To::Both => Place::Maildir(round.maildir.path().to_owned()),
    };
    Errand {
        directory: round.directory.clone(),
        port: round.site.dovecot.port(),
        accounts: vec![Account { user: round.user.clone(), to }],
        keep: round.policy == Policy::Keep,
    }
}

fn popfetch(round: &Round<'_>) -> Command {
    let maildir = format!("maildir:{}", round.maildir.path().display());
    let mbox = round.mbox.to();
    let to: &[&str] = match round.to {
        To::Maildir => &["--to", &maildir],
        To::Mbox => &["--to", &mbox],
        To::Both => &["--to", &maildir, "--to", &mbox],
    };
    let policy = match round.policy {
        Policy::Keep => "--keep",
        Policy::Delete => "--delete",
    };
    let state = round.state().display().to_string();
    let args = [to, &[policy, "--state-dir", &state]].concat();
    let command = round.site.command("fetch", &round.user, &args);
    if !round.few_files {
        return command;
    }
    // Room for the files of few messages makes small batches, and many of them.
    behind(&["sh", "-c", "ulimit -n 124; exec \"$@\"", "sh"], &command)
}
