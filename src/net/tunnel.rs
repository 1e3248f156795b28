//! A command whose standard input and output are a connection.

use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Error;
use crate::model::Tunnel;

/// How long the command may take to end by itself once its connection is closed, and then again
/// once it is asked to.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(5);

/// The running command. It ends with this value.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    /// Our end of its connection.
    stream: UnixStream,
}

/// Starts the command, and gives the other end of what it reads and writes. Its standard error
/// stays the user's, and so does its process group: in one of its own, ssh could not ask for a
/// password.
pub(super) fn start(tunnel: &Tunnel) -> Result<(UnixStream, Running), Error> {
    let failed = |source| Error::Tunnel { source };
    let (ours, theirs) = UnixStream::pair().map_err(failed)?;
    let output = theirs.try_clone().map_err(failed)?;
    let (program, arguments) = tunnel.command.split_first().ok_or_else(|| {
        failed(io::Error::new(io::ErrorKind::InvalidInput, "there is no command"))
    })?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(OwnedFd::from(theirs)).stdout(OwnedFd::from(output));
    for variable in &tunnel.hidden {
        command.env_remove(variable);
    }
    // The command's ends close here with `command`: what is left of them then is the child's.
    let stream = ours.try_clone().map_err(failed)?;
    command.spawn().map(|child| (ours, Running { child, stream })).map_err(failed)
}

impl Running {
    /// What to say of a command that has closed its output: nothing where it ends well.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        let status = self.wait_for(PATIENCE).filter(|status| !status.success())?;
        Some(io::Error::new(io::ErrorKind::ConnectionAborted, describe(status)))
    }

    /// Waits for its end, but not for ever.
    fn wait_for(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(PAUSE);
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("the tunnel command exited with status {code}"),
        None => format!("the tunnel command was ended by a {status}"),
    }
}

impl Drop for Running {
    /// It hears that there is no more to come, which most take for the end, and may still write:
    /// many complain of a pipe that is broken.
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        if self.wait_for(PATIENCE).is_some() {
            return;
        }
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        if self.wait_for(PATIENCE).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    fn started(script: &str) -> (UnixStream, Running) {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        start(&Tunnel { command, hidden: vec!["HOME"] }).unwrap()
    }

    #[test]
    fn its_input_and_output_are_the_connection() {
        let (mut stream, mut running) = started("read line; echo \"$line ${HOME-unset}\"");
        stream.write_all(b"hello\n").unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "hello unset\n");
        assert!(running.failure().is_none());
    }

    #[test]
    fn how_it_ended_is_told() {
        for (script, sentence) in [
            ("exit 255", Some("the tunnel command exited with status 255")),
            ("kill -9 $$", Some("the tunnel command was ended by a signal: 9 (SIGKILL)")),
            ("exit 0", None),
        ] {
            let (_stream, mut running) = started(script);
            let failure = running.failure().map(|error| error.to_string());
            assert_eq!(failure.as_deref(), sentence);
        }
    }

    #[test]
    fn it_ends_with_its_connection_whether_it_wants_to_or_not() {
        for script in ["cat", "exec sleep 600", "trap '' TERM; echo; exec sleep 600"] {
            let (mut stream, running) = started(&format!("echo x; {script}"));
            // The trap is set.
            let mut heard = [0; 3];
            let lines = 2 + usize::from(script.starts_with("trap"));
            stream.read_exact(&mut heard[..lines]).unwrap();
            let id = Pid::from_child(&running.child);
            drop(running);
            assert!(rustix::process::test_kill_process(id).is_err(), "{script}");
        }
    }

    #[test]
    fn a_program_that_is_not_there() {
        let command = vec!["/nowhere/ssh".to_owned()];
        let error = start(&Tunnel { command, hidden: Vec::new() }).unwrap_err();
        assert_eq!(error.to_string(), "cannot start the tunnel command");
    }
}
