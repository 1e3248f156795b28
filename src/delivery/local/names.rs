//! What files in a Maildir are called.

use sha2::{Digest, Sha256};

use crate::model::{MailboxIdentity, MessageKey, Surroundings};

/// Makes names that no other delivery makes, and recognises its own.
///
/// A name is `SECONDS.MmicrosecondsPprocessQcountRstateHmessage.host` (maildir(5), DJB). `R` is a
/// random id that belongs to one account's state: what is left in `tmp/` under it is ours to
/// remove, and nobody else's, though accounts may share a Maildir. `H` is a digest of mailbox and
/// UID, from which a lost state can be rebuilt. A UID itself never becomes part of a path.
#[derive(Debug)]
pub struct Names {
    surroundings: Surroundings,
    identity: MailboxIdentity,
    state: String,
    count: u64,
}

impl Names {
    /// For the mailbox `identity` whose state has the random id `state`.
    #[must_use]
    pub fn new(surroundings: Surroundings, identity: MailboxIdentity, state: &str) -> Self {
        Self { surroundings, identity, state: state.to_owned(), count: 0 }
    }

    /// A new name, for the message `key`; nothing stands for one without a UID.
    pub fn next(&mut self, key: Option<&MessageKey>) -> String {
        self.count += 1;
        let since = (self.surroundings.now)().duration_since(std::time::UNIX_EPOCH);
        let since = since.unwrap_or_default();
        // A host name may hold what a file name may not (maildir(5)).
        let host = self.surroundings.host.replace('/', "\\057").replace(':', "\\072");
        let message = key.map(|key| format!("H{}", message_digest(&self.identity, key)));
        format!(
            "{}.M{}P{}Q{}R{}{}.{host}",
            since.as_secs(),
            since.subsec_micros(),
            self.surroundings.process,
            self.count,
            self.state,
            message.unwrap_or_default(),
        )
    }

    /// The time in seconds since the epoch.
    pub(crate) fn seconds(&self) -> i64 {
        self.surroundings.seconds()
    }

    /// What the names of all files of the message `key` have in common.
    #[must_use]
    pub fn marker(&self, key: &MessageKey) -> String {
        message_digest(&self.identity, key)
    }

    /// The marker in a file name, and the time of delivery in seconds since the epoch; nothing
    /// where the name is not one of popfetch's.
    #[must_use]
    pub fn read(name: &str) -> Option<(&str, i64)> {
        let (seconds, rest) = name.split_once('.')?;
        let unique = rest.split('.').next()?;
        let (_, id) = unique.split_once('R')?;
        let (_, marker) = id.split_once('H')?;
        Some((marker, seconds.parse().ok()?))
    }

    /// Whether a file name was made under this state's id.
    #[must_use]
    pub fn is_own(&self, name: &str) -> bool {
        let Some(unique) = name.split('.').nth(1) else { return false };
        let id = unique.split_once('R').map(|(_, id)| id.split('H').next().unwrap_or(id));
        id == Some(self.state.as_str())
    }
}

/// 96 bits of SHA-256 over the mailbox, the UID and its place among equals, in hexadecimal.
fn message_digest(identity: &MailboxIdentity, key: &MessageKey) -> String {
    let mut digest = Sha256::new();
    digest.update(identity.as_str().as_bytes());
    // No identity and no UID holds a NUL, so the parts cannot run into each other.
    digest.update([0]);
    digest.update(key.uid.as_bytes());
    digest.update([0]);
    digest.update(key.ordinal.to_be_bytes());
    let digest = digest.finalize();
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Endpoint, Octets, TlsMode, Uid};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    fn names(state: &str) -> Names {
        let surroundings = Surroundings {
            now: || -> SystemTime { UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_123) },
            host: "bo/x:1".to_owned(),
            process: 42,
            user: 0,
            open_files: 1024,
            random: [0; 8],
            nonce: String::new,
        };
        let endpoint = Endpoint { host: "h".into(), port: 995, tls: TlsMode::Implicit };
        Names::new(surroundings, MailboxIdentity::new("u", &endpoint), state)
    }

    fn key(uid: &[u8]) -> MessageKey {
        MessageKey { uid: Uid::new(uid).unwrap(), ordinal: 0, size: Some(Octets(1)) }
    }

    #[test]
    fn names_are_unique_plain_and_recognised_by_their_own_state() {
        let mut ours = names("00ff00ff00ff00ff");
        let first = ours.next(Some(&key(b"../../etc")));
        let second = ours.next(Some(&key(b"../../etc")));
        assert_ne!(first, second);
        assert!(first.starts_with("1700000000.M123P42Q1R00ff00ff00ff00ffH"), "{first}");
        assert!(first.ends_with(".bo\\057x\\0721") && !first.contains(['/', ':']));
        assert!(ours.is_own(&first) && ours.is_own(&ours_without_key()));
        let marker = ours.marker(&key(b"../../etc"));
        let flagged = format!("{first}:2,S");
        assert_eq!(Names::read(&flagged), Some((marker.as_str(), 1_700_000_000)));
        assert_eq!(Names::read("1700000000.M1P2Q3.host"), None);
        let others = names("0123456789abcdef");
        assert!(!others.is_own(&first));
        for foreign in ["1700000000.M1P2Q3.host", "x", "", ".R", "1.R.h", "1.RH.h"] {
            assert!(!ours.is_own(foreign), "{foreign}");
        }
    }

    fn ours_without_key() -> String {
        names("00ff00ff00ff00ff").next(None)
    }
}
