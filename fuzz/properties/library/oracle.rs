//! What a server said, by the letter of RFC 1939, with no thought of speed or of pieces.

use popfetch::proto::Command;

use super::dialogue::{Dialogue, Said, Transcript};

/// Why nothing more is read.
enum Stop {
    /// There is no more.
    Incomplete,
    /// The protocol is broken, and how.
    Broken(&'static str),
}

/// Reads all that the server says.
pub(crate) fn oracle(dialogue: &Dialogue<'_>) -> Transcript {
    let mut oracle =
        Oracle { dialogue, rest: dialogue.wire, crlf: true, said: Vec::new(), answered: 0 };
    let broken = match oracle.read() {
        Stop::Incomplete => None,
        Stop::Broken(how) => Some(how),
    };
    let left = dialogue.window.min(dialogue.commands.len() - oracle.answered);
    Transcript { said: oracle.said, broken, left }
}

struct Oracle<'d, 'a> {
    dialogue: &'d Dialogue<'a>,
    rest: &'a [u8],
    crlf: bool,
    said: Vec<Said>,
    answered: usize,
}

impl Oracle<'_, '_> {
    fn read(&mut self) -> Stop {
        let dialogue = self.dialogue;
        if !dialogue.resumed
            && let Err(stop) = self.greeting()
        {
            return stop;
        }
        for command in &dialogue.commands {
            if let Err(stop) = self.reply(command) {
                return stop;
            }
            self.answered += 1;
        }
        if self.rest.is_empty() { Stop::Incomplete } else { Stop::Broken("unsolicited") }
    }

    fn greeting(&mut self) -> Result<(), Stop> {
        self.crlf = false;
        let crlf = self
            .rest
            .split(|octet| *octet == b'\n')
            .next()
            .is_some_and(|line| line.ends_with(b"\r"));
        let line = self.line(self.dialogue.limits.greeting)?;
        self.crlf = crlf;
        self.status(&line).map(drop)
    }

    fn reply(&mut self, command: &Command) -> Result<(), Stop> {
        let limits = self.dialogue.limits;
        let sasl = matches!(command, Command::Auth { .. });
        let line = self.line(if sasl { limits.challenge } else { limits.line })?;
        if sasl && (line == b"+" || line.starts_with(b"+ ")) {
            self.said.push(Said::Challenge(line.get(2..).unwrap_or_default().to_vec()));
            return Ok(());
        }
        let ok = self.status(&line)?;
        match command {
            Command::Capa if ok => self.lines(limits.capability_lines),
            Command::List | Command::Uidl if ok => self.lines(limits.listing_lines),
            Command::Retr(_) | Command::Top(..) if ok => self.body(),
            _ => Ok(()),
        }
    }

    /// The next line, without its end.
    fn line(&mut self, limit: usize) -> Result<Vec<u8>, Stop> {
        let line: Vec<u8> =
            self.rest.split_inclusive(|octet| *octet == b'\n').next().unwrap_or_default().to_vec();
        if line.len() > limit {
            return Err(Stop::Broken("line too long"));
        }
        self.rest = &self.rest[line.len()..];
        let line = line.strip_suffix(b"\n").ok_or(Stop::Incomplete)?;
        match line.strip_suffix(b"\r") {
            Some(line) => Ok(line.to_vec()),
            None if self.crlf => Err(Stop::Broken("bare LF")),
            None => Ok(line.to_vec()),
        }
    }

    fn status(&mut self, line: &[u8]) -> Result<bool, Stop> {
        let mut parts = line.splitn(2, |octet| b" \t".contains(octet));
        let ok = match parts.next().unwrap_or_default().to_ascii_uppercase().as_slice() {
            b"+OK" => true,
            b"-ERR" => false,
            _ => return Err(Stop::Broken("not a status")),
        };
        self.said.push(Said::Status(ok, parts.next().unwrap_or_default().to_vec()));
        Ok(ok)
    }

    fn lines(&mut self, most: usize) -> Result<(), Stop> {
        let start = self.rest.len();
        for count in 1.. {
            let line = self.line(self.dialogue.limits.line)?;
            if line == b"." {
                break;
            }
            if count > most {
                return Err(Stop::Broken("lines"));
            }
            if start - self.rest.len() > self.dialogue.limits.listing_octets {
                return Err(Stop::Broken("octets"));
            }
            self.said.push(Said::Line(unstuffed(&line).to_vec()));
        }
        self.said.push(Said::End);
        Ok(())
    }

    fn body(&mut self) -> Result<(), Stop> {
        let end: &[u8] = if self.crlf { b"\r\n" } else { b"\n" };
        let mut data = Vec::new();
        let ended = loop {
            let found = self.rest.windows(end.len()).position(|window| window == end);
            let (line, rest) =
                self.rest.split_at(found.map_or(self.rest.len(), |at| at + end.len()));
            self.rest = rest;
            if found.is_none() {
                // It cannot be told yet whether this is the end.
                if line != b"." && line != b".\r" {
                    data.extend_from_slice(unstuffed(line));
                }
                break Err(Stop::Incomplete);
            }
            if line == b".\r\n" || line == b".\n" {
                break Ok(());
            }
            data.extend_from_slice(unstuffed(line));
        };
        if !data.is_empty() {
            self.said.push(Said::Data(data));
        }
        if ended.is_ok() {
            self.said.push(Said::End);
        }
        ended
    }
}

fn unstuffed(line: &[u8]) -> &[u8] {
    line.strip_prefix(b".").unwrap_or(line)
}
