//! A command that delivers mail, as procmail, maildrop, dovecot-lda and sendmail do, or any script.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::child::{Ended, run};
use crate::delivery::local::from_line;
use crate::delivery::{Answer, Error, Letter, Receiver};
use crate::durable;
use crate::model::{CommandLine, Interrupt, Place};
use crate::proto::visible;

/// How a command is run.
#[derive(Clone, Debug)]
pub struct PipeSettings {
    /// What to run. Nothing from a message becomes a part of it.
    pub command: CommandLine,
    /// The environment, and all of it but for what tells of the message.
    pub environment: Vec<(OsString, OsString)>,
    /// The account's name.
    pub account: String,
    /// Whether the message begins with a From_ line, as in an mbox.
    pub from_line: bool,
    /// How long the command may take.
    pub limit: Duration,
}

/// A command that is run for each message.
#[derive(Debug)]
pub struct Pipe {
    place: Place,
    settings: PipeSettings,
    interrupt: Interrupt,
}

impl Pipe {
    /// Messages go to the command of `settings`. Where `interrupt` is raised, it has only some
    /// seconds more.
    #[must_use]
    pub fn new(settings: PipeSettings, interrupt: Interrupt) -> Self {
        Self { place: Place::Pipe(settings.command.clone()), settings, interrupt }
    }

    fn environment(&self, letter: &Letter<'_>) -> Vec<(OsString, OsString)> {
        use std::os::unix::ffi::OsStringExt;
        let mut environment = self.settings.environment.clone();
        let mut tell = |name: &str, value: OsString| environment.push((name.into(), value));
        tell("POPFETCH_ACCOUNT", self.settings.account.clone().into());
        tell("POPFETCH_SENDER", letter.sender.unwrap_or_default().into());
        // A UID holds no NUL.
        tell("POPFETCH_UID", OsString::from_vec(letter.uid.unwrap_or_default().to_vec()));
        environment
    }

    fn not_taken(&self, reason: String) -> Error {
        Error::NotTaken { place: self.place.clone(), reason }
    }
}

impl Receiver for Pipe {
    fn place(&self) -> &Place {
        &self.place
    }

    fn hand_over(&self, letter: &mut Letter<'_>) -> Result<Answer, Error> {
        if self.interrupt.is_raised() {
            return Err(self.not_taken("popfetch was asked to stop".to_owned()));
        }
        let spooling = |source| Error::Spool { place: self.place.clone(), source };
        let environment = self.environment(letter);
        let input = if self.settings.from_line {
            let line = from_line(letter.sender, letter.seconds);
            with_line(&line, letter).and_then(|file| file.share())
        } else {
            letter.content.share()
        };
        let input = input.map_err(spooling)?;
        let PipeSettings { command, limit, .. } = &self.settings;
        let ended = run(command, &environment, input, *limit, &self.interrupt)
            .map_err(|error| self.not_taken(format!("it cannot be run: {error}")))?;
        match judge(&ended, *limit) {
            Verdict::Taken => Ok(Answer::Taken),
            Verdict::Refused(reason) => Ok(Answer::Refused(reason)),
            Verdict::Later(reason) => Err(self.not_taken(reason)),
        }
    }
}

/// The message behind a line of its own.
fn with_line(line: &str, letter: &mut Letter<'_>) -> Result<durable::File, durable::Error> {
    let mut file = letter.spools.create_unnamed(&format!("{}.from", letter.name))?;
    file.append(line.as_bytes())?;
    file.append(b"\n")?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        match letter.content.read(&mut piece)? {
            0 => break,
            octets => file.append(&piece[..octets])?,
        }
    }
    file.complete()?;
    file.rewind()?;
    Ok(file)
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    Refused(String),
    Later(String),
}

/// Statuses that say nothing of the message (sysexits.h: EX_OSERR, EX_CANTCREAT, EX_IOERR and
/// EX_TEMPFAIL; qmail's 111), and the shell's for a command that it does not find or cannot run.
const LATER: [i32; 7] = [71, 73, 74, 75, 111, 126, 127];

fn judge(ended: &Ended, limit: Duration) -> Verdict {
    let said = first_line(&ended.said);
    let with = |what: String| if said.is_empty() { what } else { format!("{what}: {said}") };
    let Some(status) = ended.status else {
        return Verdict::Later(with(format!("it had not ended after {} seconds", limit.as_secs())));
    };
    match status.code() {
        Some(0) => Verdict::Taken,
        Some(code) if LATER.contains(&code) => Verdict::Later(with(exited(code))),
        Some(code) => Verdict::Refused(with(exited(code))),
        None => Verdict::Later(with(signalled(status))),
    }
}

fn exited(code: i32) -> String {
    format!("it exited with status {code}")
}

fn signalled(status: ExitStatus) -> String {
    format!("it was ended by signal {}", status.signal().unwrap_or_default())
}

/// The first line that says anything, fit for a terminal.
fn first_line(said: &[u8]) -> String {
    let mut lines = said.split(|&octet| octet == b'\n').map(<[u8]>::trim_ascii);
    visible(lines.find(|line| !line.is_empty()).unwrap_or_default(), 200)
}
