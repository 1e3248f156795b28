//! What a killed run leaves behind on its way into an mbox, completed by the next one, of this
//! account or of another. Each case is set up by hand, as the kill would have left it, or killed
//! at an octet of our choice.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use crate::support::home::{behind, finish};
use crate::support::world::PASSWORD;
use crate::support::{Mbox, World};

/// A world whose run was killed after it had recorded two messages.
struct Killed {
    world: World,
    all: Vec<String>,
    state: Connection,
    mbox: Mbox,
    /// The recorded messages as they stand in the mbox, with their places.
    stored: Vec<(usize, Vec<u8>)>,
    spools: Vec<PathBuf>,
}

const OLD: &str = "From x Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n\n";
const OLD_MESSAGE: &str = "Subject: old\n\nold\n";

impl Killed {
    fn new() -> Self {
        let world = World::new();
        let all = world.add_many(2);
        let mbox = Mbox::at(world.home.write("m", OLD));
        world.run("fetch", &["--to", &mbox.to()]).succeeds();
        let (state, spool) = state_of(&world);
        let content = mbox.content();
        let mut select = state.prepare("SELECT place, name FROM delivery ORDER BY place").unwrap();
        let place = |row: &rusqlite::Row<'_>| row.get(0).map(|at: i64| at.try_into().unwrap());
        let rows = select.query_map((), |row| Ok((place(row)?, row.get(1)?))).unwrap();
        let rows: Vec<(usize, String)> = rows.map(Result::unwrap).collect();
        drop(select);
        let ends = rows.iter().skip(1).map(|row| row.0).chain([content.len()]);
        let stored: Vec<(usize, Vec<u8>)> =
            rows.iter().zip(ends).map(|(row, end)| (row.0, content[row.0..end].to_vec())).collect();
        let spools: Vec<PathBuf> = rows.iter().map(|row| spool.join(&row.1)).collect();
        for (path, (_, message)) in spools.iter().zip(&stored) {
            fs::write(path, message).unwrap();
        }
        assert_eq!(state.execute("UPDATE delivery SET done = 0", ()).unwrap(), 2);
        Self { world, all, state, mbox, stored, spools }
    }

    fn fetch(&self, args: &[&str]) -> crate::support::Output {
        self.world.run("fetch", &[&["--to", &self.mbox.to()], args].concat())
    }

    /// Cuts the mbox off inside the second message.
    fn tear(&self) {
        let content = self.mbox.content();
        fs::write(self.mbox.path(), &content[..self.stored[1].0 + 70]).unwrap();
    }

    /// The two messages, and `others`.
    #[track_caller]
    fn holds(&self, others: &[&str]) {
        let all = self.all.iter().map(String::as_str);
        self.mbox.holds(all.chain(others.iter().copied()));
        let count = "SELECT count(*) FROM delivery WHERE done = 0";
        let pending: i64 = self.state.query_row(count, (), |row| row.get(0)).unwrap();
        assert_eq!(pending, 0);
        assert!(self.spools.iter().all(|path| !path.exists()), "spool files are left");
    }
}

#[test]
fn before_anything_was_appended() {
    let killed = Killed::new();
    fs::write(killed.mbox.path(), OLD).unwrap();
    let output = killed.fetch(&["-v"]).exits(0);
    assert!(output.stderr.contains("2 messages of an interrupted run put in place"));
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn inside_the_append() {
    let killed = Killed::new();
    killed.tear();
    let output = killed.fetch(&["-v"]).exits(0);
    assert!(output.stderr.contains("1 message of an interrupted run put in place"), "{output:?}");
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn after_the_append() {
    let killed = Killed::new();
    let before = killed.mbox.content();
    killed.fetch(&[]).succeeds();
    assert!(killed.mbox.content() == before);
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn after_the_spool_files_were_removed_and_a_reader_came_by() {
    let killed = Killed::new();
    killed.spools.iter().for_each(|path| fs::remove_file(path).unwrap());
    // He has deleted what was delivered; it must not come back. Not even the mbox is needed.
    fs::remove_file(killed.mbox.path()).unwrap();
    killed.fetch(&[]).exits(73);
    fs::write(killed.mbox.path(), OLD).unwrap();
    killed.fetch(&[]).succeeds();
    killed.mbox.holds([OLD_MESSAGE]);
}

/// All is done but for the removal of the lock file, and nothing new gives a reason to lock again.
#[test]
fn after_the_spool_files_were_removed_and_before_the_lock_file_was() {
    let killed = Killed::new();
    killed.spools.iter().for_each(|path| fs::remove_file(path).unwrap());
    let mut dead = Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    let host = Command::new("uname").arg("-n").output().unwrap().stdout;
    let note = format!("{}:{}", dead.id(), String::from_utf8(host).unwrap());
    let lock = killed.world.home.write("m.lock", note);
    killed.fetch(&[]).succeeds();
    assert!(!lock.exists(), "others wait for somebody who is dead");
    killed.holds(&[OLD_MESSAGE]);
}

/// The state was copied or cleaned without its spool directory, so nothing is known of them.
#[test]
fn the_spool_directory_is_gone() {
    let killed = Killed::new();
    fs::write(killed.mbox.path(), OLD).unwrap();
    fs::remove_dir_all(killed.world.home.path("state/popfetch/spool")).unwrap();
    let output = killed.fetch(&["--delete"]).exits(0);
    assert!(output.stderr.contains("2 messages of an interrupted run will be fetched again"));
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn a_spool_file_is_cut_short() {
    for left in [0, 70] {
        let killed = Killed::new();
        fs::write(killed.mbox.path(), OLD).unwrap();
        fs::write(&killed.spools[1], &killed.stored[1].1[..left]).unwrap();
        let output = killed.fetch(&["--delete"]).exits(0);
        assert!(output.stderr.contains("1 message of an interrupted run will be"), "{output:?}");
        killed.holds(&[OLD_MESSAGE]);
    }
}

#[test]
fn an_empty_mbox_torn_at_each_of_its_first_octets() {
    for left in 0..5 {
        let killed = Killed::new();
        let first = &killed.stored[0].1;
        fs::write(killed.mbox.path(), &first[..left]).unwrap();
        // It stood at the beginning of the mbox.
        let change = "UPDATE delivery SET place = place - ?";
        killed.state.execute(change, [i64::try_from(OLD.len()).unwrap()]).unwrap();
        killed.fetch(&[]).exits(0);
        killed.holds(&[]);
    }
}

/// Whatever lies in the spool directory, the mbox stays open to everybody.
#[test]
fn what_is_not_ours_in_the_spool_directory_is_passed_over() {
    let killed = Killed::new();
    fs::write(killed.spools[0].parent().unwrap().with_file_name("core"), "x").unwrap();
    killed.fetch(&[]).exits(0);
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn somebody_appended_behind_torn_bytes() {
    let killed = Killed::new();
    killed.tear();
    let torn = killed.mbox.content();
    let foreign = [&torn, &b"\n\n"[..], OLD.as_bytes()].concat();
    fs::write(killed.mbox.path(), &foreign).unwrap();
    let output = killed.fetch(&[]).exits(0);
    let said = output.says("1 message that an interrupted run had begun to write");
    assert_eq!(said.stderr.lines().count(), 1);
    let content = killed.mbox.content();
    assert!(content.starts_with(&foreign), "nothing is cut");
    assert!(content.ends_with(&killed.stored[1].1), "and what was torn is there whole");
    let messages = killed.mbox.messages();
    let count = |message: &String| messages.iter().filter(|m| *m == message.as_bytes()).count();
    assert_eq!((count(&killed.all[0]), count(&killed.all[1])), (1, 1));
    killed.fetch(&[]).succeeds();
    assert!(killed.mbox.content() == content);
}

/// A power cut may leave zeros in place of what was written and not synced.
#[test]
fn zeros_where_our_mail_was_to_be() {
    // From here to there.
    for (from, to) in [(0, 1), (0, 60), (30, 31), (40, 90), (70, 100), (90, 10_000), (0, 10_000)] {
        for end in [100, 10_000] {
            let killed = Killed::new();
            let start = killed.stored[0].0;
            let mut content = killed.mbox.content();
            content.truncate(start + end);
            let end = content.len();
            content[(start + from).min(end)..(start + to).min(end)].fill(0);
            fs::write(killed.mbox.path(), &content).unwrap();
            let output = killed.fetch(&[]).exits(0);
            assert_eq!(output.stderr, "", "{from} to {to} of {end}");
            killed.holds(&[OLD_MESSAGE]);
        }
    }
}

#[test]
fn zeros_at_the_start_of_an_mbox() {
    let killed = Killed::new();
    let ours = killed.stored.iter().map(|(_, message)| message.len()).sum();
    fs::write(killed.mbox.path(), vec![0; ours]).unwrap();
    let change = "UPDATE delivery SET place = place - ?";
    killed.state.execute(change, [i64::try_from(OLD.len()).unwrap()]).unwrap();
    killed.fetch(&[]).exits(0);
    killed.holds(&[]);
}

/// Zeros that are none of ours, or that somebody has written behind, stay: nothing of anybody
/// else's is ever cut.
#[test]
fn zeros_with_somebody_elses_mail_behind_them() {
    let killed = Killed::new();
    let mut content = killed.mbox.content();
    content[killed.stored[1].0..].fill(0);
    let foreign = [&content, &b"\n\n"[..], OLD.as_bytes()].concat();
    fs::write(killed.mbox.path(), &foreign).unwrap();
    killed.fetch(&[]).exits(0);
    let content = killed.mbox.content();
    assert!(content.starts_with(&foreign), "nothing is cut");
    assert!(content.ends_with(&killed.stored[1].1), "and our message is there whole");

    let world = World::new();
    let all = world.add_many(1);
    let mbox = Mbox::at(world.home.write("zeros", [0; 100]));
    let output = world.run("fetch", &["--to", &mbox.to(), "--delete"]).exits(73);
    output.says("is no mbox: it does not begin with 'From '");
    assert_eq!(mbox.content(), [0; 100]);
    assert_eq!(world.mailbox.len(), all.len());
}

/// The line end and the empty line that its last message lacked were ours, and are zeros too.
#[test]
fn zeros_in_place_of_what_parts_our_mail_from_what_was_there() {
    for (lacks, zeros) in [(1, 1), (2, 2), (2, 1)] {
        let killed = Killed::new();
        let start = killed.stored[0].0;
        let mut content = killed.mbox.content();
        content[start - zeros.min(lacks)..].fill(0);
        fs::write(killed.mbox.path(), &content).unwrap();
        killed.fetch(&[]).succeeds();
        killed.holds(&[OLD_MESSAGE]);
        assert!(!killed.mbox.content().contains(&0), "{zeros} of {lacks}");
    }
}

/// Something else has got its name: mail that waits is not put into it.
#[test]
fn a_file_that_is_no_mbox_is_left_alone() {
    for other in [&b"\0\0\0\0\0\0\0precious"[..], b"Fr", b"From"] {
        let killed = Killed::new();
        fs::write(killed.mbox.path(), other).unwrap();
        let output = killed.fetch(&["--delete"]).exits(73);
        output.says("is no mbox: it does not begin with 'From '");
        assert_eq!(killed.mbox.content(), other);
        assert_eq!(killed.world.mailbox.len(), 2, "deleted on the server");
        fs::write(killed.mbox.path(), OLD).unwrap();
        killed.fetch(&[]).succeeds();
        killed.holds(&[OLD_MESSAGE]);
    }
}

#[test]
fn a_reader_rewrote_the_file() {
    // As Dovecot does it, in place: old mail gone, its fields in the new.
    let killed = Killed::new();
    let first = String::from_utf8(killed.stored[0].1.clone()).unwrap();
    let noted = first.replacen("\n\n", "\nX-UID: 7         \nStatus: O\n\n", 1);
    fs::write(killed.mbox.path(), &noted).unwrap();
    killed.fetch(&[]).succeeds();
    let content = String::from_utf8(killed.mbox.content()).unwrap();
    assert_eq!(content, noted + std::str::from_utf8(&killed.stored[1].1).unwrap());

    // Another file in its place.
    let killed = Killed::new();
    let copy = killed.world.home.write("copy", [&killed.stored[1].1, OLD.as_bytes()].concat());
    fs::rename(copy, killed.mbox.path()).unwrap();
    killed.fetch(&[]).succeeds();
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn the_mbox_vanished() {
    let killed = Killed::new();
    let aside = killed.world.home.path("aside");
    killed.tear();
    fs::rename(killed.mbox.path(), &aside).unwrap();
    killed.fetch(&[]).exits(73).says("is gone; is its disk mounted?");
    assert!(!killed.mbox.path().exists());
    fs::rename(&aside, killed.mbox.path()).unwrap();
    killed.fetch(&[]).succeeds();
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn the_mbox_is_gone_for_good_and_given_up() {
    let killed = Killed::new();
    fs::remove_file(killed.mbox.path()).unwrap();
    let elsewhere = Mbox::at(killed.world.home.path("elsewhere"));
    let output = killed.world.run("fetch", &["--to", &elsewhere.to()]).exits(0);
    assert!(output.stderr.contains("will be fetched again"), "{}", output.stderr);
    elsewhere.holds(&killed.all);
    assert!(killed.spools.iter().all(|path| !path.exists()), "spool files are left");
}

#[test]
fn the_mbox_became_something_else_and_is_given_up() {
    type Replace = fn(&Path);
    let replacements: [(&str, Replace); 4] = [
        ("a directory", |path| fs::create_dir(path).unwrap()),
        ("a link", |path| std::os::unix::fs::symlink("nowhere", path).unwrap()),
        ("a text", |path| fs::write(path, "Dear diary\n").unwrap()),
        ("a socket", |path| drop(UnixListener::bind(path).unwrap())),
    ];
    for (name, replace) in replacements {
        let killed = Killed::new();
        fs::remove_file(killed.mbox.path()).unwrap();
        replace(killed.mbox.path());
        killed.fetch(&[]).exits(73);
        let elsewhere = Mbox::at(killed.world.home.path("elsewhere"));
        let output = killed.world.run("fetch", &["--to", &elsewhere.to()]).exits(0);
        assert!(output.stderr.contains("will be fetched again"), "{name}: {}", output.stderr);
        elsewhere.holds(&killed.all);
        assert!(killed.spools.iter().all(|path| !path.exists()), "spool files are left");
    }
}

#[test]
fn what_was_never_recorded_is_swept() {
    let killed = Killed::new();
    killed.state.execute("DELETE FROM message", ()).unwrap();
    fs::write(killed.mbox.path(), OLD).unwrap();
    killed.fetch(&[]).succeeds();
    killed.holds(&[OLD_MESSAGE]);
}

#[test]
fn what_is_to_be_forgotten_is_finished_first() {
    let killed = Killed::new();
    killed.tear();
    let url = killed.world.url();
    killed.world.home.run(&["state", "forget", &url, "--all"]).exits(0);
    killed.holds(&[OLD_MESSAGE]);
    // Forgotten, they come once more, as whole as before.
    killed.fetch(&[]).succeeds();
    let all: Vec<&str> = killed.all.iter().map(String::as_str).collect();
    killed.holds(&[&[OLD_MESSAGE], &all[..]].concat());
}

#[test]
fn another_account_that_comes_first_completes_it() {
    let killed = Killed::new();
    killed.tear();
    let other = World::new();
    let message = other.add("of another account");
    let state = killed.world.home.path("state/popfetch").display().to_string();
    let args = ["--to", &killed.mbox.to(), "--state-dir", &state];
    other.run("fetch", &args).succeeds();
    // Where they had been recorded, and not behind the other's.
    let mut wanted = OLD.as_bytes().to_vec();
    killed.stored.iter().for_each(|(_, stored)| wanted.extend_from_slice(stored));
    assert!(killed.mbox.content().starts_with(&wanted));
    assert!(killed.spools.iter().all(|path| !path.exists()), "spool files are left");
    killed.fetch(&[]).succeeds();
    killed.holds(&[OLD_MESSAGE, &message]);
}

/// What an interrupted run of this mailbox left is found when the mailbox is configured since, and
/// its state bears the account's name.
#[test]
fn the_account_was_given_another_name_meanwhile() {
    for another_completes in [false, true] {
        let killed = Killed::new();
        killed.tear();
        let Killed { world, all, state, mbox, stored, spools } = killed;
        drop(state);
        let account = world.account();
        let user = account.split('@').next().unwrap();
        let port = account.rsplit(':').next().unwrap();
        fs::create_dir_all(world.home.path("home/.config/popfetch")).unwrap();
        let config = format!(
            "[accounts.work]\nhost = 'localhost'\nport = {port}\nuser = '{user}'\n\
             password = '{PASSWORD}'\nca-file = '../../../ca.pem'\nto = '{}'\n",
            mbox.to()
        );
        world.home.write("home/.config/popfetch/config.toml", config);
        let files = world.home.path("state/popfetch");
        let note = spools[0].parent().unwrap().with_extension("account");
        let url_name = account.replace(':', "%3A");
        // It takes the state over, and delivers nothing.
        world.home.run(&["delete", "work", "--yes", "--larger", "1G"]).exits(0);
        assert!(files.join("work.db").exists() && !files.join(format!("{url_name}.db")).exists());
        assert_eq!(fs::read_to_string(&note).unwrap(), url_name);
        assert!(spools.iter().all(|path| path.exists()));

        let other = World::new();
        let message = other.add("of another account");
        let state = files.display().to_string();
        let args = ["--to", &mbox.to(), "--state-dir", &state];
        let fetch_other = || other.run("fetch", &args).succeeds();
        let fetch_own = || world.home.run(&["fetch", "work"]).succeeds();
        if another_completes {
            fetch_other();
            let mut wanted = OLD.as_bytes().to_vec();
            stored.iter().for_each(|(_, stored)| wanted.extend_from_slice(stored));
            assert!(mbox.content().starts_with(&wanted), "where they had been recorded");
        } else {
            fetch_own();
            assert_eq!(fs::read_to_string(&note).unwrap(), "work");
        }
        assert!(spools.iter().all(|path| !path.exists()), "spool files are left");
        fetch_own();
        fetch_other();
        mbox.holds(all.iter().map(String::as_str).chain([OLD_MESSAGE, &message]));
    }
}

#[test]
fn what_another_account_has_not_recorded_is_not_touched() {
    let killed = Killed::new();
    killed.state.execute("DELETE FROM message", ()).unwrap();
    fs::write(killed.mbox.path(), OLD).unwrap();
    let other = World::new();
    let message = other.add("of another account");
    let state = killed.world.home.path("state/popfetch").display().to_string();
    let args = ["--to", &killed.mbox.to(), "--state-dir", &state];
    other.run("fetch", &args).succeeds();
    killed.mbox.holds([OLD_MESSAGE, &message]);
    assert!(killed.spools.iter().all(|path| path.exists()), "it may be at work on them");
    killed.fetch(&[]).succeeds();
    killed.holds(&[OLD_MESSAGE, &message]);
}

#[test]
fn a_state_that_cannot_be_read_stops_no_other_account() {
    let killed = Killed::new();
    killed.tear();
    let name = format!("{}.db", killed.world.account().replace(':', "%3A"));
    let path = killed.world.home.path("state/popfetch").join(name);
    let sound = fs::read(&path).unwrap();
    fs::write(&path, vec![b'x'; 8192]).unwrap();
    let other = World::new();
    other.add("of another account");
    let state = killed.world.home.path("state/popfetch").display().to_string();
    let args = ["--to", &killed.mbox.to(), "--state-dir", &state];
    other.run("fetch", &args).succeeds();
    fs::write(&path, sound).unwrap();
}

/// The files of an account in the state directory: its database, opened, and the directory of its
/// spool files for the only mbox.
fn state_of(world: &World) -> (Connection, PathBuf) {
    let name = format!("{}.db", world.account().replace(':', "%3A"));
    let state = Connection::open(world.home.path("state/popfetch").join(name)).unwrap();
    let id: String = state.query_row("SELECT state_id FROM mailbox", (), |row| row.get(0)).unwrap();
    let spool = world.home.path("state/popfetch/spool");
    let spool = fs::read_dir(spool).unwrap().next().unwrap().unwrap().path().join(id);
    (state, spool)
}

/// How many messages are recorded and have a spool file, and how many have one and are not.
fn waiting(world: &World) -> (usize, usize) {
    let (state, spool) = state_of(world);
    let mut select = state.prepare("SELECT name FROM delivery WHERE done = 0").unwrap();
    let names = select.query_map((), |row| row.get(0)).unwrap();
    let recorded =
        names.filter(|name: &rusqlite::Result<String>| spool.join(name.as_ref().unwrap()).exists());
    let recorded = recorded.count();
    (recorded, fs::read_dir(&spool).unwrap().count() - recorded)
}

/// The system kills a process that writes beyond the limit for the size of a file: so a run dies
/// inside an append, at an octet of our choice, and so does the one that completes it.
#[test]
fn killed_inside_the_append_again_and_again() {
    for another_completes in [false, true] {
        let world = World::new();
        let all: Vec<String> =
            (0..30).map(|n| world.add(&format!("{n}\n{}", "x\n".repeat(n * 40)))).collect();
        // Larger than any other file of the run.
        let old = OLD.repeat(1_000_000 / OLD.len());
        let mbox = Mbox::at(world.home.write("m", &old));
        let other = World::new();
        let late = other.add("of another account");
        let state = world.home.path("state/popfetch").display().to_string();
        let mut size = old.len() / 512 + 1;
        let (mut torn, mut completing) = (0, 0);
        loop {
            let args = ["--to", &mbox.to(), "--state-dir", &state];
            let first = torn == 0 || !another_completes;
            let command = if first { &world } else { &other }.command("fetch", &args);
            let limit = format!("ulimit -c 0; ulimit -f {size}; exec \"$@\"");
            let output = finish(behind(&["sh", "-c", &limit, "sh"], &command).spawn().unwrap());
            let here = mbox.content();
            if output.status != 128 + 25 {
                output.exits(0);
                break;
            }
            assert_eq!(here.len(), size * 512, "torn where the limit is");
            assert!(here.starts_with(old.as_bytes()));
            torn += 1;
            completing += usize::from(waiting(&world).0 == 30);
            size += 9;
        }
        let read = &mbox.content()[old.len()..];
        let appended = Mbox::at(world.home.write("appended", read));
        let late = another_completes.then_some(&late);
        appended.holds(all.iter().chain(late));
        assert!(torn > 5 && completing == torn, "{torn} torn, {completing} of them recorded");
        world.run("fetch", &["--to", &mbox.to()]).succeeds();
        assert!(mbox.content()[old.len()..] == *appended.content());
        eprintln!("torn {torn} times");
    }
}
