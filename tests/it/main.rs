//! popfetch as a user meets it: the real binary, real TLS, real files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod fetch;
mod memory;
mod recovery;
mod selections;
mod stdout;
mod support;
