//! What can be typed behind `popfetch fetch`, and what it makes of the configuration.

use clap::{Args, ValueEnum};

use popfetch::model::{Deletion, FirstFetch, Octets, Policy};

use super::super::accounts::Mail;
use super::super::values::{parse_age, parse_first_fetch, parse_size};
use super::{ConnectionArgs, SelectionArgs};

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Accounts of the configuration, or mailboxes like pop3s://alice@pop.example.com [default: all
    /// accounts]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Where the mail goes: maildir:PATH, mbox:PATH, pipe:COMMAND, or - for standard output
    /// (repeatable); {account} in a path is the account's name
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
    /// To a command: begin with a From_ line, as in an mbox
    #[arg(long)]
    pub(crate) from_line: bool,
    /// To a command: how many seconds it may take for a message [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) delivery_timeout: Option<u64>,
    /// To standard output: keep CRLF line ends
    #[arg(long)]
    pub(crate) crlf: bool,
    /// Also try a password that the server has refused before
    #[arg(long)]
    pub(crate) retry: bool,
    /// Offer what a destination has refused once more
    #[arg(long)]
    pub(crate) retry_refused: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
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
            retry_refused: self.retry_refused,
        }
    }
}
