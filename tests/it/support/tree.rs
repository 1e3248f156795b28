//! A directory and everything below it, as a listing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What `path` and everything below it is, by name relative to it: its kind and its
/// permissions.
pub(crate) fn tree(path: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(path, "", &mut found);
    found.sort();
    found
}

fn walk(path: &Path, name: &str, found: &mut Vec<(String, String)>) {
    // What popfetch removes meanwhile was not there.
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    let kind = if metadata.is_dir() {
        "directory"
    } else if metadata.is_file() {
        "file"
    } else if metadata.is_symlink() {
        "link"
    } else {
        "other"
    };
    found.push((name.to_owned(), format!("{kind} {:o}", metadata.mode() & 0o7777)));
    if metadata.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        for entry in entries {
            let below = format!("{name}/{}", entry.file_name().to_string_lossy());
            walk(&entry.path(), &below, found);
        }
    }
}
