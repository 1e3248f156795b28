//! What the systemd journal is told of each line.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

use crate::support::World;
use crate::support::home::finish;

/// What a failing run writes to its standard error, which is a file; `stream` makes of the file's
/// device and inode what the environment says of the journal.
fn said(world: &World, stream: impl Fn(u64, u64) -> String) -> String {
    let path = world.home.path("stderr");
    let file = File::create(&path).unwrap();
    let at = file.metadata().unwrap();
    let args = ["--to", "maildir:/nowhere/mail", "-vv"];
    let mut command = world.command("fetch", &args);
    command.env("JOURNAL_STREAM", stream(at.dev(), at.ino())).stderr(file);
    finish(command.spawn().unwrap()).exits(73);
    fs::read_to_string(path).unwrap()
}

#[test]
fn each_line_has_its_level_where_standard_error_is_the_journal() {
    let world = World::new();
    let text = said(&world, |device, inode| format!("{device}:{inode}"));
    assert!(text.contains("<3>popfetch: "), "{text}");
    assert!(text.lines().all(|line| line.starts_with("<3>") || line.starts_with("<7>")), "{text}");
    // Whoever was started by a service has the variable as well.
    let text = said(&world, |device, inode| format!("{device}:{}", inode + 1));
    assert!(text.contains("popfetch: ") && !text.contains('<'), "{text}");
}
