//! Where mail is to go, as a user writes it.

use std::path::{Path, PathBuf};

use popfetch::durable::foreign_on_the_way;
use popfetch::model::{AccountName, CommandLine, Place};

use super::config::{did_you_mean, nearest};
use super::paths::resolve;
use super::report::Failure;

/// A destination as it was written, before it is known for which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) text: String,
    /// For a command without a shell: the words behind the first, which is in `text`.
    pub(crate) words: Option<Vec<String>>,
    /// What its path is relative to; nothing stands for the current directory.
    base: Option<PathBuf>,
}

/// What a command begins with.
const PIPE: &str = "pipe:";

/// What stands for the account's name.
const ACCOUNT: &str = "{account}";

impl Template {
    /// Reads a destination.
    pub(crate) fn parse(text: &str, base: Option<&Path>) -> Result<Self, Failure> {
        let base = base.map(Path::to_owned);
        let template = Self { text: text.to_owned(), words: None, base };
        template.read(text).map(|_| template)
    }

    /// Reads a command that is run without a shell: its words, of which the first begins with
    /// `pipe:`.
    pub(crate) fn of_words(words: Vec<String>) -> Result<Self, Failure> {
        let mut words = words.into_iter();
        match words.next() {
            Some(text) if text.strip_prefix(PIPE).is_some_and(|program| !program.is_empty()) => {
                Ok(Self { text, words: Some(words.collect()), base: None })
            }
            _ => Err(Failure::usage(
                "an array within the array is a command: [\"pipe:PROGRAM\", ...]",
            )),
        }
    }

    /// As the configuration has it.
    pub(crate) fn shown(&self) -> serde_json::Value {
        match &self.words {
            None => self.text.as_str().into(),
            Some(words) => std::iter::once(&self.text).chain(words).cloned().collect(),
        }
    }

    /// The destination for the account `name`.
    pub(crate) fn for_account(&self, name: &AccountName) -> Result<Place, Failure> {
        if let Some(program) = self.text.strip_prefix(PIPE) {
            // What an account is called never becomes a part of a command.
            return Ok(Place::Pipe(self.command(program)));
        }
        if !self.text.contains(ACCOUNT) {
            return self.read(&self.text);
        }
        if matches!(name.as_str(), "." | "..") {
            let message = format!("an account named '{name}' cannot be a part of {}", self.text);
            return Err(Failure::usage(message));
        }
        // One part of a path, whatever a URL holds.
        self.read(&self.text.replace(ACCOUNT, &name.as_str().replace('/', "%2F")))
    }

    fn command(&self, program: &str) -> CommandLine {
        match &self.words {
            None => CommandLine::Shell(program.to_owned()),
            Some(words) => {
                let all = std::iter::once(program.to_owned()).chain(words.iter().cloned());
                CommandLine::Words(all.collect())
            }
        }
    }

    fn read(&self, text: &str) -> Result<Place, Failure> {
        let path = |path: &str| resolve(Path::new(path), self.base.as_deref());
        match text.split_once(':') {
            _ if text == "-" => Ok(Place::Stdout),
            Some((kind @ ("maildir" | "mbox"), "")) => {
                Err(Failure::usage(format!("the destination {kind}: lacks its path")))
            }
            Some(("pipe", command)) if command.trim().is_empty() || command.contains('\0') => {
                Err(Failure::usage("the destination pipe: lacks its command"))
            }
            Some(("pipe", command)) => Ok(Place::Pipe(self.command(command))),
            Some(("maildir", to)) => Ok(Place::Maildir(path(to)?)),
            Some(("mbox", to)) => Ok(Place::Mbox(one_spelling(path(to)?))),
            other => {
                let failure = Failure::usage(format!(
                    "'{text}' is no destination; use maildir:PATH, mbox:PATH, pipe:COMMAND, or - \
                     for standard output"
                ));
                let near = other.and_then(|(kind, _)| nearest(kind, ["maildir", "mbox", "pipe"]));
                Err(match near {
                    Some(kind) => failure.with_hint(did_you_mean(kind)),
                    None => failure,
                })
            }
        }
    }
}

/// The path of an mbox without symbolic links in its directory: accounts that share an mbox must
/// call it by one name, to take turns and to find what the others have left unfinished. (A Maildir
/// needs neither.)
fn one_spelling(path: PathBuf) -> PathBuf {
    if rustix::process::geteuid().is_root() && foreign_on_the_way(&path).is_some() {
        // Another user's link is not resolved here: the mbox is refused when it is opened.
        return path;
    }
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        // That it cannot be opened is said when it is.
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;
    use popfetch::model::{Endpoint, MailboxIdentity, TlsMode};

    fn read(text: &str, name: &str) -> Place {
        let name = AccountName::configured(name).unwrap();
        let template = Template::parse(text, Some(Path::new("/base"))).unwrap();
        template.for_account(&name).unwrap()
    }

    #[test]
    fn destinations_are_parsed_strictly() {
        assert_eq!(read("-", "a"), Place::Stdout);
        assert_eq!(read("maildir:/a/b", "a"), Place::Maildir("/a/b".into()));
        assert_eq!(read("maildir:b", "a"), Place::Maildir("/base/b".into()));
        assert_eq!(read("mbox:/a/b", "a"), Place::Mbox("/a/b".into()));
        assert_eq!(read("mbox:b", "a"), Place::Mbox("/base/b".into()));
        for bad in ["", "maildir:", "mbox:", "/a/b", "imap:x"] {
            assert_eq!(Template::parse(bad, None).unwrap_err().exit, Exit::USAGE, "{bad}");
        }
    }

    #[test]
    fn an_mbox_has_one_spelling() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, home.path().join("link")).unwrap();
        for spelling in ["real/m", "link/m", "link/../real/m"] {
            let text = format!("mbox:{}", home.path().join(spelling).display());
            assert_eq!(read(&text, "a"), Place::Mbox(real.join("m")), "{spelling}");
        }
    }

    #[test]
    fn the_account_is_one_part_of_the_path() {
        assert_eq!(
            read("maildir:m/{account}/{account}.x", "w-1"),
            Place::Maildir("/base/m/w-1/w-1.x".into())
        );
        assert_eq!(read("mbox:m/{account}", "w-1"), Place::Mbox("/base/m/w-1".into()));
        let template = Template::parse("maildir:/m/{account}", None).unwrap();
        let up = AccountName::configured("..").unwrap();
        assert!(template.for_account(&up).is_err());
        let endpoint = Endpoint { host: "h".into(), port: 995, tls: TlsMode::Implicit };
        let url = AccountName::of_mailbox(&MailboxIdentity::new("../a", &endpoint));
        let expected = Place::Maildir("/m/..%2Fa@h".into());
        assert_eq!(template.for_account(&url).unwrap(), expected);
    }
}
