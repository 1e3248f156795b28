//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use jiff::Timestamp;
use popfetch::model::{
    Deletion, FirstFetch, HeaderConditions, NumberSet, Octets, Policy, Scope, Selection, TlsMode,
};
use popfetch::sasl::LoginMethod;

use super::accounts::Mail;
use super::source::parse_uid;
use super::values::{parse_age, parse_date, parse_first_fetch, parse_header, parse_size};

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
        killed or cut. Standard output has no transaction: there, at least once."
    )]
    Fetch(FetchArgs),
    /// Delete messages on the server
    Delete(DeleteArgs),
    /// Show the configuration, or check it
    Config(ConfigArgs),
    /// Show what has been seen, and change it
    State(StateArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
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
pub(crate) struct FetchArgs {
    /// Accounts of the configuration, or mailboxes like pop3s://alice@pop.example.com [default: all
    /// accounts]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Where the mail goes: maildir:PATH, mbox:PATH, or - for standard output (repeatable);
    /// {account} in it is the account's name
    #[arg(long, value_name = "DEST")]
    pub(crate) to: Vec<String>,
    /// Leave the mail on the server and fetch only what is new [default]
    #[arg(long, conflicts_with = "delete")]
    pub(crate) keep: bool,
    /// Delete on the server what is safe here
    #[arg(long)]
    pub(crate) delete: bool,
    /// Delete on the server what was delivered longer ago than AGE (14d)
    #[arg(long, value_name = "AGE", value_parser = parse_age, conflicts_with_all = ["keep", "delete"])]
    pub(crate) delete_after: Option<i64>,
    /// With --delete or --delete-after: never the newest N of the mailbox
    #[arg(long, value_name = "N", conflicts_with = "keep")]
    pub(crate) keep_newest: Option<u32>,
    /// What the first fetch of an account brings: all, seen (nothing; all counts as seen), last:N
    #[arg(long, value_name = "WHAT", value_parser = parse_first_fetch)]
    pub(crate) first_fetch: Option<FirstFetch>,
    /// Which come first: the oldest or the newest
    #[arg(long, value_name = "WHICH", value_enum)]
    pub(crate) order: Option<OrderArg>,
    /// Skip messages larger than SIZE, and say so
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_size: Option<Octets>,
    /// Fetch at most N messages in this run
    #[arg(long, value_name = "N")]
    pub(crate) max_messages: Option<u64>,
    /// Fetch at most SIZE in this run, but always one message
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_octets: Option<Octets>,
    /// Fetch only the header blocks; what is fetched so is never deleted
    #[arg(long)]
    pub(crate) headers_only: bool,
    /// Exit with 1 when nothing new came
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// How many accounts to fetch from at once [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) jobs: Option<u16>,
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
    /// Larger than SIZE (500k, 20M)
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) larger: Option<Octets>,
    /// Smaller than SIZE
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) smaller: Option<Octets>,
    /// Dated longer ago than AGE (14d, 12h)
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) older: Option<i64>,
    /// Dated within the last AGE
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) newer: Option<i64>,
    /// Dated on or after DATE (2026-11-02)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) since: Option<i64>,
    /// Dated before DATE
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) before: Option<i64>,
    /// Whose sender's name or address contains TEXT
    #[arg(long, value_name = "TEXT")]
    pub(crate) from: Vec<String>,
    /// Whose subject contains TEXT
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Vec<String>,
    /// With a header field NAME that contains TEXT
    #[arg(long, value_name = "NAME: TEXT", value_parser = parse_header)]
    pub(crate) header: Vec<(String, String)>,
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
        self.new
            || self.is_explicit()
            || self.larger.is_some()
            || self.smaller.is_some()
            || !self.conditions(0).is_empty()
    }

    /// The conditions on header blocks, at a time in seconds since the epoch.
    fn conditions(&self, now: i64) -> HeaderConditions {
        let newer = self.newer.map(|age| now.saturating_sub(age));
        let older = self.older.map(|age| now.saturating_sub(age));
        HeaderConditions {
            since: self.since.max(newer),
            before: [self.before, older].into_iter().flatten().min(),
            from: self.from.clone(),
            subject: self.subject.clone(),
            fields: self.header.clone(),
        }
    }

    /// The selection, with `default` where nothing is said about new and seen.
    pub(crate) fn selection(&self, default: Scope) -> Result<Selection, String> {
        let now = Timestamp::now().as_second();
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
        Ok(Selection {
            scope,
            numbers,
            uids,
            last: self.last,
            first: self.first,
            larger: self.larger,
            smaller: self.smaller,
            headers: self.conditions(now),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    Oldest,
    Newest,
}

impl FetchArgs {
    /// What becomes of the mail: what the flags say, and for what they leave open the
    /// configuration. To look deletes nothing, unless it is meant here and now.
    pub(crate) fn policy(&self, mail: &Mail, look: bool) -> Policy {
        let configured = mail.policy.clone();
        // A look takes its orders from the command line alone.
        let configured_delete = configured.delete.filter(|_| !self.keep && !look);
        let after = match (self.delete, self.delete_after) {
            (true, _) => Some(0),
            (false, Some(age)) => Some(age),
            (false, None) => configured_delete.map(|delete| delete.after),
        };
        let keep_newest = self.keep_newest.unwrap_or(mail.keep_newest);
        let delete = after.map(|after| Deletion { after, keep_newest });
        Policy {
            look,
            delete,
            only_new: self.selection.new,
            first_fetch: self.first_fetch.unwrap_or(configured.first_fetch),
            max_size: self.max_size.or(configured.max_size),
            max_messages: self.max_messages.or(configured.max_messages),
            max_octets: self.max_octets.or(configured.max_octets),
            headers_only: self.headers_only || configured.headers_only,
            newest_first: match self.order {
                Some(order) => order == OrderArg::Newest,
                None => configured.newest_first,
            },
        }
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

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection (with exactly one SOURCE)")]
pub(crate) struct ConnectionArgs {
    /// The user's name
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// TLS from the first octet (port 995), by STLS (port 110), or none at all
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) tls: Option<TlsArg>,
    /// Trust the certificates in this PEM file instead of the system's (with any number of SOURCEs)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Option<PathBuf>,
    /// How to log in: USER or PLAIN [default: what the server offers]
    #[arg(long, value_name = "MECHANISM")]
    pub(crate) auth: Option<LoginMethod>,
    /// Read the password from what a command prints
    #[arg(long, value_name = "CMD")]
    pub(crate) password_command: Option<String>,
    /// Read the password from a file that only you can read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
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
