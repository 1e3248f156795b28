//! UIDL and LIST of a large mailbox.

use divan::Bencher;
use divan::counter::ItemsCount;
use popfetch::proto::{Command, Limits, Sizes, Uids, combine};

use crate::wire::{greeted, receive};

const MESSAGES: usize = 100_000;

fn reply(line: impl Fn(usize) -> String) -> Vec<u8> {
    let lines = (1..=MESSAGES).map(|n| format!("{n} {}\r\n", line(n)));
    format!("+OK\r\n{}.\r\n", lines.collect::<String>()).into_bytes()
}

#[divan::bench]
fn uidl_and_list(bencher: Bencher) {
    let uidl = reply(|n| format!("{n:08x}656e8f2a"));
    let scan = reply(|n| (2000 + n % 9000).to_string());
    let limits = Limits::default();
    let mut engine = greeted();
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        let (mut sizes, mut uids) = (Sizes::default(), Uids::default());
        receive(&mut engine, Command::Uidl, &uidl, |line| uids.add_line(line, &limits).unwrap());
        receive(&mut engine, Command::List, &scan, |line| sizes.add_line(line, &limits).unwrap());
        combine(sizes, Some(uids)).unwrap()
    });
}
