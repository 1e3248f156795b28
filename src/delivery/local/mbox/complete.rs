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
        let completed = self.try_complete(&spools, staged);
        let (completed, waiting) = completed.map_err(|error| self.mbox.storage(error))?;
        self.sync()?;
        // Only now: to everybody, the removal of a spool file says that its message is durable. And
        // before others get the lock: one that came back would be taken for a message that waits,
        // and what a reader had removed from the mbox would come back too.
        let removed = waiting.iter().try_for_each(|waiting| remove(&spools, &waiting.staged.name));
        let removed =
            removed.and_then(|()| if waiting.is_empty() { Ok(()) } else { spools.sync() });
        removed.map_err(|error| self.mbox.spooling(error))?;
        Ok(completed)
    }

    fn try_complete<'a>(
        &mut self,
        spools: &'a Directory,
        staged: &'a [Staged],
    ) -> Result<(Completed, Vec<Waiting<'a>>), durable::Error> {
        let mut completed = Completed::default();
        let mut waiting = Vec::new();
        // As they were written: only the last of them can be torn.
        let mut staged: Vec<&Staged> = staged.iter().collect();
        staged.sort_by_key(|staged| staged.offset);
        for staged in staged {
            match standing(spools, staged)? {
                Spooled::Waiting => waiting.push(Waiting { staged, spools }),
                Spooled::Done => completed.there += 1,
                Spooled::Damaged => {}
            }
        }
        if let Some(offset) = self.zeros_of_ours(&waiting)? {
            self.cut(offset)?;
        }
        // All that are whole first, so that none of them is taken for another one like it.
        let mut whole = Vec::new();
        for waiting in &waiting {
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
                        None => unclaimed.insert(self.unclaimed(&waiting, &settled)?),
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
        Ok((completed, waiting))
    }

    /// Where the end of the mbox is to be cut off: it is ours but for zeros, which a power cut may
    /// leave in place of what was written and not synced. From the first message that is not whole
    /// on, every octet must be the one that we wrote there or a zero, and the file must end where we
    /// stopped or before: so nothing of anybody else's is in it.
    fn zeros_of_ours(&self, waiting: &[Waiting<'_>]) -> Result<Option<u64>, durable::Error> {
        let size = self.lock.file().size()?;
        let mut cut = None;
        let mut end = None;
        for waiting in waiting.iter().filter(|waiting| waiting.staged.inode == self.inode()) {
            let Some(offset) = waiting.staged.offset.filter(|&offset| offset < size) else { break };
            if end.is_some_and(|end| end != offset) {
                return Ok(None);
            }
            let mut spool = waiting.file()?;
            let length = spool.size()?;
            let whole = self.common_prefix(offset, &mut spool)? == length;
            if cut.is_some() || !whole {
                let ours = |ours, theirs| ours == theirs || theirs == 0;
                let ours = self.common_prefix_by(offset, &mut spool, ours)?;
                if ours < length && offset + ours < size {
                    return Ok(None);
                }
                cut.get_or_insert(offset);
            }
            end = Some(offset + length);
        }
        Ok(cut.filter(|_| end.is_some_and(|end| size <= end)))
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
