//! The grammar of fetchmail's configuration: servers with options, and users of each with theirs.

use super::super::Error;
use super::super::option::Options;
use super::words::{Word, words};

/// A whole configuration.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// What `set` sets.
    pub(super) globals: Options,
    pub(super) servers: Vec<Server>,
}

/// A `poll`, `skip` or `defaults` entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    pub(super) name: String,
    pub(super) skip: bool,
    pub(super) options: Options,
    pub(super) users: Vec<User>,
}

/// What is said of one user of a server.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub(super) options: Options,
    /// To how many users here the mail goes; several means that it is sorted.
    pub(super) locals: usize,
}

/// How a server entry of defaults is called.
pub(super) const DEFAULTS: &str = "defaults";

/// Options that are on, or off behind a `no`.
const SWITCHES: &[&str] = &[
    "keep",
    "flush",
    "limitflush",
    "fetchall",
    "rewrite",
    "stripcr",
    "forcecr",
    "pass8bits",
    "dropstatus",
    "dropdelivered",
    "mimedecode",
    "idle",
    "ssl",
    "sslcertck",
    "uidl",
    "dns",
    "checkalias",
    "tracepolls",
    "bouncemail",
    "spambounce",
    "softbounce",
    "syslog",
    "invisible",
    "showdots",
    "envelope",
];

/// Options with one value.
const VALUES: &[&str] = &[
    "via",
    "protocol",
    "service",
    "interval",
    "auth",
    "timeout",
    "qvirtual",
    "principal",
    "esmtpname",
    "esmtppassword",
    "bad-header",
    "password",
    "smtpaddress",
    "smtpname",
    "mda",
    "bsmtp",
    "lmtp",
    "preconnect",
    "postconnect",
    "interface",
    "monitor",
    "plugin",
    "plugout",
    "batchlimit",
    "fetchlimit",
    "fetchsizelimit",
    "fastuidl",
    "expunge",
    "properties",
    "limit",
    "warnings",
    "sslkey",
    "sslcert",
    "sslproto",
    "sslcertfile",
    "sslcertpath",
    "sslcommonname",
    "sslfingerprint",
    "logfile",
    "idfile",
    "pidfile",
    "daemon",
    "postmaster",
];

/// Options with any number of values.
const LISTS: &[&str] = &["aka", "localdomains", "folder", "smtphost", "fetchdomains", "antispam"];

/// What options are called besides.
const ALIASES: &[(&str, &str)] = &[
    ("proto", "protocol"),
    ("port", "service"),
    ("authenticate", "auth"),
    ("preauth", "auth"),
    ("preauthenticate", "auth"),
    ("pass", "password"),
    ("pre", "preconnect"),
    ("post", "postconnect"),
    ("local", "localdomains"),
    ("folders", "folder"),
    ("smtp", "smtphost"),
    ("username", "user"),
    ("server", "poll"),
    ("pass8", "pass8bits"),
    ("mimedec", "mimedecode"),
];

pub(super) fn parse(text: &str) -> Result<Configuration, Error> {
    let words = words(text)?;
    let mut parser = Parser { words: &words, done: Configuration::default() };
    while let Some(word) = parser.next() {
        parser.statement(word)?;
    }
    Ok(parser.done)
}

struct Parser<'a> {
    words: &'a [Word],
    done: Configuration,
}

/// The option that a word names, if it names one.
fn keyword(word: &Word) -> Option<&str> {
    let text = word.text.as_str();
    let known = ALIASES.iter().find(|(alias, _)| *alias == text).map_or(text, |(_, name)| *name);
    let is_option = SWITCHES.contains(&known) || VALUES.contains(&known) || LISTS.contains(&known);
    let others = ["set", "poll", "skip", DEFAULTS, "user", "is", "to", "here", "there", "no", "="];
    let is_known = is_option || others.contains(&known) || switch_off(known).is_some();
    (!word.is_name && is_known).then_some(known)
}

/// The option that `nokeep` and its like turn off.
fn switch_off(text: &str) -> Option<&str> {
    text.strip_prefix("no").filter(|name| SWITCHES.contains(name))
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a Word> {
        let (word, rest) = self.words.split_first()?;
        self.words = rest;
        Some(word)
    }

    /// Takes the next word if it is this keyword.
    fn accept(&mut self, name: &str) -> bool {
        let found = self.words.first().and_then(keyword) == Some(name);
        found && self.next().is_some()
    }

    fn value(&mut self, of: &Word) -> Result<&'a str, Error> {
        let missing = || Error::new(of.line, format!("'{}' lacks its value", of.text));
        self.next().map(|word| word.text.as_str()).ok_or_else(missing)
    }

    /// The words up to the next keyword.
    fn list(&mut self) -> Vec<&'a str> {
        let mut list = Vec::new();
        while let Some(word) = self.words.first().filter(|word| keyword(word).is_none()) {
            list.push(word.text.as_str());
            self.next();
        }
        list
    }

    fn statement(&mut self, word: &'a Word) -> Result<(), Error> {
        let unknown = || Error::new(word.line, format!("'{}' is not known here", word.text));
        match keyword(word).ok_or_else(unknown)? {
            "set" => {
                let option = self.next().ok_or_else(unknown)?;
                let (name, off) = match keyword(option).ok_or_else(unknown)? {
                    "no" => (self.value(option)?, true),
                    name => switch_off(name).map_or((name, false), |name| (name, true)),
                };
                self.accept("=");
                let value = match name {
                    _ if off => "no",
                    name if SWITCHES.contains(&name) => "yes",
                    _ => self.value(option)?,
                };
                self.done.globals.set(name, value);
            }
            kind @ ("poll" | "skip") => {
                let name = self.value(word)?.to_owned();
                self.done.servers.push(Server { name, skip: kind == "skip", ..Server::default() });
            }
            DEFAULTS => {
                self.done.servers.push(Server { name: DEFAULTS.to_owned(), ..Server::default() });
            }
            "user" => self.user(word)?,
            name => self.option(name, word)?,
        }
        Ok(())
    }

    /// `user REMOTE [there]`, or `user LOCAL here`.
    fn user(&mut self, word: &Word) -> Result<(), Error> {
        self.accept("=");
        let name = self.value(word)?;
        let mut user = User::default();
        if self.accept("here") {
            user.locals = 1;
        } else {
            self.accept("there");
            user.options.set("user", name);
        }
        let server = self.done.servers.last_mut().ok_or_else(|| stray(word))?;
        server.users.push(user);
        Ok(())
    }

    fn option(&mut self, name: &str, word: &Word) -> Result<(), Error> {
        let (name, value) = match switch_off(name) {
            Some(name) => (name, "no".to_owned()),
            None if name == "no" => (self.value(word)?, "no".to_owned()),
            None if matches!(name, "is" | "to") => return self.locals(word),
            None if name == "envelope" => {
                // It may begin with how many to skip.
                let value = self.value(word)?;
                let counts = value.bytes().all(|b| b.is_ascii_digit());
                (name, if counts { self.value(word)? } else { value }.to_owned())
            }
            None if SWITCHES.contains(&name) => (name, "yes".to_owned()),
            None if LISTS.contains(&name) => (name, self.list().join(" ")),
            None if VALUES.contains(&name) => (name, self.value(word)?.to_owned()),
            None => return Err(stray(word)),
        };
        let server = self.done.servers.last_mut().ok_or_else(|| stray(word))?;
        // What stands before the first user is said of the server, or of all its users.
        let options = server.users.last_mut().map_or(&mut server.options, |user| &mut user.options);
        options.set(name, value);
        Ok(())
    }

    /// `is LOCAL... [here]`, or `is REMOTE there`.
    fn locals(&mut self, word: &Word) -> Result<(), Error> {
        let mut names = self.list();
        let mut mapped = 0;
        while self.accept("=") {
            mapped += 1;
            names.extend(self.list().into_iter().skip(1));
        }
        let is_remote = self.accept("there");
        if !is_remote {
            self.accept("here");
        }
        let server = self.done.servers.last_mut().ok_or_else(|| stray(word))?;
        if server.users.is_empty() {
            server.users.push(User::default());
        }
        if let Some(user) = server.users.last_mut() {
            match names.first().filter(|_| is_remote) {
                Some(remote) => user.options.set("user", *remote),
                // A star stands for anybody.
                None => user.locals += names.len() + mapped + usize::from(names.contains(&"*")),
            }
        }
        Ok(())
    }
}

fn stray(word: &Word) -> Error {
    Error::new(word.line, format!("'{}' does not belong here", word.text))
}
