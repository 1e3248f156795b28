//! Destinations that answer for what they are given: nothing can be taken back from them.

use std::fmt;

use super::Error;
use crate::durable::{self, Directory, File};
use crate::model::Place;

/// What takes whole messages, one after the other, and answers for each.
///
/// It has no transaction: what it has taken counts as delivered as soon as the state has recorded
/// it, and a crash right before that delivers the message once more.
pub trait Receiver: fmt::Debug + Send + Sync {
    /// Where it is.
    fn place(&self) -> &Place;

    /// Whether it wants the octets as they came, with CRLF line ends.
    fn keeps_crlf(&self) -> bool {
        false
    }

    /// Hands a message over and waits for the answer.
    ///
    /// # Errors
    /// [`Error`] when the message was not taken, or nobody knows whether it was. It stays on the
    /// server, and so do those behind it: what is wrong is not the message.
    fn hand_over(&self, letter: &mut Letter<'_>) -> Result<Answer, Error>;
}

/// What a receiver says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it now.
    Taken,
    /// It will never take it, and says why.
    Refused(String),
}

/// A complete message on its way to a receiver.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Its octets, to be read from the start.
    pub content: &'a mut File,
    /// The address in its Return-Path, if there is a plausible one.
    pub sender: Option<&'a str>,
    /// Its unique-id as the server writes it, if it has one.
    pub uid: Option<&'a [u8]>,
    /// The time, in seconds since the epoch.
    pub seconds: i64,
    /// A name that no other message has, ...
    pub name: &'a str,
    /// ... and a place for files of the receiver's own.
    pub spools: &'a Directory,
}

/// An open destination that answers. Messages are spooled for it, so that neither waits for the
/// other: the server for a slow command, nor it for a slow line.
#[derive(Debug)]
pub struct Acknowledged {
    receiver: Box<dyn Receiver>,
    spools: Directory,
}

/// A message that waits to be handed over, in a file without a name. Gone when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    file: File,
    name: String,
    answer: Option<Answer>,
}

impl Acknowledged {
    /// Messages go to `receiver`; those that wait lie in `spools`.
    #[must_use]
    pub fn new(receiver: Box<dyn Receiver>, spools: Directory) -> Self {
        Self { receiver, spools }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Place {
        self.receiver.place()
    }

    /// Whether it wants the octets as they came.
    pub(crate) fn keeps_crlf(&self) -> bool {
        self.receiver.keeps_crlf()
    }

    /// Begins a message.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub(crate) fn hold(&self, name: String) -> Result<Held, Error> {
        let file = self.spools.create_unnamed(&name);
        let file = file.map_err(|source| self.spooling(source))?;
        Ok(Held { file, name, answer: None })
    }

    /// Hands a complete message over, unless that was done.
    ///
    /// # Errors
    /// [`Error`].
    pub(crate) fn hand_over(
        &self,
        held: &mut Held,
        sender: Option<&str>,
        uid: Option<&[u8]>,
        seconds: i64,
    ) -> Result<(), Error> {
        if held.answer.is_some() {
            return Ok(());
        }
        held.file.rewind().map_err(|source| self.spooling(source))?;
        let mut letter = Letter {
            content: &mut held.file,
            sender,
            uid,
            seconds,
            name: &held.name,
            spools: &self.spools,
        };
        held.answer = Some(self.receiver.hand_over(&mut letter)?);
        Ok(())
    }

    pub(crate) fn spooling(&self, source: durable::Error) -> Error {
        Error::Spool { place: self.place().clone(), source }
    }
}

impl Held {
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// What was said of it, once it was handed over.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }
}
