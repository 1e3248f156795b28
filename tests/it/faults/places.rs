//! Places of mail that may not be written, that are gone, or that are something else by now.

use std::fs;

use super::To::{Both, Maildir, Mbox};
use super::{Fault, To, check_all, message};
use crate::support::World;
use crate::support::expect::fails;
use crate::support::home::finish;
use crate::support::server::{Action, Gate, Trigger};

const DENIED: &str = "Permission denied";
const GONE: &str = "is gone; is its disk mounted?";

#[test]
fn not_to_be_written() {
    let closed = |to: To, mode: &str, at: &str| {
        let fault = format!("chmod {mode} {at}; plain \"$@\"");
        let again = format!("chmod 700 {at}; plain \"$@\"");
        Fault::new(&format!("{at} with mode {mode}"), to, &fault).again(&again)
    };
    check_all([
        closed(Maildir, "555", "disk").ends(73, DENIED, 0..=0),
        closed(Maildir, "000", "disk").ends(73, DENIED, 0..=0),
        closed(Maildir, "000", "disk/mail").earlier().ends(73, DENIED, 2..=2),
        closed(Maildir, "000", "disk/mail/new").earlier().ends(73, DENIED, 2..=2),
        closed(Maildir, "555", "disk/mail/tmp").earlier().ends(74, DENIED, 2..=2),
        closed(Maildir, "555", "disk/mail/new").earlier().ends(74, DENIED, 2..=2),
        closed(Maildir, "555", "disk/mail/new").earlier().keep().ends(74, DENIED, 2..=2),
        closed(Mbox, "555", "disk").ends(73, DENIED, 0..=0),
        closed(Mbox, "444", "disk/mbox").earlier().ends(73, DENIED, 2..=2),
        closed(Mbox, "444", "disk/mbox").earlier().keep().ends(73, DENIED, 2..=2),
        closed(Both, "444", "disk/mbox").earlier().ends(73, DENIED, 2..=2),
        // As in /var/mail: no lock file can be made beside the mbox, and fcntl is enough.
        closed(Mbox, "555", "disk").earlier().ends(0, "", 8..=8),
    ]);
}

#[test]
fn gone_or_something_else() {
    let replaced = |name: &str, to: To, by: &str| {
        let at = if matches!(to, Mbox) { "disk/mbox" } else { "disk/mail" };
        let fault = format!("mv {at} \"$PWD/away\" && {by} || exit 99\n\"$@\"");
        let again = format!("rm -rf {at}; mv away {at} || exit 99\n\"$@\"");
        Fault::new(name, to, &fault).earlier().again(&again)
    };
    check_all([
        replaced("gone", Maildir, "true").ends(73, GONE, 0..=0),
        replaced("gone", Mbox, "true").ends(73, GONE, 0..=0),
        replaced("gone", Both, "true").ends(73, GONE, 0..=2),
        replaced("an empty directory", Maildir, "mkdir disk/mail").ends(73, GONE, 0..=0),
        replaced("a file", Maildir, "echo x >disk/mail").ends(73, "Not a directory", 0..=0),
        replaced("a dangling link", Maildir, "ln -s none disk/mail").ends(73, GONE, 0..=0),
        replaced("a directory", Mbox, "mkdir disk/mbox").ends(73, "Is a directory", 0..=0),
    ]);
}

/// A user may move a Maildir, and leave a link.
#[test]
fn a_maildir_that_is_a_link() {
    let fault = "mv disk/mail disk/away; ln -s away disk/mail; \"$@\"";
    let link = Fault::new("a link to it", Maildir, fault).earlier();
    check_all([link.ends(0, "", 8..=8)]);
}

/// What is no mbox is left as it is.
#[test]
fn an_mbox_that_is_a_text() {
    let text = "echo Dear diary >disk/mbox";
    let fault =
        format!("mv disk/mbox away; {text}; \"$@\"; status=$?; mv disk/mbox text; exit $status");
    let again = "test \"$(cat text)\" = 'Dear diary' || exit 99; mv away disk/mbox; \"$@\"";
    let fault = Fault::new("a text", Mbox, &fault).earlier().again(again);
    check_all([fault.ends(73, "does not begin with 'From '", 0..=0)]);
}

#[test]
fn an_mbox_that_is_a_pipe() {
    let fault =
        "mv disk/mbox away; mkfifo disk/mbox; \"$@\"; status=$?; rm disk/mbox; exit $status";
    let pipe = Fault::new("a pipe", Mbox, fault).earlier().again("mv away disk/mbox; \"$@\"");
    check_all([pipe.ends(73, "it is no regular file", 0..=0)]);
}

/// An mbox is never written through a link: it could lead anywhere.
#[test]
fn an_mbox_that_is_a_link() {
    let fault = "mv disk/mbox away; ln -s ../away disk/mbox; \"$@\"";
    let again = "cmp away between/away || exit 99; rm disk/mbox; mv away disk/mbox; \"$@\"";
    let fault = format!("{fault}; status=$?; cp away between; exit $status");
    let link = Fault::new("a link to it", Mbox, &fault).again(again).earlier();
    check_all([link.ends(73, "Too many levels of symbolic links", 0..=2)]);
}

#[test]
fn a_maildir_that_lacks_a_part() {
    let parts = ["tmp", "new", "cur"].into_iter().flat_map(|part| {
        [("nothing", "true", GONE), ("a file", ": >", "Not a directory")].map(
            move |(name, by, says)| {
                let by = if by == "true" { by.to_owned() } else { format!("{by}disk/mail/{part}") };
                let fault = format!("mv disk/mail/{part} away; {by}; \"$@\"");
                let again = format!("rm -f disk/mail/{part}; mv away disk/mail/{part}; \"$@\"");
                let name = format!("{name} instead of {part}/");
                let fault = Fault::new(&name, Maildir, &fault).earlier().again(&again);
                fault.ends(73, says, 0..=2)
            },
        )
    });
    check_all(parts);
}

/// The disk is there again, and nobody has touched the place below it meanwhile.
#[test]
fn a_disk_that_is_not_mounted() {
    let unmounted = |to: To| {
        let fault = "mount -t tmpfs none disk || exit 99\n\"$@\"";
        let again = "test -z \"$(ls disk)\" || exit 99\numount disk || exit 99\n\"$@\"";
        let fault = Fault::new("an empty disk in front of it", to, fault).earlier();
        fault.again(again).ends(73, GONE, 0..=0)
    };
    check_all([unmounted(Maildir), unmounted(Mbox), unmounted(Both)]);
}

/// A run that has begun does not make a place anew either, nor takes what was put there for it.
#[test]
fn gone_while_the_mail_comes() {
    type Replace = fn(&World);
    let removed: Replace = |_| {};
    let another: Replace = |world| {
        for name in ["", "tmp", "new", "cur"] {
            fs::create_dir(world.home.path("place").join(name)).unwrap();
        }
    };
    let text: Replace = |world| drop(world.home.write("place", "Dear diary\n"));
    let (missing, no_mbox) = ("No such file or directory", "does not begin with 'From '");
    for (to, replace, status, says, hint) in [
        ("maildir:place", removed, 74, missing, None),
        ("maildir:place", another, 74, missing, None),
        ("maildir:place", text, 74, missing, None),
        ("mbox:place", removed, 73, GONE, Some("touch FILE")),
        ("mbox:place", text, 73, no_mbox, None),
    ] {
        let gate = Gate::default();
        let held = Action::Hold(gate.clone());
        let world = World::with(|script| script.on(Trigger::from("RETR 2"), held));
        let all: Vec<Vec<u8>> = (0..4).map(|n| message(&world, &n.to_string())).collect();
        let mut command = world.command("fetch", &["--to", to, "--delete"]);
        let child = command.spawn().unwrap();
        world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"RETR 2")));
        let place = world.home.path("place");
        fs::remove_dir_all(&place).or_else(|_| fs::remove_file(&place)).unwrap();
        replace(&world);
        gate.open();
        fails(finish(child), status, says, hint);
        assert_eq!(world.mailbox.len(), all.len(), "deleted there and not here");
        world.fetch(&["--delete"]).exits(0);
        world.mail().holds(&all);
        assert!(world.mailbox.is_empty());
    }
}
