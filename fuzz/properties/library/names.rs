//! Names of files: whatever the host, the user and the UID are, a name is one plain part of a
//! path that its own state recognises, and no other; and any name that lies in a Maildir is read.

use popfetch::delivery::Names;
use popfetch::model::{MessageKey, Octets, Uid};

use super::machine::{SECONDS, mailbox, surroundings};

const OURS: &str = "00ff00ff00ff00ff";
const OTHERS: &str = "0123456789abcdef";

/// Four lines: the host's name, the user, a UID, and a name that lies about.
pub(crate) fn check(data: &[u8]) {
    let mut lines = data.splitn(4, |octet| *octet == b'\n');
    let mut text = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (host, user) = (text(), text());
    let uid = lines.next().and_then(Uid::new);
    let lying = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let key = uid.map(|uid| MessageKey { uid, ordinal: 0, size: Some(Octets(1)) });

    let mut ours = names(&host, &user, OURS);
    let others = names(&host, &user, OTHERS);
    let first = ours.next(key.as_ref());
    assert_ne!(first, ours.next(key.as_ref()));
    assert!(!first.contains(['/', ':']) && !first.starts_with('.'), "{first}");
    assert!(ours.is_own(&first) && !others.is_own(&first), "{first}");
    let flagged = format!("{first}:2,FS");
    assert!(ours.is_own(&flagged), "{flagged}");
    let marker = key.map(|key| ours.marker(&key));
    let expected = marker.as_deref().map(|marker| (marker, SECONDS));
    assert_eq!(Names::read(&flagged), expected);
    // Removed from `tmp/` is only what bears the state's id.
    assert!(!ours.is_own(&lying) || lying.contains(OURS), "{lying}");
    if let Some((marker, _)) = Names::read(&lying) {
        assert!(lying.contains(marker), "{lying}");
    }
}

fn names(host: &str, user: &str, state: &str) -> Names {
    Names::new(surroundings(host, 0), mailbox(user, host), state)
}
