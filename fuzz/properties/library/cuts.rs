//! How input arrives in pieces.

use super::common::random::Random;

/// Where the reads of `len` octets end, the last one at `len`: all at once, octet by octet, and
/// by a chance that depends on `data`.
pub(crate) fn cuts(len: usize, data: &[u8]) -> [Vec<usize>; 3] {
    let mut random = Random::of(data);
    let mut by_chance = Vec::new();
    let mut end = 0;
    while end < len {
        end = len.min(end + 1 + random.below(9));
        by_chance.push(end);
    }
    [vec![len], (1..=len).collect(), by_chance]
}

/// The pieces of `data` between `cuts`.
pub(crate) fn pieces<'a>(data: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(cuts).map(|(start, end)| &data[start..*end])
}
