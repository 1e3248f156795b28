//! One file of the configuration, from text to values. Everything that is wrong in it is told,
//! with its line; a password never is.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use popfetch::model::AccountName;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::exit::Exit;
use super::super::report::Failure;
use super::keys::{Globals, Key, Origin, Values};
use super::suggest::{did_you_mean, nearest};
use super::value::Wrong;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) globals: Globals,
    pub(super) defaults: Values,
    /// In the order of the file.
    pub(super) accounts: Vec<Entry>,
}

/// An account as one file has it, without what it inherits.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: AccountName,
    pub(super) values: Values,
    pub(super) origin: Origin,
}

impl Content {
    /// Whether a password stands in it.
    pub(super) fn holds_secret(&self) -> bool {
        let own = self.accounts.iter().map(|entry| &entry.values);
        own.chain([&self.defaults]).any(Values::hold_secret)
    }
}

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The one file that may hold everything.
    Main,
    /// One of the files that hold accounts.
    Accounts,
}

/// Reads `text`, the content of `file`.
pub(super) fn read(
    file: &Arc<Path>,
    text: &str,
    role: Role,
    problems: &mut Vec<Failure>,
) -> Content {
    let line_feeds = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
    let mut reader = Reader { file, line_feeds, problems };
    let mut content = Content::default();
    match DeTable::parse(text) {
        Ok(table) => reader.top(table.get_ref(), role, &mut content),
        Err(error) => {
            let line = reader.line(error.span().unwrap_or_default());
            // Its first line: what follows may quote the file, and a password in it.
            let message = error.message().lines().next().unwrap_or_default();
            reader.problem(line, &format!("this is not TOML: {message}"), None);
        }
    }
    content
}

struct Reader<'a> {
    file: &'a Arc<Path>,
    /// Where in the text the line feeds are.
    line_feeds: Vec<usize>,
    problems: &'a mut Vec<Failure>,
}

impl Reader<'_> {
    fn top(&mut self, table: &DeTable<'_>, role: Role, content: &mut Content) {
        for (name, line, value) in self.in_order(table) {
            match name {
                "accounts" => self.accounts(line, value, content),
                "defaults" | "jobs" if role == Role::Accounts => {
                    let hint = "put it into config.toml; the files in accounts.d hold accounts";
                    self.problem(line, &format!("'{name}' does not belong here"), Some(hint));
                }
                "defaults" => {
                    let Some(table) = self.table(line, "[defaults]", value) else { continue };
                    self.values(table, "[defaults]", true, &mut content.defaults);
                }
                _ => {
                    let origin = self.origin(line, false);
                    let set = content.globals.set(name, value, &origin);
                    match set {
                        Some(done) => self.note(line, name, Globals::KEYS, done),
                        None => self.unknown_top(name, line, value),
                    }
                }
            }
        }
    }

    fn accounts(&mut self, line: usize, value: &DeValue<'_>, content: &mut Content) {
        let Some(accounts) = self.table(line, "[accounts]", value) else { return };
        for (name, line, value) in self.in_order(accounts) {
            let shown = format!("[accounts.{name}]");
            let Some(table) = self.table(line, &shown, value) else { continue };
            let mut values = Values::default();
            self.values(table, &shown, false, &mut values);
            match AccountName::configured(name) {
                Ok(name) => {
                    let origin = self.origin(line, false);
                    content.accounts.push(Entry { name, values, origin });
                }
                Err(error) => self.problem(line, &format!("'{name}' is no name: {error}"), None),
            }
        }
    }

    fn values(&mut self, table: &DeTable<'_>, within: &str, inherited: bool, into: &mut Values) {
        self.values_of("", table, within, inherited, into);
    }

    /// The values in a table whose keys are to be read with `prefix` before them.
    fn values_of(
        &mut self,
        prefix: &str,
        table: &DeTable<'_>,
        within: &str,
        inherited: bool,
        into: &mut Values,
    ) {
        for (name, line, value) in self.in_order(table) {
            let name = match (name, value.as_table()) {
                // [accounts.NAME.oauth] for all of oauth-..., and oauth = "..." for the first.
                ("oauth", Some(table)) if prefix.is_empty() => {
                    let within = format!("{}.oauth]", within.trim_end_matches(']'));
                    self.values_of("oauth-", table, &within, inherited, into);
                    continue;
                }
                ("oauth", None) if prefix.is_empty() => "oauth-provider",
                _ => &format!("{prefix}{name}"),
            };
            let origin = self.origin(line, inherited);
            match into.set(name, value, &origin) {
                Some(done) => self.note(line, name, Values::KEYS, done),
                None => {
                    let global = Globals::KEYS.iter().any(|key| key.name == name);
                    let hint = if global {
                        Some(format!("'{name}' belongs to the top of config.toml"))
                    } else {
                        nearest(name, Values::KEYS.iter().map(|key| key.name)).map(did_you_mean)
                    };
                    let message = format!("unknown key '{name}' in {within}");
                    self.problem(line, &message, hint.as_deref());
                }
            }
        }
    }

    fn unknown_top(&mut self, name: &str, line: usize, value: &DeValue<'_>) {
        let tables = ["defaults", "accounts"].into_iter();
        let known = tables.chain(Globals::KEYS.iter().map(|key| key.name));
        let hint = if Values::KEYS.iter().any(|key| key.name == name) {
            Some(format!("'{name}' belongs into [defaults] or [accounts.NAME]"))
        } else if let Some(near) = nearest(name, known) {
            Some(did_you_mean(near))
        } else {
            value.is_table().then(|| format!("an account is written [accounts.{name}]"))
        };
        self.problem(line, &format!("unknown key '{name}'"), hint.as_deref());
    }

    /// Takes note of what came of setting the key `name`.
    fn note(&mut self, line: usize, name: &str, keys: &[Key], done: Result<(), Wrong>) {
        match done {
            Ok(()) => {}
            Err(Wrong::Value(message, hint)) => {
                self.problem(line, &format!("{name}: {message}"), hint.as_deref());
            }
            Err(Wrong::Kind) => {
                let Some(key) = keys.iter().find(|key| key.name == name) else { return };
                let hint = format!("for example: {name} = {}", key.example);
                self.problem(line, &format!("{name} must be {}", key.kind), Some(&hint));
            }
        }
    }

    fn table<'t, 'i>(
        &mut self,
        line: usize,
        name: &str,
        value: &'t DeValue<'i>,
    ) -> Option<&'t DeTable<'i>> {
        let table = value.as_table();
        if table.is_none() {
            self.problem(line, &format!("{name} must be a table"), None);
        }
        table
    }

    /// What stands in a table, in the order of the file; the parser sorts by name.
    fn in_order<'t, 'i>(&self, table: &'t DeTable<'i>) -> Vec<(&'t str, usize, &'t DeValue<'i>)> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let line = |key: &Spanned<_>| self.line(key.span());
        entries.into_iter().map(|(k, v)| (k.get_ref().as_ref(), line(k), v.get_ref())).collect()
    }

    fn line(&self, span: Range<usize>) -> usize {
        1 + self.line_feeds.partition_point(|&at| at < span.start)
    }

    fn origin(&self, line: usize, inherited: bool) -> Origin {
        Origin { file: Arc::clone(self.file), line, inherited }
    }

    fn problem(&mut self, line: usize, message: &str, hint: Option<&str>) {
        let message = format!("{}:{line}: {message}", self.file.display());
        let failure = Failure::new(Exit::CONFIG, message);
        self.problems.push(match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, role: Role) -> Vec<String> {
        let mut problems = Vec::new();
        read(&Path::new("/c.toml").into(), text, role, &mut problems);
        assert!(problems.iter().all(|failure| failure.exit == Exit::CONFIG));
        let shown = |f: &Failure| format!("{} | {}", f.message, f.hint.clone().unwrap_or_default());
        problems.iter().map(shown).collect()
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_remedy() {
        for (text, expected) in [
            ("jobs = 4\n[accounts.a]\nhost = 'h'\n", ""),
            (
                "\n[accounts.a]\nhots = 'h'",
                "/c.toml:3: unknown key 'hots' in [accounts.a] | did you mean 'host'?",
            ),
            ("[defaults]\nfoobar = 1", "/c.toml:2: unknown key 'foobar' in [defaults] | "),
            (
                "[accounts.a]\njobs = 1",
                "/c.toml:2: unknown key 'jobs' in [accounts.a] | 'jobs' belongs to the top of config.toml",
            ),
            (
                "host = 'h'",
                "/c.toml:1: unknown key 'host' | 'host' belongs into [defaults] or [accounts.NAME]",
            ),
            ("[default]\n", "/c.toml:1: unknown key 'default' | did you mean 'defaults'?"),
            (
                "[work]\nhost = 'h'",
                "/c.toml:1: unknown key 'work' | an account is written [accounts.work]",
            ),
            (
                "jobs = 0",
                "/c.toml:1: jobs must be a number from 1 to 1000 | for example: jobs = 16",
            ),
            (
                "jobs = '3'",
                "/c.toml:1: jobs must be a number from 1 to 1000 | for example: jobs = 16",
            ),
            ("accounts = 3", "/c.toml:1: [accounts] must be a table | "),
            ("[accounts]\na = 1", "/c.toml:2: [accounts.a] must be a table | "),
            (
                "[accounts.'a b']",
                "/c.toml:1: 'a b' is no name: an account's name is 1 to 64 of the characters A-Z a-z 0-9 . _ - | ",
            ),
            (
                "[accounts.a]\ntls = 'implict'",
                "/c.toml:2: tls: 'implict' is not known | did you mean 'implicit'?",
            ),
            (
                "[accounts.a]\nport = 70000",
                "/c.toml:2: port must be a number from 1 to 65535 | for example: port = 995",
            ),
            (
                "[accounts.a]\nauth = 'NTLM'",
                "/c.toml:2: auth: 'NTLM' is not a way to log in that popfetch knows (USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2, EXTERNAL) | ",
            ),
            (
                "[accounts.a]\nto = 'mbx:x'",
                "/c.toml:2: to: 'mbx:x' is no destination; use maildir:PATH, mbox:PATH, \
                 pipe:COMMAND, or - for standard output | did you mean 'mbox'?",
            ),
            (
                "[accounts.a]\ndelete = '14x'",
                "/c.toml:2: delete: '14x' is not an age (like 14d, 12h or 1d12h) | ",
            ),
            (
                "[accounts.a]\nmax-size = true",
                "/c.toml:2: max-size must be a size like \"20M\", or a number of octets | for \
                 example: max-size = \"20M\"",
            ),
            (
                "[accounts.a]\npassword = 5",
                "/c.toml:2: password must be a string | for example: password = \"secret\"",
            ),
            ("[accounts.a]\nhost = 'a b'", "/c.toml:2: host: a host name holds no ' ' | "),
            (
                "[accounts.a]\nuser = \"a\\r\\nDELE 1\"",
                "/c.toml:2: user must be a string, not empty and without control characters | for example: user = \"alice@example.com\"",
            ),
        ] {
            assert_eq!(problems(text, Role::Main).join("\n"), expected, "{text}");
        }
        let misplaced = problems("jobs = 3\n[accounts.a]\nhost = 'h'\n", Role::Accounts);
        assert_eq!(
            misplaced,
            [
                "/c.toml:1: 'jobs' does not belong here | put it into config.toml; the files in accounts.d hold accounts"
            ]
        );
    }

    #[test]
    fn all_problems_are_told_and_no_password() {
        let text =
            "[accounts.a]\npassword = 'recent-xyz'\nport = 'x'\ntls = 1\nfoo = 'recent-xyz'\n";
        let told = problems(text, Role::Main);
        assert_eq!(told.len(), 3);
        for broken in [
            "[accounts.a]\npassword = recent-xyz\n",
            "password = 'recent-xyz\n",
            "[a]\nb = 1\nb = 'recent-xyz'",
        ] {
            let told = problems(broken, Role::Main);
            assert!(!told.is_empty() && !told.concat().contains("recent-xyz"), "{told:?}");
        }
    }

    #[test]
    fn the_example_of_the_readme_is_right() {
        let readme = include_str!("../../../README.md");
        let example = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next());
        assert_eq!(problems(example.unwrap(), Role::Main), [""; 0]);
    }

    #[test]
    fn accounts_come_in_the_order_of_the_file() {
        let text = "[accounts.z]\nhost = 'h'\n[accounts.a]\nhost = 'h'\n[accounts]\nm.host = 'h'\n";
        let content = read(&Path::new("/c").into(), text, Role::Main, &mut Vec::new());
        let names: Vec<_> = content.accounts.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["z", "a", "m"]);
        let lines: Vec<_> = content.accounts.iter().map(|entry| entry.origin.line).collect();
        assert_eq!(lines, [1, 3, 6]);
    }
}
