//! The commands, what they look like on the wire, and what may be said of them.

use crate::model::{MessageNumber, Secret};

/// A POP3 command (RFC 1939; CAPA: RFC 2449; AUTH: RFC 5034; STLS: RFC 2595; UTF8: RFC 6856).
#[derive(Clone, Debug)]
pub enum Command {
    /// What can the server do?
    Capa,
    /// Go on under TLS.
    Stls,
    /// Let messages be what they are: UTF-8 in their headers (RFC 6856).
    Utf8,
    /// Begin a login by name.
    User(String),
    /// End it with the password.
    Pass(Secret),
    /// Log in with a digest of the password and the greeting's timestamp.
    Apop(String, Secret),
    /// Begin a SASL exchange, with the initial response, already in base64, if it fits.
    Auth {
        /// The mechanism's name.
        mechanism: &'static str,
        /// The initial response in base64 (`=` when empty).
        initial: Option<Secret>,
    },
    /// A line of a SASL exchange: base64, or `*` to give up.
    SaslResponse(Secret),
    /// How many messages, how many octets?
    Stat,
    /// The sizes.
    List,
    /// The unique-ids.
    Uidl,
    /// The header block and so many lines of the body.
    Top(MessageNumber, u32),
    /// The whole message.
    Retr(MessageNumber),
    /// Mark as deleted, for QUIT to carry out.
    Dele(MessageNumber),
    /// Nothing; keeps the session alive.
    Noop,
    /// Take the session's DELEs back.
    Rset,
    /// End the session; in TRANSACTION state this carries the DELEs out.
    Quit,
}

/// An argument would break the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArgument {
    /// CR, LF or NUL in it: it could smuggle a second command.
    #[error("it holds a line break or a NUL")]
    ControlCharacter,
    /// The whole line would be longer than 255 octets (RFC 2449, section 4).
    #[error("it is too long for POP3")]
    TooLong,
    /// An empty name.
    #[error("it is empty")]
    Empty,
}

/// The longest command line, in octets with CRLF (RFC 2449, section 4).
pub(crate) const MAX_COMMAND: usize = 255;

/// What kind of reply a command gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The greeting: a status line that no command asked for.
    Greeting,
    /// One status line.
    Single,
    /// A status line, or `+` and a challenge.
    Sasl,
    /// After `+OK`, lines up to a lone dot.
    Lines,
    /// After `+OK`, octets up to a lone dot.
    Body,
}

impl Command {
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Capa | Self::List | Self::Uidl => Shape::Lines,
            Self::Retr(_) | Self::Top(..) => Shape::Body,
            Self::Auth { .. } | Self::SaslResponse(_) => Shape::Sasl,
            Self::Stls
            | Self::Utf8
            | Self::Apop(..)
            | Self::User(_)
            | Self::Pass(_)
            | Self::Stat
            | Self::Dele(_)
            | Self::Noop
            | Self::Rset
            | Self::Quit => Shape::Single,
        }
    }

    /// The command's first word.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::Utf8 => "UTF8",
            Self::Apop(..) => "APOP",
            Self::User(_) => "USER",
            Self::Pass(_) => "PASS",
            Self::Auth { .. } => "AUTH",
            Self::SaslResponse(_) => "a SASL response",
            Self::Stat => "STAT",
            Self::List => "LIST",
            Self::Uidl => "UIDL",
            Self::Top(..) => "TOP",
            Self::Retr(_) => "RETR",
            Self::Dele(_) => "DELE",
            Self::Noop => "NOOP",
            Self::Rset => "RSET",
            Self::Quit => "QUIT",
        }
    }

    /// The command as it may be shown: with its arguments, but never with a secret. Decided by
    /// the command's type, not by looking for passwords in bytes.
    #[must_use]
    pub fn describe(&self) -> String {
        let verb = self.verb();
        match self {
            Self::User(name) => format!("{verb} {}", super::visible(name.as_bytes(), 80)),
            Self::Apop(name, _) => {
                format!("{verb} {} (hidden)", super::visible(name.as_bytes(), 80))
            }
            Self::Pass(_) | Self::SaslResponse(_) => format!("{verb} (hidden)"),
            Self::Auth { mechanism, initial: None } => format!("{verb} {mechanism}"),
            Self::Auth { mechanism, initial: Some(_) } => format!("{verb} {mechanism} (hidden)"),
            Self::Top(number, lines) => format!("{verb} {number} {lines}"),
            Self::Retr(number) | Self::Dele(number) => format!("{verb} {number}"),
            Self::Capa
            | Self::Stls
            | Self::Utf8
            | Self::Stat
            | Self::List
            | Self::Uidl
            | Self::Noop
            | Self::Rset
            | Self::Quit => verb.to_owned(),
        }
    }

    /// Octets that its line may take at the most, an argument that is too long included.
    pub(super) fn room(&self) -> usize {
        let argument = match self {
            Self::User(name) => name.len(),
            Self::Apop(name, digest) => name.len() + digest.expose().len(),
            Self::Pass(secret) | Self::SaslResponse(secret) => secret.expose().len(),
            Self::Auth { initial, .. } => initial.as_ref().map_or(0, |text| text.expose().len()),
            _ => 0,
        };
        MAX_COMMAND + argument
    }

    /// Appends the command line to `out`.
    ///
    /// # Errors
    /// [`InvalidArgument`], with nothing appended, when an argument would break the line.
    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidArgument> {
        let start = out.len();
        let done = self.encode_line(out);
        // A SASL line may be of any length (RFC 5034, section 4).
        let sasl = matches!(self, Self::SaslResponse(_));
        let fits = sasl || out.len() - start <= MAX_COMMAND;
        match done {
            Ok(()) if fits => Ok(()),
            Ok(()) => {
                out.truncate(start);
                Err(InvalidArgument::TooLong)
            }
            Err(error) => {
                out.truncate(start);
                Err(error)
            }
        }
    }

    fn encode_line(&self, out: &mut Vec<u8>) -> Result<(), InvalidArgument> {
        match self {
            Self::User(name) => push_argument(out, b"USER ", name.as_bytes())?,
            Self::Apop(name, digest) => {
                push_argument(out, b"APOP ", name.as_bytes())?;
                push_argument(out, b" ", digest.expose())?;
            }
            Self::Pass(password) => push_argument(out, b"PASS ", password.expose())?,
            Self::Auth { mechanism, initial } => {
                out.extend_from_slice(b"AUTH ");
                out.extend_from_slice(mechanism.as_bytes());
                if let Some(initial) = initial {
                    push_argument(out, b" ", initial.expose())?;
                }
            }
            Self::SaslResponse(line) => out.extend_from_slice(line.expose()),
            plain => out.extend_from_slice(plain.describe().as_bytes()),
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }
}

/// Appends an argument after checking that it cannot end the line (CVE-2012-0036 and many more).
fn push_argument(out: &mut Vec<u8>, verb: &[u8], argument: &[u8]) -> Result<(), InvalidArgument> {
    if argument.is_empty() {
        return Err(InvalidArgument::Empty);
    }
    if argument.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
        return Err(InvalidArgument::ControlCharacter);
    }
    out.extend_from_slice(verb);
    out.extend_from_slice(argument);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: &Command) -> Result<String, InvalidArgument> {
        let mut out = b"before".to_vec();
        let done = command.encode(&mut out);
        let text = String::from_utf8(out).unwrap();
        let own = text.strip_prefix("before").unwrap().to_owned();
        if done.is_err() {
            assert_eq!(own, "", "nothing is left of a refused command");
        }
        done.map(|()| own)
    }

    #[test]
    fn a_command_is_one_line() {
        let n = MessageNumber::new(7).unwrap();
        assert_eq!(line(&Command::Top(n, 0)).unwrap(), "TOP 7 0\r\n");
        assert_eq!(line(&Command::User("a b".into())).unwrap(), "USER a b\r\n");
        let password = Secret::new(b" sp ace ".to_vec());
        assert_eq!(line(&Command::Pass(password)).unwrap(), "PASS  sp ace \r\n");
    }

    #[test]
    fn no_argument_smuggles_a_command() {
        for bad in ["a\r\nDELE 1", "a\n", "a\r", "a\0b"] {
            let refused = Err(InvalidArgument::ControlCharacter);
            assert_eq!(line(&Command::User(bad.into())), refused, "{bad:?}");
            assert_eq!(line(&Command::Pass(Secret::new(bad.into()))), refused, "{bad:?}");
        }
        assert_eq!(line(&Command::User(String::new())), Err(InvalidArgument::Empty));
        assert_eq!(line(&Command::User("x".repeat(248))).map(|l| l.len()), Ok(255));
        assert_eq!(line(&Command::User("x".repeat(249))), Err(InvalidArgument::TooLong));
    }

    #[test]
    fn describe_never_shows_a_secret() {
        let secret = || Secret::new(b"hunter2".to_vec());
        for command in [
            Command::Pass(secret()),
            Command::Apop("alice".into(), secret()),
            Command::Auth { mechanism: "PLAIN", initial: Some(secret()) },
            Command::SaslResponse(secret()),
        ] {
            assert!(!command.describe().contains("hunter2"));
            assert!(!format!("{command:?}").contains("hunter2"));
        }
    }
}
