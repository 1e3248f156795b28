//! Where the files of a property are.

use std::path::Path;

use tempfile::TempDir;

/// A directory in memory, where a sync costs nothing, on systems that have a place for it; unless
/// the environment names another place.
pub(crate) fn home() -> TempDir {
    let memory = Path::new("/dev/shm");
    let home = if std::env::var_os("TMPDIR").is_none() && memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    home.expect("a temporary directory")
}
