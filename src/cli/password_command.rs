//! A command that prints a password.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use popfetch::model::{Interrupt, Secret};

use super::blocking::{TICK, may_wait};
use super::report::Failure;
use super::secret_line::{no_password_from, read_line, refuse};
use super::secrets::VARIABLE;
use super::system_roots;

/// What the command is called in messages.
pub(crate) const NAME: &str = "the password command";

/// What `command`, run by the shell, prints until `deadline`, if it succeeds. One that does not
/// come to an end is killed. In messages it is called `name`.
pub(crate) fn run(
    command: &str,
    name: &str,
    interrupt: &Interrupt,
    deadline: Instant,
) -> Result<Secret, Failure> {
    // Its standard error stays the user's: it may ask, or complain, there. So does its process
    // group: in one of its own it could not ask on the terminal.
    let mut shell = Command::new("sh");
    for variable in system_roots::hidden() {
        shell.env_remove(variable);
    }
    shell.args(["-c", command]).env_remove(VARIABLE).stdout(Stdio::piped());
    let child = shell.spawn();
    let mut child = child.map_err(|error| failed(name, &error.to_string()))?;
    let printed = match child.stdout.take() {
        Some(stdout) => read_line(stdout, name, interrupt, deadline),
        None => Err(failed(name, "it has no output")),
    };
    let done =
        printed.and_then(|secret| Ok((secret, wait(&mut child, name, interrupt, deadline)?)));
    match done {
        Ok((secret, status)) if status.success() => Ok(secret),
        Ok((_, status)) => Err(failed(name, &status.to_string())),
        Err(failure) => {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            Err(failure)
        }
    }
}

/// Waits for the end of a command that has closed its output, and so is about to end.
fn wait(
    child: &mut Child,
    name: &str,
    interrupt: &Interrupt,
    deadline: Instant,
) -> Result<ExitStatus, Failure> {
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => return Err(failed(name, &error.to_string())),
        }
        may_wait(interrupt, Some(deadline))
            .map_err(|reason| no_password_from(name, reason, interrupt))?;
        thread::sleep(pause);
        pause = (pause * 2).min(TICK);
    }
}

fn failed(name: &str, what: &str) -> Failure {
    refuse(format!("{name} failed: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    #[test]
    fn one_that_does_not_come_to_an_end_is_killed() {
        let soon = || Instant::now() + Duration::from_millis(200);
        for command in ["exec sleep 600", "echo x; exec >&-; exec sleep 600"] {
            let since = Instant::now();
            let failure = run(command, NAME, &Interrupt::default(), soon()).unwrap_err();
            assert_eq!(failure.exit, Exit::TEMPORARY, "{command}");
            assert!(since.elapsed() < Duration::from_secs(60));
        }
        let secret =
            run("printf 'a b\\n'", NAME, &Interrupt::default(), Instant::now() + LONG).unwrap();
        assert_eq!(secret.expose(), b"a b");
    }

    const LONG: Duration = Duration::from_secs(60);
}
