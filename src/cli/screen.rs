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

/// How much a line matters: the levels of syslog(3) that occur here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error = 3,
    Warning = 4,
    Info = 6,
    Debug = 7,
}

/// Writes whole lines to standard error, which may be closed. Bars step aside meanwhile.
pub(crate) fn say(text: &str) {
    say_as(Level::Info, text);
}

/// The same. The systemd journal is told how much they matter.
pub(crate) fn say_as(level: Level, text: &str) {
    let marked = is_journal().then(|| marked(level, text));
    let text = marked.as_deref().unwrap_or(text);
    let write = || {
        let _ = io::stderr().write_all(text.as_bytes());
    };
    match BARS.get() {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// Each line behind its level, as sd-daemon(3) has it.
fn marked(level: Level, text: &str) -> String {
    text.lines().map(|line| format!("<{}>{line}\n", level as u8)).collect()
}

/// Whether standard error is the journal's. That the variable is set does not say so: whoever was
/// started by a service inherits it (systemd.exec(5)).
fn is_journal() -> bool {
    static IS_JOURNAL: OnceLock<bool> = OnceLock::new();
    *IS_JOURNAL.get_or_init(|| {
        let told = std::env::var("JOURNAL_STREAM").unwrap_or_default();
        let here = rustix::fs::fstat(io::stderr());
        here.is_ok_and(|here| told == format!("{}:{}", here.st_dev, here.st_ino))
    })
}

/// The width of the terminal on standard error, in columns.
pub(crate) fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stderr());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}
