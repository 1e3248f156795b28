//! S9, S10, CVE-2004-0880, CVE-2004-0881: what others could put in popfetch's way, links above all.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use crate::support::expect::{fails, run, untouched};
use crate::support::home::behind;
use crate::support::tree::tree;
use crate::support::world::PASSWORD;
use crate::support::{Accounts, Mbox, World};

/// Makes `path` a pipe without anybody at its other end.
fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg("-m600").arg(path).status().unwrap().success());
}

/// A directory that nothing may be written into, with a file in it.
fn elsewhere(world: &World) {
    for name in ["elsewhere", "elsewhere/tmp", "elsewhere/new", "elsewhere/cur"] {
        fs::create_dir(world.home.path(name)).unwrap();
    }
    world.home.write("elsewhere/file", "From me\n\n");
}

#[test]
fn a_link_in_a_maildir_is_not_followed() {
    for part in ["tmp", "new", "cur"] {
        for before in [false, true] {
            let world = World::new();
            let all = world.add_many(1);
            elsewhere(&world);
            // From the start, or between two runs.
            if before {
                world.fetch(&[]).succeeds();
                world.add("later");
            } else {
                fs::create_dir(world.home.path("mail")).unwrap();
                for name in ["tmp", "new", "cur"] {
                    fs::create_dir(world.home.path("mail").join(name)).unwrap();
                }
            }
            let there = tree(&world.home.path("elsewhere"));
            let place = world.home.path("mail").join(part);
            let aside = world.home.path("aside");
            fs::rename(&place, &aside).unwrap();
            symlink(world.home.path("elsewhere").join(part), &place).unwrap();
            let output = world.fetch(&["--delete"]);
            fails(output, 73, "cannot deliver to maildir:", None).says(part);
            assert_eq!(tree(&world.home.path("elsewhere")), there);
            assert_eq!(world.mailbox.len(), all.len() + usize::from(before));
            fs::remove_file(&place).unwrap();
            fs::rename(&aside, &place).unwrap();
            world.fetch(&[]).succeeds();
            assert_eq!(world.mail().messages().len(), all.len() + usize::from(before));
        }
    }
}

#[test]
fn an_mbox_that_is_a_link_a_pipe_or_a_device_is_refused() {
    let world = World::new();
    let all = world.add_many(1);
    elsewhere(&world);
    symlink("elsewhere/file", world.home.path("link")).unwrap();
    symlink("nowhere", world.home.path("dangling")).unwrap();
    fifo(&world.home.path("fifo"));
    let there = tree(&world.home.path("elsewhere"));
    for name in ["link", "dangling", "fifo", "/dev/null", "/dev/zero", "elsewhere"] {
        let to = format!("mbox:{name}");
        let command = world.command("fetch", &["--to", &to, "--delete"]);
        // It must not wait for the pipe's reader, either.
        let output = run(&mut behind(&["timeout", "10"], &command)).exits(73);
        assert_eq!(output.stderr.lines().count(), 1, "{name}: {}", output.stderr);
    }
    assert!(!world.home.path("nowhere").exists());
    assert_eq!(tree(&world.home.path("elsewhere")), there);
    untouched(&world, &all);
}

#[test]
fn an_mbox_with_another_name_is_appended_to_under_both() {
    // A hard link needs the right to write here and on the same disk: whoever has it may as well
    // write into the mbox.
    let world = World::new();
    let all = world.add_many(2);
    world.home.write("other", "");
    fs::hard_link(world.home.path("other"), world.home.path("box")).unwrap();
    world.run("fetch", &["--to", "mbox:box"]).succeeds();
    Mbox::at(world.home.path("other")).holds(&all);
    assert_eq!(fs::metadata(world.home.path("box")).unwrap().nlink(), 2);
}

#[test]
fn a_link_in_the_place_of_a_lock_file_is_not_followed() {
    let world = World::new();
    let all = world.add_many(1);
    elsewhere(&world);
    world.run("fetch", &["--to", "mbox:box"]).succeeds();
    world.add("later");
    let there = fs::read(world.home.path("elsewhere/file")).unwrap();
    // The lock file beside the mbox: held by nobody known, so popfetch waits and then gives up.
    // An interrupt ends the waiting.
    symlink("elsewhere/file", world.home.path("box.lock")).unwrap();
    let command = world.command("fetch", &["--to", "mbox:box", "--delete"]);
    let output = run(&mut behind(&["timeout", "-s", "TERM", "2"], &command));
    assert_ne!(output.status, 0, "{}", output.stderr);
    assert!(fs::read(world.home.path("elsewhere/file")).unwrap() == there);
    assert_eq!(world.mailbox.len(), all.len() + 1);
    fs::remove_file(world.home.path("box.lock")).unwrap();
    // The account's own lock.
    let directory = world.home.path("state/popfetch");
    let named = |end: &str| {
        let mut names = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
        names.find(|path| path.extension().is_some_and(|found| found == end)).unwrap()
    };
    let lock = named("lock");
    fs::remove_file(&lock).unwrap();
    symlink(world.home.path("elsewhere/file"), &lock).unwrap();
    fails(world.fetch(&["--delete"]), 73, "cannot use the state directory", None);
    assert!(fs::read(world.home.path("elsewhere/file")).unwrap() == there);
    fs::remove_file(&lock).unwrap();
    // And the state itself.
    let database = named("db");
    fs::rename(&database, world.home.path("elsewhere/state")).unwrap();
    symlink(world.home.path("elsewhere/state"), &database).unwrap();
    let state = fs::read(world.home.path("elsewhere/state")).unwrap();
    let output = world.fetch(&["--delete"]).exits(73);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert!(fs::read(world.home.path("elsewhere/state")).unwrap() == state);
    assert_eq!(world.mailbox.len(), all.len() + 1);
    fs::rename(world.home.path("elsewhere/state"), &database).unwrap();
    world.run("fetch", &["--to", "mbox:box"]).succeeds();
    assert_eq!(Mbox::at(world.home.path("box")).messages().len(), 2);
}

#[test]
fn a_state_directory_that_others_can_write_to_is_refused() {
    let world = World::new();
    let all = world.add_many(1);
    let directory = world.home.path("shared");
    for mode in [0o777, 0o775, 0o702, 0o720] {
        let _ = fs::create_dir(&directory);
        fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
        for to in ["maildir:mail", "mbox:box", "-"] {
            let output = world.run("fetch", &["--to", to, "--state-dir", "shared", "--delete"]);
            let sentence =
                format!("others can write to the state directory {}", directory.display());
            fails(output, 73, &sentence, Some("chmod go-w"));
        }
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    }
    assert!(world.server.log().is_empty(), "nothing was tried");
    // That they can see what is in it harms nothing, nor that they can add to it, as to a tmpfs.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    world.fetch(&["--state-dir", "shared"]).succeeds();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o1777)).unwrap();
    world.fetch(&["--state-dir", "shared"]).succeeds();
    world.mail().holds(&all);
}

/// A user who is not root.
const NOBODY: u32 = 65534;

/// Whether this is root, who alone can give a file away.
fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("not root: the owner of a directory decides nothing here");
    }
    root
}

#[test]
fn as_root_nothing_goes_where_another_user_can_put_a_link() {
    if !is_root() {
        return;
    }
    let world = World::new();
    let all = world.add_many(1);
    for name in ["theirs", "theirs/ours", "ours"] {
        fs::create_dir(world.home.path(name)).unwrap();
    }
    world.home.write("theirs.box", "");
    chown(world.home.path("theirs.box"), Some(NOBODY), None).unwrap();
    chown(world.home.path("theirs"), Some(NOBODY), None).unwrap();
    // They can have made this link a moment ago.
    symlink(world.home.path("ours"), world.home.path("theirs/link")).unwrap();
    let before = tree(&world.home.path(""));
    for to in [
        "maildir:theirs",
        "maildir:theirs/mail",
        "maildir:theirs/ours",
        "maildir:theirs/ours/mail",
        "maildir:theirs/link",
        "maildir:theirs/link/mail",
        "mbox:theirs/box",
        "mbox:theirs/ours/box",
        "mbox:theirs/link/box",
        "mbox:theirs.box",
    ] {
        let output = world.run("fetch", &["--to", to, "--delete"]);
        fails(output, 73, "belongs to user id 65534", None);
        let mut after = tree(&world.home.path(""));
        after.retain(|(name, _)| !name.starts_with("/state"));
        assert_eq!(after, before, "{to}");
    }
    assert!(world.server.log().is_empty(), "nothing was tried");
    // The state likewise.
    for state in ["theirs", "theirs/ours/state", "theirs/link/state"] {
        let to = world.home.to();
        let output = world.run("fetch", &["--to", &to, "--state-dir", state, "--delete"]);
        fails(output, 73, "belongs to user id 65534", None);
    }
    untouched(&world, &all);
}

#[test]
fn a_configuration_that_is_no_file_is_not_waited_for() {
    let accounts = Accounts::new();
    let path = accounts.config("");
    for kind in ["fifo", "/dev/zero", "directory"] {
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
        match kind {
            "fifo" => fifo(&path),
            "directory" => fs::create_dir(&path).unwrap(),
            device => symlink(device, &path).unwrap(),
        }
        for args in [&["fetch"][..], &["config", "check"]] {
            let command = accounts.home.command(args);
            let output = run(&mut behind(&["timeout", "10"], &command));
            fails(output, 78, "config.toml is not a regular file", None);
        }
    }
}

#[test]
fn a_configuration_without_end_is_refused() {
    let accounts = Accounts::new();
    let path = accounts.config("");
    fs::File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    fails(accounts.run(&["fetch"]), 78, "is too large for a configuration", None);
    let certificates = accounts.home.path("endless.pem");
    fs::File::create(&certificates).unwrap().set_len(1 << 40).unwrap();
    fs::remove_file(&path).unwrap();
    for file in ["endless.pem", "/dev/zero"] {
        let args = ["list", "pop3s://a@localhost:9", "--ca-file", file];
        let command = accounts.home.command(&args);
        let limited = ["sh", "-c", "ulimit -v 4000000; exec timeout 10 \"$@\"", "sh"];
        let output = run(behind(&limited, &command).env("POPFETCH_PASSWORD", PASSWORD));
        fails(output, 78, "is too large for certificates", None);
    }
}

#[test]
fn a_state_without_end_is_not_taken_in() {
    let world = World::new();
    let url = world.url();
    for file in [&["/dev/zero"][..], &[]] {
        let command = world.home.command(&[&["state", "import", &url][..], file].concat());
        let limited = ["sh", "-c", "ulimit -v 4000000; exec timeout 20 \"$@\"", "sh"];
        let mut limited = behind(&limited, &command);
        limited.stdin(fs::File::open("/dev/zero").unwrap());
        fails(run(&mut limited), 65, "line 1: it is too long", None);
    }
}

#[test]
fn a_secret_file_of_another_user_is_refused() {
    if !is_root() {
        return;
    }
    let accounts = Accounts::new();
    let path = accounts.config(&format!("[defaults]\npassword = \"{PASSWORD}\"\n"));
    chown(&path, Some(NOBODY), None).unwrap();
    fails(accounts.run(&["fetch"]), 78, "config.toml belongs to another user", None);
    let world = World::new();
    let path = world.home.write("pw", PASSWORD);
    chown(&path, Some(NOBODY), None).unwrap();
    let url = world.url();
    let output = world.home.run(&["list", &url, "--password-file", "pw"]);
    fails(output, 78, "belongs to another user", None);
    assert!(world.server.log().is_empty(), "nothing was tried");
}
