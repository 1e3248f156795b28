//! What a run takes from the machine it runs on.

use std::time::SystemTime;

/// Time, names and chance: handed in, so that everything below can be run with others in a test.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The clock.
    pub now: fn() -> SystemTime,
    /// The machine's host name.
    pub host: String,
    /// The process id.
    pub process: u32,
    /// The user id that files are created with.
    pub user: u32,
    /// How many files the process may have open.
    pub open_files: usize,
    /// Fresh random octets.
    pub random: [u8; 8],
    /// Makes a text that nobody can foresee, another one each time: visible ASCII
    /// without commas; empty where the system has none.
    pub nonce: fn() -> String,
}

impl Surroundings {
    /// The time in seconds since the epoch.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        let since = (self.now)().duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
impl Surroundings {
    /// Those of a machine called `box` on which it is the epoch, for unit tests.
    pub(crate) fn of_a_test() -> Self {
        Self {
            now: || SystemTime::UNIX_EPOCH,
            host: "box".to_owned(),
            process: 7,
            user: rustix::process::geteuid().as_raw(),
            open_files: 1024,
            random: [0xab; 8],
            nonce: || "nonce".to_owned(),
        }
    }
}
