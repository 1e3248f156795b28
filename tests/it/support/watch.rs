//! A running program under watch: its time, and the memory that it takes.

use std::fs;
use std::io::Read;
use std::process::Child;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Output;
use super::home::status;

/// What was seen of a program that has ended.
pub(crate) struct Watched {
    pub(crate) output: Output,
    /// The peak of its resident memory, in KiB, as of a moment before its end; nothing where it
    /// ended before the first look.
    pub(crate) peak: Option<u64>,
    /// The most threads that it had at one of the moments when it was looked at.
    pub(crate) threads: u64,
    pub(crate) took: Duration,
}

/// Waits for the program's end. Kills it and panics when that takes longer than `limit`.
#[track_caller]
pub(crate) fn watch(mut child: Child, limit: Duration) -> Watched {
    let started = Instant::now();
    let stdout = read_all(child.stdout.take());
    let stderr = read_all(child.stderr.take());
    let mut highest = None;
    let mut threads = 0;
    let ended = loop {
        let now = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        highest = number(&now, "VmHWM:").or(highest);
        threads = number(&now, "Threads:").unwrap_or(0).max(threads);
        if let Some(ended) = child.try_wait().expect("its own child") {
            break ended;
        }
        if started.elapsed() > limit {
            child.kill().expect("its own child");
            let _ = child.wait();
            panic!("it runs for longer than {limit:?}");
        }
        thread::sleep(Duration::from_millis(3));
    };
    let joined = |pipe: JoinHandle<Vec<u8>>| pipe.join().expect("a reader of a pipe");
    let stderr = String::from_utf8_lossy(&joined(stderr)).into_owned();
    let output = Output { status: status(ended), stdout: joined(stdout), stderr };
    Watched { output, peak: highest, threads, took: started.elapsed() }
}

/// The number behind `name` in a process's status; nothing once it has ended.
fn number(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

fn read_all(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut all).expect("a pipe");
        }
        all
    })
}
