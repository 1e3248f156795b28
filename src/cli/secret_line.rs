//! A password as files, descriptors and commands give it: a line.

use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use popfetch::jobs::Class;
use popfetch::model::{Interrupt, Secret};
use zeroize::Zeroizing;

use super::blocking::{NoAnswer, wait_for};
use super::exit::Exit;
use super::report::Failure;

/// How long whoever gives the password may take: a person may have to find a key first. Under
/// cron nobody does, and waiting processes must not pile up.
pub(crate) const LIMIT: Duration = Duration::from_secs(300);

/// The longest password read, in octets. Longer is a wrong file.
const MAX: u64 = 64 * 1024;

/// Reads everything until `deadline`, and takes one line end off. `origin` names where it is from.
pub(crate) fn read_line(
    source: impl Read + Send + 'static,
    origin: &str,
    interrupt: &Interrupt,
    deadline: Instant,
) -> Result<Secret, Failure> {
    match wait_for(interrupt, Some(deadline), move || take_line(source)) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(refuse(format!("what {origin} holds is too long for a password"))),
        Err(reason) => Err(no_password_from(origin, reason, interrupt)),
    }
}

/// Nothing where it is too long.
pub(super) fn take_line(source: impl Read) -> io::Result<Option<Secret>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    source.take(MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX {
        return Ok(None);
    }
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").filter(|_| line.len() < bytes.len()).unwrap_or(line);
    Ok(Some(Secret::new(line.to_vec())))
}

/// Requires that nobody else can read or write a file with a secret, and that nobody else has put
/// it there.
pub(crate) fn check_private(metadata: &Metadata, what: &str, path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let config = |message: String| Failure::new(Exit::CONFIG, message);
    if metadata.mode() & 0o077 != 0 {
        return Err(config(format!("others can read or write the {what} {shown}"))
            .with_hint(format!("chmod 600 {shown}")));
    }
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && metadata.uid() != 0 {
        return Err(config(format!("the {what} {shown} belongs to another user")));
    }
    Ok(())
}

/// The failure of `origin`, which did not give a password.
pub(crate) fn no_password_from(origin: &str, reason: NoAnswer, interrupt: &Interrupt) -> Failure {
    match reason {
        NoAnswer::Failed(error) => {
            refuse(format!("cannot read the password from {origin}: {error}"))
        }
        NoAnswer::TimedOut => {
            let message = format!("waited {} s for the password from {origin}", LIMIT.as_secs());
            Failure::new(Exit::TEMPORARY, message)
        }
        NoAnswer::Interrupted => {
            let exit = Exit::of(Class::Interrupted, interrupt.signal());
            Failure::new(exit, "interrupted")
        }
    }
}

/// The failure that `message` tells: there is no password.
pub(crate) fn refuse(message: String) -> Failure {
    Failure::new(Exit::NO_PERMISSION, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_line_end_is_taken_off() {
        let read = |text: &'static str| {
            take_line(text.as_bytes()).unwrap().map(|secret| secret.expose().to_vec()).unwrap()
        };
        assert_eq!(read("secret\n"), b"secret");
        assert_eq!(read("secret\r\n"), b"secret");
        assert_eq!(read(" sec ret "), b" sec ret ");
        assert_eq!(read("secret\n\n"), b"secret\n");
        assert_eq!(read("secret\r"), b"secret\r");
    }

    #[test]
    fn what_never_comes_is_not_waited_for_for_ever() {
        let (silent, _writer) = io::pipe().unwrap();
        let deadline = Instant::now() + Duration::from_millis(50);
        let failure = read_line(silent, "it", &Interrupt::default(), deadline).unwrap_err();
        assert_eq!(failure.exit, Exit::TEMPORARY);
        assert_eq!(failure.message, "waited 300 s for the password from it");
    }
}
