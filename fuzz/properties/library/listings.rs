//! STAT, LIST and UIDL: what is accepted is what a naive reader accepts; what comes of it is in
//! order and in range, without a number twice, and no two lines that contradict each other pass.

use std::collections::BTreeMap;

use popfetch::model::Uid;
use popfetch::proto::{Error, Limits, Sizes, Stat, Uids, combine};

use super::common::printable::assert_printable;

/// What each number was listed with; nothing where two lines contradict each other.
type Listing<T> = Option<BTreeMap<u64, T>>;

/// Lines of three kinds: `S` and a STAT reply, `L` and a line of LIST, `U` and one of UIDL.
pub(crate) fn check(data: &[u8]) {
    let limits = Limits::default();
    let (mut sizes, mut uids) = (Sizes::default(), Uids::default());
    let mut listed_sizes: Listing<u64> = Some(BTreeMap::new());
    let mut listed_uids: Listing<Vec<u8>> = Some(BTreeMap::new());
    for line in data.split(|octet| *octet == b'\n') {
        let Some((kind, line)) = line.split_first() else { continue };
        match kind {
            b'S' => agree(Stat::parse(line, &limits).map(drop), stat(line).is_some(), line),
            b'L' => {
                let expected = size(line);
                agree(sizes.add_line(line, &limits), expected.is_some(), line);
                expected.into_iter().for_each(|(n, size)| list(&mut listed_sizes, n, size));
            }
            b'U' => {
                let expected = uid(line);
                agree(uids.add_line(line, &limits), expected.is_some(), line);
                expected.into_iter().for_each(|(n, uid)| list(&mut listed_uids, n, uid.to_vec()));
            }
            _ => {}
        }
    }
    let has_uids = !uids.is_empty();
    let combined = combine(sizes, has_uids.then_some(uids));
    let (Some(expected), Some(uids)) = (listed_sizes, listed_uids) else {
        assert_printable(&combined.expect_err("a contradiction").to_string());
        return;
    };
    let expected = expected.into_iter().filter(|(n, _)| !has_uids || uids.contains_key(n));
    let expected: Vec<_> = expected.map(|(n, size)| (n, size, uids.get(&n).cloned())).collect();
    let combined = combined.expect("nothing contradicts");
    let combined = combined.into_iter().map(|listed| {
        let uid = listed.uid.map(|uid| uid.as_bytes().to_vec());
        (u64::from(listed.number.get()), listed.size.0, uid)
    });
    assert_eq!(combined.collect::<Vec<_>>(), expected);
}

fn agree(read: Result<(), Error>, expected: bool, line: &[u8]) {
    assert_eq!(read.is_ok(), expected, "{}", line.escape_ascii());
    if let Err(error) = read {
        assert_printable(&error.to_string());
    }
}

fn list<T: PartialEq>(listing: &mut Listing<T>, number: u64, value: T) {
    if let Some(known) = listing {
        match known.get(&number) {
            Some(other) if *other != value => *listing = None,
            _ => drop(known.insert(number, value)),
        }
    }
}

fn words(line: &[u8]) -> Vec<&[u8]> {
    let line = if line.starts_with(b"+OK ") { &line[4..] } else { line };
    line.split(|octet| b" \t".contains(octet)).filter(|word| !word.is_empty()).collect()
}

/// Digits alone, up to 2^64 - 1.
fn number(word: &[u8]) -> Option<u64> {
    word.iter().try_fold(0_u64, |sum, octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

fn message(word: &[u8]) -> Option<u64> {
    number(word).filter(|number| (1..=1_000_000).contains(number))
}

fn stat(line: &[u8]) -> Option<u64> {
    let words = words(line);
    number(words.get(1)?)?;
    number(words[0]).filter(|messages| *messages <= 1_000_000)
}

fn size(line: &[u8]) -> Option<(u64, u64)> {
    let words = words(line);
    Some((message(words.first()?)?, number(words.get(1)?)?))
}

fn uid(line: &[u8]) -> Option<(u64, &[u8])> {
    let words = words(line);
    let uid = *words.get(1)?;
    let fine = uid.len() <= Uid::MAX_OCTETS && !uid.iter().any(u8::is_ascii_control);
    Some((message(words.first()?)?, fine.then_some(uid)?))
}
