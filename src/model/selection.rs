//! Which messages the user means.

use std::ops::RangeInclusive;

use super::{Listed, MessageNumber, Octets, Uid};

/// Whether what was seen before counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Every message.
    #[default]
    All,
    /// Only what the state does not know.
    New,
    /// Only what the state knows.
    Seen,
}

/// Message numbers as a user writes them: `3,5-9`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberSet(Vec<RangeInclusive<u32>>);

impl NumberSet {
    /// Whether the set holds `number`.
    #[must_use]
    pub fn contains(&self, number: MessageNumber) -> bool {
        self.0.iter().any(|range| range.contains(&number.get()))
    }
}

impl FromIterator<RangeInclusive<u32>> for NumberSet {
    fn from_iter<T: IntoIterator<Item = RangeInclusive<u32>>>(ranges: T) -> Self {
        Self(ranges.into_iter().collect())
    }
}

impl std::str::FromStr for NumberSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| match part.parse::<u32>() {
            Ok(n) if n > 0 && part.bytes().all(|b| b.is_ascii_digit()) => Ok(n),
            _ => Err(format!("'{part}' is not a message number (like 7, or 3,5-9)")),
        };
        let range = |part: &str| match part.split_once('-') {
            None => number(part).map(|n| n..=n),
            Some((low, high)) => {
                let (low, high) = (number(low)?, number(high)?);
                if low <= high {
                    Ok(low..=high)
                } else {
                    Err(format!("the range '{part}' runs backwards"))
                }
            }
        };
        text.split(',').map(|part| range(part.trim())).collect()
    }
}

/// Everything the user said about which messages are meant. The conditions combine with AND.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// New, seen or all.
    pub scope: Scope,
    /// Only these numbers of this session.
    pub numbers: Option<NumberSet>,
    /// Only these UIDs; no condition when empty.
    pub uids: Vec<Uid>,
    /// Only the last so many of the mailbox, by number.
    pub last: Option<u32>,
    /// Only the first so many of the mailbox, by number.
    pub first: Option<u32>,
    /// Only what is larger than this, by the server's word.
    pub larger: Option<Octets>,
    /// Only what is smaller than this, by the server's word.
    pub smaller: Option<Octets>,
    /// Only what has such a header block.
    pub headers: HeaderConditions,
}

/// What a header block must be like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderConditions {
    /// The Date field is not before this time, in seconds since the epoch.
    pub since: Option<i64>,
    /// The Date field is before this time.
    pub before: Option<i64>,
    /// The sender's name or address contains each of these, in either case.
    pub from: Vec<String>,
    /// The subject contains each of these, in either case.
    pub subject: Vec<String>,
    /// A field of this name contains this text, in either case, for each of these.
    pub fields: Vec<(String, String)>,
}

impl HeaderConditions {
    /// Whether every header block will do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Selection {
    /// Picks from `listing` (in ascending order of number), where `seen` says of each message
    /// whether the state knows it. Gives one answer a message. The conditions on header blocks
    /// are left to who can read them.
    #[must_use]
    pub fn pick(&self, listing: &[Listed], seen: impl Fn(usize) -> bool) -> Vec<bool> {
        let total = listing.len();
        let first = self.first.map_or(total, |n| n as usize);
        let last = self.last.map_or(total, |n| n as usize);
        let from = total.saturating_sub(last);
        let picked = |(index, message): (usize, &Listed)| {
            let scope = match self.scope {
                Scope::All => true,
                Scope::New => !seen(index),
                Scope::Seen => seen(index),
            };
            scope
                && index < first
                && index >= from
                && self.larger.is_none_or(|size| message.size > size)
                && self.smaller.is_none_or(|size| message.size < size)
                && self.numbers.as_ref().is_none_or(|set| set.contains(message.number))
                && (self.uids.is_empty()
                    || message.uid.as_ref().is_some_and(|uid| self.uids.contains(uid)))
        };
        listing.iter().enumerate().map(picked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox() -> Vec<Listed> {
        let one = |n: u32| Listed {
            number: MessageNumber::new(n).unwrap(),
            size: Octets(u64::from(n) * 10),
            uid: Uid::new(format!("u{n}").as_bytes()),
        };
        // Number 4 is missing: listings have gaps.
        [1, 2, 3, 5, 6].map(one).to_vec()
    }

    fn picked(selection: &Selection) -> Vec<u32> {
        let listing = mailbox();
        let seen = |index| index < 2;
        let picks = selection.pick(&listing, seen);
        let both = listing.iter().zip(picks);
        both.filter(|(_, picked)| *picked).map(|(m, _)| m.number.get()).collect()
    }

    #[test]
    fn conditions_combine_with_and() {
        let all = Selection::default();
        assert_eq!(picked(&all), [1, 2, 3, 5, 6]);
        assert_eq!(picked(&Selection { scope: Scope::New, ..all.clone() }), [3, 5, 6]);
        assert_eq!(picked(&Selection { scope: Scope::Seen, ..all.clone() }), [1, 2]);
        assert_eq!(picked(&Selection { larger: Some(Octets(30)), ..all.clone() }), [5, 6]);
        assert_eq!(picked(&Selection { smaller: Some(Octets(30)), ..all.clone() }), [1, 2]);
        assert_eq!(picked(&Selection { last: Some(2), ..all.clone() }), [5, 6]);
        assert_eq!(picked(&Selection { first: Some(3), ..all.clone() }), [1, 2, 3]);
        assert_eq!(picked(&Selection { first: Some(3), last: Some(3), ..all.clone() }), [3]);
        assert_eq!(picked(&Selection { last: Some(99), ..all.clone() }), [1, 2, 3, 5, 6]);
        let numbers = Some("2,4-5".parse().unwrap());
        assert_eq!(picked(&Selection { numbers, ..all.clone() }), [2, 5]);
        let uids = vec![Uid::new(b"u1").unwrap(), Uid::new(b"u6").unwrap()];
        assert_eq!(picked(&Selection { uids: uids.clone(), ..all.clone() }), [1, 6]);
        assert_eq!(picked(&Selection { uids, scope: Scope::New, ..all }), [6]);
    }

    #[test]
    fn numbers_are_strict() {
        for bad in ["", "0", "-1", "1-", "9-5", "a", "1,,2", "+3", "4294967296"] {
            assert!(bad.parse::<NumberSet>().is_err(), "{bad}");
        }
        assert!("1, 3-5".parse::<NumberSet>().is_ok());
    }
}
