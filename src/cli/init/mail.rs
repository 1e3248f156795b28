//! Where the mail goes, and what becomes of it on the server.

use std::path::{Path, PathBuf};

use popfetch::durable::Directory;
use popfetch::jobs::Trial;
use popfetch::model::{AccountName, FirstFetch, Place, count};
use rustix::fs::{Access, access};

use super::super::destination::Template;
use super::super::exit::Exit;
use super::super::paths::{resolve, short};
use super::super::report::Failure;
use super::super::values::parse_age;
use super::Init;

/// Where mail goes where nothing else is said.
const USUAL: &str = "maildir:~/Mail/{account}";

/// What is decided about an account's mail.
pub(super) struct Mail {
    /// As the configuration is to have it; nothing where its defaults say it.
    pub(super) to: Vec<String>,
    pub(super) delete: Delete,
    /// Nothing where there is no mail yet.
    pub(super) first: Option<FirstFetch>,
    /// The directory of the destination, to be made.
    missing: Vec<PathBuf>,
}

/// When mail that is safe here is deleted on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Delete {
    Never,
    AtOnce,
    After(String),
}

impl Mail {
    /// Makes the directory in which the destination is to be.
    pub(super) fn make_directory(&self) -> Result<(), Failure> {
        self.missing.iter().try_for_each(|path| {
            Directory::open_or_create(path).map(drop).map_err(|error| {
                Failure::new(Exit::CANNOT_CREATE, format!("{error}: {}", error.source))
            })
        })
    }
}

pub(super) fn ask(
    init: &Init<'_>,
    name: &AccountName,
    trial: Option<&Trial>,
) -> Result<Mail, Failure> {
    let (to, missing) = destinations(init, name)?;
    let first = first_fetch(init, trial)?;
    let delete = delete(init, trial)?;
    Ok(Mail { to, delete, first, missing })
}

fn destinations(
    init: &Init<'_>,
    name: &AccountName,
) -> Result<(Vec<String>, Vec<PathBuf>), Failure> {
    let (mut to, mut missing) = (Vec::new(), Vec::new());
    let mut take = |text: &str| -> Result<(), Failure> {
        let (text, directory) = check(init, text, name)?;
        to.push(text);
        missing.extend(directory);
        Ok(())
    };
    let inherited = init.config.is_some_and(|config| config.defaults.to.is_some());
    if !init.args.to.is_empty() {
        for text in &init.args.to {
            match take(text) {
                Err(failure) if init.asker.asks && !failure.exit.is_signal() => {
                    init.asker.tell_failure(&failure);
                    ask_destination(init, &mut take)?;
                }
                done => done?,
            }
        }
    } else if inherited {
        // The configuration says it for all accounts.
    } else if init.asker.offers() {
        ask_destination(init, &mut take)?;
    } else {
        take(USUAL)?;
    }
    Ok((to, missing))
}

fn ask_destination(
    init: &Init<'_>,
    take: &mut dyn FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        let answer = init.asker.line("Where does the mail go", Some(USUAL))?;
        match take(&answer) {
            Err(failure) if !failure.exit.is_signal() => init.asker.tell_failure(&failure),
            done => return done,
        }
    }
}

/// A destination as the configuration is to have it, and the directory that has to be made for it.
fn check(
    init: &Init<'_>,
    text: &str,
    name: &AccountName,
) -> Result<(String, Option<PathBuf>), Failure> {
    let place = Template::parse(text, None)?.for_account(name)?;
    let path = match &place {
        Place::Maildir(path) | Place::Mbox(path) => path,
        Place::Stdout => {
            return Err(Failure::usage("standard output is no place for an account's mail"));
        }
        // Whether the command is good for anything, only mail can show.
        Place::Pipe(_) => return Ok((text.to_owned(), None)),
    };
    let cannot = |why: String| Failure::new(Exit::CANNOT_CREATE, why);
    if path.exists() {
        let fits = if matches!(place, Place::Maildir(_)) { path.is_dir() } else { path.is_file() };
        if !fits || !writable(path) {
            return Err(cannot(format!(
                "{} is there, and cannot be used as {text}",
                path.display()
            )));
        }
        return Ok((lasting(text)?, None));
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    let shown = short(parent);
    if parent.exists() {
        if !parent.is_dir() || !writable(parent) {
            return Err(cannot(format!("nothing can be made in {shown}")));
        }
        return Ok((lasting(text)?, None));
    }
    let above = parent.parent().unwrap_or(Path::new("/"));
    if !above.is_dir() || !writable(above) {
        return Err(cannot(format!("there is no directory {shown}, nor can one be made")));
    }
    let make = init.args.yes
        || init.args.dry_run
        || init.asker.asks && init.asker.yes(&format!("There is no {shown}. Make it?"), true)?;
    if make {
        Ok((lasting(text)?, Some(parent.to_owned())))
    } else {
        Err(cannot(format!("there is no directory {shown}")))
    }
}

fn writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
        || path.is_file() && access(path, Access::WRITE_OK).is_ok()
}

/// The same destination for a file that lies elsewhere: what is relative is relative to that.
fn lasting(text: &str) -> Result<String, Failure> {
    let Some((kind, path)) = text.split_once(':') else { return Ok(text.to_owned()) };
    if path.starts_with(['/', '~']) {
        return Ok(text.to_owned());
    }
    Ok(format!("{kind}:{}", resolve(path.as_ref(), None)?.display()))
}

fn first_fetch(init: &Init<'_>, trial: Option<&Trial>) -> Result<Option<FirstFetch>, Failure> {
    let messages = trial.map_or(0, |trial| trial.messages);
    let usable = trial.is_none_or(|trial| trial.has_uids);
    if init.args.first_fetch.is_some() || messages == 0 || !usable || !init.asker.offers() {
        return Ok(init.args.first_fetch);
    }
    let choices = [
        format!("all that is there ({})", count(messages, "message")),
        "nothing of it: only what comes from now on".to_owned(),
        "the last few".to_owned(),
    ];
    match init.asker.choice("The first fetch brings:", &choices)? {
        0 => Ok(None),
        1 => Ok(Some(FirstFetch::Seen)),
        _ => loop {
            let answer = init.asker.line("How many", None)?;
            match answer.parse() {
                Ok(last) => return Ok(Some(FirstFetch::Last(last))),
                Err(_) => init.asker.tell("Please answer with a number."),
            }
        },
    }
}

fn delete(init: &Init<'_>, trial: Option<&Trial>) -> Result<Delete, Failure> {
    let args = init.args;
    if let Some(age) = &args.delete_after {
        return Ok(Delete::After(age.clone()));
    }
    if args.delete {
        return Ok(Delete::AtOnce);
    }
    if args.keep || !init.asker.offers() {
        return Ok(Delete::Never);
    }
    let can_keep = trial.is_none_or(|trial| trial.has_uids || trial.messages == 0);
    let mut choices = vec!["left there".to_owned(), "deleted there, some days later".to_owned()];
    if !can_keep {
        choices.clear();
    }
    choices.push("deleted there, at once".to_owned());
    let chosen = init.asker.choice("What is safe here is, on the server:", &choices)?;
    match choices[chosen].as_str() {
        "left there" => Ok(Delete::Never),
        "deleted there, at once" => Ok(Delete::AtOnce),
        _ => loop {
            let answer = init.asker.line("After how long", Some("14d"))?;
            match parse_age(&answer) {
                Ok(_) => return Ok(Delete::After(answer)),
                Err(message) => init.asker.tell_failure(&Failure::usage(message)),
            }
        },
    }
}
