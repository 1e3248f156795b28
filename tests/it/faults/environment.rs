//! A strange environment: no home, no current directory, any umask; and a clock that was set.

use super::To::{Both, Maildir};
use super::{Fault, To, check_all};
use crate::support::World;

#[test]
fn directories_that_are_not_there() {
    let unset = |name: &str, to: To, how: &str| Fault::new(name, to, how).ends(0, "", 6..=6);
    check_all([
        unset("no HOME", Both, "unset HOME; \"$@\""),
        unset("an empty HOME", Maildir, "HOME= \"$@\""),
        unset("a HOME that is missing", Maildir, "HOME=$PWD/none \"$@\""),
        unset("no directory for temporary files", Both, "TMPDIR=/none \"$@\""),
        Fault::new(
            "a HOME to be read only",
            Maildir,
            "chmod 555 home; unset XDG_STATE_HOME; plain \"$@\"",
        )
        .again("chmod 755 home; plain \"$@\"")
        .ends(73, "cannot use the state directory", 0..=0),
        Fault::new("no current directory", Maildir, "mkdir x; cd x; rmdir ../x; \"$@\"").ends(
            73,
            "cannot use the path ",
            0..=0,
        ),
    ]);
}

/// What popfetch makes is private, whatever the umask says.
#[test]
fn any_umask() {
    let list = "find disk/mail disk/mbox state -type f ! -perm 600 -o -type d ! -perm 700";
    check_all(["000", "777"].into_iter().flat_map(|umask| {
        // Not of popfetch's making.
        let fault = format!(
            "chmod 700 state; umask {umask}; plain \"$@\"; status=$?; umask 22
            test -z \"$({list})\" || exit 98; exit $status"
        );
        let fault = Fault::new(&format!("umask {umask}"), Both, &fault).ends(0, "", 6..=6);
        [fault.clone(), fault.keep()]
    }));
}

#[test]
fn a_clock_that_was_set() {
    for (days_back, policy, left) in [
        (3650, &["--keep"][..], 5),
        (3650, &["--delete"], 0),
        (3650, &["--delete-after", "1d"], 5),
        (3_000_000, &["--delete-after", "1d"], 5),
        (-3650, &["--keep"], 5),
        (-3650, &["--delete-after", "1d"], 1),
    ] {
        let world = World::new();
        let mut all = world.add_many(4);
        world.fetch(&[]).succeeds();
        world.move_times(days_back);
        world.fetch(policy).succeeds();
        all.push(world.add("late"));
        world.fetch(policy).succeeds();
        assert_eq!(world.mailbox.len(), left, "set back by {days_back} days, {policy:?}");
        world.mail().holds(&all);
    }
}
