//! What is made from the definition of the arguments and the table of the keys, and checked in:
//! the manual in `man/` and the files in `completions/`.
//!
//! Part of the tests only. They make it all anew and compare; after a change, this rewrites it:
//!
//! ```text
//! POPFETCH_BLESS=1 cargo test --bin popfetch generated
//! ```

mod completions;
mod manual;
mod manual_tests;

use std::fs;
use std::path::{Path, PathBuf};

/// A path in the project.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Requires the file `name` to be `content`, or makes it so if that is asked for.
#[track_caller]
fn is_up_to_date(name: &str, content: &str) {
    let path = path(name);
    if std::env::var_os("POPFETCH_BLESS").is_some() {
        fs::write(&path, content).expect("a file that can be written");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let line = found.lines().zip(content.lines()).take_while(|(old, new)| old == new).count();
    assert!(
        found == content,
        "{name} is out of date from line {} on; look at what this changes:\n\
         POPFETCH_BLESS=1 cargo test --bin popfetch generated",
        line + 1
    );
}
