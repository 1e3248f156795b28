//! Crashes at every step that reaches the disk: the process dies there, the step fails, or the
//! power is cut. Afterwards each message is there exactly once, whole, and the server has lost
//! nothing that is not here.
//!
//! The program is the real one, built with the feature `failpoints`, in front of the scripted
//! server of the other tests, in a home in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cut;
mod faults;
mod locks;
mod pairs;
mod power;
mod rig;
mod steps;
mod tokens;
// Not everything in it is used here.
#[allow(dead_code, unused_imports)]
#[path = "../it/support/mod.rs"]
mod support;
mod workers;
