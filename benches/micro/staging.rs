//! Whole messages into files, with the system's part of it: made, written, removed; not synced.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use divan::Bencher;
use divan::counter::BytesCount;
use popfetch::delivery::{Destination, Maildir, Mbox, Names, Sink, Spools};
use popfetch::durable::Patience;
use popfetch::model::{Endpoint, Interrupt, MailboxIdentity, Surroundings, TlsMode};
use tempfile::TempDir;

use crate::body::reply;
use crate::mail::Lines;
use crate::wire::{greeted, retrieve};

const OCTETS: [usize; 2] = [4 * 1024, 4 * 1024 * 1024];

#[divan::bench(args = OCTETS)]
fn into_maildir(bencher: Bencher, octets: usize) {
    let home = TempDir::new().unwrap();
    let maildir = Maildir::open(&home.path().join("maildir"), true, surroundings().user);
    stage(bencher, Destination::Maildir(Arc::new(maildir.unwrap())), Lines::Base64, octets);
}

/// Into the spool file of an mbox, quoted for mboxrd.
#[divan::bench(args = OCTETS)]
fn into_mbox(bencher: Bencher, octets: usize) {
    stage_for_mbox(bencher, Lines::Base64, octets);
}

/// The same where every line begins with an arrow, as a line that needs quoting may.
#[divan::bench(args = OCTETS)]
fn arrows_into_mbox(bencher: Bencher, octets: usize) {
    stage_for_mbox(bencher, Lines::Quoted, octets);
}

fn stage_for_mbox(bencher: Bencher, lines: Lines, octets: usize) {
    let home = TempDir::new().unwrap();
    let path = home.path().join("mbox");
    let spools = Spools::open(&home.path().join("spools"), &path, "aa", "work").unwrap();
    let patience = Patience { limit: Duration::ZERO, interrupt: Interrupt::default() };
    let mbox = Mbox::open(&path, true, spools, &surroundings(), patience).unwrap();
    stage(bencher, Destination::Mbox(Arc::new(mbox)), lines, octets);
}

fn stage(bencher: Bencher, destination: Destination, lines: Lines, octets: usize) {
    let destinations = [destination];
    let reply = reply(lines, octets);
    let endpoint = Endpoint { host: "pop.example.com".into(), port: 995, tls: TlsMode::Implicit };
    let identity = MailboxIdentity::new("alice", &endpoint);
    let mut names = Names::new(surroundings(), identity, "aa");
    let mut engine = greeted();
    bencher.counter(BytesCount::new(reply.len())).bench_local(|| {
        let mut sink = Sink::create(&destinations, &mut names, None).unwrap();
        retrieve(&mut engine, &reply, |chunk| sink.write(chunk).unwrap());
        sink.finish().unwrap()
    });
}

fn surroundings() -> Surroundings {
    Surroundings {
        now: SystemTime::now,
        host: "box".to_owned(),
        process: 7,
        user: rustix::process::geteuid().as_raw(),
        open_files: 1024,
        random: [0xab; 8],
        nonce: String::new,
    }
}
