//! Completing what a run left unfinished that was killed, or found the disk full.

use super::fingerprint::{Fingerprint, Found, Scanner};
use super::locked::PIECE;
use super::spools::{Spooled, remove, standing};
use super::{LockedMbox, OtherAccount};
use crate::delivery::Error;
use crate::durable::{self, Directory, File};
use crate::model::Staged;

/// What was found of the messages that had been recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// They were there, or had been.
    pub there: usize,
    /// They were appended now.
    pub appended: usize,
    /// So many of the latter had been begun, and somebody has written behind the beginnings,
    /// which therefore stay.
    pub fragments: usize,
}

/// A recorded message that has a spool file.
struct Waiting<'a> {
    staged: &'a Staged,
    spools: &'a Directory,
}

/// What there is of recorded messages among the spool files.
struct Gathered<'a> {
    /// In the order in which they were written, so that only the last of them can be torn.
    waiting: Vec<Waiting<'a>>,
    /// So many are delivered.
    done: usize,
}

fn gather<'a>(spools: &'a Directory, staged: &'a [Staged]) -> Result<Gathered<'a>, durable::Error> {
    let mut gathered = Gathered { waiting: Vec::new(), done: 0 };
    let mut staged: Vec<&Staged> = staged.iter().collect();
    staged.sort_by_key(|staged| staged.offset);
    for staged in staged {
        match standing(spools, staged)? {
            Spooled::Waiting => gathered.waiting.push(Waiting { staged, spools }),
            Spooled::Done => gathered.done += 1,
            Spooled::Damaged => {}
        }
    }
    Ok(gathered)
}

/// How a message stands at the place that was recorded for it.
enum Standing {
    Whole,
    /// The mbox ends there, or inside it.
    Torn(u64),
    /// Another file, shorter, or with something else there: somebody has rewritten it.
    Other {
        /// But the place holds the beginning of this very message.
        begun: bool,
    },
}

/// The messages of an mbox that nobody has claimed to be his.
struct Unclaimed {
    found: Found,
}

/// No From_ line is longer.
const FROM_LINE: usize = 512;

impl LockedMbox {
    /// Completes messages that this account, or the `other` one, has recorded as `staged`. What has
    /// no spool file is done; where that is damaged, its own account will see to it.
    ///
    /// # Errors
    /// [`Error::Storage`]: what was appended is taken back. [`Error::Spool`].
    pub fn complete(
        &mut self,
        other: Option<&OtherAccount>,
        staged: &[Staged],
    ) -> Result<Completed, Error> {
        let spools = self.mbox.spools.of(other).map_err(|error| self.mbox.spooling(error))?;
        let gathered = gather(&spools, staged).map_err(|error| self.mbox.spooling(error))?;
        let Gathered { waiting, done } = gathered;
        if waiting.is_empty() {
            return Ok(Completed { there: done, ..Completed::default() });
        }
        self.cut_damaged_end(&waiting).map_err(|error| self.mbox.storage(error))?;
        // What else stands at its start is not ours: the messages wait until somebody has seen to
        // it.
        self.mbox.require_from(self.lock.file())?;
        let completed = self.try_complete(&waiting);
        let mut completed = completed.map_err(|error| self.mbox.storage(error))?;
        completed.there += done;
        self.sync()?;
        // Only now: to everybody, the removal of a spool file says that its message is durable. And
        // before others get the lock: one that came back would be taken for a message that waits,
        // and what a reader had removed from the mbox would come back too.
        let removed = waiting.iter().try_for_each(|waiting| remove(&spools, &waiting.staged.name));
        let removed = removed.and_then(|()| spools.sync());
        removed.map_err(|error| self.mbox.spooling(error))?;
        Ok(completed)
    }

    fn try_complete(&mut self, waiting: &[Waiting<'_>]) -> Result<Completed, durable::Error> {
        let mut completed = Completed::default();
        // All that are whole first, so that none of them is taken for another one like it.
        let mut whole = Vec::new();
        for waiting in waiting {
            whole.push(matches!(self.standing(waiting)?, Standing::Whole));
        }
        let mut settled: Vec<usize> = (0..whole.len()).filter(|&at| whole[at]).collect();
        completed.there += settled.len();
        let mut unclaimed = None;
        for at in (0..waiting.len()).filter(|&at| !whole[at]) {
            match self.standing(&waiting[at])? {
                Standing::Whole => {}
                Standing::Torn(offset) => {
                    self.cut(offset)?;
                    self.append_now(&mut waiting[at].file()?)?;
                    completed.appended += 1;
                }
                Standing::Other { begun } => {
                    let unclaimed = match &mut unclaimed {
                        Some(unclaimed) => unclaimed,
                        None => unclaimed.insert(self.unclaimed(waiting, &settled)?),
                    };
                    let fingerprint = fingerprint(&mut waiting[at].file()?)?;
                    if unclaimed.claim(&fingerprint) {
                        completed.there += 1;
                    } else {
                        let tail = self.torn_tail(unclaimed, &mut waiting[at].file()?)?;
                        if let Some(offset) = tail {
                            self.cut(offset)?;
                        }
                        completed.fragments += usize::from(begun && tail.is_none());
                        self.append_now(&mut waiting[at].file()?)?;
                        completed.appended += 1;
                    }
                }
            }
            settled.push(at);
        }
        Ok(completed)
    }

    /// Cuts off the end of the mbox where it is ours but for zeros, which a power cut may leave in
    /// place of what was written and not synced. From the first message that is not whole on, every
    /// octet must be the one that we wrote there or a zero, and the file must end where we stopped
    /// or before: so nothing of anybody else's is in it.
    fn cut_damaged_end(&mut self, waiting: &[Waiting<'_>]) -> Result<(), durable::Error> {
        let size = self.lock.file().size()?;
        let mut damaged = None;
        let mut end = None;
        for waiting in waiting.iter().filter(|waiting| waiting.staged.inode == self.inode()) {
            let Some(offset) = waiting.staged.offset.filter(|&offset| offset < size) else { break };
            if end.is_some_and(|end| end != offset) {
                return Ok(());
            }
            let mut spool = waiting.file()?;
            let length = spool.size()?;
            let whole = self.common_prefix(offset, &mut spool)? == length;
            if damaged.is_some() || !whole {
                let alike = |ours, theirs| ours == theirs || theirs == 0;
                let ours = self.common_prefix_by(offset, &mut spool, alike)?;
                if ours < length && offset + ours < size {
                    return Ok(());
                }
                damaged.get_or_insert(offset);
            }
            end = Some(offset + length);
        }
        match damaged {
            Some(offset) if end.is_some_and(|end| size <= end) => {
                let separator = self.zeros_before(offset)?;
                self.cut(offset - separator)
            }
            _ => Ok(()),
        }
    }

    /// How many zeros stand right before `offset`, where a message of ours begins: there was a line
    /// end and an empty line, which we may have written with it (see [`Self::separator`]).
    fn zeros_before(&self, offset: u64) -> Result<u64, durable::Error> {
        let mut before = [1; 2];
        let length = offset.min(2);
        let start = before.len() - usize::try_from(length).unwrap_or(2);
        self.lock.file().read_at(offset - length, &mut before[start..])?;
        Ok(before.iter().rev().take_while(|&&octet| octet == 0).count() as u64)
    }

    fn append_now(&mut self, file: &mut File) -> Result<(), durable::Error> {
        self.try_append(file)?;
        self.flush()
    }

    fn standing(&self, waiting: &Waiting<'_>) -> Result<Standing, durable::Error> {
        let Waiting { staged, .. } = waiting;
        let size = self.lock.file().size()?;
        let offset = match staged.offset {
            Some(offset) if staged.inode == self.inode() && offset <= size => offset,
            _ => return Ok(Standing::Other { begun: false }),
        };
        let mut file = waiting.file()?;
        let common = self.common_prefix(offset, &mut file)?;
        Ok(if common == file.size()? {
            Standing::Whole
        } else if offset + common == size {
            Standing::Torn(offset)
        } else {
            Standing::Other { begun: common > from_line(&mut file)? }
        })
    }

    /// How many octets from `offset` on are those of the spool file.
    fn common_prefix(&self, offset: u64, spool: &mut File) -> Result<u64, durable::Error> {
        self.common_prefix_by(offset, spool, |ours, theirs| ours == theirs)
    }

    /// How many octets from `offset` on are `alike` those of the spool file.
    fn common_prefix_by(
        &self,
        offset: u64,
        spool: &mut File,
        alike: impl Fn(u8, u8) -> bool,
    ) -> Result<u64, durable::Error> {
        spool.rewind()?;
        let (mut ours, mut theirs) = (vec![0; PIECE], vec![0; PIECE]);
        let mut common = 0;
        loop {
            let read = spool.read(&mut ours)?;
            let found = self.lock.file().read_at(offset + common, &mut theirs[..read])?;
            let pairs = ours[..read].iter().zip(&theirs[..found]);
            let equal = pairs.take_while(|&(&ours, &theirs)| alike(ours, theirs)).count();
            common += equal as u64;
            if read == 0 || equal < read {
                return Ok(common);
            }
        }
    }

    /// Where the last message begins, if it is the beginning of this one: another run that wanted
    /// to complete it came so far. To cut it off and append the whole message leaves every octet
    /// where it is, whoever wrote it.
    fn torn_tail(
        &self,
        unclaimed: &mut Unclaimed,
        spool: &mut File,
    ) -> Result<Option<u64>, durable::Error> {
        // Once something is appended it is not the last any more.
        let Some((last, fingerprint)) = unclaimed.found.last.take() else { return Ok(None) };
        let size = self.lock.file().size()?;
        let common = self.common_prefix(last, spool)?;
        Ok((last + common == size && unclaimed.claim(&fingerprint)).then_some(last))
    }

    /// Reads the whole mbox. Of what it holds, `settled` are accounted for.
    fn unclaimed(
        &self,
        waiting: &[Waiting<'_>],
        settled: &[usize],
    ) -> Result<Unclaimed, durable::Error> {
        let mut scanner = Scanner::default();
        let mut piece = vec![0; PIECE];
        let mut offset = 0;
        loop {
            let read = self.lock.file().read_at(offset, &mut piece)?;
            if read == 0 {
                break;
            }
            scanner.read(&piece[..read]);
            offset += read as u64;
        }
        let mut unclaimed = Unclaimed { found: scanner.finish() };
        for &at in settled {
            unclaimed.claim(&fingerprint(&mut waiting[at].file()?)?);
        }
        Ok(unclaimed)
    }
}

impl Waiting<'_> {
    /// The spool file. Opened when it is needed: all of a batch at once may be too many.
    fn file(&self) -> Result<File, durable::Error> {
        self.spools.open_file_for_reading(&self.staged.name)
    }
}

impl Unclaimed {
    fn claim(&mut self, fingerprint: &Fingerprint) -> bool {
        match self.found.counts.get_mut(fingerprint) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}

/// The fingerprint of the one message in a spool file.
fn fingerprint(spool: &mut File) -> Result<Fingerprint, durable::Error> {
    let mut scanner = Scanner::default();
    spool.rewind()?;
    let mut piece = vec![0; PIECE];
    loop {
        match spool.read(&mut piece)? {
            0 => break,
            read => scanner.read(&piece[..read]),
        }
    }
    Ok(scanner.finish().counts.into_keys().next().unwrap_or_default())
}

/// The length of the From_ line in a spool file.
fn from_line(spool: &mut File) -> Result<u64, durable::Error> {
    spool.rewind()?;
    let mut start = [0; FROM_LINE];
    let read = spool.read(&mut start)?;
    Ok(memchr::memchr(b'\n', &start[..read]).unwrap_or(read) as u64 + 1)
}
