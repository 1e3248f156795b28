//! Standard error, which lines and progress bars share. Every line passes through here, so that
//! none is torn by a bar, or by a line of another thread.

use std::io::{self, Write};
use std::sync::OnceLock;

use indicatif::MultiProgress;

/// The bars, once there are any.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// The bars of all accounts.
pub(crate) fn bars() -> &'static MultiProgress {
    BARS.get_or_init(MultiProgress::new)
}

/// Writes whole lines to standard error, which may be closed. Bars step aside meanwhile.
pub(crate) fn say(text: &str) {
    let write = || {
        let _ = io::stderr().write_all(text.as_bytes());
    };
    match BARS.get() {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// The width of the terminal on standard error, in columns.
pub(crate) fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stderr());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}
