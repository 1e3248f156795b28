//! The machine that everything runs on, always the same.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use popfetch::model::{Endpoint, MailboxIdentity, Surroundings, TlsMode};

/// What its clock shows, in seconds since the epoch.
pub(crate) const SECONDS: i64 = 1_700_000_000;

/// It is called `host`, and `user` runs popfetch on it.
pub(crate) fn surroundings(host: &str, user: u32) -> Surroundings {
    Surroundings {
        now: || -> SystemTime { UNIX_EPOCH + Duration::from_secs(SECONDS.unsigned_abs()) },
        host: host.to_owned(),
        process: 42,
        user,
        open_files: 1024,
        random: [0; 8],
        nonce: String::new,
    }
}

/// The mailbox of `user` at `host`.
pub(crate) fn mailbox(user: &str, host: &str) -> MailboxIdentity {
    let endpoint = Endpoint { host: host.to_owned(), port: 995, tls: TlsMode::Implicit };
    MailboxIdentity::new(user, &endpoint)
}
