//! popfetch.
pub mod model;
