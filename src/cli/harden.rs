//! Keeping the password out of places where it could lie about.

use rustix::process::{Resource, Rlimit, setrlimit};

/// No core files, and no other process of the user may look into this one's memory. Neither can
/// fail in a way that should stop anything.
pub(crate) fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
