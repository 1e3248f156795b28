//! A command that is given a message.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::model::{CommandLine, Interrupt};

/// How much of what a command says is kept, in octets; the rest is read and forgotten.
const SAID: usize = 4096;
/// How long a command may go on once it is asked to end.
const MERCY: Duration = Duration::from_secs(5);
/// How long a command may go on when the user wants popfetch to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How often it is looked whether a silent command has ended, at the least and at the most.
const TICKS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its status; nothing where it had to be ended.
    pub(super) status: Option<ExitStatus>,
    /// The beginning of what it wrote to its standard output and standard error.
    pub(super) said: Vec<u8>,
}

/// Runs `command` with `input` as its standard input, for at most `limit`. It and what it starts
/// are a process group, which is ended as a whole when it takes longer. It sees `environment` and no
/// other.
///
/// The input is a file and no pipe: a command that outlives popfetch then still gets all of it, and
/// never takes half a message for a whole one.
pub(super) fn run(
    command: &CommandLine,
    environment: &[(OsString, OsString)],
    input: OwnedFd,
    limit: Duration,
    interrupt: &Interrupt,
) -> io::Result<Ended> {
    let words = command.words();
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "there is no command"))?;
    let (output, theirs) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment.iter().cloned());
    command.stdin(input).stdout(theirs.try_clone()?).stderr(Stdio::from(theirs)).process_group(0);
    let child = command.spawn()?;
    // With it our ends of what is the child's.
    drop(command);
    let output = OwnedFd::from(output);
    rustix::io::ioctl_fionbio(&output, true)?;
    Running { child, output: Some(output), said: Vec::new() }.wait(limit, interrupt)
}

struct Running {
    child: Child,
    /// What it writes into; nothing once nobody does any more.
    output: Option<OwnedFd>,
    said: Vec<u8>,
}

impl Running {
    fn wait(mut self, limit: Duration, interrupt: &Interrupt) -> io::Result<Ended> {
        let mut deadline = Instant::now() + limit;
        let mut is_stopping = false;
        let mut tick = TICKS.0;
        loop {
            self.listen(tick)?;
            if let Some(status) = self.child.try_wait()? {
                // What was said before the end; who else has the output open is not waited for.
                self.listen(Duration::ZERO)?;
                return Ok(Ended { status: Some(status), said: self.said });
            }
            if interrupt.is_raised() && !std::mem::replace(&mut is_stopping, true) {
                deadline = deadline.min(Instant::now() + GRACE);
            }
            if Instant::now() >= deadline {
                self.end();
                return Ok(Ended { status: None, said: std::mem::take(&mut self.said) });
            }
            tick = (tick * 2).min(TICKS.1);
        }
    }

    /// Reads what is said, for at most so long.
    fn listen(&mut self, limit: Duration) -> io::Result<()> {
        let Some(output) = &self.output else {
            thread::sleep(limit);
            return Ok(());
        };
        let mut ready = [PollFd::new(output, PollFlags::IN)];
        let limit = Timespec::try_from(limit).unwrap_or_default();
        match poll(&mut ready, Some(&limit)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(()),
            Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
        let mut piece = [0; 4096];
        match rustix::io::read(output, &mut piece) {
            Ok(0) => self.output = None,
            Ok(octets) => {
                let room = SAID.saturating_sub(self.said.len());
                self.said.extend_from_slice(&piece[..octets.min(room)]);
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(errno) => return Err(errno.into()),
        }
        Ok(())
    }

    /// Ends it and all that it has started: politely, then not.
    fn end(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::TERM);
        let deadline = Instant::now() + MERCY;
        while !matches!(self.child.try_wait(), Ok(Some(_))) && Instant::now() < deadline {
            let _ = self.listen(TICKS.1);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}
