//! What can be typed.

mod connection;
mod fetch;
mod import;
mod init;
mod selection;
mod state;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::cli::values::parse_age;
pub(crate) use connection::ConnectionArgs;
pub(crate) use fetch::{FetchArgs, OrderArg};
pub(crate) use import::ImportArgs;
pub(crate) use init::{InitArgs, StoreArg};
pub(crate) use selection::SelectionArgs;
pub(crate) use state::{AccountArgs, OnlineArgs, StateArgs, StateCommand};

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
    /// The configuration file [default: ~/.config/popfetch/config.toml]
    #[arg(short, long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Where popfetch keeps what it has seen [default: ~/.local/state/popfetch]
    #[arg(long, value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
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
    /// Colours on a terminal: auto, always, never (auto heeds NO_COLOR)
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value = "auto")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub(crate) color: ColorArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the messages on the server
    List(ListArgs),
    /// Fetch messages; by default those that are new
    #[command(
        after_help = "Mail is delivered exactly once into a Maildir or an mbox, whatever is \
        killed or cut. Standard output and commands have no transaction: there, at least once."
    )]
    Fetch(FetchArgs),
    /// Delete messages on the server
    Delete(DeleteArgs),
    /// Set an account up: finds the server, tries the login, writes the configuration
    Init(InitArgs),
    /// Take over accounts, and what they have seen, from another program
    Import(ImportArgs),
    /// Go the way of a fetch step by step, and explain what is found: connection, TLS, login, mailbox
    Check(CheckArgs),
    /// Say how the accounts are, from what is known here: no network
    Status(StatusArgs),
    /// Get consent to read an account's mail by OAuth2, or ask for its password, and keep it
    Login(LoginArgs),
    /// Give the consent to read an account's mail back, or forget its password
    Logout(LogoutArgs),
    /// Show the configuration, or check it
    Config(ConfigArgs),
    /// Show what has been seen, and change it
    State(StateArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// An account of the configuration
    #[arg(value_name = "ACCOUNT")]
    pub(crate) account: String,
    /// Do not open a browser, only print the address for it
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Read the address that the browser ends on, or the code, from the terminal
    #[arg(long)]
    pub(crate) paste: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// An account of the configuration
    #[arg(value_name = "ACCOUNT")]
    pub(crate) account: String,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that is to read them
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: ShellArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellArg {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every account's settings and where each comes from, but no password; with -v also
    /// what each key does
    Show,
    /// Print the path of the configuration file, whether it exists or not
    Path,
    /// Say what is wrong with the configuration and the files that it names
    Check,
    /// Print the names of all accounts, and nothing where they cannot be known: for completions
    #[command(hide = true)]
    Accounts,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Accounts of the configuration, or mailboxes like pop3s://alice@pop.example.com [default: all
    /// accounts]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Without sender, subject and date: does not read the headers
    #[arg(long)]
    pub(crate) short: bool,
    /// Only say how many
    #[arg(long, conflicts_with = "short")]
    pub(crate) count: bool,
    /// Exit with 1 when nothing was listed
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Accounts of the configuration, or mailboxes like pop3s://alice@pop.example.com [default: all
    /// accounts]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Accounts of the configuration, or mailboxes like pop3s://alice@pop.example.com [default: all
    /// accounts]
    #[arg(value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// Exit with 75 when the last run of an account that went well is older than AGE
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) max_age: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// An account of the configuration, or a mailbox like pop3s://alice@pop.example.com
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
