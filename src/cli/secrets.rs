//! Where a password comes from. The first source that is set counts; one that is set and fails
//! does not fall through to the next.

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use popfetch::jobs::Account;
use popfetch::model::{AccountName, Interrupt, Secret};

use super::args::ConnectionArgs;
use super::blocking::NoAnswer;
use super::config::Values;
use super::exit::Exit;
use super::keyring;
use super::netrc;
use super::password_command::{self, NAME};
use super::paths::resolve;
use super::question;
use super::report::Failure;
use super::secret_line::{LIMIT, check_private, no_password_from, read_line, refuse};

/// The environment variable that may hold a password.
pub(crate) const VARIABLE: &str = "POPFETCH_PASSWORD";

/// What a password file is called in messages.
pub(crate) const PASSWORD_FILE: &str = "password file";

/// Where systemd puts the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Where the password of one account is to come from.
#[derive(Debug)]
pub(crate) enum PasswordSource {
    /// An open descriptor.
    Descriptor(u32, File),
    /// A file.
    File(PathBuf),
    /// What a command prints.
    Command(String),
    /// The environment.
    Environment(Secret),
    /// The configuration itself.
    Config(Secret),
    /// A credential that systemd gives.
    Credential(PathBuf),
    /// Where else it may be: the keyring, netrc, or the user's head.
    Elsewhere,
}

impl PasswordSource {
    /// The source that counts for the account `name`. Opens the descriptor at once, while it is
    /// sure to be the one that was passed.
    pub(crate) fn choose(
        args: &ConnectionArgs,
        values: &Values,
        name: &AccountName,
    ) -> Result<Self, Failure> {
        if let Some(number) = args.password_fd {
            let fail = |error: io::Error| {
                refuse(format!("cannot read the password from file descriptor {number}: {error}"))
            };
            // Standard input as it is; others are opened by name, since safe code cannot take a
            // descriptor over by its number.
            let file = if number == 0 {
                io::stdin().as_fd().try_clone_to_owned().map(File::from)
            } else {
                File::open(format!("/dev/fd/{number}"))
            };
            return Ok(Self::Descriptor(number, file.map_err(fail)?));
        }
        if let Some(path) = &args.password_file {
            return Ok(Self::File(resolve(path, None)?));
        }
        if let Some(command) = &args.password_command {
            return Ok(Self::Command(command.clone()));
        }
        Ok(Self::without_flags(values, name))
    }

    /// The source that counts where no flag names one.
    pub(crate) fn without_flags(values: &Values, name: &AccountName) -> Self {
        if let Some(value) = env::var_os(VARIABLE) {
            return Self::Environment(Secret::new(value.into_encoded_bytes()));
        }
        if let Some(set) = &values.password_file {
            return Self::File(set.value.clone());
        }
        if let Some(set) = &values.password_command {
            return Self::Command(set.value.0.clone());
        }
        if let Some(set) = &values.password {
            return Self::Config(set.value.clone());
        }
        credential(name).map_or(Self::Elsewhere, Self::Credential)
    }

    /// Reads the password of `account`.
    pub(crate) fn read(self, account: &Account, interrupt: &Interrupt) -> Result<Secret, Failure> {
        let deadline = Instant::now() + LIMIT;
        let line = |file: File, origin: &str| read_line(file, origin, interrupt, deadline);
        let (secret, origin) = match self {
            Self::Descriptor(number, file) => {
                let origin = format!("file descriptor {number}");
                (line(file, &origin)?, origin)
            }
            Self::File(path) => {
                let origin = format!("the file {}", path.display());
                (line(open_private(&path, PASSWORD_FILE)?, &origin)?, origin)
            }
            Self::Command(command) => {
                (password_command::run(&command, NAME, interrupt, deadline)?, NAME.to_owned())
            }
            Self::Environment(secret) => (secret, format!("the variable {VARIABLE}")),
            Self::Config(secret) => (secret, "the configuration".to_owned()),
            Self::Credential(path) => {
                let origin = format!("the credential {}", path.display());
                (line(open_credential(&path)?, &origin)?, origin)
            }
            Self::Elsewhere => elsewhere(account, interrupt)?,
        };
        Self::usable(secret, &origin)
    }

    /// `secret`, if it can be a password.
    pub(crate) fn usable(secret: Secret, origin: &str) -> Result<Secret, Failure> {
        if secret.is_empty() {
            return Err(refuse(format!("the password from {origin} is empty")));
        }
        if secret.expose().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(refuse(format!("the password from {origin} holds a line break or a NUL")));
        }
        Ok(secret)
    }
}

/// Opens a file with a secret, `what` in words, which nobody else may be able to read.
pub(crate) fn open_private(path: &Path, what: &str) -> Result<File, Failure> {
    let config = |message: String| Failure::new(Exit::CONFIG, message);
    let shown = path.display();
    let refused = |error: io::Error| config(format!("cannot read the {what} {shown}: {error}"));
    // Looked at before it is opened: to open a FIFO would wait for its writer.
    if !fs::metadata(path).map_err(refused)?.is_file() {
        let failure = config(format!("the {what} {shown} is not a regular file"));
        return Err(match what {
            PASSWORD_FILE => failure.with_hint("for a pipe, use --password-fd"),
            _ => failure,
        });
    }
    let file = File::open(path).map_err(refused)?;
    check_private(&file.metadata().map_err(refused)?, what, path)?;
    Ok(file)
}

/// The password of `account` where nothing says where it is, and where it was.
fn elsewhere(account: &Account, interrupt: &Interrupt) -> Result<(Secret, String), Failure> {
    if let Some((secret, origin)) = kept(account, interrupt)? {
        return Ok((secret, origin.to_owned()));
    }
    let (user, host) = (account.user.as_str(), account.endpoint.host.as_str());
    Ok((prompt(user, host, interrupt)?, "the prompt".to_owned()))
}

/// The password of `account` where one is kept for its mailbox, and where that is.
pub(crate) fn kept(
    account: &Account,
    interrupt: &Interrupt,
) -> Result<Option<(Secret, &'static str)>, Failure> {
    if let Some(secret) = keyring::find(&mailbox(account), interrupt)? {
        return Ok(Some((secret, "the keyring")));
    }
    let found = netrc::find(&account.user, &account.endpoint.host)?;
    Ok(found.map(|secret| (secret, "netrc")))
}

/// What the password of `account` is kept under in the keyring.
pub(crate) fn mailbox(account: &Account) -> String {
    AccountName::of_mailbox(&account.identity()).to_string()
}

/// The credential of the account `name`, if systemd gives one.
fn credential(name: &AccountName) -> Option<PathBuf> {
    let directory = env::var_os(CREDENTIALS).filter(|directory| !directory.is_empty())?;
    // The name of a URL source may hold anything; that of a credential may not.
    if name.as_str().contains('/') {
        return None;
    }
    let path = Path::new(&directory).join(format!("popfetch.{name}"));
    // What is there and cannot be looked at is set, and fails.
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        _ => Some(path),
    }
}

/// Opens a credential. Who may read it is systemd's affair: it lets the service in by an access
/// control list, which looks like a permission of the group.
fn open_credential(path: &Path) -> Result<File, Failure> {
    let shown = path.display();
    let refused = |error: io::Error| refuse(format!("cannot read the credential {shown}: {error}"));
    if !fs::metadata(path).map_err(refused)?.is_file() {
        return Err(refuse(format!("the credential {shown} is not a regular file")));
    }
    File::open(path).map_err(refused)
}

pub(crate) fn prompt(user: &str, host: &str, interrupt: &Interrupt) -> Result<Secret, Failure> {
    // A job without a terminal must not hang on a question that nobody sees.
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        return Err(no_password());
    }
    let shown = popfetch::proto::visible(user.as_bytes(), 80);
    match question::password(interrupt, format!("Password for {shown} at {host}: ")) {
        Ok(password) => Ok(Secret::new(password.into_bytes())),
        Err(reason @ NoAnswer::Interrupted) => {
            Err(no_password_from("the prompt", reason, interrupt))
        }
        Err(NoAnswer::Failed(_) | NoAnswer::TimedOut) => Err(no_password()),
    }
}

fn no_password() -> Failure {
    refuse("there is no password, and no terminal to ask for one".to_owned()).with_hint(
        "give it by --password-command, --password-file, --password-fd, the environment variable \
         POPFETCH_PASSWORD, password-command, password-file or password in the configuration, \
         popfetch login (the keyring), or ~/.netrc",
    )
}
