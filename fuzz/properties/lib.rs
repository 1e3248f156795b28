//! What the fuzz targets hold popfetch to: for each, one function that takes any bytes and panics
//! when popfetch breaks a promise. `tests/properties.rs` and the unit tests of the program run the
//! same functions over the seeds in `corpus/` and over mutations of them.

#[allow(dead_code, unreachable_pub)]
mod library;

/// The program is no library: its source is a part of this crate, and has its properties in it.
#[allow(dead_code)]
#[path = "../../src/cli/mod.rs"]
mod cli;

/// Checks the property of the target `name`.
pub fn check(name: &str, data: &[u8]) {
    let mut all = library::PROPERTIES.iter().chain(cli::properties::PROPERTIES);
    let (_, check) = all.find(|(known, _)| *known == name).expect("a property for each target");
    check(data);
}
