//! Other processes of this machine.

use std::fs;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// How long the process has run that has this number now; nothing where none has it. A process
/// that does not tell may have run for ever.
pub(super) fn age_of(process: u32) -> Option<Duration> {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw)?;
    // One that may not be signalled lives.
    if test_kill_process(pid) == Err(Errno::SRCH) {
        return None;
    }
    Some(told_age_of(process).unwrap_or(Duration::MAX))
}

/// What proc(5) says, which Linux has.
fn told_age_of(process: u32) -> Option<Duration> {
    /// The hundredths of a second in which it counts.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name of the program stands in parentheses, and may be anything. The start is the 22nd
    // field, and so the 20th behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let start = fields.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(uptime()?.saturating_sub(TICK.saturating_mul(start)))
}

/// How long the machine has run; nothing where it does not tell.
pub(super) fn uptime() -> Option<Duration> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let uptime = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(uptime).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn the_age_of_a_process() {
        let cat = || Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut child = cat();
        let age = age_of(child.id()).unwrap();
        assert!(age < Duration::from_secs(60), "{age:?}");
        assert!(age_of(std::process::id()).unwrap() + TOLERANCE >= age);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(age_of(child.id()), None);
    }

    const TOLERANCE: Duration = Duration::from_millis(50);
}
