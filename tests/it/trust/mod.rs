//! Whom popfetch trusts, and to whom it shows what.

mod client;
mod pins;
mod refused;
