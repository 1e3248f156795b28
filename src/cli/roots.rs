//! The certificates to trust, from files; the network layer touches none.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::Exit;
use super::report::Failure;

/// The largest file of certificates that is read, in octets: the system's own has a quarter of a
/// megabyte. Larger is a wrong file.
const MAX: u64 = 16 * 1024 * 1024;

/// What was read. A thousand accounts that share a file share its content.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    read: HashMap<PathBuf, Arc<[u8]>>,
    /// Whether one of the files can be read only once: a pipe, say.
    once: bool,
}

impl Roots {
    /// Whether all of the files can be read again.
    pub(crate) fn are_lasting(&self) -> bool {
        !self.once
    }

    /// The certificates in the file at `path`, as PEM.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Arc<[u8]>, Failure> {
        if let Some(pem) = self.read.get(path) {
            return Ok(Arc::clone(pem));
        }
        self.once |= !path.is_file();
        let pem = read(path)?;
        self.read.insert(path.to_owned(), Arc::clone(&pem));
        Ok(pem)
    }
}

fn read(path: &Path) -> Result<Arc<[u8]>, Failure> {
    let shown = path.display();
    let fail = |message: String| Failure::new(Exit::CONFIG, message);
    let mut pem = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX + 1).read_to_end(&mut pem))
        .map_err(|error| fail(format!("cannot read {shown}: {error}")))?;
    if pem.len() as u64 > MAX {
        return Err(fail(format!("{shown} is too large for certificates")));
    }
    popfetch::net::check_roots(&pem)
        .map_err(|error| fail(format!("cannot use the certificates in {shown}: {error}")))?;
    Ok(Arc::from(pem))
}
