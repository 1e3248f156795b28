//! Waiting for what blocks, without being deaf to Ctrl-C meanwhile.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use popfetch::model::Interrupt;

/// How often the interrupt is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The user asked to stop.
    Interrupted,
    /// It took too long.
    TimedOut,
    /// It could not be had.
    Failed(io::Error),
}

/// Waits for `answer`, which blocks, in a thread of its own, until `deadline` if there is one: the
/// signal handlers let a blocked read go on. A thread that is given up ends with the process.
pub(crate) fn wait_for<T: Send + 'static>(
    interrupt: &Interrupt,
    deadline: Option<Instant>,
    answer: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, NoAnswer> {
    let (tell, told) = channel();
    let waiting = thread::Builder::new().name("waiting".to_owned()).spawn(move || {
        // Nobody listens after an interrupt.
        let _ = tell.send(answer());
    });
    waiting.map_err(NoAnswer::Failed)?;
    loop {
        match told.recv_timeout(TICK) {
            Ok(Ok(answer)) => return Ok(answer),
            // The password prompt takes Ctrl-C as a character and reports it so.
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {
                return Err(NoAnswer::Interrupted);
            }
            Ok(Err(error)) => return Err(NoAnswer::Failed(error)),
            Err(RecvTimeoutError::Timeout) => may_wait(interrupt, deadline)?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(NoAnswer::Failed(io::ErrorKind::BrokenPipe.into()));
            }
        }
    }
}

/// Whether there is still reason to wait.
pub(crate) fn may_wait(interrupt: &Interrupt, deadline: Option<Instant>) -> Result<(), NoAnswer> {
    if interrupt.is_raised() {
        Err(NoAnswer::Interrupted)
    } else if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        Err(NoAnswer::TimedOut)
    } else {
        Ok(())
    }
}
