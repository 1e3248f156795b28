//! S8, CVE-2005-3088: what popfetch makes is its user's alone, from its first moment on, whatever
//! the umask says.

use std::fs;
use std::process::{Child, Command};

use crate::support::expect::run;
use crate::support::home::{behind, finish};
use crate::support::server::{Action, Trigger};
use crate::support::tree::tree;
use crate::support::{Home, World};

/// What is at work with a umask.
fn masked(mask: &str, command: &Command) -> Command {
    behind(&["sh", "-c", &format!("umask {mask}; exec \"$@\""), "sh"], command)
}

/// Into all kinds of local destinations, below directories that are made for it.
fn fetch(world: &World, more: &[&str]) -> Command {
    let to = ["--to", "maildir:mail", "--to", "mbox:box", "--state-dir", "var/lib/state"];
    world.command("fetch", &[&to, more].concat())
}

/// What the test's own files are called.
const GIVEN: [&str; 3] = ["", "/ca.pem", "/home"];

/// Everything that popfetch made and that is not as it should be: for its user to read and write,
/// and for nobody else.
fn exposed(home: &Home) -> Vec<(String, String)> {
    let mut made = tree(&home.path(""));
    made.retain(|(name, _)| !GIVEN.contains(&name.as_str()));
    assert!(made.len() > 8, "{made:?}");
    made.retain(|(_, shown)| shown != "file 600" && shown != "directory 700");
    made
}

#[test]
fn afterwards() {
    for mask in ["000", "022", "077", "777"] {
        let world = World::new();
        world.add_many(3);
        run(&mut masked(mask, &fetch(&world, &["--delete"]))).succeeds();
        assert_eq!(exposed(&world.home), [], "umask {mask}");
        // What is there already is not opened up, and not closed either.
        world.add("later");
        run(&mut masked("000", &fetch(&world, &[]))).succeeds();
        assert_eq!(exposed(&world.home), [], "umask {mask}");
        assert_eq!(fs::read_dir(world.home.path("mail/new")).unwrap().count(), 4);
    }
}

/// Waits until popfetch has files open in a spool directory and in `tmp/`.
fn wait_for_files(home: &Home) {
    let spooled = || {
        tree(&home.path("")).into_iter().any(|(name, shown)| {
            name.contains("/spool/") && name.matches('/').count() > 6 && shown.starts_with("file")
        })
    };
    let staged =
        || fs::read_dir(home.path("mail/tmp")).is_ok_and(|mut names| names.next().is_some());
    while !(spooled() && staged()) {
        std::thread::yield_now();
    }
}

#[test]
fn while_messages_come_in() {
    for mask in ["000", "777"] {
        let stall = Action::StallBody { after: 20 };
        let world = World::with(|script| script.on(Trigger::verb("RETR").nth(2), stall.clone()));
        world.add_many(3);
        let child = masked(mask, &fetch(&world, &[])).spawn().unwrap();
        wait_for_files(&world.home);
        // Under the stricter one a file may be nobody's yet.
        let mut open = exposed(&world.home);
        open.retain(|(_, shown)| shown != "file 0" && shown != "directory 0");
        assert_eq!(open, [], "umask {mask}");
        killed(child);
    }
}

fn killed(mut child: Child) {
    child.kill().unwrap();
    finish(child).exits(137);
}

#[test]
fn at_no_moment_in_between() {
    // strace shows every call that makes a file or changes its mode.
    let world = World::new();
    world.add_many(3);
    let calls = "trace=openat,open,creat,mkdir,mkdirat,chmod,fchmod,fchmodat,mknod,mknodat";
    let fetch = fetch(&world, &["--delete"]);
    run(&mut behind(
        &[
            "strace",
            "-f",
            "-qq",
            "-o",
            "calls",
            "-e",
            calls,
            "sh",
            "-c",
            "umask 000; exec \"$@\"",
            "sh",
        ],
        &fetch,
    ))
    .succeeds();
    let calls = fs::read_to_string(world.home.path("calls")).unwrap();
    let makes = |line: &&str| {
        let made = ["O_CREAT", "mkdir", "chmod", "creat(", "mknod"];
        made.iter().any(|call| line.contains(call))
            && line.contains(") = ")
            && !line.contains(" = -1 ")
    };
    let made: Vec<&str> = calls.lines().filter(makes).collect();
    assert!(made.iter().any(|line| line.contains("box.lock")), "{calls}");
    assert!(made.len() > 15, "{calls}");
    // A lock file beside an mbox holds nothing but a number that others are to read.
    let private = |line: &&&str| {
        let (arguments, _) = line.rsplit_once(')').unwrap();
        let (_, mode) = arguments.rsplit_once(", ").unwrap();
        ["0600", "0700"].contains(&mode) || line.contains("\"box.lock") && mode == "0644"
    };
    let open: Vec<_> = made.iter().filter(|line| !private(line)).collect();
    assert_eq!(open, Vec::<&&str>::new());
}
