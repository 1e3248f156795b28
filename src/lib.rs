//! popfetch: a POP3 client and mail fetcher that never loses and never duplicates a message.
//!
//! # The house
//!
//! Levels, from the ground up; each module imports only from those below it, which
//! `tests/layering.rs` enforces:
//!
//! | level | module | what it is |
//! | --- | --- | --- |
//! | 0 | [`model`] | words that everyone uses: plain data |
//! | 0 | [`proto`] | POP3 without I/O: bytes in, events out |
//! | 0 | [`sasl`] | SASL mechanisms as step machines |
//! | 1 | [`net`] | sockets and TLS, with a deadline on everything |
//! | 1 | [`durable`] | every sync, rename and lock |
//! | 2 | [`client`] | a POP3 connection over any stream |
//! | 2 | [`delivery`] | where mail goes: staged, then published |
//! | 2 | [`state`] | what has been seen: one SQLite file an account |
//! | 2 | `oauth` | OAuth2: consent, and tokens that renew themselves (feature `oauth`) |
//! | 2 | `discovery` | from a mail address to its server, to set an account up (feature `discovery`) |
//! | 2 | [`summary`] | sender, subject and date, for lists |
//! | 3 | [`jobs`] | the use cases: list, fetch, delete |
//!
//! The program's face, `cli`, is not part of the library. Nothing here prints, prompts or draws.
//!
//! # One message, from socket to disk
//!
//! TLS bytes go into a fixed buffer, from which [`proto::Engine`] cuts spans of the message.
//! [`delivery::Sink`] turns CRLF into LF and writes them into `tmp/`. Complete messages are
//! gathered into a batch; a thread of its own commits the batch while the next one downloads:
//!
//! 1. the files and `tmp/` are synced;
//! 2. one transaction records every message of the batch: **the commit point**;
//! 3. the files are renamed into `new/`;
//! 4. `new/` is synced;
//! 5. the next transaction marks them as done.
//!
//! Only then, and only if the user says so, DELE is sent.
//!
//! For an mbox the staged file is a spool file in the state directory, and steps 3 and 4 append it
//! to the mbox, sync that, and remove the spool file. The mbox is locked from before step 2, which
//! records the place of each message in it, to the end.
//!
//! # Guarantees
//!
//! * A message is delivered exactly once into a Maildir or an mbox, whatever is killed, cut or
//!   full. A crash before step 2 leaves nothing but a file to sweep; after it, the next run renames
//!   what still waits in `tmp/`, and what is no longer there was delivered. A recorded message that
//!   still has a spool file is compared with what stands at its place in the mbox, by whoever
//!   locks the mbox next, and appended if it is not there.
//! * Nothing is deleted from a server before it is durable here.
//!
//! Both assume that a rename is atomic over a power cut, as journaling file systems make it, and
//! that whoever else writes into an mbox locks it.
//! Standard output has no transaction: there a message is delivered at least once.

#![forbid(unsafe_code)]

pub mod client;
pub mod delivery;
#[cfg(feature = "discovery")]
pub mod discovery;
pub mod durable;
pub mod import;
pub mod jobs;
pub mod model;
pub mod net;
#[cfg(feature = "oauth")]
pub mod oauth;
pub mod proto;
pub mod sasl;
pub mod state;
pub mod summary;
