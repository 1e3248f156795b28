//! An account of another program's.

use crate::model::{Deletion, Secret, TlsMode};

/// What a configuration holds.
#[derive(Debug, Default)]
pub struct Found {
    /// Its POP3 accounts, in its order.
    pub accounts: Vec<Account>,
    /// What it says beside them and is not carried over, a sentence each.
    pub notes: Vec<String>,
}

/// An account, as far as popfetch can have one like it.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the other program called it.
    pub name: String,
    /// The server.
    pub host: String,
    /// Its port, where it is named.
    pub port: Option<u16>,
    /// The protection.
    pub tls: TlsMode,
    /// The user, where it is named.
    pub user: Option<String>,
    /// Where the password comes from, where that is said.
    pub password: Option<Password>,
    /// Where its mail goes.
    pub to: Vec<Place>,
    /// When mail is deleted on the server.
    pub delete: Option<Deletion>,
    /// What else it says, by the names of popfetch's keys.
    pub settings: Vec<(&'static str, Setting)>,
    /// The file that holds what was seen, where there is one.
    pub seen: Option<String>,
    /// What is not carried over, a sentence each.
    pub notes: Vec<String>,
}

/// A password, or how to get it.
#[derive(Clone, Debug)]
pub enum Password {
    /// Itself.
    Known(Secret),
    /// A command for the shell that prints it.
    Command(String),
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A word, or several of which each may do.
    Text(Vec<String>),
    /// A number.
    Number(u64),
    /// A file, as the other program has it.
    Path(String),
}

/// A place where mail goes, its path as the other program has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A Maildir.
    Maildir(String),
    /// An mbox.
    Mbox(String),
}

/// A configuration that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// In which line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Error {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl Account {
    /// An account of which only the server is known.
    pub(super) fn new(name: String, host: String, tls: TlsMode) -> Self {
        Self {
            name,
            host,
            port: None,
            tls,
            user: None,
            password: None,
            to: Vec::new(),
            delete: None,
            settings: Vec::new(),
            seen: None,
            notes: Vec::new(),
        }
    }

    /// Whether what it keeps on the server would be fetched once more if nothing were known of it.
    #[must_use]
    pub fn keeps(&self) -> bool {
        !matches!(self.delete, Some(Deletion { after: 0, .. }))
    }

    pub(super) fn set_text(&mut self, key: &'static str, text: Option<String>) {
        self.settings.extend(text.map(|text| (key, Setting::Text(vec![text]))));
    }

    pub(super) fn set_texts(&mut self, key: &'static str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.settings.push((key, Setting::Text(texts)));
        }
    }

    /// Sets a number; 0 stands for none with all programs.
    pub(super) fn set_number(&mut self, key: &'static str, number: Option<u64>) {
        let number = number.filter(|number| *number > 0);
        self.settings.extend(number.map(|number| (key, Setting::Number(number))));
    }

    pub(super) fn set_path(&mut self, key: &'static str, path: Option<String>) {
        self.settings.extend(path.map(|path| (key, Setting::Path(path))));
    }

    pub(super) fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// Notes what every program without TLS needs to hear.
    pub(super) fn note_clear(&mut self) {
        self.note(
            "it has no TLS: tls = \"none\" is written, and popfetch sends no password so; better \
             set tls = \"starttls\" or \"implicit\", or allow-cleartext-password = true",
        );
    }
}

/// A fingerprint as popfetch takes it, SHA-256 without colons; nothing where it is another.
pub(super) fn sha256(fingerprint: &str) -> Option<String> {
    let plain = fingerprint.replace(':', "").to_ascii_lowercase();
    let is_hex = plain.bytes().all(|b| b.is_ascii_hexdigit());
    (plain.len() == 64 && is_hex).then_some(plain)
}

/// Deletes at once what is safe here.
pub(super) const AT_ONCE: Option<Deletion> = Some(Deletion { after: 0, keep_newest: 0 });

/// Deletes so many seconds after it came.
pub(super) fn after(seconds: u64) -> Option<Deletion> {
    Some(Deletion { after: i64::try_from(seconds).unwrap_or(i64::MAX), keep_newest: 0 })
}

/// What was found, a line an account, and its notes below it; for tests.
#[cfg(test)]
pub(super) fn shown(found: &Result<Found, Error>) -> String {
    use std::fmt::Write as _;
    let found = match found {
        Ok(found) => found,
        Err(error) => return format!("{}: {error}", error.line),
    };
    let mut text = String::new();
    for account in &found.accounts {
        let Account { name, host, port, tls, user, .. } = account;
        let user = user.as_deref().unwrap_or("-");
        let port = port.map_or("-".to_owned(), |port| port.to_string());
        let _ = write!(text, "{name}: {user}@{host}:{port} {tls:?}");
        match &account.password {
            None => {}
            Some(Password::Command(command)) => text += &format!(", command {command}"),
            Some(Password::Known(secret)) => {
                text += &format!(", password {}", String::from_utf8_lossy(secret.expose()));
            }
        }
        account.to.iter().for_each(|to| text += &format!(", to {to:?}"));
        text += &match account.delete {
            None => ", keep".to_owned(),
            Some(Deletion { after: 0, .. }) => ", delete".to_owned(),
            Some(Deletion { after, .. }) => format!(", delete after {after}"),
        };
        for (key, value) in &account.settings {
            let value = match value {
                Setting::Text(texts) => texts.join(" "),
                Setting::Number(number) => number.to_string(),
                Setting::Path(path) => path.clone(),
            };
            text += &format!(", {key} {value}");
        }
        account.seen.iter().for_each(|seen| text += &format!(", seen {seen}"));
        text.push('\n');
        account.notes.iter().for_each(|note| text += &format!("  {note}\n"));
    }
    found.notes.iter().for_each(|note| text += &format!("{note}\n"));
    text
}
