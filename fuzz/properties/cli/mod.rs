//! The properties of the program, as a part of it: it is no library. Compiled for the unit tests
//! and for fuzzing only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;

mod config;
mod destination;
mod summary;
mod url;

use common::Property;

/// Each with the name of its fuzz target.
pub(crate) const PROPERTIES: &[(&str, Property)] = &[
    ("config", config::check),
    ("destination", destination::check),
    ("summary", summary::check),
    ("url", url::check),
];

#[cfg(test)]
mod tests {
    //! A short pass of each target; those of the library have theirs in `tests/properties.rs`.

    use super::PROPERTIES;
    use super::common::pass::{pass, passes};

    passes! { config destination summary url }
}
