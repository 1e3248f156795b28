//! popfetch as a user meets it: the real binary, real TLS, real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod completions;
mod config;
mod crash;
mod delete;
mod fetch;
mod interop;
mod local;
mod login;
mod many;
mod mbox;
mod mbox_recovery;
mod memory;
mod protocol;
mod reach;
mod readme;
mod recovery;
mod secrets;
mod selections;
mod state;
mod statefile;
mod stdout;
mod support;
mod tls;
mod usage;
mod wire;
