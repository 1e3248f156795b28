//! popfetch as a user meets it: the real binary, real TLS, real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod fetch;
mod mbox;
mod mbox_recovery;
mod memory;
mod recovery;
mod stdout;
mod support;
