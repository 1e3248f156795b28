//! A short pass of each fuzz target, the same in every run: each property over the seeds in
//! `fuzz/corpus` and over mutations of them. Those of the program are among its unit tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "../fuzz/properties/library/mod.rs"]
mod library;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use library::PROPERTIES;
use library::common::pass::{pass, passes};

passes! { capabilities dots engine header import listings mbox names sasl status }

fn manifest(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_target_has_seeds() {
    let manifest = manifest("fuzz/Cargo.toml");
    let binaries = manifest.split("[[bin]]").skip(1);
    let mut targets: Vec<_> =
        binaries.map(|binary| binary.split('"').nth(1).unwrap().to_owned()).collect();
    targets.sort();
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let corpora = fs::read_dir(corpora).unwrap();
    let mut corpora: Vec<_> =
        corpora.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    corpora.sort();
    assert_eq!(targets, corpora);
}

/// The dependencies of a manifest, each with its line.
fn dependencies(manifest: &str) -> BTreeMap<String, String> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let entries = lines.filter_map(|line| line.split_once(" = "));
    entries.map(|(name, line)| (name.to_owned(), line.to_owned())).collect()
}

/// The targets compile the program's source, outside of these tests.
#[test]
fn the_targets_have_the_dependencies_of_the_program() {
    let fuzz = dependencies(&manifest("fuzz/Cargo.toml"));
    let version = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    for (name, line) in dependencies(&manifest("Cargo.toml")) {
        match fuzz.get(&name) {
            Some(same) => assert_eq!(version(same), version(&line), "{name}"),
            // The targets are built without the one, and have the others through the library.
            None if ["keyring", "oauth2", "roxmltree", "serde", "simple-dns", "ureq"]
                .contains(&name.as_str()) => {}
            None => assert!(!line.contains("optional"), "fuzz/Cargo.toml lacks {name}"),
        }
    }
}
