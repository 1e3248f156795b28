//! Standard input, output and error that are closed, full or left by their reader.

use super::To::{Both, Maildir};
use super::{Fault, To, check_all};

/// What would be written to a closed descriptor must not come into the next file that is opened,
/// which gets its number: all mail is held against what was sent.
#[test]
fn closed() {
    let closed = |to: To, how: &str| Fault::new(how, to, how).ends(0, "", 6..=6);
    check_all([
        closed(Both, "\"$@\" <&-"),
        closed(Both, "\"$@\" >&-"),
        closed(Both, "\"$@\" -v 2>&-"),
        closed(Both, "\"$@\" -vv <&- >&- 2>&-"),
        closed(Both, "\"$@\" --json <&- >&- 2>&-"),
        // The same, with something to complain about.
        Fault::new("a failure that nobody hears", Both, "mkdir disk/mbox; \"$@\" <&- >&- 2>&-")
            .again("rmdir disk/mbox; \"$@\"")
            .ends(73, "", 0..=0),
    ]);
}

#[test]
fn a_standard_error_that_takes_nothing() {
    let lost = |to: To, how: &str| Fault::new(how, to, how).ends(0, "", 6..=6);
    check_all([
        lost(Both, "\"$@\" -v 2>/dev/full"),
        lost(Maildir, "\"$@\" -vv 2>/dev/full"),
        lost(Maildir, "mkfifo pipe; exec 4<>pipe 5>pipe 4<&-; \"$@\" -vv 2>&5"),
    ]);
}
