//! Keeping the password out of places where it could lie about.

use rustix::process::{Resource, Rlimit, setrlimit};

/// As many open files as the system allows: each message of a batch holds one until it is safe.
/// Gives how many that are.
pub(crate) fn raise_open_files() -> usize {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let now = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    now.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

/// No core files, and no other process of the user may look into this one's memory. Neither can
/// fail in a way that should stop anything.
pub(crate) fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
