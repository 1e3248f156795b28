//! Asking the user, without being deaf to Ctrl-C meanwhile.

use std::io::{self, BufRead};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use popfetch::model::Interrupt;

/// How often the interrupt is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The user asked to stop.
    Interrupted,
    /// The question could not be asked.
    Failed,
}

/// Waits for `answer`, which blocks, in a thread of its own: the signal handlers let a blocked
/// read go on. A thread that is given up ends with the process.
fn ask<T: Send + 'static>(
    interrupt: &Interrupt,
    answer: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, NoAnswer> {
    let (tell, told) = channel();
    let asker = thread::Builder::new().name("question".to_owned());
    let asked = asker.spawn(move || {
        // Nobody listens after an interrupt.
        let _ = tell.send(answer());
    });
    asked.map_err(|_| NoAnswer::Failed)?;
    loop {
        match told.recv_timeout(TICK) {
            Ok(Ok(answer)) => return Ok(answer),
            // The password prompt takes Ctrl-C as a character and reports it so.
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {
                return Err(NoAnswer::Interrupted);
            }
            Ok(Err(_)) => return Err(NoAnswer::Failed),
            Err(RecvTimeoutError::Timeout) if !interrupt.is_raised() => {}
            Err(_) => return Err(NoAnswer::Interrupted),
        }
    }
}

/// Asks for a password on the terminal, which does not show it.
pub(crate) fn password(interrupt: &Interrupt, prompt: String) -> Result<String, NoAnswer> {
    let terminal = std::fs::File::open("/dev/tty").map_err(|_| NoAnswer::Failed)?;
    let before = rustix::termios::tcgetattr(&terminal);
    let answer = ask(interrupt, move || rpassword::prompt_password(prompt));
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
    ask(interrupt, || {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    })
}
