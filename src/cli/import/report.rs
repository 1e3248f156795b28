//! What is said of an import.

use std::fmt::Write as _;
use std::path::PathBuf;

use popfetch::import::Program;
use popfetch::model::{AccountName, MailboxIdentity, count};
use popfetch::proto::visible;
use serde_json::json;

use super::super::json;

/// The longest note, in characters.
const MAX: usize = 1000;

/// What came of an account.
pub(super) struct Taken {
    /// What it is called here.
    pub(super) name: AccountName,
    /// What it was called there.
    pub(super) old_name: String,
    pub(super) mailbox: MailboxIdentity,
    /// As it stands in the configuration, without secrets; nothing where it was there before.
    pub(super) shown: Option<String>,
    /// How many messages the other program has seen.
    pub(super) seen: usize,
    /// How many lines could not be understood.
    pub(super) damaged: usize,
    /// How many of the messages were not known here.
    pub(super) taken: usize,
    /// What is not carried over.
    pub(super) notes: Vec<String>,
}

/// What came of all of them.
pub(super) struct Report {
    pub(super) program: Program,
    /// Popfetch's configuration.
    pub(super) main: PathBuf,
    pub(super) dry_run: bool,
    pub(super) notes: Vec<String>,
    pub(super) all: Vec<Taken>,
}

impl Report {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let program = self.program.name();
        let main = self.main.display();
        for Taken { name, old_name, mailbox, shown, seen, damaged, taken, notes } in &self.all {
            let done = match (shown, self.dry_run) {
                (Some(_), true) => format!("would be added to {main}"),
                (Some(_), false) => format!("added to {main}"),
                (None, _) => "is there already".to_owned(),
            };
            let mut mailbox = visible(mailbox.as_str().as_bytes(), MAX);
            if old_name != name.as_str() {
                let _ = write!(mailbox, ", there '{}'", visible(old_name.as_bytes(), MAX));
            }
            let seen = count(*seen as u64, "message");
            let _ = writeln!(
                text,
                "{name}: {done} ({mailbox}); {seen} seen by {program}, {taken} new here"
            );
            if *damaged > 0 {
                let lines = count(*damaged as u64, "line");
                let _ =
                    writeln!(text, "{name}: {program}: {lines} not understood of what was seen");
            }
            for note in notes {
                let _ = writeln!(text, "{name}: {program}: {}", visible(note.as_bytes(), MAX));
            }
            for line in shown.iter().filter(|_| self.dry_run).flat_map(|shown| shown.lines()) {
                let _ = writeln!(text, "    {}", visible(line.as_bytes(), MAX));
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "{program}: {}", visible(note.as_bytes(), MAX));
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        let mut text = String::new();
        for Taken { name, old_name, mailbox, shown, seen, damaged, taken, notes } in &self.all {
            text += &json::line(&json!({
                "event": "account",
                "program": self.program.name(),
                "account": name.as_str(),
                "old_name": old_name,
                "mailbox": mailbox.as_str(),
                "added": shown.is_some(),
                "dry_run": self.dry_run,
                "config": self.main.to_string_lossy(),
                "settings": shown,
                "seen": seen,
                "new": taken,
                "damaged": damaged,
                "notes": notes,
            }));
        }
        if !self.notes.is_empty() {
            let program = self.program.name();
            text +=
                &json::line(&json!({"event": "notes", "program": program, "notes": self.notes}));
        }
        text
    }
}
