//! Telling known messages from new ones.

use crate::model::{Listed, MessageKey, Octets, Origin, Uid};

/// A message that the state knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMessage {
    /// The state's own id of it.
    pub id: i64,
    /// What identifies it.
    pub key: MessageKey,
    /// How it came to be known.
    pub origin: Origin,
    /// When, in seconds since the epoch.
    pub at: i64,
    /// Whether a full listing has lacked it.
    pub missing: bool,
    /// Whether the server confirmed its deletion.
    pub deleted: bool,
}

/// Everything that the state knows of a mailbox.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// In ascending order of UID.
    messages: Vec<KnownMessage>,
}

/// What a listed message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// Never met. Nothing where the server has no unique-ids.
    New(Option<MessageKey>),
    /// The known message at this place.
    Known(usize),
    /// It bears the UID of the known message at this place, which was always listed, but another
    /// size: either the server estimates sizes, or it has given the UID to another message. Their
    /// header blocks can tell.
    Doubtful(usize, MessageKey),
}

impl Known {
    /// From messages in any order.
    #[must_use]
    pub fn new(mut messages: Vec<KnownMessage>) -> Self {
        messages.sort_by(|a, b| {
            (&a.key.uid, a.key.ordinal, a.key.size).cmp(&(&b.key.uid, b.key.ordinal, b.key.size))
        });
        Self { messages }
    }

    /// The known message at `place`.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&KnownMessage> {
        self.messages.get(place)
    }

    /// All of them.
    #[must_use]
    pub fn messages(&self) -> &[KnownMessage] {
        &self.messages
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The places of the messages with `uid`.
    fn with_uid(&self, uid: &Uid) -> std::ops::Range<usize> {
        let start = self.messages.partition_point(|known| known.key.uid < *uid);
        let equal = self.messages[start..].partition_point(|known| known.key.uid == *uid);
        start..start + equal
    }

    /// Says of each listed message what it is. `listing` is in ascending order of number.
    ///
    /// A UID alone decides where it is unique. Where several messages bear it, now or in the
    /// state, the sizes decide which is which. A UID whose message was deleted, and that was then
    /// missing from a listing, or missing and back with another size, belongs to a new message:
    /// servers reuse UIDs.
    #[must_use]
    pub fn recognise(&self, listing: &[Listed]) -> Vec<Recognition> {
        let mut result = vec![Recognition::New(None); listing.len()];
        let mut by_uid: Vec<(&Uid, usize)> = listing
            .iter()
            .enumerate()
            .filter_map(|(at, message)| message.uid.as_ref().map(|uid| (uid, at)))
            .collect();
        by_uid.sort();
        for group in by_uid.chunk_by(|a, b| a.0 == b.0) {
            let uid = group[0].0;
            let rows = self.with_uid(uid);
            if let ([(_, at)], 1) = (group, rows.len()) {
                result[*at] = self.recognise_one(uid, listing[*at].size, rows.start);
            } else {
                self.recognise_group(uid, group, listing, rows, &mut result);
            }
        }
        result
    }

    /// One listed message, one known one, one UID.
    fn recognise_one(&self, uid: &Uid, size: Octets, row: usize) -> Recognition {
        let known = &self.messages[row];
        let key = MessageKey { uid: uid.clone(), ordinal: 0, size };
        match (known.key.size == size, known.missing, known.deleted) {
            (true, true, true) => Recognition::New(Some(key)),
            (true, _, _) => Recognition::Known(row),
            (false, false, false) => Recognition::Doubtful(row, key),
            (false, _, _) => Recognition::New(Some(key)),
        }
    }

    /// Several of either: matched by size, the earlier number to the earlier row.
    fn recognise_group(
        &self,
        uid: &Uid,
        group: &[(&Uid, usize)],
        listing: &[Listed],
        rows: std::ops::Range<usize>,
        result: &mut [Recognition],
    ) {
        let mut free: Vec<usize> = rows.clone().collect();
        let mut ordinals: Vec<u32> = rows.map(|row| self.messages[row].key.ordinal).collect();
        let mut unmatched = Vec::new();
        for &(_, at) in group {
            let fits = |&row: &usize| {
                let known = &self.messages[row];
                known.key.size == listing[at].size && !(known.missing && known.deleted)
            };
            match free.iter().position(fits) {
                Some(place) => result[at] = Recognition::Known(free.remove(place)),
                None => unmatched.push(at),
            }
        }
        // Ordinals that no row has yet, so that the new rows stand beside the old ones.
        let mut ordinal = 0;
        for at in unmatched {
            while ordinals.contains(&ordinal) {
                ordinal += 1;
            }
            ordinals.push(ordinal);
            let size = listing[at].size;
            result[at] = Recognition::New(Some(MessageKey { uid: uid.clone(), ordinal, size }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageNumber;

    fn uid(text: &str) -> Uid {
        Uid::new(text.as_bytes()).unwrap()
    }

    /// `(uid, ordinal, size, missing, deleted)`
    fn known(rows: &[(&str, u32, u64, bool, bool)]) -> Known {
        let rows = rows.iter().zip(1..).map(|(&(u, ordinal, size, missing, deleted), id)| {
            let key = MessageKey { uid: uid(u), ordinal, size: Octets(size) };
            KnownMessage { id, key, origin: Origin::Delivered, at: 0, missing, deleted }
        });
        Known::new(rows.collect())
    }

    fn recognise(rows: &[(&str, u32, u64, bool, bool)], listing: &[(&str, u64)]) -> String {
        let known = known(rows);
        let listing: Vec<Listed> = (1..)
            .zip(listing)
            .map(|(number, (u, size))| Listed {
                number: MessageNumber::new(number).unwrap(),
                size: Octets(*size),
                uid: Some(uid(u)),
            })
            .collect();
        let shown = known.recognise(&listing).into_iter().map(|recognition| match recognition {
            Recognition::New(key) => format!("new{}", key.unwrap().ordinal),
            Recognition::Known(at) => format!("row{}", known.get(at).unwrap().id),
            Recognition::Doubtful(at, _) => format!("doubt{}", known.get(at).unwrap().id),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn unique_uids() {
        let rows = [("a", 0, 10, false, false), ("b", 0, 20, false, false)];
        assert_eq!(recognise(&rows, &[("b", 20), ("c", 5), ("a", 10)]), "row2 new0 row1");
        assert_eq!(recognise(&rows, &[("a", 11)]), "doubt1");
        assert_eq!(recognise(&[], &[("a", 1)]), "new0");
    }

    #[test]
    fn a_uid_that_was_missing_or_deleted() {
        // A sick server hid it for a while: the same message.
        assert_eq!(recognise(&[("a", 0, 10, true, false)], &[("a", 10)]), "row1");
        // Back with another size: reused.
        assert_eq!(recognise(&[("a", 0, 10, true, false)], &[("a", 11)]), "new0");
        // Deleted, confirmed, and never missing: the server did not delete it after all.
        assert_eq!(recognise(&[("a", 0, 10, false, true)], &[("a", 10)]), "row1");
        // Deleted, missing, and back: reused.
        assert_eq!(recognise(&[("a", 0, 10, true, true)], &[("a", 10)]), "new0");
        assert_eq!(recognise(&[("a", 0, 10, false, true)], &[("a", 12)]), "new0");
    }

    #[test]
    fn uids_that_are_not_unique() {
        assert_eq!(recognise(&[], &[("x", 10), ("x", 20), ("x", 10)]), "new0 new1 new2");
        let both = [("x", 0, 10, false, false), ("x", 1, 20, false, false)];
        assert_eq!(recognise(&both, &[("x", 10), ("x", 20)]), "row1 row2");
        assert_eq!(recognise(&both, &[("x", 20)]), "row2");
        assert_eq!(recognise(&both, &[("x", 20), ("x", 30)]), "row2 new2");
        // A second message came under the UID of the first.
        let one = [("x", 0, 10, false, false)];
        assert_eq!(recognise(&one, &[("x", 10), ("x", 20)]), "row1 new1");
        assert_eq!(recognise(&one, &[("x", 10), ("x", 10)]), "row1 new1");
    }
}
