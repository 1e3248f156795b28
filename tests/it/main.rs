//! popfetch as a user meets it: the real binary, real TLS, real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod completions;
mod config;
mod crash;
mod fetch;
mod interop;
mod many;
mod mbox;
mod mbox_recovery;
mod memory;
mod readme;
mod recovery;
mod secrets;
mod selections;
mod state;
mod statuses;
mod stdout;
mod support;
mod tls;
mod wire;
