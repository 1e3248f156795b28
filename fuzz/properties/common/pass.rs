//! A short pass of a fuzz target that is the same in every run: every seed, and changed ones.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use super::Property;
use super::random::Random;

/// How many changed seeds are tried.
const CHANGED: usize = 3000;
/// The largest seed, in octets.
const MAX_SEED: usize = 4 * 1024;

/// What is put into a seed: octets and words that mean something to one of the parsers.
const TOKENS: [&[u8]; 20] = [
    b"\r\n",
    b"\n",
    b"\r",
    b".",
    b"\0",
    b"\r\n.\r\n",
    b"\n.\n",
    b" ",
    b"\t",
    b"0",
    b"9",
    b"-",
    b"+OK ",
    b"-ERR ",
    b"4294967296",
    b"\xff",
    b"\xe2\x80\xae",
    b"\x1b[31m",
    b"From ",
    b"%0a",
];

/// Makes a test of the pass of each target, so that they run side by side. `PROPERTIES` and
/// [`pass`] have to be in scope.
macro_rules! passes {
    ($($target:ident)*) => {
        $(
            #[test]
            fn $target() {
                pass(stringify!($target), PROPERTIES);
            }
        )*

        #[test]
        fn every_property_has_its_pass() {
            let names: Vec<_> = PROPERTIES.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($target)),*]);
        }
    };
}
pub(crate) use passes;

/// Holds the property of `target` against its seeds and against mutations of them.
pub(crate) fn pass(target: &str, properties: &[(&str, Property)]) {
    let (_, property) = properties.iter().find(|(name, _)| *name == target).unwrap();
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| try_one(target, *property, seed));
    let mut random = Random::of(target.as_bytes());
    for _ in 0..CHANGED {
        try_one(target, *property, &changed(&seeds, &mut random));
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    // In the order of their names, so that the mutations are the same everywhere.
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() >= 10, "{target} has only {} seeds", seeds.len());
    assert!(seeds.iter().all(|seed| seed.len() <= MAX_SEED), "a seed of {target} is too large");
    seeds
}

/// A seed with one to four changes.
fn changed(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut data = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(data.len() + 1);
        match random.below(6) {
            0 => data.truncate(at),
            1 => {
                let other = &seeds[random.below(seeds.len())];
                data.truncate(at);
                data.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
            2 => {
                if let Some(octet) = data.get_mut(at) {
                    *octet ^= 1 << random.below(8);
                }
            }
            3 => {
                let end = at + random.below(data.len() - at + 1);
                data.drain(at..end);
            }
            _ => {
                let token = TOKENS[random.below(TOKENS.len())];
                data.splice(at..at, token.iter().copied());
            }
        }
    }
    data
}

fn try_one(target: &str, property: Property, data: &[u8]) {
    let held = panic::catch_unwind(AssertUnwindSafe(|| property(data)));
    if let Err(broken) = held {
        eprintln!("{target} is broken by: {}", data.escape_ascii());
        panic::resume_unwind(broken);
    }
}
