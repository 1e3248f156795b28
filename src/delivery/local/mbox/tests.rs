//! An mbox in a real file: appended to, torn, rewritten, completed.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::*;
use crate::delivery::HeaderBlock;
use crate::model::{Interrupt, Staged};

struct Home(tempfile::TempDir);

fn surroundings() -> Surroundings {
    let (process, user) = (std::process::id(), rustix::process::geteuid().as_raw());
    Surroundings { now: SystemTime::now, process, user, ..Surroundings::of_a_test() }
}

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("m")
    }

    fn spools(&self, id: &str) -> Spools {
        Spools::open(&self.0.path().join("spool"), &self.path(), id, &format!("{id}-name")).unwrap()
    }

    fn try_open(&self, create: bool, user: u32) -> Result<Mbox, Error> {
        let patience =
            Patience { limit: Duration::from_millis(100), interrupt: Interrupt::default() };
        let surroundings = Surroundings { user, ..surroundings() };
        Mbox::open(&self.path(), create, self.spools("aa"), &surroundings, patience)
    }

    fn open(&self) -> Arc<Mbox> {
        Arc::new(self.try_open(true, surroundings().user).unwrap())
    }

    fn content(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn set(&self, content: &str) {
        fs::write(self.path(), content).unwrap();
    }

    /// The names of this account's spool files.
    fn left(&self) -> Vec<OsString> {
        self.spools("aa").of(None).unwrap().names().unwrap()
    }
}

/// A complete spool file, as it arrives in pieces.
fn spooled(mbox: &Arc<Mbox>, name: &str, text: &str) -> SpooledMessage {
    let mut spooled = SpooledMessage::create(mbox, name.to_owned(), 0).unwrap();
    let mut header = HeaderBlock::default();
    for piece in text.as_bytes().chunks(5) {
        header.add(piece);
        spooled.write(&header, piece).unwrap();
    }
    spooled.finish(&header).unwrap();
    spooled
}

const DATE: &str = "Thu Jan  1 00:00:00 1970";

/// The message with this body as it stands in an mbox.
fn stored(body: &str) -> String {
    format!("From a@b {DATE}\nReturn-Path: <a@b>\n\n{body}\n\n")
}

/// Spools messages with these bodies and gives the places at which they would stand, as a run does
/// that is killed right after it has recorded them.
fn recorded(home: &Home, bodies: &[&str]) -> Vec<Staged> {
    let mbox = home.open();
    let mut locked = mbox.lock().unwrap();
    let mut staged = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        let text = format!("Return-Path: <a@b>\n\n{body}\n");
        let mut message = spooled(&mbox, &format!("s{at}"), &text);
        message.reserve(&mut locked).unwrap();
        message.keep();
        staged.push(message.staged().unwrap());
    }
    staged
}

#[track_caller]
fn completes(home: &Home, staged: &[Staged], (there, appended, fragments): (usize, usize, usize)) {
    let mut locked = home.open().lock().unwrap();
    let completed = locked.complete(None, staged).unwrap();
    assert_eq!(completed, Completed { there, appended, fragments }, "{}", home.content());
    assert!(home.left().is_empty(), "spool files are left");
    drop(locked);
    // Once more changes nothing.
    let content = home.content();
    let again = home.open().lock().unwrap().complete(None, staged).unwrap();
    assert_eq!(again, Completed { there: staged.len(), ..Completed::default() });
    assert_eq!(home.content(), content);
}

const OLD: &str = "From x Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n\n";

#[test]
fn messages_are_spooled_as_they_will_stand() {
    let home = Home::new();
    for (text, wanted) in [
        (
            "Return-Path: <a@b>\n\nFrom x\n>From y\n",
            format!("From a@b {DATE}\nReturn-Path: <a@b>\n\n>From x\n>>From y\n\n"),
        ),
        ("From x\n", format!("From MAILER-DAEMON {DATE}\n>From x\n\n")),
        ("\nFrom ", format!("From MAILER-DAEMON {DATE}\n\n>From \n\n")),
        ("", format!("From MAILER-DAEMON {DATE}\n\n")),
        ("A: b\n\nx\n\n\n", format!("From MAILER-DAEMON {DATE}\nA: b\n\nx\n\n\n\n")),
    ] {
        let mbox = home.open();
        let spool = spooled(&mbox, "s", text);
        let path = mbox.spools().of(None).unwrap().path().join("s");
        assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
        // What is given up leaves nothing.
        drop(spool);
        assert!(!path.exists());
    }
}

#[test]
fn what_somebody_else_left_without_a_line_end_is_separated() {
    for (before, separator) in
        [(OLD, ""), (OLD.strip_suffix('\n').unwrap(), "\n"), (OLD.trim_end(), "\n\n"), ("", "")]
    {
        let home = Home::new();
        home.set(before);
        let mbox = home.open();
        let mut locked = mbox.lock().unwrap();
        let mut messages = ["one", "two"]
            .map(|body| spooled(&mbox, body, &format!("Return-Path: <a@b>\n\n{body}\n")));
        for message in &mut messages {
            message.reserve(&mut locked).unwrap();
        }
        for message in &mut messages {
            message.append(&mut locked).unwrap();
        }
        locked.sync().unwrap();
        drop(locked);
        let content = home.content();
        assert_eq!(content, format!("{before}{separator}{}{}", stored("one"), stored("two")));
        let place = |body: &str| Some(content.find(&stored(body)).unwrap() as u64);
        assert_eq!(messages.map(|m| m.staged().unwrap().offset), [place("one"), place("two")]);
    }
}

#[test]
fn what_was_not_synced_is_taken_back_unless_somebody_wrote_behind_it() {
    let home = Home::new();
    home.set(OLD);
    let mbox = home.open();
    let big = "x".repeat(300_000);
    let append = |locked: &mut LockedMbox| {
        let mut message = spooled(&mbox, "s", &big);
        message.append(locked).unwrap();
    };
    let mut locked = mbox.lock().unwrap();
    append(&mut locked);
    assert!(home.content().len() > OLD.len());
    drop(locked);
    assert_eq!(home.content(), OLD);
    let mut locked = mbox.lock().unwrap();
    append(&mut locked);
    let other = home.content() + "rude\n";
    home.set(&other);
    drop(locked);
    assert_eq!(home.content(), other);
}

#[test]
fn all_there_but_not_marked() {
    let home = Home::new();
    home.set(OLD);
    let staged = recorded(&home, &["one", "two"]);
    home.set(&format!("{OLD}{}{}", stored("one"), stored("two")));
    completes(&home, &staged, (2, 0, 0));
    // Also with mail of others behind it.
    let staged = recorded(&home, &["three"]);
    let content = home.content() + &stored("three") + OLD;
    home.set(&content);
    completes(&home, &staged, (1, 0, 0));
    assert_eq!(home.content(), content);
}

#[test]
fn torn_anywhere_it_is_mended_in_place() {
    let whole = format!("{OLD}{}{}", stored("one"), stored("two"));
    for end in OLD.len()..whole.len() {
        let home = Home::new();
        home.set(OLD);
        let staged = recorded(&home, &["one", "two"]);
        home.set(&whole[..end]);
        let first_is_there = end >= OLD.len() + stored("one").len();
        let there = usize::from(first_is_there);
        completes(&home, &staged, (there, 2 - there, 0));
        assert_eq!(home.content(), whole, "torn at {end}");
    }
}

#[test]
fn never_cut_where_somebody_appended_behind_torn_bytes() {
    let home = Home::new();
    home.set(OLD);
    let staged = recorded(&home, &["one", "two"]);
    let torn = &stored("two")[..45];
    let foreign = format!("{OLD}{}{torn}\n\n{OLD}", stored("one"));
    home.set(&foreign);
    completes(&home, &staged, (1, 1, 1));
    assert_eq!(home.content(), format!("{foreign}{}", stored("two")));
}

#[test]
fn in_a_rewritten_file_messages_are_searched_for() {
    let seen = stored("one").replace("\n\none", "\nStatus: RO\n\none");
    for rewritten in [
        // Shorter: old mail was deleted.
        stored("one"),
        // Fields were added in front of it and in it.
        format!("{}{}", OLD.replace("\n\nold", "\nX-UID: 1\n\nold"), seen),
    ] {
        let home = Home::new();
        home.set(&format!("{OLD}{OLD}"));
        let staged = recorded(&home, &["one", "two"]);
        home.set(&rewritten);
        completes(&home, &staged, (1, 1, 0));
        assert_eq!(home.content(), format!("{rewritten}{}", stored("two")));
    }
}

#[test]
fn another_file_in_its_place_is_searched_too() {
    let home = Home::new();
    home.set(OLD);
    let staged = recorded(&home, &["one", "two"]);
    let copy = home.0.path().join("copy");
    fs::write(&copy, format!("{OLD}{}", stored("two"))).unwrap();
    fs::rename(copy, home.path()).unwrap();
    completes(&home, &staged, (1, 1, 0));
    assert_eq!(home.content(), format!("{OLD}{}{}", stored("two"), stored("one")));
}

#[test]
fn two_messages_alike_are_two_messages() {
    let home = Home::new();
    home.set(&format!("{OLD}{OLD}"));
    let staged = recorded(&home, &["same", "same", "same"]);
    // One of them is there, in a file that got shorter.
    home.set(&stored("same"));
    completes(&home, &staged, (1, 2, 0));
    assert_eq!(home.content(), stored("same").repeat(3));
    // One at its own place is not taken for the other one.
    let staged = recorded(&home, &["same", "same"]);
    let moved = Staged { offset: Some(1), ..staged[1].clone() };
    let content = home.content() + &stored("same") + OLD;
    home.set(&content);
    let mut locked = home.open().lock().unwrap();
    let completed = locked.complete(None, &[staged[0].clone(), moved]).unwrap();
    assert_eq!(completed.there, 2, "three older ones are there as well");
}

#[test]
fn a_second_try_that_was_torn_as_well_is_mended() {
    let home = Home::new();
    home.set(OLD);
    let staged = recorded(&home, &["one"]);
    // Rewritten, and then whoever completed it was killed as well.
    let shorter = &OLD[..OLD.len() - 10];
    let shorter = format!("{}\n\n", shorter.trim_end());
    home.set(&format!("{shorter}{}", &stored("one")[..50]));
    completes(&home, &staged, (0, 1, 0));
    assert_eq!(home.content(), format!("{shorter}{}", stored("one")));
}

#[test]
fn another_account_completes_what_it_finds() {
    let home = Home::new();
    home.set(OLD);
    let staged = recorded(&home, &["one"]);
    let patience = Patience { limit: Duration::from_secs(1), interrupt: Interrupt::default() };
    let other = Mbox::open(&home.path(), false, home.spools("bb"), &surroundings(), patience);
    let mut locked = Arc::new(other.unwrap()).lock().unwrap();
    let found = locked.others().unwrap();
    assert_eq!(found, [OtherAccount { id: "aa".into(), account: "aa-name".into() }]);
    let completed = locked.complete(Some(&found[0]), &staged).unwrap();
    assert_eq!(completed.appended, 1);
    assert!(locked.others().unwrap().is_empty());
    assert_eq!(home.content(), format!("{OLD}{}", stored("one")));
    drop(locked);
    completes(&home, &staged, (1, 0, 0));
}

#[test]
fn what_is_no_mbox_is_refused() {
    let own = surroundings().user;
    let refused = |prepare: &dyn Fn(&Path)| {
        let home = Home::new();
        prepare(&home.path());
        let error = home.try_open(true, own).unwrap_err();
        let text = error.to_string();
        (text, error)
    };
    let (said, _) = refused(&|path| fs::write(path, "Dear diary\n").unwrap());
    assert!(said.ends_with("is no mbox: it does not begin with 'From '"), "{said}");
    let (said, _) = refused(&|path| fs::write(path, "Frog").unwrap());
    assert!(said.contains("'From '"), "{said}");
    let (said, _) = refused(&|path| {
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .unwrap();
    });
    assert!(said.ends_with("it is no regular file"), "{said}");
    let (_, error) = refused(&|path| fs::create_dir(path).unwrap());
    assert!(matches!(error, Error::Unusable { .. }));
    let (_, error) = refused(&|path| {
        fs::write(path.with_extension("real"), OLD).unwrap();
        std::os::unix::fs::symlink("m.real", path).unwrap();
    });
    assert!(matches!(error, Error::Unusable { .. }));
}

#[test]
fn it_is_made_private_and_not_made_again() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let own = surroundings().user;
    let missing = home.try_open(false, own);
    assert!(matches!(missing, Err(Error::Vanished { .. })));
    let mbox = home.open();
    assert_eq!(fs::metadata(home.path()).unwrap().permissions().mode() & 0o777, 0o600);
    fs::remove_file(home.path()).unwrap();
    assert!(matches!(mbox.lock(), Err(Error::Vanished { .. })));
}

#[test]
fn as_root_nobody_elses_file() {
    let home = Home::new();
    home.set(OLD);
    if surroundings().user == 0 {
        std::os::unix::fs::chown(home.path(), Some(12345), None).unwrap();
        let foreign = home.try_open(true, 0);
        assert!(matches!(foreign, Err(Error::ForeignOwner { owner: 12345, .. })));
        std::os::unix::fs::chown(home.path(), Some(0), None).unwrap();
        std::os::unix::fs::chown(home.0.path(), Some(12345), None).unwrap();
    }
    assert!(matches!(home.try_open(true, 0), Err(Error::ForeignOwner { .. })));
}

#[test]
fn patience_ends_and_the_holder_is_named() {
    let home = Home::new();
    home.set(OLD);
    let mbox = home.open();
    let alive = std::os::unix::process::parent_id();
    fs::write(home.0.path().join("m.lock"), format!("{alive}:box\n")).unwrap();
    let said = mbox.lock().unwrap_err().to_string();
    assert!(said.ends_with(&format!("is locked by process {alive} on box")), "{said}");
}

#[test]
fn reading_it_does_not_hide_that_mail_is_new() {
    use std::os::unix::fs::MetadataExt;
    let home = Home::new();
    home.set(OLD);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let times = fs::FileTimes::new().set_accessed(long_ago).set_modified(long_ago);
    fs::File::options().append(true).open(home.path()).unwrap().set_times(times).unwrap();
    let mbox = home.open();
    let mut locked = mbox.lock().unwrap();
    let mut message = spooled(&mbox, "s", "x\n");
    message.append(&mut locked).unwrap();
    locked.sync().unwrap();
    drop(locked);
    let found = fs::metadata(home.path()).unwrap();
    assert!(found.mtime() > 1_000_000 && found.atime() < found.mtime(), "{found:?}");
}
