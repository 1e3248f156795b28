//! Passwords in a netrc file, the old common ground of command-line clients (the format is that of
//! netrc(5) of GNU inetutils; quoted words as curl reads them).

use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use popfetch::model::Secret;
use zeroize::Zeroizing;

use super::report::Failure;
use super::secret_line::{check_private, refuse};

/// The environment variable that names another file than `~/.netrc`.
const VARIABLE: &str = "NETRC";
/// The largest file that is read, in octets. Larger is a wrong file.
const MAX: u64 = 1024 * 1024;

/// The password of `user` at `host`, if there is a file that has it. Only an entry that names both
/// counts: a `default` one is for any server that asks.
pub(crate) fn find(user: &str, host: &str) -> Result<Option<Secret>, Failure> {
    let Some(path) = path() else { return Ok(None) };
    let shown = path.display();
    let failed = |error: io::Error| refuse(format!("cannot read {shown}: {error}"));
    match fs::metadata(&path) {
        // A directory or a device is nothing that anybody keeps passwords in.
        Ok(metadata) if !metadata.is_file() => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(_) => {}
    }
    let file = File::open(&path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX).read_to_string(&mut text).map_err(failed)?;
    let Some(password) = password(&text, user, host) else { return Ok(None) };
    check_private(&metadata, "file", &path)?;
    Ok(Some(Secret::new(password.into_bytes())))
}

/// Where the file is.
pub(crate) fn path() -> Option<PathBuf> {
    match env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => Some(Path::new(&path).to_owned()),
        None => BaseDirs::new().map(|dirs| dirs.home_dir().join(".netrc")),
    }
}

/// What is said of one machine.
#[derive(Default)]
struct Entry {
    is_the_host: bool,
    login: Option<String>,
    password: Option<String>,
}

impl Entry {
    fn of(self, user: &str) -> Option<String> {
        self.password.filter(|_| self.is_the_host && self.login.as_deref() == Some(user))
    }
}

/// The password in `text`: that of the first entry that names `host`, in either case, and `user`.
fn password(text: &str, user: &str, host: &str) -> Option<String> {
    let mut words = Words { rest: text };
    let mut entry = Entry::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" | "default" => {
                let done = std::mem::take(&mut entry).of(user);
                if done.is_some() {
                    return done;
                }
                let machine = (word == "machine").then(|| words.next()).flatten();
                entry.is_the_host = machine.is_some_and(|name| name.eq_ignore_ascii_case(host));
            }
            "login" => entry.login = words.next(),
            "password" => entry.password = words.next(),
            "account" => drop(words.next()),
            "macdef" => words.skip_macro(),
            // A comment goes to the end of its line.
            comment if comment.starts_with('#') => words.skip_line(),
            _ => {}
        }
    }
    entry.of(user)
}

/// The words of a file.
struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    /// A macro ends with an empty line.
    fn skip_macro(&mut self) {
        let end = self.rest.find("\n\n").map_or(self.rest.len(), |at| at + 2);
        self.rest = &self.rest[end..];
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let quoted = rest.strip_prefix('"');
        let body = quoted.unwrap_or(rest);
        let mut word = String::new();
        let mut characters = body.char_indices();
        let mut end = body.len();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' if quoted.is_some() => {
                    end = at + 1;
                    break;
                }
                '\\' if quoted.is_some() => word.extend(characters.next().map(|(_, c)| match c {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                })),
                c if quoted.is_none() && c.is_whitespace() => {
                    end = at;
                    break;
                }
                c => word.push(c),
            }
        }
        self.rest = &body[end..];
        (!rest.is_empty()).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_machine_and_login_counts() {
        let of = |text: &str| password(text, "alice", "pop.example.com");
        for (text, found) in [
            ("machine pop.example.com login alice password s3cret", Some("s3cret")),
            ("machine POP.example.com\n\tpassword x\n\tlogin alice\n", Some("x")),
            (
                "machine pop.example.com login bob password b\nmachine pop.example.com login alice password a",
                Some("a"),
            ),
            (
                "machine pop.example.com login alice password \"two words \\\"q\\\"\"",
                Some("two words \"q\""),
            ),
            ("# machine pop.example.com login alice password no\n", None),
            ("machine other login alice password o\n", None),
            ("machine pop.example.com login bob password b\n", None),
            ("machine pop.example.com password any\n", None),
            ("default login alice password d\n", None),
            ("machine pop.example.com login alice\n", None),
            ("machine pop.example.com login alice account a password p", Some("p")),
            (
                "machine h\nmacdef init\nmachine pop.example.com login alice password no\n\nmachine pop.example.com login alice password p",
                Some("p"),
            ),
            (
                "machine pop.example.com login alice password first machine pop.example.com login alice password second",
                Some("first"),
            ),
            ("machine", None),
            ("machine pop.example.com login alice password", None),
            ("machine pop.example.com login alice password \"open", Some("open")),
            ("", None),
        ] {
            assert_eq!(of(text).as_deref(), found, "{text}");
        }
    }
}
