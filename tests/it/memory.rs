//! Memory does not grow with what a server sends.

use std::fs;
use std::time::Duration;

use crate::support::World;
use crate::support::home::finish;
use crate::support::server::Body;

/// The peak of the process's resident memory so far, in KiB; nothing once it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_huge_message_streams() {
    let octets: u64 = match std::env::var("POPFETCH_HUGE_MB") {
        Ok(megabytes) => megabytes.parse::<u64>().unwrap() * 1_000_000,
        Err(_) => 50_000_000,
    };
    let world = World::new();
    world.mailbox.add(Body::Generated { octets });
    let child = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    let process = child.id();
    let watch = std::thread::spawn(move || {
        let mut highest = 0;
        while let Some(now) = peak(process) {
            highest = now;
            std::thread::sleep(Duration::from_millis(5));
        }
        highest
    });
    finish(child).succeeds();
    let highest = watch.join().unwrap();
    println!("a message of {octets} octets: peak of {highest} KiB");
    assert!(highest > 0 && highest < 24 * 1024, "peak of {highest} KiB");
    let name = &world.mail().names("new")[0];
    let stored = fs::metadata(world.mail().path().join("new").join(name)).unwrap();
    assert!(stored.len() > octets * 9 / 10);
}
