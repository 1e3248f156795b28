//! One message in every place at once: a Maildir, an mbox, standard output in each format.
//!
//! What is said to be its own octets are its own octets; elsewhere only line ends differ. In an
//! mbox it is one message, whatever it holds, and unquoted it is what it was.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use popfetch::delivery::{
    Acknowledged, Destination, Maildir, Mbox, Names, Sink, Spools, Stream, StreamFormat,
};
use popfetch::durable::{Directory, Patience};
use popfetch::model::Interrupt;
use tempfile::TempDir;

use super::common::home::home;
use super::common::printable::assert_printable;
use super::cuts::{cuts, pieces};
use super::machine::{SECONDS, mailbox, surroundings};

thread_local! {
    /// Opened once: what is looked at is one message, not how places are opened. Removed with the
    /// thread.
    static PLACES: RefCell<Places> = RefCell::new(Places::open());
}

pub(crate) fn check(data: &[u8]) {
    let message = with_line_feeds(data);
    // One way to cut is enough for so many files: it is different for each input.
    let [_, _, cuts] = cuts(data.len(), data);
    let delivered = PLACES.with_borrow_mut(|places| places.deliver(pieces(data, &cuts)));
    assert_eq!(delivered.raw, data, "the message's own octets");
    assert_eq!(delivered.maildir, message, "in a Maildir");
    assert_eq!(delivered.mbox, delivered.mboxrd, "the mbox and the stream are one format");
    check_mboxrd(&delivered.mboxrd, &message, b"\n");
    check_mboxrd(&delivered.mboxrd_crlf, data, b"\r\n");
}

/// Holds an mbox of one message against the message.
fn check_mboxrd(mbox: &[u8], message: &[u8], line_end: &[u8]) {
    let mut lines = mbox.split_inclusive(|octet| *octet == b'\n');
    let from = lines.next().unwrap_or_default().strip_suffix(line_end).expect("a From_ line");
    let from = std::str::from_utf8(from).expect("a From_ line of ASCII");
    assert_printable(from);
    let [sender, date] = from.strip_prefix("From ").unwrap().splitn(2, ' ').collect::<Vec<_>>()[..]
    else {
        panic!("{from:?} is no From_ line")
    };
    assert!(!sender.is_empty() && from.len() < 300);
    assert_eq!(date, "Tue Nov 14 22:13:20 2023");
    let mut unquoted = Vec::new();
    for line in lines {
        assert!(!line.starts_with(b"From "), "a second message: {}", line.escape_ascii());
        let arrows = line.iter().take_while(|octet| **octet == b'>').count();
        let quoted = arrows > 0 && line[arrows..].starts_with(b"From ");
        unquoted.extend_from_slice(&line[usize::from(quoted)..]);
    }
    let mut expected = message.to_vec();
    if !expected.is_empty() && !expected.ends_with(b"\n") {
        expected.extend_from_slice(line_end);
    }
    expected.extend_from_slice(line_end);
    assert_eq!(unquoted, expected, "the message, and an empty line");
}

fn with_line_feeds(data: &[u8]) -> Vec<u8> {
    let is_end = |at: usize| data[at..].starts_with(b"\r\n");
    (0..data.len()).filter(|at| !is_end(*at)).map(|at| data[at]).collect()
}

/// A message as each place has it.
struct Delivered {
    maildir: Vec<u8>,
    mbox: Vec<u8>,
    mboxrd: Vec<u8>,
    mboxrd_crlf: Vec<u8>,
    raw: Vec<u8>,
}

struct Places {
    all: [Destination; 5],
    outputs: [Output; 3],
    names: Names,
    spool: PathBuf,
    home: TempDir,
}

/// What a stream wrote.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn taken(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Write for Output {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Places {
    fn open() -> Self {
        let home = home();
        let surroundings = surroundings("box", fs::metadata(home.path()).unwrap().uid());
        let maildir = Maildir::open(&home.path().join("maildir"), true, surroundings.user).unwrap();
        let path = home.path().join("mbox");
        let spools = Spools::open(&home.path().join("spools"), &path, "0a", "work").unwrap();
        let patience = Patience { limit: Duration::from_secs(9), interrupt: Interrupt::default() };
        let mbox = Mbox::open(&path, true, spools, &surroundings, patience).unwrap();
        let outputs = [Output::default(), Output::default(), Output::default()];
        let stream = |n: usize, raw, crlf| {
            let spools = Directory::open(home.path()).unwrap();
            let output = Box::new(outputs[n].clone());
            let stream = Box::new(Stream::new(output, StreamFormat { raw, crlf }));
            Destination::Acknowledged(Arc::new(Acknowledged::new(stream, spools)))
        };
        Self {
            all: [
                Destination::Maildir(Arc::new(maildir)),
                Destination::Mbox(Arc::new(mbox)),
                stream(0, false, false),
                stream(1, false, true),
                stream(2, true, true),
            ],
            outputs: outputs.clone(),
            names: Names::new(surroundings, mailbox("u", "h"), "0a"),
            spool: only_directory(&only_directory(&home.path().join("spools"))),
            home,
        }
    }

    fn deliver<'a>(&mut self, pieces: impl Iterator<Item = &'a [u8]>) -> Delivered {
        let mut sink = Sink::create(&self.all, &mut self.names, None).unwrap();
        pieces.for_each(|piece| sink.write(piece).unwrap());
        let mut staged = sink.finish().unwrap();
        staged.hand_over(None, SECONDS).unwrap();
        // It is in the places until it is dropped.
        Delivered {
            maildir: only_file(&self.home.path().join("maildir/tmp")),
            mbox: only_file(&self.spool),
            mboxrd: self.outputs[0].taken(),
            mboxrd_crlf: self.outputs[1].taken(),
            raw: self.outputs[2].taken(),
        }
    }
}

fn only_directory(path: &Path) -> PathBuf {
    let mut all = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    all.find(|path| path.is_dir()).expect("a directory")
}

fn only_file(path: &Path) -> Vec<u8> {
    let all: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 1, "one file in {}", path.display());
    fs::read(&all[0]).unwrap()
}
