//! Asking the user.

use std::fs::File;
use std::io::{self, BufRead};

use popfetch::model::Interrupt;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::blocking::{NoAnswer, wait_for};

/// Asks for a password on the terminal, which does not show it.
pub(crate) fn password(interrupt: &Interrupt, prompt: String) -> Result<String, NoAnswer> {
    let terminal = File::open("/dev/tty").map_err(NoAnswer::Failed)?;
    let before = tcgetattr(&terminal);
    if let Ok(mut silent) = before.clone() {
        // Before the question is seen: who types ahead of it must not be seen either.
        silent.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &silent);
    }
    let answer = wait_for(interrupt, None, move || rpassword::prompt_password(prompt));
    if let Ok(before) = &before {
        // Also where the prompt was left in the middle.
        let _ = tcsetattr(&terminal, OptionalActions::Now, before);
    }
    if let Err(NoAnswer::Interrupted) = &answer {
        super::screen::say("\n");
    }
    answer
}

/// Reads a line from standard input.
pub(crate) fn line(interrupt: &Interrupt) -> Result<String, NoAnswer> {
    wait_for(interrupt, None, || {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    })
}
