//! The state file: in use, damaged, another's, not to be written.

use std::fs;
use std::path::PathBuf;

use crate::support::World;
use crate::support::expect::{fails, untouched};
use crate::support::namespace::Namespace;
use crate::support::server::{Action, Trigger};

fn state_file(world: &World) -> PathBuf {
    let directory = world.home.path("state/popfetch");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_database = |path: &PathBuf| path.extension().is_some_and(|e| e == "db");
    entries.filter(is_database).max().unwrap()
}

#[test]
fn one_popfetch_at_a_time() {
    let stall = Trigger::verb("UIDL").connection(1);
    let world = World::with(|script| script.on(stall, Action::Stall));
    let all = world.add_many(2);
    let to = world.home.to();
    let mut first = world.command("fetch", &["--to", &to]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"UIDL")));
    let sentence = format!("the account is in use by process {} on ", first.id());
    fails(world.fetch(&["--delete"]), 75, &sentence, None);
    fails(world.run("delete", &["--all", "--yes"]), 75, &sentence, None);
    assert_eq!(world.server.log().len(), 1, "no connection for those who must wait");
    // A list and a look need no lock.
    assert_eq!(world.run("list", &[]).succeeds().lines().len(), 2);
    world.run("fetch", &["--to", "-", "--all"]).succeeds();
    first.kill().unwrap();
    first.wait().unwrap();
    untouched(&world, &all);
}

#[test]
fn a_damaged_state_file() {
    let world = World::new();
    let mut all = world.add_many(2);
    world.fetch(&[]).succeeds();
    all.push(world.add("later"));
    let path = state_file(&world);
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[100..2000].fill(0xaa);
    for damaged in [b"this is no database at all".as_slice(), &torn, &sound[..5000]] {
        fs::write(&path, damaged).unwrap();
        let sentence = format!("the state file {} is damaged", path.display());
        let output = world.fetch(&["--delete"]);
        fails(output, 65, &sentence, Some("move the file away to start anew"));
        fails(world.run("list", &[]), 65, &sentence, Some("move the file away"));
        assert!(fs::read(&path).unwrap() == damaged, "it is left as it is");
    }
    assert_eq!(world.mailbox.len(), 3);
    fs::write(&path, sound).unwrap();
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn the_state_of_another_mailbox() {
    let world = World::new();
    world.add_many(1);
    world.fetch(&[]).succeeds();
    let before = state_file(&world);
    let other = World::new();
    let all = other.add_many(2);
    let directory = other.home.path("state/popfetch");
    fs::create_dir_all(&directory).unwrap();
    let name = before.file_name().unwrap().to_string_lossy();
    let port = |world: &World| world.server.port().to_string();
    fs::copy(&before, directory.join(name.replace(&port(&world), &port(&other)))).unwrap();
    let sentence = format!("is that of {}, not of {}", world.account(), other.account());
    fails(other.fetch(&["--delete"]), 78, &sentence, None);
    assert!(other.server.log().is_empty());
    fs::remove_dir_all(&directory).unwrap();
    untouched(&other, &all);
}

#[test]
fn a_state_directory_that_cannot_be_used() {
    let world = World::new();
    let all = world.add_many(1);
    world.home.write("file", "");
    for directory in ["file", "file/state"] {
        let output = world.fetch(&["--delete", "--state-dir", directory]);
        fails(output, 73, "cannot use the state directory", None);
        assert!(world.server.log().is_empty());
    }
    untouched(&world, &all);
}

#[test]
fn a_state_directory_that_cannot_be_written() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let mut all = world.add_many(1);
    world.fetch(&[]).succeeds();
    all.push(world.add("later"));
    let to = world.home.to();
    let command = world.command("fetch", &["--to", &to, "--delete"]);
    let script = "mount --bind state state && mount -o remount,bind,ro state || exit 99
        exec \"$@\"";
    let output = namespace.run(script, &command);
    let output = fails(output, 73, "Read-only file system", None);
    assert!(output.stderr.contains("state"), "{}", output.stderr);
    assert_eq!(world.mailbox.len(), 2);
    let command = world.command("list", &[]);
    assert_eq!(namespace.run(script, &command).succeeds().lines().len(), 2, "list writes nothing");
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}
