//! Telling known messages from new ones.

use std::collections::{HashMap, HashSet, VecDeque};

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
    /// Whether its deletion was asked for, be it confirmed or not.
    pub asked: bool,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// Never met. If the server has unique-ids, it will be known with this ordinal.
    New(u32),
    /// The known message at this place.
    Known(usize),
    /// It bears the UID of the known message at this place, and may be another, known with this
    /// ordinal then: the size differs, and sizes are estimates; or the known one may have been
    /// deleted, and UIDs are used again. Their header blocks can tell. Until then it counts neither
    /// as new nor as delivered.
    Doubtful(usize, u32),
}

/// What the messages of a listing are.
#[derive(Clone, Debug, Default)]
pub struct Recognised {
    /// Each of them, in the order of the listing.
    pub messages: Vec<Recognition>,
    /// How many bear each UID that more than one bears.
    pub shared: HashMap<Uid, usize>,
}

impl Recognition {
    /// The key of `message`, which this is about, unless it is a known one.
    #[must_use]
    pub fn new_key(self, message: &Listed) -> Option<MessageKey> {
        let (Self::New(ordinal) | Self::Doubtful(_, ordinal)) = self else { return None };
        let uid = message.uid.clone()?;
        Some(MessageKey { uid, ordinal, size: Some(message.size) })
    }
}

impl Known {
    /// From messages in any order.
    #[must_use]
    pub fn new(mut messages: Vec<KnownMessage>) -> Self {
        // No two are equal, and the memory that a stable sort takes would show.
        messages.sort_unstable_by(|a, b| {
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

    /// Whether the message `key` is known; without a size, one of any size.
    #[must_use]
    pub fn holds(&self, key: &MessageKey) -> bool {
        let place = (&key.uid, key.ordinal);
        let of = |row: &KnownMessage| (&row.key.uid, row.key.ordinal).cmp(&place);
        let from = self.messages.partition_point(|row| of(row).is_lt());
        let mut rows = self.messages[from..].iter().take_while(|row| of(row).is_eq());
        rows.any(|row| key.size.is_none() || row.key.size == key.size)
    }

    /// Says of each listed message what it is. `listing` is in ascending order of number.
    ///
    /// A UID alone decides where it is unique, and where several messages bear it, the sizes
    /// decide which is which; but not once its message may have been deleted, since servers use
    /// UIDs again. A UID that was deleted, missing from a later listing, and is back, or that was
    /// missing and is back with another size, belongs to a new message. A known message whose size
    /// is not known is the one that is listed, whatever its size; among several, the first that is
    /// no other.
    #[must_use]
    pub fn recognise(&self, listing: &[Listed]) -> Recognised {
        let mut messages = vec![Recognition::New(0); listing.len()];
        let mut shared = HashMap::new();
        let mut by_uid: Vec<(&Uid, usize)> = listing
            .iter()
            .enumerate()
            .filter_map(|(at, message)| message.uid.as_ref().map(|uid| (uid, at)))
            .collect();
        by_uid.sort_unstable();
        // Both are in the order of their UIDs: one walk along them.
        let mut rows = 0..0;
        for group in by_uid.chunk_by(|a, b| a.0 == b.0) {
            let uid = group[0].0;
            let behind = &self.messages[rows.end..];
            rows.start = rows.end + behind.iter().take_while(|row| row.key.uid < *uid).count();
            let behind = &self.messages[rows.start..];
            rows.end = rows.start + behind.iter().take_while(|row| row.key.uid == *uid).count();
            if let ([(_, at)], 1) = (group, rows.len()) {
                messages[*at] = self.recognise_one(listing[*at].size, rows.start);
            } else {
                self.recognise_group(group, listing, rows.clone(), &mut messages);
            }
            if group.len() > 1 {
                shared.insert(uid.clone(), group.len());
            }
        }
        Recognised { messages, shared }
    }

    /// One listed message, one known one, one UID.
    fn recognise_one(&self, size: Octets, row: usize) -> Recognition {
        let known = &self.messages[row];
        if known.key.size.is_none_or(|known| known == size) {
            return self.of_equal_size(row).unwrap_or(Recognition::New(0));
        }
        if known.missing || known.asked || known.deleted {
            Recognition::New(0)
        } else {
            Recognition::Doubtful(row, 0)
        }
    }

    /// What a listed message is that has UID and size, as far as it is known, of the known one at
    /// `row`; nothing where it is another.
    fn of_equal_size(&self, row: usize) -> Option<Recognition> {
        let known = &self.messages[row];
        match (known.missing, known.asked, known.deleted) {
            (true, _, true) => None,
            (_, true, _) | (_, _, true) => Some(Recognition::Doubtful(row, known.key.ordinal)),
            (_, false, false) => Some(Recognition::Known(row)),
        }
    }

    /// Several of either: matched by size, the earlier number to the earlier row; then to the rows
    /// without a size.
    fn recognise_group(
        &self,
        group: &[(&Uid, usize)],
        listing: &[Listed],
        rows: std::ops::Range<usize>,
        result: &mut [Recognition],
    ) {
        // Maps, not searches: a hostile server may give one UID to a million messages.
        let mut free: HashMap<Option<Octets>, VecDeque<usize>> = HashMap::new();
        let mut taken = HashSet::new();
        for row in rows {
            let key = &self.messages[row].key;
            taken.insert(key.ordinal);
            free.entry(key.size).or_default().push_back(row);
        }
        let mut ordinal = 0;
        for &(_, at) in group {
            let mut take = |size| free.get_mut(&size).and_then(VecDeque::pop_front);
            let row = take(Some(listing[at].size)).or_else(|| take(None));
            result[at] = row.and_then(|row| self.of_equal_size(row)).unwrap_or_else(|| {
                // An ordinal that no row has yet, so that the new row stands beside the old ones.
                while !taken.insert(ordinal) {
                    ordinal += 1;
                }
                Recognition::New(ordinal)
            });
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

    /// `(uid, ordinal, size, missing, deleted)`; a size of 0 is not known.
    fn known(rows: &[(&str, u32, u64, bool, bool)]) -> Known {
        let rows = rows.iter().zip(1..).map(|(&(u, ordinal, size, missing, deleted), id)| {
            let size = (size > 0).then_some(Octets(size));
            let key = MessageKey { uid: uid(u), ordinal, size };
            let asked = deleted;
            KnownMessage { id, key, origin: Origin::Delivered, at: 0, missing, asked, deleted }
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
        let shown = known.recognise(&listing).messages.into_iter().map(|one| match one {
            Recognition::New(ordinal) => format!("new{ordinal}"),
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
        // Deleted, confirmed, and never missing: not deleted after all, or used again at once.
        assert_eq!(recognise(&[("a", 0, 10, false, true)], &[("a", 10)]), "doubt1");
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
        let gone = [("x", 0, 10, false, true), ("x", 1, 20, true, true)];
        assert_eq!(recognise(&gone, &[("x", 10), ("x", 20)]), "doubt1 new2");
        // A second message came under the UID of the first.
        let one = [("x", 0, 10, false, false)];
        assert_eq!(recognise(&one, &[("x", 10), ("x", 20)]), "row1 new1");
        assert_eq!(recognise(&one, &[("x", 10), ("x", 10)]), "row1 new1");
    }

    #[test]
    fn a_message_whose_size_is_not_known_is_recognised_by_its_uid() {
        let one = [("x", 0, 0, false, false)];
        assert_eq!(recognise(&one, &[("x", 10)]), "row1");
        assert_eq!(recognise(&[("x", 0, 0, true, false)], &[("x", 10)]), "row1");
        assert_eq!(recognise(&[("x", 0, 0, false, true)], &[("x", 10)]), "doubt1");
        assert_eq!(recognise(&[("x", 0, 0, true, true)], &[("x", 10)]), "new0");
        // Only one was seen: to fetch one twice is a nuisance, to lose one is not to be mended.
        assert_eq!(recognise(&one, &[("x", 10), ("x", 20)]), "row1 new1");
        let two = [("x", 0, 0, false, false), ("x", 1, 0, false, false)];
        assert_eq!(recognise(&two, &[("x", 10), ("x", 20), ("x", 10)]), "row1 row2 new2");
        assert_eq!(recognise(&two, &[("x", 10)]), "row1");
        // Whose size is known comes first, whichever is listed first.
        let mixed = [("x", 0, 0, false, false), ("x", 1, 20, false, false)];
        assert_eq!(recognise(&mixed, &[("x", 20), ("x", 10)]), "row2 row1");
        assert_eq!(recognise(&mixed, &[("x", 10), ("x", 20)]), "row1 row2");
        assert_eq!(recognise(&mixed, &[("x", 20)]), "row2");
    }

    #[test]
    fn a_key_without_a_size_is_held_by_a_message_of_any_size() {
        let known = known(&[("x", 0, 10, false, false), ("y", 0, 0, false, false)]);
        for (u, ordinal, size, held) in [
            ("x", 0, Some(10), true),
            ("x", 0, Some(11), false),
            ("x", 0, None, true),
            ("x", 1, None, false),
            ("y", 0, None, true),
            ("y", 0, Some(10), false),
            ("w", 0, None, false),
            ("z", 0, None, false),
        ] {
            let key = MessageKey { uid: uid(u), ordinal, size: size.map(Octets) };
            assert_eq!(known.holds(&key), held, "{key:?}");
        }
    }
}
