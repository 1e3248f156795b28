//! Which messages.

use clap::Args;
use jiff::Timestamp;

use popfetch::model::{HeaderConditions, NumberSet, Octets, Scope, Selection};

use super::super::source::parse_uid;
use super::super::values::{parse_age, parse_date, parse_header, parse_size};

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
