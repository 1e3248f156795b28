//! One message into all its destinations at once.

use std::sync::Arc;

use super::acknowledged::Held;
use super::local::{Maildir, Mbox, Names, SpooledMessage};
use super::{Acknowledged, Answer, Error, HeaderBlock, LineFeeds, Mboxes};
use crate::durable::{self, File};
use crate::model::{Accepted, MessageKey, Origin, Place, Placement, Receipt};

/// An open destination. Shared: the network side writes into it while the committer publishes.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A Maildir.
    Maildir(Arc<Maildir>),
    /// An mbox.
    Mbox(Arc<Mbox>),
    /// One that answers for what it is given.
    Acknowledged(Arc<Acknowledged>),
}

impl Destination {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Maildir(maildir) => maildir.place().clone(),
            Self::Mbox(mbox) => mbox.place().clone(),
            Self::Acknowledged(receiver) => receiver.place().clone(),
        }
    }

    /// Whether what it was given can still be taken back until the state has recorded it.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        !matches!(self, Self::Acknowledged(_))
    }

    /// Makes the names of the files staged in it durable.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Spool`].
    pub fn sync_staged(&self) -> Result<(), Error> {
        match self {
            Self::Maildir(maildir) => maildir.sync_tmp(),
            Self::Mbox(mbox) => mbox.sync_spools(),
            Self::Acknowledged(_) => Ok(()),
        }
    }

    /// Makes the removal of spool files durable, before anybody else may change the mbox: one that
    /// came back would be taken for a message that waits.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sync_cleared(&self) -> Result<(), Error> {
        match self {
            Self::Mbox(mbox) => mbox.sync_spools(),
            Self::Maildir(_) | Self::Acknowledged(_) => Ok(()),
        }
    }

    /// Makes the messages published into it durable; those in mboxes are so by
    /// [`Mboxes::sync`].
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn sync_published(&self) -> Result<(), Error> {
        match self {
            Self::Maildir(maildir) => maildir.sync_new(),
            Self::Mbox(_) | Self::Acknowledged(_) => Ok(()),
        }
    }
}

/// A message that is being written, into every destination. Dropped before its end, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct Sink {
    parts: Vec<Part>,
    line_feeds: LineFeeds,
    /// Octets with LF line ends that were not passed on yet.
    gathered: Vec<u8>,
    header: HeaderBlock,
}

/// Octets that are passed on at once: one write for each file.
const GATHERED: usize = 64 * 1024;

/// A message that is complete in every destination and visible in none. Dropped before
/// [`Self::keep`], it leaves nothing behind.
#[derive(Debug)]
pub struct StagedMessage {
    parts: Vec<Part>,
    header: HeaderBlock,
}

#[derive(Debug)]
enum Part {
    File(StagedFile),
    Mbox(SpooledMessage),
    Held { to: Arc<Acknowledged>, held: Held },
}

/// A file in a Maildir's `tmp/`, removed when dropped unless it is to be kept.
#[derive(Debug)]
struct StagedFile {
    maildir: Arc<Maildir>,
    name: String,
    file: File,
    kept: bool,
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.kept {
            self.maildir.discard(&self.name);
        }
    }
}

impl Part {
    fn place(&self) -> Place {
        match self {
            Self::File(staged) => staged.maildir.place().clone(),
            Self::Mbox(spooled) => spooled.mbox().place().clone(),
            Self::Held { to, .. } => to.place().clone(),
        }
    }

    fn keeps_crlf(&self) -> bool {
        match self {
            Self::File(_) | Self::Mbox(_) => false,
            Self::Held { to, .. } => to.keeps_crlf(),
        }
    }

    fn failed(&self, source: durable::Error) -> Error {
        let place = self.place();
        match self {
            Self::File(_) => Error::Storage { place, source },
            Self::Mbox(_) | Self::Held { .. } => Error::Spool { place, source },
        }
    }

    fn append(&mut self, header: &HeaderBlock, octets: &[u8]) -> Result<(), Error> {
        let result = match self {
            Self::File(staged) => staged.file.write(octets),
            Self::Mbox(spooled) => return spooled.write(header, octets),
            Self::Held { held, .. } => held.file().append(octets),
        };
        result.map_err(|source| self.failed(source))
    }

    /// Has the sync of a large message begin while it comes in. What is handed over is not synced.
    fn begin_sync(&mut self) {
        match self {
            Self::File(staged) => staged.file.begin_sync(),
            Self::Mbox(spooled) => spooled.file_mut().begin_sync(),
            Self::Held { .. } => {}
        }
    }

    fn finish(&mut self, header: &HeaderBlock) -> Result<(), Error> {
        let result = match self {
            Self::File(staged) => staged.file.complete(),
            Self::Mbox(spooled) => return spooled.finish(header),
            Self::Held { held, .. } => held.file().complete(),
        };
        result.map_err(|source| self.failed(source))
    }
}

impl Sink {
    /// Begins a message, whose file is called `name` wherever it needs one.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Spool`].
    pub fn create<'a>(
        destinations: impl IntoIterator<Item = &'a Destination>,
        names: &mut Names,
        key: Option<&MessageKey>,
    ) -> Result<Self, Error> {
        let mut parts = Vec::new();
        for destination in destinations {
            let name = names.next(key);
            parts.push(match destination {
                Destination::Maildir(maildir) => {
                    let file = maildir.create(&name)?;
                    let maildir = Arc::clone(maildir);
                    Part::File(StagedFile { maildir, name, file, kept: false })
                }
                Destination::Mbox(mbox) => {
                    Part::Mbox(SpooledMessage::create(mbox, name, names.seconds())?)
                }
                Destination::Acknowledged(to) => {
                    let held = to.hold(name)?;
                    Part::Held { to: Arc::clone(to), held }
                }
            });
        }
        Ok(Self {
            parts,
            line_feeds: LineFeeds::default(),
            gathered: Vec::new(),
            header: HeaderBlock::default(),
        })
    }

    /// Takes the next octets of the message, as they came, with CRLF line ends.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Spool`].
    pub fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
        for part in self.parts.iter_mut().filter(|part| part.keeps_crlf()) {
            part.append(&self.header, octets)?;
        }
        if self.gathered.len() + octets.len() > GATHERED {
            self.pass_on()?;
        }
        self.line_feeds.convert(octets, &mut self.gathered);
        Ok(())
    }

    /// Gives what was gathered to those that want LF line ends.
    fn pass_on(&mut self) -> Result<(), Error> {
        self.header.add(&self.gathered);
        for part in self.parts.iter_mut().filter(|part| !part.keeps_crlf()) {
            part.append(&self.header, &self.gathered)?;
            part.begin_sync();
        }
        self.gathered.clear();
        Ok(())
    }

    /// Ends the message. It is staged then.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Spool`].
    pub fn finish(mut self) -> Result<StagedMessage, Error> {
        std::mem::take(&mut self.line_feeds).finish(&mut self.gathered);
        self.pass_on()?;
        let Self { mut parts, header, .. } = self;
        for part in &mut parts {
            part.finish(&header)?;
        }
        Ok(StagedMessage { parts, header })
    }
}

impl StagedMessage {
    /// Hands the message to the destinations that answer for it. One that fails keeps no other
    /// from it: what has it gets it no second time.
    ///
    /// # Errors
    /// The first [`Error`]; [`Self::is_somewhere`] then says whether anything is to be recorded.
    pub fn hand_over(&mut self, uid: Option<&[u8]>, seconds: i64) -> Result<(), Error> {
        let sender = self.header.return_path();
        let mut all = Ok(());
        for part in &mut self.parts {
            if let Part::Held { to, held } = part {
                all = all.and(to.hand_over(held, sender.as_deref(), uid, seconds));
            }
        }
        all
    }

    fn answers(&self) -> impl Iterator<Item = Option<&Answer>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Held { held, .. } => Some(held.answer()),
            Part::File(_) | Part::Mbox(_) => None,
        })
    }

    /// Whether any destination has it, or has refused it, after [`Self::hand_over`]; those that
    /// answer for nothing are sure of it.
    #[must_use]
    pub fn is_somewhere(&self) -> bool {
        let transactional = |part: &Part| !matches!(part, Part::Held { .. });
        self.parts.iter().any(transactional) || self.answers().any(|answer| answer.is_some())
    }

    /// Whether it is still on its way to a destination, after [`Self::hand_over`].
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.answers().any(|answer| answer.is_none())
    }

    /// Why a destination will never take it.
    pub fn refusals(&self) -> impl Iterator<Item = (Place, &str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Held { to, held } => match held.answer() {
                Some(Answer::Refused(reason)) => Some((to.place().clone(), reason.as_str())),
                Some(Answer::Taken) | None => None,
            },
            Part::File(_) | Part::Mbox(_) => None,
        })
    }

    /// Settles where in the locked mboxes it will stand.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub fn reserve(&mut self, mboxes: &mut Mboxes) -> Result<(), Error> {
        self.mbox_parts().try_for_each(|spooled| {
            let mbox = mboxes.at(spooled.mbox().place())?;
            spooled.reserve(mbox)
        })
    }

    fn mbox_parts(&mut self) -> impl Iterator<Item = &mut SpooledMessage> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Mbox(spooled) => Some(spooled),
            Part::File(_) | Part::Held { .. } => None,
        })
    }

    /// What the state records of it, after [`Self::reserve`]; `origin` where every destination has
    /// it, or had it before.
    #[must_use]
    pub fn receipt(&self, key: MessageKey, origin: Origin, at: i64) -> Receipt {
        Receipt {
            key,
            origin: if self.is_partial() {
                Origin::Partial
            } else if self.refusals().next().is_some() {
                Origin::Refused
            } else {
                origin
            },
            header_digest: Some(self.header.digest()),
            message_id: self.header.message_id(),
            at,
            placements: self.placements().collect(),
        }
    }

    /// Where it went, or will be, or was refused.
    pub fn placements(&self) -> impl Iterator<Item = Placement> {
        self.parts.iter().filter_map(|part| {
            let how = match part {
                Part::File(staged) => Accepted::Staged(staged.maildir.staged(&staged.name)),
                Part::Mbox(spooled) => Accepted::Staged(spooled.staged()?),
                Part::Held { held, .. } => match held.answer()? {
                    Answer::Taken => Accepted::Taken,
                    Answer::Refused(reason) => Accepted::Refused(reason.clone()),
                },
            };
            Some(Placement { place: part.place(), how })
        })
    }

    /// The name of its file in a Maildir, if it went into one.
    #[must_use]
    pub fn maildir_file(&self) -> Option<String> {
        self.parts.iter().find_map(|part| match part {
            Part::File(staged) => Some(staged.name.clone()),
            Part::Mbox(_) | Part::Held { .. } => None,
        })
    }

    /// Octets of memory that it holds until it is recorded.
    #[must_use]
    pub fn held(&self) -> usize {
        self.header.len()
    }

    /// The Message-ID, if there is a plausible one.
    #[must_use]
    pub fn message_id(&self) -> Option<String> {
        self.header.message_id()
    }

    /// From now on its files stay, whatever happens: the state is about to record them, and may
    /// have done so even if it reports an error. To remove one then would lose the message.
    pub fn keep(&mut self) {
        for part in &mut self.parts {
            match part {
                Part::File(staged) => staged.kept = true,
                Part::Mbox(spooled) => spooled.keep(),
                Part::Held { .. } => {}
            }
        }
    }

    /// Makes it visible, after the state has recorded it.
    ///
    /// # Errors
    /// [`Error::Storage`]; the next run's recovery publishes it.
    pub fn publish(&mut self, mboxes: &mut Mboxes) -> Result<(), Error> {
        self.parts.iter_mut().try_for_each(|part| match part {
            Part::File(staged) => staged.maildir.publish(&staged.name),
            Part::Mbox(spooled) => {
                let mbox = mboxes.at(spooled.mbox().place())?;
                spooled.append(mbox)
            }
            Part::Held { .. } => Ok(()),
        })
    }

    /// Removes the spool files of its mboxes, after [`Mboxes::sync`] and while they are locked.
    /// [`Destination::sync_cleared`] comes after it.
    ///
    /// # Errors
    /// [`Error::Spool`].
    pub fn clear_spools(&mut self) -> Result<(), Error> {
        self.mbox_parts().try_for_each(|spooled| spooled.clear())
    }
}

/// Makes the content of staged messages durable, many files at a time.
///
/// # Errors
/// [`durable::Error`].
pub fn sync_content<'a>(
    messages: impl IntoIterator<Item = &'a StagedMessage>,
) -> Result<(), durable::Error> {
    let parts = messages.into_iter().flat_map(|message| &message.parts);
    durable::sync_all(parts.filter_map(|part| match part {
        Part::File(staged) => Some(&staged.file),
        Part::Mbox(spooled) => Some(spooled.file()),
        Part::Held { .. } => None,
    }))
}
