//! Header blocks: what `list` shows of them, and what a delivery keeps of them.

use divan::Bencher;
use divan::counter::ItemsCount;
use popfetch::delivery::HeaderBlock;
use popfetch::summary::Summary;

use crate::mail::header;

/// Servers on the way: header blocks of 1.6, 2.6 and 4 kB.
const HOPS: [usize; 3] = [1, 4, 8];

#[divan::bench(args = HOPS)]
fn summary(bencher: Bencher, hops: usize) {
    let block = [header(hops), b"\r\n".to_vec()].concat();
    bencher.counter(ItemsCount::new(1_u32)).bench(|| Summary::of(&block));
}

#[divan::bench(args = HOPS)]
fn digest_and_message_id(bencher: Bencher, hops: usize) {
    let block = String::from_utf8([header(hops), b"\r\n".to_vec()].concat()).unwrap();
    let block = block.replace("\r\n", "\n");
    bencher.counter(ItemsCount::new(1_u32)).bench(|| {
        let mut kept = HeaderBlock::default();
        kept.add(block.as_bytes());
        (kept.digest(), kept.message_id())
    });
}
