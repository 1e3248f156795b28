//! Somebody else who keeps the disk busy.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Writes a file of 4 kB anew and syncs it, over and over, until this is dropped.
pub(crate) struct Busy {
    stop: Arc<AtomicBool>,
    writer: Option<JoinHandle<()>>,
}

impl Busy {
    /// Begins, on the disk that `directory` is on.
    pub(crate) fn start(directory: &Path) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let path = directory.join("kept-busy");
        let stopped = Arc::clone(&stop);
        let writer = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let mut file = File::create(&path).expect("a file");
                file.write_all(&[b'x'; 4096]).expect("room for a file");
                file.sync_all().expect("a sync");
            }
        });
        Self { stop, writer: Some(writer) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.writer.take().map(JoinHandle::join);
    }
}
