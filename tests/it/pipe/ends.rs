//! Commands that do not end, and a popfetch that does.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{Office, UIDS};
use crate::support::home::finish;

/// Waits until a file has content.
fn wait_for(office: &Office, name: &str) -> String {
    let start = Instant::now();
    loop {
        let text = office.has(name);
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{name} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn is_alive(process: &str) -> bool {
    let pid = Pid::from_raw(process.parse().unwrap()).unwrap();
    // A zombie that nobody has waited for yet is dead.
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    test_kill_process(pid).is_ok() && !stat.contains(") Z ")
}

#[test]
fn one_that_does_not_end_is_ended_with_all_that_it_started() {
    for trap in ["", "trap '' TERM; "] {
        let office = Office::new();
        office.world.add("one");
        let to = format!("pipe:{trap}sleep 600 & echo $! > in/child; echo stuck; wait; sleep 600");
        let output = office.fetch(&to, &["--delete", "--delivery-timeout", "1"]).exits(75);
        let says = "it had not ended after 1 seconds: stuck";
        assert!(output.stderr.contains(says), "{}", output.stderr);
        assert!(!is_alive(&wait_for(&office, "child")));
        assert_eq!(office.left(), [UIDS[0]]);
    }
}

#[test]
fn what_a_command_leaves_running_is_not_waited_for() {
    let office = Office::new();
    office.world.add("one");
    office.fetch("pipe:sleep 600 & echo $! > in/child", &["--delete"]).succeeds();
    let child = wait_for(&office, "child");
    assert!(is_alive(&child));
    kill_process(Pid::from_raw(child.parse().unwrap()).unwrap(), Signal::KILL).unwrap();
    assert!(office.left().is_empty());
}

#[test]
fn an_interrupted_run_lets_the_command_finish() {
    let office = Office::new();
    let messages = office.world.add_many(2);
    let to = "pipe:echo $$ > in/started; while ! test -e in/go; do sleep 0.01; done; cat > in/mail";
    let child = office.world.command("fetch", &["--to", to, "--delete"]).spawn().unwrap();
    wait_for(&office, "started");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    fs::write(office.kept("go"), "").unwrap();
    finish(child).exits(130);
    assert_eq!(office.has("mail"), messages[0]);
    assert_eq!(office.left(), [UIDS[1]]);
}

#[test]
fn a_killed_run_leaves_no_command_with_half_a_message() {
    let office = Office::new();
    // More than a pipe holds.
    let message = office.world.add(&"0123456789".repeat(100_000));
    let to = "pipe:echo $$ > in/started; while ! test -e in/go; do sleep 0.01; done; \
              cat > in/mail; echo done > in/done";
    let mut child = office.world.command("fetch", &["--to", to]).spawn().unwrap();
    wait_for(&office, "started");
    child.kill().unwrap();
    child.wait().unwrap();
    fs::write(office.kept("go"), "").unwrap();
    wait_for(&office, "done");
    assert_eq!(office.has("mail").len(), message.len());
    // Nobody has recorded that: at least once.
    office.fetch(&Office::keeping("true"), &["--delete"]).succeeds();
    assert_eq!(office.has(UIDS[0]), message);
    assert!(office.left().is_empty());
}
