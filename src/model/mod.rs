//! Words that every layer uses: plain data, no I/O, no clocks.

mod account;
mod command_line;
mod count;
mod delivery;
mod endpoint;
mod interrupt;
mod message;
mod place;
mod policy;
mod proof;
mod redactor;
mod remembered;
mod route;
mod secret;
mod selection;
mod surroundings;
mod trouble;

pub use account::{AccountName, InvalidAccountName, MailboxIdentity};
pub use command_line::CommandLine;
pub use count::count;
pub use delivery::{Accepted, Origin, PendingDelivery, Placement, Receipt, Staged};
pub use endpoint::{Endpoint, TlsMode};
pub use interrupt::Interrupt;
pub use message::{Listed, MessageKey, MessageNumber, Octets, Uid};
pub use place::Place;
pub use policy::{Deletion, FirstFetch, Policy};
pub use proof::{NoToken, NoTokenCause, Proof, Tokens};
pub use redactor::Redactor;
pub use remembered::Remembered;
pub use route::{
    AddressFamily, Overdue, Proxy, ProxyKind, ProxyLogin, Route, Timeouts, Tunnel, Way,
};
pub use secret::Secret;
pub use selection::{HeaderConditions, NumberSet, Scope, Selection};
pub use surroundings::Surroundings;
pub use trouble::Trouble;
