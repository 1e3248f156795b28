//! Where the password is kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use popfetch::durable::{self, Directory};
use popfetch::model::{AccountName, Endpoint, Interrupt, MailboxIdentity, Secret};

use super::super::args::StoreArg;
use super::super::exit::Exit;
use super::super::keyring;
use super::super::password_command::{self, NAME};
use super::super::paths::short;
use super::super::report::Failure;
use super::super::secret_line::LIMIT;
use super::Init;
use super::login::{Held, Proven};
use super::server::Place;

/// What is done with the password.
pub(super) enum Keeping {
    /// Nothing: it is where it has to be, or is asked for each time.
    Nothing,
    /// The configuration says where it is.
    Key(&'static str, String),
    /// It goes into the keyring, for this mailbox.
    Keyring { mailbox: String, secret: Secret },
    /// It goes into this file.
    File { path: PathBuf, secret: Secret },
    /// It goes into the configuration.
    Config(String),
    /// There is none.
    Consent { provider: &'static str, client_id: String },
}

impl Keeping {
    /// Puts the password where it is to be, unless that is the configuration.
    pub(super) fn carry_out(&self, interrupt: &Interrupt) -> Result<(), Failure> {
        match self {
            Self::Keyring { mailbox, secret } => keyring::store(mailbox, secret.clone(), interrupt),
            Self::File { path, secret } => create_private(path, &[secret.expose(), b"\n"].concat()),
            Self::Nothing | Self::Key(..) | Self::Config(_) | Self::Consent { .. } => Ok(()),
        }
    }
}

fn no_keyring() -> Failure {
    Failure::new(Exit::CONFIG, "there is no keyring to keep the password in")
}

pub(super) fn ask(
    init: &Init<'_>,
    name: &AccountName,
    place: &Place,
    proven: &Proven,
) -> Result<Keeping, Failure> {
    let secret = match &proven.held {
        Held::Found => return Ok(Keeping::Nothing),
        Held::Key(key, value) => return Ok(Keeping::Key(key, value.clone())),
        Held::Consent { provider, client_id } => {
            return Ok(Keeping::Consent { provider, client_id: client_id.clone() });
        }
        Held::Here(secret) => secret,
    };
    let interrupt = init.context.interrupt;
    let has_keyring = || keyring::is_there(interrupt);
    let store = match init.args.store {
        Some(StoreArg::Keyring) if !has_keyring() => return Err(no_keyring()),
        Some(store) => Some(store),
        None if init.asker.offers() => choose(init, name, has_keyring())?,
        None if has_keyring() => Some(StoreArg::Keyring),
        None => Some(StoreArg::File),
    };
    Ok(match store {
        None => Keeping::Key("password-command", ask_command(init, secret)?),
        Some(StoreArg::None) => Keeping::Nothing,
        Some(StoreArg::Keyring) => {
            let mailbox = mailbox(&place.user, &place.endpoint);
            Keeping::Keyring { mailbox, secret: secret.clone() }
        }
        Some(StoreArg::File) => {
            Keeping::File { path: password_file(init, name), secret: secret.clone() }
        }
        Some(StoreArg::Config) => {
            let text = std::str::from_utf8(secret.expose()).map_err(|_| {
                Failure::usage(
                    "the password is not UTF-8, which the configuration is; --store file",
                )
            })?;
            Keeping::Config(text.to_owned())
        }
    })
}

/// Writes a file that only the user can read, and that must not be there yet.
fn create_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || {
        let directory = Directory::open_or_create_all(path.parent().unwrap_or(Path::new("/")))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut file = directory.create_file(&name)?;
        file.write(content)?;
        file.sync()?;
        directory.sync()
    };
    write().map_err(|error: durable::Error| {
        Failure::new(Exit::CANNOT_CREATE, format!("{error}: {}", error.source))
    })
}

/// What the keyring calls a mailbox.
fn mailbox(user: &str, endpoint: &Endpoint) -> String {
    AccountName::of_mailbox(&MailboxIdentity::new(user, endpoint)).to_string()
}

/// Asks where the password is to be; nothing stands for a command that prints it.
fn choose(
    init: &Init<'_>,
    name: &AccountName,
    has_keyring: bool,
) -> Result<Option<StoreArg>, Failure> {
    let file = password_file(init, name);
    let mut choices = vec![
        (Some(StoreArg::File), format!("in a file that only you can read: {}", short(&file))),
        (Some(StoreArg::Config), "in the configuration, which then only you can read".to_owned()),
        (None, "where it is already, and a command prints it (pass, say)".to_owned()),
        (Some(StoreArg::None), "nowhere: popfetch asks each time".to_owned()),
    ];
    if has_keyring {
        choices.insert(0, (Some(StoreArg::Keyring), "in the keyring of this desktop".to_owned()));
    }
    let (stores, texts): (Vec<_>, Vec<_>) = choices.into_iter().unzip();
    let chosen = init.asker.choice("Where is the password to be kept?", &texts)?;
    Ok(stores[chosen])
}

/// A file beside the configuration that is not there yet.
fn password_file(init: &Init<'_>, name: &AccountName) -> PathBuf {
    let numbered = (2..).map(|n| format!("{name}-{n}.password"));
    let mut names = std::iter::once(format!("{name}.password")).chain(numbered);
    let free =
        names.find_map(|name| Some(init.file.with_file_name(name)).filter(|it| !it.exists()));
    free.unwrap_or_else(|| init.file.with_file_name("password"))
}

/// Asks for the command, and makes sure that it prints the password.
fn ask_command(init: &Init<'_>, secret: &Secret) -> Result<String, Failure> {
    loop {
        let command = init.asker.line("Command that prints it", None)?;
        match password_command::run(&command, NAME, init.context.interrupt, Instant::now() + LIMIT)
        {
            Ok(printed) if printed.expose() == secret.expose() => return Ok(command),
            Ok(_) => init.asker.tell("It prints something else than the password that was right."),
            Err(failure) if failure.exit.is_signal() => return Err(failure),
            Err(failure) => init.asker.tell_failure(&failure),
        }
    }
}
