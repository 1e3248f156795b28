//! What becomes of mail, here and on the server.

use super::Octets;

/// What a fetch does with the messages that it finds.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Record nothing: a mere look.
    pub look: bool,
    /// Delete on the server what is safe here; nothing keeps all.
    pub delete: Option<Deletion>,
    /// Delete only what this run fetches: the user has said that new mail alone is meant.
    pub only_new: bool,
    /// What an account without state does with a mailbox that is already filled.
    pub first_fetch: FirstFetch,
    /// Skip what is larger, by the server's word.
    pub max_size: Option<Octets>,
    /// Fetch at most so many messages a run.
    pub max_messages: Option<u64>,
    /// Fetch at most so many octets a run, by the server's word, but always one message.
    pub max_octets: Option<Octets>,
    /// Fetch only the header blocks.
    pub headers_only: bool,
    /// Begin with the newest.
    pub newest_first: bool,
    /// Offer what a destination has refused once more.
    pub retry_refused: bool,
}

/// When what was delivered is deleted on the server. Both conditions must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// So many seconds after it was delivered; 0 is at once.
    pub after: i64,
    /// Not while it is among the newest so many of the mailbox.
    pub keep_newest: u32,
}

/// What the first fetch of an account does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstFetch {
    /// Fetches everything.
    #[default]
    All,
    /// Fetches nothing, and takes everything for seen.
    Seen,
    /// Fetches the newest so many, and takes the rest for seen.
    Last(u32),
}
