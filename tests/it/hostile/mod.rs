//! Servers that are hostile or broken, as tables: what the server does, and what must come of it.
//!
//! A table is a list of [`case::Case`]s. Whatever a row expects, [`runner`] holds each run to the
//! same bounds: time, memory, two short lines on standard error that no terminal acts on, no
//! password in them, nothing torn in the Maildir. Then the server becomes sound, and one more run
//! must bring every message, exactly once.

mod capabilities;
mod case;
mod codes;
mod cut;
mod deletion;
mod endless;
mod forged;
mod mechanisms;
mod numbers;
mod runner;
mod scram;
mod sessions;
mod silence;
mod software;
mod stuffing;
mod terminal;
mod tls;
mod uids;
