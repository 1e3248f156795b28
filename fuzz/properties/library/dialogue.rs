//! A dialogue with a server, and what the engine makes of it.

use std::collections::VecDeque;
use std::ops::Range;

use popfetch::model::MessageNumber;
use popfetch::proto::{Command, Engine, Error, Event, Limits, Step};

use super::common::printable::assert_printable;

/// What the client sends, and everything that the server sends.
pub(crate) struct Dialogue<'a> {
    pub(crate) limits: Limits,
    /// Whether it goes on under TLS, where there is no greeting.
    pub(crate) resumed: bool,
    /// How many commands may be unanswered at once.
    pub(crate) window: usize,
    pub(crate) commands: Vec<Command>,
    pub(crate) wire: &'a [u8],
}

/// Bounds that a fuzzer reaches.
const TIGHT: Limits = Limits {
    greeting: 48,
    line: 40,
    challenge: 56,
    capability_lines: 3,
    listing_lines: 5,
    listing_octets: 60,
};

impl<'a> Dialogue<'a> {
    /// Reads a script, up to the first LF, and takes what follows for the server's octets. In the
    /// script a capital letter stands for a command, a digit for how many may be unanswered, `t`
    /// for tight limits and `b` for a dialogue that began before TLS.
    pub(crate) fn read(data: &'a [u8]) -> Self {
        let end = data.iter().position(|octet| *octet == b'\n').unwrap_or(data.len());
        let mut dialogue = Self {
            limits: Limits::default(),
            resumed: false,
            window: 1,
            commands: Vec::new(),
            wire: data.get(end + 1..).unwrap_or_default(),
        };
        for letter in &data[..end] {
            match letter {
                b't' => dialogue.limits = TIGHT,
                b'b' => dialogue.resumed = true,
                b'1'..=b'9' => dialogue.window = usize::from(letter - b'0'),
                letter => dialogue.commands.extend(command(*letter)),
            }
        }
        dialogue
    }

    /// One whose only reply is `wire`, to RETR, and then that to NOOP.
    pub(crate) fn retr(wire: &'a [u8]) -> Self {
        let commands = [b'R', b'N'].into_iter().filter_map(command).collect();
        Self { limits: Limits::default(), resumed: false, window: 2, commands, wire }
    }

    /// Shows an engine the server's octets, in reads that end at `cuts`.
    pub(crate) fn run(&self, cuts: &[usize]) -> Transcript {
        let engine =
            if self.resumed { Engine::resumed(self.limits) } else { Engine::new(self.limits) };
        let mut run = Run { engine, dialogue: self, sent: VecDeque::new(), next: 0 };
        let mut said = Transcript::default();
        let mut start = 0;
        run.send();
        for &end in cuts {
            while let Some(step) = run.poll(&self.wire[start..end], &mut said) {
                start += step;
            }
            if said.broken.is_some() {
                break;
            }
        }
        said.left = run.engine.outstanding().0;
        said
    }
}

fn command(letter: u8) -> Option<Command> {
    let number = MessageNumber::new(u32::from(letter))?;
    Some(match letter {
        b'A' => Command::Auth { mechanism: "PLAIN", initial: None },
        b'C' => Command::Capa,
        b'D' => Command::Dele(number),
        b'L' => Command::List,
        b'N' => Command::Noop,
        b'Q' => Command::Quit,
        b'R' => Command::Retr(number),
        b'S' => Command::Stat,
        b'T' => Command::Top(number, 0),
        b'U' => Command::Uidl,
        _ => return None,
    })
}

/// What a server said. Where one read ended and the next began must not show in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) said: Vec<Said>,
    /// How it broke the protocol, if it did.
    pub(crate) broken: Option<&'static str>,
    /// How many commands that were sent are unanswered.
    pub(crate) left: usize,
}

/// One thing that it said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Status(bool, Vec<u8>),
    Challenge(Vec<u8>),
    Line(Vec<u8>),
    /// All octets of a message that stand together.
    Data(Vec<u8>),
    End,
}

/// An engine at work.
struct Run<'d, 'a> {
    engine: Engine,
    dialogue: &'d Dialogue<'a>,
    /// The commands that are unanswered, as they describe themselves.
    sent: VecDeque<String>,
    next: usize,
}

impl Run<'_, '_> {
    /// Sends what the window allows.
    fn send(&mut self) {
        let Self { engine, dialogue, sent, next } = self;
        while sent.len() < dialogue.window && *next < dialogue.commands.len() {
            let command = &dialogue.commands[*next];
            engine.enqueue(command.clone()).expect("a command that fits");
            sent.push_back(command.describe());
            *next += 1;
        }
        assert!(engine.outbox().len() <= dialogue.window * 255);
        engine.sent();
    }

    /// Shows the engine `input` once; how much of it is done with, or nothing when it wants more.
    fn poll(&mut self, input: &[u8], transcript: &mut Transcript) -> Option<usize> {
        match self.engine.poll(input) {
            Ok(None) => {
                assert!(input.len() <= self.most_held(), "{} octets are held", input.len());
                None
            }
            Ok(Some(Step { consumed, event, finished })) => {
                assert!(0 < consumed && consumed <= input.len(), "{consumed} consumed");
                transcript.add(&event, &input[..consumed]);
                if !matches!(event, Event::Chunk(_)) {
                    assert_printable(&self.engine.awaiting());
                }
                if let Some(command) = finished {
                    assert_eq!(self.sent.pop_front(), Some(command.describe()), "out of order");
                    self.send();
                }
                assert_eq!(self.engine.outstanding().0, self.sent.len());
                Some(consumed)
            }
            Err(error) => {
                assert_printable(&error.to_string());
                assert!(error.to_string().len() < 2048);
                transcript.broken = Some(kind(&error));
                None
            }
        }
    }

    /// How much the caller may have to keep for the engine.
    fn most_held(&self) -> usize {
        let Limits { greeting, line, challenge, .. } = self.dialogue.limits;
        match self.engine.answering() {
            Some(Command::Retr(_) | Command::Top(..)) if self.engine.is_inside_reply() => 2,
            _ => greeting.max(line).max(challenge),
        }
    }
}

impl Transcript {
    /// Adds what an event says of the octets that it consumed.
    fn add(&mut self, event: &Event, octets: &[u8]) {
        let text = |span: &Range<usize>| octets[span.clone()].to_vec();
        let said = match event {
            Event::Status { ok, text: span } => Said::Status(*ok, text(span)),
            Event::Challenge(span) => Said::Challenge(text(span)),
            Event::Line(span) => Said::Line(text(span)),
            Event::End => Said::End,
            Event::Chunk(span) => {
                assert!(!span.is_empty(), "an empty chunk");
                if let Some(Said::Data(data)) = self.said.last_mut() {
                    data.extend_from_slice(&text(span));
                    return;
                }
                Said::Data(text(span))
            }
        };
        self.said.push(said);
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::NotAStatus { .. } => "not a status",
        Error::BareLineFeed { .. } => "bare LF",
        Error::LineTooLong { .. } => "line too long",
        Error::ReplyTooLong { unit, .. } => unit,
        Error::Unsolicited { .. } => "unsolicited",
        Error::Malformed { .. } | Error::Injection { .. } | Error::Challenge { .. } => "not its",
    }
}
