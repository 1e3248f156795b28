//! A command that prints an access token.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use popfetch::model::{Interrupt, NoToken, NoTokenCause, Secret, Tokens};

use super::exit::Exit;
use super::password_command;
use super::report::Failure;
use super::secret_line::{LIMIT, refuse};

/// What the command is called in messages.
const NAME: &str = "the token command";

/// Commands of several accounts run one at a time: they may ask on the terminal.
static TERMINAL: Mutex<()> = Mutex::new(());

/// The command, and what it printed last.
#[derive(Debug)]
pub(crate) struct TokenCommand {
    command: String,
    token: Mutex<Secret>,
}

impl TokenCommand {
    /// Runs it for the first time.
    pub(crate) fn run(
        command: String,
        interrupt: &Interrupt,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let token = Mutex::new(print(&command, interrupt, deadline)?);
        Ok(Self { command, token })
    }
}

fn print(command: &str, interrupt: &Interrupt, deadline: Instant) -> Result<Secret, Failure> {
    let _alone = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
    let token = password_command::run(command, NAME, interrupt, deadline)?;
    // What else it may hold would be part of the mechanism's own syntax.
    if token.is_empty() || !token.expose().iter().all(u8::is_ascii_graphic) {
        return Err(refuse(format!("what {NAME} prints is no token")));
    }
    Ok(token)
}

impl Tokens for TokenCommand {
    fn token(&self, _: &Interrupt) -> Result<Secret, NoToken> {
        Ok(self.token.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn renew(&self, refused: &Secret, interrupt: &Interrupt) -> Result<Option<Secret>, NoToken> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.expose() == refused.expose() {
            let printed = print(&self.command, interrupt, Instant::now() + LIMIT);
            *token = printed.map_err(no_token)?;
        }
        let another = token.expose() != refused.expose();
        Ok(another.then(|| token.clone()))
    }
}

fn no_token(failure: Failure) -> NoToken {
    let cause = match failure.exit {
        Exit::TEMPORARY => NoTokenCause::Temporary,
        exit if exit.is_signal() => NoTokenCause::Interrupted,
        _ => NoTokenCause::Consent,
    };
    NoToken { cause, message: failure.message, hint: failure.hint }
}
