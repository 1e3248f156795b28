//! Few open files, few threads, little memory.

use super::To::{Both, Maildir, Mbox};
use super::{Fault, To, check_all};

/// How many files are open from the start, another program's gift among them, is not ours to know:
/// every limit from one that is too low for anything to one that is enough.
#[test]
fn few_open_files() {
    let few = |to: To, files: u32| {
        Fault::new(&format!("{files} open files"), to, &format!("ulimit -n {files}; \"$@\""))
    };
    let limits = [Maildir, Mbox, Both].into_iter().flat_map(|to| (7..=34).map(move |n| (to, n)));
    let sweep =
        limits.map(|(to, files)| few(to, files).may_end(&[73, 74, 75], "Too many open files"));
    check_all(sweep.chain([few(Maildir, 64), few(Mbox, 64), few(Both, 64)]));
}

/// A program that is refused memory is ended by its runtime, in the middle of whatever it does.
#[test]
fn little_memory() {
    check_all([100, 300].map(|megabytes: u32| {
        let fault = format!("ulimit -v {}; \"$@\"", megabytes * 1000);
        Fault::new(&format!("{megabytes} MB"), Both, &fault).ends(0, "", 6..=6)
    }));
}

/// Root may have as many threads as it likes: root's tests run it as somebody else.
#[test]
fn few_threads() {
    let other = "other() {
            if [ \"$(id -u)\" = 0 ]; then
                setpriv --reuid=54321 --regid=54321 --clear-groups \"$@\"
            else
                \"$@\"
            fi
        }
        program=$1; shift";
    let few = |to: To, threads: u32| {
        // Somebody else may not reach the program where it lies.
        let fault = format!(
            "{other}
            cp \"$program\" program || exit 99
            test \"$(id -u)\" != 0 || chown -R 54321:54321 . || exit 99
            other prlimit --nproc={threads} ./program \"$@\""
        );
        let again = format!("{other}\nother ./program \"$@\"");
        Fault::new(&format!("{threads} threads"), to, &fault).again(&again)
    };
    check_all(
        [few(Maildir, 1), few(Both, 1)]
            .map(|fault| fault.ends(75, "cannot connect to localhost", 0..=0)),
    );
}
