//! popfetch.
pub mod model;
pub mod proto;
