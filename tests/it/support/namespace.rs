//! A mount namespace, for disks that are full or read-only.

use std::process::Command;

use super::Output;
use super::expect::run;
use super::home::behind;

/// A mount namespace of the test's own.
pub(crate) struct Namespace(&'static [&'static str]);

impl Namespace {
    /// Nothing where the system allows none, as in many containers.
    pub(crate) fn new() -> Option<Self> {
        for unshare in [&["unshare", "-m"][..], &["unshare", "-rm"]] {
            let probe = Command::new(unshare[0]).args(&unshare[1..]).arg("true").output();
            if probe.is_ok_and(|output| output.status.success()) {
                return Some(Self(unshare));
            }
        }
        eprintln!("skipped: no mount namespaces here");
        None
    }

    /// Runs `script`, whose arguments are the program and its own.
    pub(crate) fn run(&self, script: &str, command: &Command) -> Output {
        run(&mut behind(&[self.0, &["sh", "-c", script, "sh"]].concat(), command))
    }
}
