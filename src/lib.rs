//! popfetch.
pub mod model;
pub mod proto;
pub mod sasl;
pub mod net;
pub mod durable;
pub mod client;
pub mod delivery;
pub mod state;
pub mod summary;
