//! From the octets of a connection to those of a file, in memory: the protocol engine and the
//! conversion of line ends.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use popfetch::delivery::LineFeeds;

use crate::mail::{Lines, message, stuffed};
use crate::wire::{greeted, retrieve};

/// What is gathered for one write.
const WRITE: usize = 64 * 1024;

/// The reply to a RETR.
pub(crate) fn reply(lines: Lines, octets: usize) -> Vec<u8> {
    let message = message(lines, octets);
    [format!("+OK {} octets\r\n", message.len()).into_bytes(), stuffed(&message)].concat()
}

#[divan::bench(args = Lines::ALL)]
fn wire_to_file(bencher: Bencher, lines: Lines) {
    let reply = reply(lines, 512 * 1024);
    let mut engine = greeted();
    let mut file = Vec::with_capacity(WRITE);
    bencher.counter(BytesCount::new(reply.len())).bench_local(|| {
        let mut line_feeds = LineFeeds::default();
        retrieve(&mut engine, &reply, |chunk| {
            if file.len() + chunk.len() > WRITE {
                black_box(&file);
                file.clear();
            }
            line_feeds.convert(chunk, &mut file);
        });
    });
}

/// The engine alone.
#[divan::bench(args = Lines::ALL)]
fn wire_to_chunks(bencher: Bencher, lines: Lines) {
    let reply = reply(lines, 512 * 1024);
    let mut engine = greeted();
    bencher.counter(BytesCount::new(reply.len())).bench_local(|| {
        retrieve(&mut engine, &reply, |chunk| {
            black_box(chunk);
        });
    });
}
