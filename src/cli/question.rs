//! Asking the user.

use std::io::{self, BufRead};

use popfetch::model::Interrupt;

use super::blocking::{NoAnswer, wait_for};

/// Asks for a password on the terminal, which does not show it.
pub(crate) fn password(interrupt: &Interrupt, prompt: String) -> Result<String, NoAnswer> {
    let terminal = std::fs::File::open("/dev/tty").map_err(NoAnswer::Failed)?;
    let before = rustix::termios::tcgetattr(&terminal);
    let answer = wait_for(interrupt, None, move || rpassword::prompt_password(prompt));
    if let (Err(NoAnswer::Interrupted), Ok(before)) = (&answer, &before) {
        // The prompt was left in the middle, with the echo still off.
        let now = rustix::termios::OptionalActions::Now;
        let _ = rustix::termios::tcsetattr(&terminal, now, before);
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
