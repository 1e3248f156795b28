//! The properties of the library, by its public API.

#[path = "../common/mod.rs"]
pub(crate) mod common;

mod capabilities;
mod cuts;
mod dialogue;
mod dots;
mod engine;
mod header;
mod import;
mod listings;
mod machine;
mod mbox;
mod names;
mod oracle;
mod sasl;
mod status;

use common::Property;

/// Each with the name of its fuzz target.
pub(crate) const PROPERTIES: &[(&str, Property)] = &[
    ("capabilities", capabilities::check),
    ("dots", dots::check),
    ("engine", engine::check),
    ("header", header::check),
    ("import", import::check),
    ("listings", listings::check),
    ("mbox", mbox::check),
    ("names", names::check),
    ("sasl", sasl::check),
    ("status", status::check),
];
