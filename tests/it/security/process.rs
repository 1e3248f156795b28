//! S6: what others can learn of a running popfetch, and what is left of one that crashed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::finish;
use crate::support::server::Action;
use crate::support::world::PASSWORD;
use crate::support::{Leaks, World};

/// A popfetch that has logged in and waits for a server that withholds its reply.
fn waiting() -> (World, Child) {
    let world = World::with(|script| script.on("UIDL", Action::Stall));
    world.add_many(1);
    world.home.write("pw", PASSWORD);
    let (url, to) = (world.url(), world.home.to());
    let args = ["fetch", &url, "--ca-file", "ca.pem", "--to", &to, "--password-file", "pw"];
    let child = world.home.command(&args).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"UIDL")));
    (world, child)
}

#[test]
fn nobody_may_look_into_it() {
    let (_world, mut child) = waiting();
    let process = format!("/proc/{}", child.id());
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    // The system gives the files of a process that may not be dumped to root, whoever runs it; to
    // tell where root runs it, its parent and the limits of who may trace are not enough.
    let status = fs::read_to_string(format!("{process}/status")).unwrap();
    assert!(status.contains("CoreDumping:\t0"), "{status}");
    for name in ["cmdline", "environ"] {
        let bytes = fs::read(format!("{process}/{name}")).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(PASSWORD), "{name}");
    }
    assert_eq!(fs::metadata(format!("{process}/mem")).unwrap().uid(), 0);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_crash_leaves_no_core_and_no_password() {
    for signal in [Signal::SEGV, Signal::ABORT, Signal::QUIT, Signal::BUS] {
        let (world, mut child) = waiting();
        // The first of a kind may meet a handler of Rust's own, which then steps aside.
        while child.try_wait().unwrap().is_none() {
            kill_process(Pid::from_child(&child), signal).unwrap();
            std::thread::yield_now();
        }
        let output = finish(child);
        assert!(output.status > 128, "{output:?}");
        assert_eq!(Leaks::of(PASSWORD).in_output(&output), Vec::<String>::new());
        let files = Leaks::of(PASSWORD).below(&world.home.path(""), &["pw"]);
        assert_eq!(files, Vec::<String>::new());
        let names = fs::read_dir(world.home.path("")).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        assert!(!names.any(|name| name.to_string_lossy().starts_with("core")));
    }
}
