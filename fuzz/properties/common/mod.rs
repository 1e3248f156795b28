//! What all properties need.

pub(crate) mod home;
#[cfg(test)]
pub(crate) mod pass;
pub(crate) mod printable;
pub(crate) mod random;

/// A promise of popfetch's, held against any bytes: panics when it is broken.
pub(crate) type Property = fn(&[u8]);
