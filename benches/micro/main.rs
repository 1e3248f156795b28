//! Micro benches of what is done to every octet, header block and line: `cargo bench --bench micro`.
//!
//! Figures are for one core; pin it (`taskset -c 1`) and leave the machine alone meanwhile.

#![allow(clippy::unwrap_used, missing_docs)]

mod body;
mod headers;
mod listing;
mod mail;
mod staging;
mod wire;

fn main() {
    divan::main();
}
