//! What a server calls a message, and how popfetch tells messages apart.

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;

/// A message's number in one session (RFC 1939, section 4): from 1, gone with the session.
///
/// It has no way into the state: after a reconnect the same number may name another message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNumber(NonZeroU32);

impl MessageNumber {
    /// The number `n`, unless it is 0, which no message bears.
    #[must_use]
    pub fn new(n: u32) -> Option<Self> {
        NonZeroU32::new(n).map(Self)
    }

    /// The number as an integer.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A size as a server claims it, in octets with CRLF line ends (RFC 1939, section 11).
///
/// Servers estimate, and lie: good for progress and for limits, never for finding the end of a
/// message and never for allocating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octets(pub u64);

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message's unique-id, as UIDL gives it (RFC 1939, section 7).
///
/// Bytes, not text: some servers send 8-bit ones. Never part of a path.
#[derive(Clone)]
pub struct Uid(Repr);

/// Large mailboxes have a UID for each of their messages, and most servers' fit into the space that
/// a pointer to one and its length would take, with little more.
#[derive(Clone)]
enum Repr {
    /// The first so many of the octets.
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

const SHORT: usize = 22;

impl Uid {
    /// The longest UID accepted, in octets. RFC 1939 allows 70; some servers send more.
    pub const MAX_OCTETS: usize = 512;

    /// Takes what a UIDL line holds, or nothing when it is empty, too long or holds white space
    /// or control characters.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let fine = !bytes.is_empty()
            && bytes.len() <= Self::MAX_OCTETS
            && bytes.iter().all(|&b| b > b' ' && b != 0x7f);
        fine.then(|| Self(Repr::new(bytes)))
    }

    /// The UID's octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Short(len, bytes) => &bytes[..usize::from(*len)],
            Repr::Long(bytes) => bytes,
        }
    }
}

impl Repr {
    fn new(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (u8::try_from(bytes.len()), short.get_mut(..bytes.len())) {
            (Ok(len), Some(room)) => {
                room.copy_from_slice(bytes);
                Self::Short(len, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }
}

impl PartialEq for Uid {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Uid {}

impl PartialOrd for Uid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uid {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Uid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Uid {
    /// Printable ASCII as it is, every other octet as `\xNN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|&byte| match byte {
            b'!'..=b'~' => f.write_char(char::from(byte)),
            _ => write!(f, "\\x{byte:02x}"),
        })
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({self})")
    }
}

/// What tells one message of a mailbox from another, over sessions.
///
/// The UID alone does not: popa3d gives one UID to different messages. So messages that share a
/// UID in one listing also bear their place among these, and their size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey {
    /// The unique-id.
    pub uid: Uid,
    /// The place, from 0, among the messages of a listing that bear this UID.
    pub ordinal: u32,
    /// The size that was listed when the message was first met; nothing where no listing has shown
    /// it yet: another program's state says no more than that the UID was fetched.
    pub size: Option<Octets>,
}

/// One message as the listings of a session show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number in this session.
    pub number: MessageNumber,
    /// Its size (LIST).
    pub size: Octets,
    /// Its unique-id (UIDL); nothing where the server has no UIDL.
    pub uid: Option<Uid>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_never_empty_too_long_or_unprintable() {
        assert!(Uid::new(b"").is_none());
        assert!(Uid::new(&[b'x'; 513]).is_none());
        assert!(Uid::new(b"a b").is_none());
        assert!(Uid::new(b"a\x7f").is_none());
        for length in 1..=Uid::MAX_OCTETS {
            let octets = vec![b'x'; length];
            assert_eq!(Uid::new(&octets).unwrap().as_bytes(), octets);
        }
        assert_eq!(Uid::new(b"\xe4/\"\\").map(|u| u.to_string()).as_deref(), Some("\\xe4/\"\\"));
    }
}
