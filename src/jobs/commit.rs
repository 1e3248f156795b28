//! The committer: makes batches durable, recorded and visible while the next ones download.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Error;
use super::intents::complete_others;
use super::plan::Item;
use crate::delivery::{self, Destination, Mboxes, StagedMessage, sync_content};
use crate::model::{Octets, Origin, Place, Surroundings, Uid};
use crate::state::{State, StateFiles};

/// Messages that become durable together: one sync of each directory and one transaction for
/// all of them.
#[derive(Debug)]
pub(super) struct Batch {
    capacity: usize,
    messages: Vec<(Item, Octets, StagedMessage)>,
    octets: u64,
    /// Octets of memory that the messages hold.
    held: usize,
    since: Option<Instant>,
}

/// A batch is full with so many messages, or with fewer where fewer files may be open, ...
const MESSAGES: usize = 400;
/// ... so many octets, ...
const OCTETS: u64 = 32 * 1024 * 1024;
/// ... so many octets of memory, which only strange headers take, ...
const HELD: usize = 2 * 1024 * 1024;
/// ... or when its first message has waited so long.
const AGE: Duration = Duration::from_secs(1);
/// A batch of so many messages is worth a commit when there is none that it would wait for: what
/// comes meanwhile is the next one, so batches grow where the disk is slower than the network. A
/// test that counts steps wants the same batches each time.
const WORTH_IT: usize = if cfg!(feature = "failpoints") { MESSAGES } else { 32 };

/// Files that a process needs besides those of its mail.
const OTHER_FILES: usize = 64;
/// One batch is filled, one waits, one is synced, one waits, one is recorded.
const BATCHES: usize = 5;

impl Batch {
    /// An empty batch of messages that hold `files` files open each (one for each destination), in a process that may have
    /// `open_files` open.
    pub(super) fn new(files: usize, open_files: usize) -> Self {
        let affordable = open_files.saturating_sub(OTHER_FILES) / (BATCHES * files.max(1));
        let capacity = affordable.clamp(1, MESSAGES);
        Self { capacity, messages: Vec::new(), octets: 0, held: 0, since: None }
    }

    /// Takes the messages out.
    pub(super) fn take(&mut self) -> Self {
        let capacity = self.capacity;
        let empty = Self { capacity, messages: Vec::new(), octets: 0, held: 0, since: None };
        std::mem::replace(self, empty)
    }

    pub(super) fn push(&mut self, item: Item, octets: Octets, message: StagedMessage) {
        self.held += message.held();
        self.messages.push((item, octets, message));
        self.octets += octets.0;
        self.since.get_or_insert_with(Instant::now);
    }

    /// Gives the messages up, and their files.
    pub(super) fn discard(self) -> impl Iterator<Item = Item> {
        self.messages.into_iter().map(|(item, ..)| item)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Makes the files durable, and their names in tmp/ or among the spool files.
    fn sync(self, destinations: &[Destination]) -> Result<Self, Error> {
        sync_content(self.messages.iter().map(|(_, _, message)| message)).map_err(Error::Sync)?;
        destinations.iter().try_for_each(Destination::sync_staged)?;
        Ok(self)
    }

    pub(super) fn is_full(&self) -> bool {
        self.messages.len() >= self.capacity
            || self.octets >= OCTETS
            || self.held >= HELD
            || self.since.is_some_and(|since| since.elapsed() >= AGE)
    }

    /// Whether it should be committed if that can begin at once.
    pub(super) fn is_worth_it(&self) -> bool {
        self.messages.len() >= WORTH_IT
    }
}

/// A message that is durable, recorded and visible.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) item: Item,
    pub(super) octets: Octets,
    pub(super) message_id: Option<String>,
    pub(super) places: Vec<Place>,
    pub(super) file: Option<String>,
    /// Why a destination refused it; the others have it.
    pub(super) refusals: Vec<(Place, String)>,
}

/// The state, and what it has yet to be told.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Nothing when nothing is to be recorded.
    pub(super) state: Option<State>,
    /// Deliveries that were published since the last transaction.
    pub(super) finished: Vec<i64>,
}

/// What became of a batch, and what the user should know.
#[derive(Default)]
struct Committed {
    stored: Vec<Stored>,
    /// Ends the run; what is stored is so all the same.
    error: Option<Error>,
    warnings: Vec<String>,
}

/// Two threads that commit batches in order: while one batch is recorded and published, the next
/// is synced.
pub(super) struct Committer {
    /// Nothing once all batches are in.
    batches: Option<SyncSender<Batch>>,
    results: Receiver<Committed>,
    /// What the user should know.
    warnings: Vec<String>,
    recorder: JoinHandle<Ledger>,
    syncer: Option<JoinHandle<()>>,
    /// Batches whose result has not come.
    outstanding: usize,
    /// Whether a batch failed: later ones are not tried.
    failed: bool,
}

impl Committer {
    /// Starts the threads, which take the state over until [`Self::close`].
    pub(super) fn start(
        state: Option<State>,
        desk: Desk,
        surroundings: Surroundings,
    ) -> std::io::Result<Self> {
        // One batch may wait for each of the two; then the download waits too.
        let (batches, incoming) = sync_channel::<Batch>(1);
        let (report, results) = channel();
        let (syncer, synced) = start_syncer(incoming, &desk.destinations)?;
        let recorder = thread::Builder::new().name("record".to_owned()).spawn(move || {
            let mut ledger = Ledger { state, finished: Vec::new() };
            for batch in synced {
                let mut committed = Committed::default();
                let now = surroundings.seconds();
                let result =
                    batch.and_then(|batch| desk.commit(&mut ledger, batch, now, &mut committed));
                // The first one is the cause.
                committed.error = committed.error.or(result.err());
                let failed = committed.error.is_some();
                // Nobody listens any more when the fetch was given up.
                if report.send(committed).is_err() || failed {
                    break;
                }
            }
            ledger
        })?;
        Ok(Self {
            batches: Some(batches),
            results,
            warnings: Vec::new(),
            recorder,
            syncer,
            outstanding: 0,
            failed: false,
        })
    }

    /// Whether a batch that is handed over now would wait for nothing but its own syncs.
    pub(super) fn is_free(&self) -> bool {
        self.outstanding < 2
    }

    /// Hands a batch over; waits while the one before it waits. After a failure batches are
    /// dropped, and with them their files.
    pub(super) fn submit(&mut self, batch: Batch) {
        if batch.is_empty() || self.failed {
            return;
        }
        if let Some(batches) = &self.batches
            && batches.send(batch).is_ok()
        {
            self.outstanding += 1;
        }
    }

    /// Adds to `stored` what has been committed since the last call, without waiting.
    pub(super) fn poll(&mut self, stored: &mut Vec<Stored>) -> Result<(), Error> {
        while let Ok(committed) = self.results.try_recv() {
            self.take(committed, stored)?;
        }
        Ok(())
    }

    /// The same, and waits until every batch is committed.
    pub(super) fn wait(&mut self, stored: &mut Vec<Stored>) -> Result<(), Error> {
        while self.outstanding > 0 && !self.failed {
            match self.results.recv() {
                Ok(committed) => self.take(committed, stored)?,
                // Only a panic of the thread; `close` passes it on.
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn take(&mut self, committed: Committed, stored: &mut Vec<Stored>) -> Result<(), Error> {
        self.outstanding -= 1;
        self.warnings.extend(committed.warnings);
        stored.extend(committed.stored);
        self.failed |= committed.error.is_some();
        committed.error.map_or(Ok(()), Err)
    }

    /// What the user should know and has not been told.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Ends the threads and takes the state back.
    pub(super) fn close(mut self) -> Ledger {
        self.batches = None;
        drop(self.results);
        let syncer = self.syncer.map_or(Ok(()), JoinHandle::join);
        let ledger = self.recorder.join();
        syncer.and(ledger).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Batches, each synced if it could be.
type Synced = Box<dyn Iterator<Item = Result<Batch, Error>> + Send>;

/// Starts the thread that syncs batches, and gives what it has synced.
fn start_syncer(
    incoming: Receiver<Batch>,
    destinations: &[Destination],
) -> std::io::Result<(Option<JoinHandle<()>>, Synced)> {
    let destinations = destinations.to_vec();
    let mut each = incoming.into_iter().map(move |batch| batch.sync(&destinations));
    // A test that counts steps wants them in one order.
    if cfg!(feature = "failpoints") {
        return Ok((None, Box::new(each)));
    }
    let (done, synced) = sync_channel(1);
    let syncer = thread::Builder::new().name("sync".to_owned()).spawn(move || {
        // Nobody takes them any more after one that could not be committed.
        while let Some(batch) = each.next()
            && done.send(batch).is_ok()
        {}
    })?;
    Ok((Some(syncer), Box::new(synced.into_iter())))
}

/// What the batches of a run have in common.
pub(super) struct Desk {
    pub(super) destinations: Vec<Destination>,
    /// The files of the account.
    pub(super) files: StateFiles,
    /// Whether all of each message is delivered, or only its header block.
    pub(super) origin: Origin,
}

impl Desk {
    /// Commits one batch that is synced, which is step 1. The order of these steps is the promise: a
    /// crash between any two of them loses nothing and duplicates nothing, and what this stores may
    /// be deleted from the server.
    fn commit(
        &self,
        ledger: &mut Ledger,
        mut batch: Batch,
        now: i64,
        committed: &mut Committed,
    ) -> Result<(), Error> {
        let Self { destinations, files, origin } = self;
        // Who answers for a message has no transaction: at least once, so before it is recorded.
        committed.error = hand_over(&mut batch, now).err().map(Error::from);
        // From here to the end of the batch nobody else writes into its mboxes: what is recorded
        // is the very place that each message will stand at.
        let mut mboxes = Mboxes::lock(destinations)?;
        for mbox in mboxes.iter_mut() {
            committed.warnings.extend(complete_others(mbox, files.directory())?);
        }
        for (_, _, message) in &mut batch.messages {
            message.reserve(&mut mboxes)?;
        }
        // 2: the commit point. From here on the files must stay, even if it reports an error.
        for (_, _, message) in &mut batch.messages {
            message.keep();
        }
        let pending = record(ledger, &mut batch, *origin, now)?;
        // 3: redo. A crash from here on leaves the rest to the next run's recovery.
        batch.messages.iter_mut().try_for_each(|(_, _, message)| message.publish(&mut mboxes))?;
        // 4: their names in new/, and the content of the mboxes.
        destinations.iter().try_for_each(Destination::sync_published)?;
        mboxes.sync()?;
        // Whoever gets the lock next learns from this that there is nothing to complete.
        batch.messages.iter_mut().try_for_each(|(_, _, message)| message.clear_spools())?;
        destinations.iter().try_for_each(Destination::sync_cleared)?;
        drop(mboxes);
        // 5: rides with the next transaction.
        ledger.finished = pending;
        let whole = batch.messages.into_iter().filter(|(_, _, message)| !message.is_partial());
        committed.stored.extend(whole.map(|(item, octets, message)| Stored {
            item,
            octets,
            message_id: message.message_id(),
            places: message.placements().map(|placement| placement.place).collect(),
            file: message.maildir_file(),
            refusals: message.refusals().map(|(at, why)| (at, why.to_owned())).collect(),
        }));
        Ok(())
    }
}

/// Hands each message to the destinations that answer for it, up to the first that fails. What went
/// nowhere is taken out of the batch, and with it what comes behind.
fn hand_over(batch: &mut Batch, now: i64) -> Result<(), delivery::Error> {
    for at in 0..batch.messages.len() {
        let (item, _, message) = &mut batch.messages[at];
        let uid = item.message.uid.as_ref().map(Uid::as_bytes);
        if let Err(error) = message.hand_over(uid, now) {
            let kept = if message.is_somewhere() { at + 1 } else { at };
            batch.messages.truncate(kept);
            return Err(error);
        }
    }
    Ok(())
}

/// Records the batch. Gives the deliveries that wait to be published.
fn record(
    ledger: &mut Ledger,
    batch: &mut Batch,
    origin: Origin,
    now: i64,
) -> Result<Vec<i64>, Error> {
    let Some(state) = &mut ledger.state else { return Ok(Vec::new()) };
    let receipts: Vec<_> = batch
        .messages
        .iter()
        .filter_map(|(item, _, message)| {
            item.key.clone().map(|key| message.receipt(key, origin, now))
        })
        .collect();
    let committed = state.commit(&receipts, &ledger.finished)?;
    ledger.finished.clear();
    let mut rows = committed.messages.into_iter();
    for (item, _, _) in &mut batch.messages {
        item.row = item.key.as_ref().and_then(|_| rows.next());
    }
    Ok(committed.pending)
}
