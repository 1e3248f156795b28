//! The use cases: the only place where client, delivery and state meet.
//!
//! Each takes an [`Account`] and a [`Context`], tells an [`Observer`] what happens, and ends with
//! an [`Outcome`] or an [`Error`]. Nothing here prints, prompts or draws.

mod account;
mod adopt;
mod again;
mod books;
mod check;
mod class;
mod commit;
mod connect;
mod decide;
mod delete;
mod destinations;
mod download;
mod enter;
mod error;
mod event;
mod fetch;
mod headers;
mod intents;
mod list;
mod login;
mod look;
mod mailbox;
mod memory;
mod offers;
mod plan;
mod rebuild;
mod records;
mod recover;
mod remove;
mod renumber;
mod select;
mod status;
mod trial;
mod trouble;
mod verify;
mod with;

pub use account::{Account, Context};
pub use adopt::{Adopted, adopt};
pub use check::{Findings, Step, check};
pub use class::Class;
pub use delete::{Confirm, DeleteOptions, delete};
pub use destinations::Output;
pub use error::Error;
pub use event::{Event, Observer, Planned};
pub use fetch::{FetchOptions, fetch};
pub use list::{ListOptions, Row, count, list};
pub use offers::Offers;
pub use rebuild::{mark_seen, rebuild};
pub use records::{Report, export, forget, import, import_seen, report};
pub use status::{Status, status};
pub use trial::{Trial, reach, try_login};
pub use trouble::News;
pub use with::With;

use crate::model::{Octets, Trouble};

/// What a run did, whether it went well or not.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Messages that were to be fetched.
    pub planned: u64,
    /// Messages delivered.
    pub fetched: u64,
    /// Their octets, as they came.
    pub octets: Octets,
    /// Messages left where they are for a reason.
    pub skipped: u64,
    /// Messages that could not be fetched or deleted.
    pub failed: u64,
    /// Messages whose deletion the server confirmed.
    pub deleted: u64,
    /// What there is to tell of how it ended.
    pub news: News,
    /// What was wrong before it.
    trouble: Option<Trouble>,
    /// Nothing was done, since the server lets nobody in yet.
    pub too_early: bool,
    /// What ended the run early, if anything did.
    pub error: Option<Error>,
}
