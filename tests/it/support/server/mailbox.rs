//! The mail that waits on the server.

use super::Body;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A message with the unique id that the server reports for it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The answer to `UIDL`.
    pub(crate) uid: Vec<u8>,
    /// The octets, before dot-stuffing.
    pub(crate) body: Body,
    /// Tells messages apart even when a test gives two of them the same uid.
    pub(crate) serial: u64,
}

/// A list of messages, shared by all its clones. It outlives connections and
/// servers, so that a test can run the client again and add mail in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    messages: Vec<Message>,
    added: u64,
}

impl Mailbox {
    /// An empty mailbox.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a message with a uid never used before and returns that uid.
    pub(crate) fn add(&self, body: impl Into<Body>) -> Vec<u8> {
        let mut inner = self.lock();
        let uid = format!("uid-{:06}", inner.added + 1).into_bytes();
        inner.add(uid.clone(), body.into());
        uid
    }

    /// Adds a message with a uid of the test's choice.
    pub(crate) fn add_with_uid(&self, uid: impl Into<Vec<u8>>, body: impl Into<Body>) {
        self.lock().add(uid.into(), body.into());
    }

    /// How many messages wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().messages.len()
    }

    /// Whether no message waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The uids in the order of the message numbers.
    pub(crate) fn uids(&self) -> Vec<Vec<u8>> {
        self.messages().into_iter().map(|m| m.uid).collect()
    }

    /// A copy of the list (bodies are shared, not copied).
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.lock().messages.clone()
    }

    /// Removes all messages with this uid; sessions under way still see them.
    pub(crate) fn remove(&self, uid: impl AsRef<[u8]>) {
        let uid = uid.as_ref();
        self.lock().messages.retain(|m| m.uid != uid);
    }

    /// Removes everything.
    pub(crate) fn clear(&self) {
        self.lock().messages.clear();
    }

    pub(super) fn remove_serials(&self, serials: &[u64]) {
        self.lock().messages.retain(|m| !serials.contains(&m.serial));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn add(&mut self, uid: Vec<u8>, body: Body) {
        self.added += 1;
        self.messages.push(Message { uid, body, serial: self.added });
    }
}
