//! A state that is damaged, somebody else's, or not to be written.

use super::To::{Maildir, Mbox};
use super::{Fault, To, check_all};

const DAMAGED: &str = "is damaged";

/// A state that `script` spoils, after a run, and that is whole when popfetch runs again.
fn spoilt(name: &str, to: To, script: &str) -> Fault {
    let fault = format!(
        "cp -a state sound\ncd state/popfetch || exit 99\ndb=$(echo *.db)\n{script}\ncd ../..\nplain \"$@\""
    );
    let again = "rm -rf state; mv sound state; plain \"$@\"";
    Fault::new(name, to, &fault).earlier().again(again)
}

#[test]
fn damaged() {
    let written = |at: u32, octets: &str| {
        format!("printf '{octets}' | dd of=\"$db\" bs=1 seek={at} conv=notrunc 2>/dev/null")
    };
    check_all([
        spoilt("cut short", Maildir, "truncate -s 5000 \"$db\"").ends(65, DAMAGED, 2..=2),
        spoilt("cut short", Mbox, "truncate -s 5000 \"$db\"").ends(65, DAMAGED, 2..=2),
        spoilt("no database", Maildir, "echo hello >\"$db\"").ends(65, DAMAGED, 2..=2),
        spoilt("zeros", Maildir, "head -c 9999 /dev/zero >\"$db\"").ends(65, DAMAGED, 2..=2),
        spoilt("no magic", Maildir, &written(0, "XX")).ends(65, DAMAGED, 2..=2),
        // The version of the schema stands in four octets from 60 on.
        spoilt("a later version", Maildir, &written(63, "\\377")).ends(65, "newer popfetch", 2..=2),
        spoilt("version 0", Maildir, &written(63, "\\000")).ends(65, DAMAGED, 2..=2),
        spoilt("another mailbox", Maildir, "sed -i 's/alice@local/clive@local/g' \"$db\"").ends(
            78,
            "is that of clive@localhost",
            2..=2,
        ),
    ]);
}

#[test]
fn with_strange_files_beside_it() {
    check_all([
        spoilt("a journal of nothing", Maildir, ": >\"$db-wal\"").ends(0, "", 8..=8),
        spoilt("a journal of noise", Maildir, "head -c 99999 /bin/sh >\"$db-wal\"").ends(
            0,
            "",
            8..=8,
        ),
        spoilt("an index of noise", Maildir, "head -c 32768 /bin/sh >\"$db-shm\"").ends(
            0,
            "",
            8..=8,
        ),
        spoilt("an old journal", Maildir, "head -c 32768 /bin/sh >\"$db-journal\"").ends(
            0,
            "",
            8..=8,
        ),
        spoilt("a journal that is a directory", Maildir, "mkdir \"$db-wal\"").ends(
            73,
            "cannot open the state file",
            2..=2,
        ),
    ]);
}

#[test]
fn not_to_be_used() {
    let denied = "Permission denied";
    check_all([
        spoilt("a directory", Maildir, "rm \"$db\"; mkdir \"$db\"").ends(
            73,
            "it is no regular file",
            2..=2,
        ),
        spoilt("to be read only", Maildir, "chmod 444 \"$db\"").ends(
            73,
            "cannot open the state file",
            2..=2,
        ),
        spoilt("not to be read", Maildir, "chmod 000 \"$db\"").ends(
            73,
            "cannot open the state file",
            2..=2,
        ),
        spoilt("a closed directory", Maildir, "chmod 000 .").ends(73, denied, 2..=2),
        spoilt("a directory to be read only", Maildir, "chmod 555 .").ends(
            73,
            "cannot open the state file",
            2..=2,
        ),
        spoilt("a lock to be read only", Maildir, "chmod 444 *.lock").ends(73, denied, 2..=2),
        spoilt("a lock that is a directory", Maildir, "rm *.lock; mkdir \"${db%.db}.lock\"").ends(
            73,
            "Is a directory",
            2..=2,
        ),
        spoilt("a spool that is a file", Mbox, "rm -r spool; : >spool").ends(
            73,
            "Not a directory",
            2..=2,
        ),
        spoilt("a spool to be read only", Mbox, "chmod 555 spool/*/*").ends(74, denied, 2..=2),
        // The files in it are private, whoever may look into it.
        spoilt("a directory open to all", Maildir, "chmod 755 .").ends(0, "", 8..=8),
        spoilt("a link", Maildir, "mv \"$db\" ../../db; ln -s ../../db \"$db\"")
            .again("mv db \"$(echo state/popfetch/*.db)\"; plain \"$@\"")
            .ends(73, "it is no regular file", 2..=2),
    ]);
}
