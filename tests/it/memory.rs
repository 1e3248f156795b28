//! Memory does not grow with what a server sends.

use std::fs;
use std::time::Duration;

use crate::support::World;
use crate::support::server::Body;
use crate::support::watch::watch;

#[test]
fn a_huge_message_streams() {
    let octets: u64 = match std::env::var("POPFETCH_HUGE_MB") {
        Ok(megabytes) => megabytes.parse::<u64>().unwrap() * 1_000_000,
        Err(_) => 50_000_000,
    };
    let world = World::new();
    world.mailbox.add(Body::Generated { octets });
    let child = world.command("fetch", &["--to", &world.home.to()]).spawn().unwrap();
    let watched = watch(child, Duration::from_secs(600));
    watched.output.succeeds();
    let peak = watched.peak.unwrap();
    println!("a message of {octets} octets: peak of {peak} KiB");
    // Without optimisation the program's own code takes most of it.
    assert!(peak < 32 * 1024, "peak of {peak} KiB");
    let name = &world.mail().names("new")[0];
    let stored = fs::metadata(world.mail().path().join("new").join(name)).unwrap();
    assert!(stored.len() > octets * 9 / 10);
}
