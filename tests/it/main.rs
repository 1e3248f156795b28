//! popfetch as a user meets it: the real binary, real TLS, real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod again;
mod check;
mod compared;
mod completions;
mod config;
mod delete;
mod faults;
mod fetch;
mod hostile;
mod import;
mod init;
mod interop;
mod journal;
mod kills;
mod local;
mod login;
mod many;
mod mbox;
mod mbox_recovery;
mod memory;
mod network;
mod oauth;
mod pipe;
mod places;
mod reach;
mod readme;
mod recovery;
mod round_trips;
mod scale;
mod secrets;
mod security;
mod selections;
mod state;
mod statefile;
mod status;
mod stdout;
// The crash tests use it too, and not all the same parts of it.
#[allow(dead_code)]
mod support;
mod tls;
mod trust;
mod units;
mod usage;
mod wire;
