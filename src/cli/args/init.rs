//! What can be typed behind `popfetch init`.

use clap::{Args, ValueEnum};

use popfetch::model::FirstFetch;

use super::super::values::{parse_age, parse_first_fetch};
use super::ConnectionArgs;

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The mail address, or the mailbox like pop3s://alice@pop.example.com
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// What the account is to be called [default: from the address]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The server, perhaps with a port: HOST or HOST:PORT [default: looked for]
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,
    /// Take a server that was found without asking
    #[arg(long)]
    pub(crate) accept_host: bool,
    /// Where the mail is to go: maildir:PATH or mbox:PATH (repeatable); {account} in it is the
    /// account's name [default: maildir:~/Mail/{account}]
    #[arg(long, value_name = "DEST")]
    pub(crate) to: Vec<String>,
    /// Leave the mail on the server and fetch only what is new [default]
    #[arg(long, conflicts_with = "delete")]
    pub(crate) keep: bool,
    /// Delete on the server what is safe here
    #[arg(long)]
    pub(crate) delete: bool,
    /// Delete on the server what was delivered longer ago than AGE (14d)
    #[arg(long, value_name = "AGE", value_parser = age, conflicts_with_all = ["keep", "delete"])]
    pub(crate) delete_after: Option<String>,
    /// What the first fetch brings: all, seen (nothing; all counts as seen), last:N
    #[arg(long, value_name = "WHAT", value_parser = parse_first_fetch)]
    pub(crate) first_fetch: Option<FirstFetch>,
    /// Log in with OAuth2, as the app that the provider knows by this client id
    #[arg(long, value_name = "ID")]
    pub(crate) oauth_client_id: Option<String>,
    /// Where the password is to be kept, if it is asked for or comes from the environment
    #[arg(long, value_name = "WHERE", value_enum)]
    pub(crate) store: Option<StoreArg>,
    /// Ask only for what has no default
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Find the server and print what would be written, but do not log in and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Ask this name server: an IP address, perhaps with a port
    #[arg(long, value_name = "SERVER", hide = true)]
    pub(crate) dns: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreArg {
    Keyring,
    File,
    Config,
    None,
}

/// An age, as it was written: that is how the configuration will have it.
fn age(text: &str) -> Result<String, String> {
    parse_age(text).map(|_| text.to_owned())
}
