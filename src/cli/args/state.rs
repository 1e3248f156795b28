//! What can be typed behind `popfetch state`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConnectionArgs, SelectionArgs};

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

/// An account, for what needs no network.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// An account of the configuration, or a mailbox like pop3s://alice@pop.example.com
    #[arg(value_name = "ACCOUNT")]
    pub(crate) source: String,
}

/// An account, for what asks its server.
#[derive(Debug, Args)]
pub(crate) struct OnlineArgs {
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Say how many messages are known, since when, and which of them fail
    Show(AccountArgs),
    /// Forget messages: they are new again
    Forget {
        #[command(flatten)]
        account: AccountArgs,
        /// By unique-id (repeatable)
        #[arg(long, value_name = "UID", required_unless_present = "all")]
        uid: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "uid")]
        all: bool,
    },
    /// Take messages on the server for seen, without fetching them
    MarkSeen {
        #[command(flatten)]
        online: Box<OnlineArgs>,
        #[command(flatten)]
        selection: Box<SelectionArgs>,
    },
    /// Write everything that is known as JSON, one object a message
    Export(AccountArgs),
    /// Take in what export wrote
    Import {
        #[command(flatten)]
        account: AccountArgs,
        /// What export wrote [default: standard input]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// After the state was lost: take for delivered what the names of the files in a Maildir show
    Rebuild {
        /// The Maildir that was fetched into [default: the account's]
        #[arg(long, value_name = "maildir:PATH")]
        to: Vec<String>,
        #[command(flatten)]
        online: Box<OnlineArgs>,
    },
    /// After the server has given its messages new unique-ids: find the known ones again
    Adopt(Box<OnlineArgs>),
}
