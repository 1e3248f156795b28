//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use popfetch::model::{NumberSet, Scope, Selection, TlsMode};
use popfetch::sasl::LoginMethod;

use super::source::parse_uid;

/// Fetch mail from POP3 servers: never lost, never twice.
#[derive(Debug, Parser)]
#[command(name = "popfetch", version, max_term_width = 100)]
#[command(after_help = "Try: popfetch list pop3s://alice@pop.example.com\n     \
    popfetch fetch pop3s://alice@pop.example.com --to maildir:~/Mail/alice")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) state_dir: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: a line a message; twice: the dialogue with the server, without secrets
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Write JSON, one object a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the messages on the server
    List(ListArgs),
    /// Fetch messages; by default those that are new
    #[command(
        after_help = "Mail is delivered exactly once into a Maildir or an mbox, whatever is \
        killed or cut. Standard output has no transaction: there, at least once."
    )]
    Fetch(FetchArgs),
    /// Delete messages on the server
    Delete(DeleteArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Mailboxes, like pop3s://alice@pop.example.com
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Without sender, subject and date: does not read the headers
    #[arg(long)]
    pub(crate) short: bool,
    /// Only say how many
    #[arg(long, conflicts_with = "short")]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Mailboxes, like pop3s://alice@pop.example.com
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Where the mail goes: maildir:PATH, mbox:PATH, or - for standard output (repeatable)
    #[arg(long, value_name = "DEST")]
    pub(crate) to: Vec<String>,
    /// Leave the mail on the server and fetch only what is new [default]
    #[arg(long, conflicts_with = "delete")]
    pub(crate) keep: bool,
    /// Delete on the server what is safe here
    #[arg(long)]
    pub(crate) delete: bool,
    /// To standard output: the messages' own bytes with nothing between them, not an mbox
    #[arg(long)]
    pub(crate) raw: bool,
    /// To standard output: keep CRLF line ends
    #[arg(long)]
    pub(crate) crlf: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The mailbox, like pop3s://alice@pop.example.com
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Also delete what was never delivered here
    #[arg(long)]
    pub(crate) unfetched: bool,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which messages (all conditions must hold)")]
pub(crate) struct SelectionArgs {
    /// What was not seen before
    #[arg(long, group = "scope")]
    pub(crate) new: bool,
    /// What was seen before
    #[arg(long, group = "scope")]
    pub(crate) seen: bool,
    /// Everything
    #[arg(long, group = "scope")]
    pub(crate) all: bool,
    /// By number, as list shows them: 3,5-9
    #[arg(short, long, value_name = "NUMBERS")]
    pub(crate) number: Option<NumberSet>,
    /// By unique-id (repeatable)
    #[arg(long, value_name = "UID")]
    pub(crate) uid: Vec<String>,
    /// The newest N of the mailbox
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<u32>,
    /// The oldest N of the mailbox
    #[arg(long, value_name = "N")]
    pub(crate) first: Option<u32>,
}

impl SelectionArgs {
    /// Whether anything is said that lifts fetch's default of what is new.
    pub(crate) fn is_explicit(&self) -> bool {
        self.seen
            || self.all
            || self.number.is_some()
            || !self.uid.is_empty()
            || self.last.is_some()
            || self.first.is_some()
    }

    /// Whether anything is said at all.
    pub(crate) fn is_given(&self) -> bool {
        self.new || self.is_explicit()
    }

    /// The selection, with `default` where nothing is said about new and seen.
    pub(crate) fn selection(&self, default: Scope) -> Result<Selection, String> {
        let scope = match () {
            () if self.new => Scope::New,
            () if self.seen => Scope::Seen,
            () if self.is_explicit() => Scope::All,
            () => default,
        };
        let mut uids = Vec::new();
        for text in &self.uid {
            uids.extend(parse_uid(text)?);
        }
        let numbers = self.number.clone();
        Ok(Selection { scope, numbers, uids, last: self.last, first: self.first })
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TlsArg {
    Implicit,
    Starttls,
    None,
}

impl From<TlsArg> for TlsMode {
    fn from(arg: TlsArg) -> Self {
        match arg {
            TlsArg::Implicit => Self::Implicit,
            TlsArg::Starttls => Self::Starttls,
            TlsArg::None => Self::None,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Connection (with exactly one SOURCE)")]
pub(crate) struct ConnectionArgs {
    /// The user's name
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// TLS from the first octet (port 995), by STLS (port 110), or none at all
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) tls: Option<TlsArg>,
    /// Trust the certificates in this PEM file instead of the system's (with any number of SOURCEs)
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How to log in: USER or PLAIN [default: what the server offers]
    #[arg(long, value_name = "MECHANISM")]
    pub(crate) auth: Option<LoginMethod>,
    /// Read the password from what a command prints
    #[arg(long, value_name = "CMD")]
    pub(crate) password_command: Option<String>,
    /// Read the password from a file that only you can read
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from an open file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) password_fd: Option<u32>,
    /// How long to wait for the server, between two octets too [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,
    /// Send the password even where everybody on the way can read it
    #[arg(long)]
    pub(crate) allow_cleartext_password: bool,
}

impl ConnectionArgs {
    /// The flag, if any is given, that makes sense for one source only.
    pub(crate) fn single_source_flag(&self) -> Option<&'static str> {
        let given = [
            (self.user.is_some(), "--user"),
            (self.tls.is_some(), "--tls"),
            (self.auth.is_some(), "--auth"),
            (self.password_command.is_some(), "--password-command"),
            (self.password_file.is_some(), "--password-file"),
            (self.password_fd.is_some(), "--password-fd"),
            (self.timeout.is_some(), "--timeout"),
            (self.allow_cleartext_password, "--allow-cleartext-password"),
        ];
        given.iter().find(|(given, _)| *given).map(|(_, flag)| *flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
