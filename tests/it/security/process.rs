//! S6: what others can learn of a running popfetch, and what is left of one that crashed.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::{fs, io};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::{behind, finish, program};
use crate::support::server::Action;
use crate::support::world::PASSWORD;
use crate::support::{Leaks, World};

/// A popfetch that has logged in and waits for a server that withholds its reply.
fn waiting(as_user: impl FnOnce(&World, Command) -> Command) -> (World, Child) {
    let world = World::with(|script| script.on("UIDL", Action::Stall));
    world.add_many(1);
    world.home.write("pw", PASSWORD);
    let (url, to) = (world.url(), world.home.to());
    let args = ["fetch", &url, "--ca-file", "ca.pem", "--to", &to, "--password-file", "pw"];
    let command = world.home.command(&args);
    let child = as_user(&world, command).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"UIDL")));
    (world, child)
}

/// Lets somebody run it who is not root, for whom root's copy of the program may be out of reach.
fn as_somebody(world: &World, command: Command) -> Command {
    const NOBODY: u32 = 65534;
    if !rustix::process::geteuid().is_root() {
        return command;
    }
    fs::copy(program(), world.home.path("popfetch")).unwrap();
    for name in ["", "home", "pw", "ca.pem", "popfetch"] {
        chown(world.home.path(name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut theirs = Command::new(world.home.path("popfetch"));
    theirs.args(command.get_args()).env_clear().current_dir(world.home.path(""));
    theirs.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    theirs.uid(NOBODY).gid(NOBODY);
    theirs
}

#[test]
fn nobody_may_look_into_it() {
    let (_world, mut child) = waiting(as_somebody);
    let process = format!("/proc/{}", child.id());
    // The system gives the files of a process that may not be dumped to root, whoever runs it.
    assert_eq!(fs::metadata(format!("{process}/mem")).unwrap().uid(), 0);
    let status = fs::read_to_string(format!("{process}/status")).unwrap();
    let user = status.lines().find(|line| line.starts_with("Uid:")).unwrap();
    assert!(user.split_whitespace().skip(1).all(|id| id != "0"), "{user}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn it_leaves_no_core_and_its_arguments_say_nothing() {
    let (_world, mut child) = waiting(|_, command| command);
    let process = format!("/proc/{}", child.id());
    let read = |name: &str| fs::read_to_string(format!("{process}/{name}"));
    // Who is not root may not read these of a hardened process at all.
    let shown = |name: &str| {
        read(name).or_else(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => Ok(String::new()),
            _ => Err(error),
        })
    };
    let limits = read("limits").unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    for name in ["cmdline", "environ"] {
        assert!(!shown(name).unwrap().contains(PASSWORD), "{name}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_crash_leaves_no_core_and_no_password() {
    for signal in [Signal::SEGV, Signal::ABORT, Signal::QUIT, Signal::BUS] {
        let (world, mut child) = waiting(|_, command| {
            // As a system does that keeps cores.
            let cores = "ulimit -c unlimited 2>/dev/null; exec \"$@\"";
            behind(&["sh", "-c", cores, "sh"], &command)
        });
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
