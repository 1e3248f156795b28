//! The state in a real file.

use std::time::{Duration, SystemTime};

use super::*;
use std::path::Path;

use crate::model::{
    Accepted, AccountName, Endpoint, MailboxIdentity, Octets, Origin, Placement, Staged,
    Surroundings, TlsMode, Uid,
};
use crate::state::{AccountLock, StateFiles};

struct Home {
    _directory: tempfile::TempDir,
    files: StateFiles,
    identity: MailboxIdentity,
}

fn surroundings() -> Surroundings {
    let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    Surroundings { now, ..Surroundings::of_a_test() }
}

fn identity(user: &str) -> MailboxIdentity {
    let endpoint = Endpoint { host: "h".into(), port: 995, tls: TlsMode::Implicit };
    MailboxIdentity::new(user, &endpoint)
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("deep/state");
        let files = StateFiles::new(state.as_path(), &AccountName::configured("work").unwrap());
        Self { _directory: directory, files, identity: identity("alice") }
    }

    fn lock(&self) -> AccountLock {
        AccountLock::take(&self.files, &surroundings()).unwrap()
    }

    fn open(&self) -> State {
        State::open(&self.lock(), &self.files, &self.identity, &surroundings()).unwrap()
    }
}

fn key(uid: &[u8]) -> MessageKey {
    MessageKey { uid: Uid::new(uid).unwrap(), ordinal: 0, size: Some(Octets(u64::MAX - 1)) }
}

fn maildir() -> Place {
    Place::Maildir("/mail/m".into())
}

fn receipt(uid: &[u8], name: &str) -> Receipt {
    let staged = Staged { inode: u64::MAX - 1, name: name.to_owned(), offset: None, octets: None };
    Receipt {
        key: key(uid),
        origin: Origin::Delivered,
        header_digest: Some([3; 32]),
        message_id: Some("<a@b>".to_owned()),
        at: 5,
        placements: vec![
            Placement { place: maildir(), how: Accepted::Staged(staged) },
            Placement { place: Place::Stdout, how: Accepted::Taken },
        ],
    }
}

#[test]
fn what_is_committed_is_known_and_pending_until_finished() {
    let home = Home::new();
    let mut state = home.open();
    assert!(!state.has_held(&maildir()).unwrap());
    let receipts = [receipt(b"u\xe4", "n1"), receipt(b"v", "n2")];
    let pending = state.commit(&receipts, &[]).unwrap().pending;
    let id = state.id().to_owned();
    drop(state);
    let mut state = home.open();
    assert_eq!(state.id(), id);
    assert!(state.has_held(&maildir()).unwrap());
    let known = state.known().unwrap();
    let keys: Vec<_> = known.messages().iter().map(|row| row.key.clone()).collect();
    assert_eq!(keys, [key(b"u\xe4"), key(b"v")]);
    assert_eq!(state.header_digest(known.messages()[0].id).unwrap(), Some([3; 32]));
    let waiting = state.pending().unwrap();
    assert_eq!(waiting.iter().map(|row| row.id).collect::<Vec<_>>(), pending);
    assert_eq!(waiting[0].place, maildir());
    let staged = Staged { inode: u64::MAX - 1, name: "n1".into(), offset: None, octets: None };
    assert_eq!(waiting[0].staged, staged);
    state.commit(&[], &pending[..1]).unwrap();
    assert_eq!(state.pending().unwrap().len(), 1);
    state.drop_pending(&pending[1..]).unwrap();
    assert!(state.pending().unwrap().is_empty());
    // It went to standard output as well, so it stays known; what went nowhere else does not.
    assert_eq!(state.known().unwrap().messages().len(), 2);
    let mut only = receipt(b"w", "n3");
    only.placements.truncate(1);
    let pending = state.commit(&[only], &[]).unwrap().pending;
    assert_eq!(state.known().unwrap().messages().len(), 3);
    state.drop_pending(&pending).unwrap();
    assert_eq!(state.known().unwrap().messages().len(), 2);
}

#[test]
fn states_that_one_process_makes_have_ids_of_their_own() {
    let (one, mut other) = (Home::new(), Home::new());
    other.identity = identity("bob");
    assert_ne!(one.open().id(), other.open().id());
}

#[test]
fn the_file_does_not_grow_with_time() {
    // Every third day as many messages have come as have gone.
    const LISTED: usize = 200;
    const TURNOVER: usize = 50;
    const DAYS: i64 = 3;
    let home = Home::new();
    let uid = |n: usize| format!("{n:08}").into_bytes();
    let mut grown = Vec::new();
    for turn in 0..40 {
        let mut state = home.open();
        let now = i64::try_from(turn).unwrap() * DAYS * 24 * 3600;
        let first = turn * TURNOVER;
        let new = if turn == 0 { 0 } else { first + LISTED - TURNOVER };
        let receipts: Vec<_> = (new..first + LISTED).map(|n| receipt(&uid(n), "name")).collect();
        let pending = state.commit(&receipts, &[]).unwrap().pending;
        let known = state.known().unwrap();
        let listed = |row: usize| known.messages()[row].key.uid.as_bytes() >= uid(first).as_slice();
        state.note_listing(&known, listed, now).unwrap();
        state.note_run(Some(now), Some(now), &pending).unwrap();
        let rows = state.known().unwrap().messages().len();
        drop(state);
        grown.push((rows, home.files.database_path().metadata().unwrap().len()));
    }
    // What is listed, and what has gone in the last thirty days.
    assert_eq!(grown[39].0, LISTED + 11 * TURNOVER);
    assert_eq!(grown[39].0, grown[15].0);
    assert!(grown[39].1 <= grown[15].1 * 11 / 10, "{grown:?}");
}

#[test]
fn failures_are_forgotten_after_thirty_days_whatever_else_happens() {
    let home = Home::new();
    let mut state = home.open();
    let day = 24 * 3600;
    state.note_failures(&[(Some(key(b"a")), "why".to_owned())], day).unwrap();
    for (now, left) in [(31 * day, 1), (32 * day, 0)] {
        state.note_listing(&Known::default(), |_| true, now).unwrap();
        assert_eq!(state.failures().unwrap().len(), left);
    }
}

#[test]
fn missing_messages_are_forgotten_after_thirty_days() {
    let home = Home::new();
    let mut state = home.open();
    let pending = state.commit(&[receipt(b"a", "n")], &[]).unwrap().pending;
    state.note_run(Some(1), None, &pending).unwrap();
    let day = 24 * 3600;
    let mut listing = |present: bool, now: i64| {
        let known = state.known().unwrap();
        state.note_listing(&known, |_| present, now).unwrap();
        let known = state.known().unwrap();
        known.messages().first().map(|row| row.missing)
    };
    assert_eq!(listing(false, day), Some(true));
    assert_eq!(listing(false, 20 * day), Some(true));
    assert_eq!(listing(true, 25 * day), Some(false));
    assert_eq!(listing(false, 40 * day), Some(true));
    assert_eq!(listing(false, 69 * day), Some(true));
    assert_eq!(listing(false, 71 * day), None);
}

#[test]
fn failures_are_counted_until_the_message_arrives() {
    let home = Home::new();
    let mut state = home.open();
    state.note_failures(&[(Some(key(b"a")), "no".into()), (None, "no".into())], 1).unwrap();
    state.note_failures(&[(Some(key(b"a")), "no".into())], 2).unwrap();
    assert_eq!(state.failures().unwrap(), [(key(b"a"), 2)]);
    state.commit(&[receipt(b"a", "n")], &[]).unwrap();
    assert!(state.failures().unwrap().is_empty());
}

#[test]
fn a_deleted_message_that_is_delivered_again_is_not_deleted_any_more() {
    let home = Home::new();
    let mut state = home.open();
    state.commit(&[receipt(b"a", "n")], &[]).unwrap();
    let id = state.known().unwrap().messages()[0].id;
    state.confirm_deleted(&[id], 9).unwrap();
    assert!(state.known().unwrap().messages()[0].deleted);
    state.commit(&[receipt(b"a", "n2")], &[]).unwrap();
    assert!(!state.known().unwrap().messages()[0].deleted);
    assert_eq!(state.pending().unwrap().len(), 1);
}

#[test]
fn another_mailbox_or_a_later_version_is_refused() {
    let home = Home::new();
    let state = home.open();
    let other = State::peek(&home.files, &identity("bob"));
    assert!(matches!(other, Err(Error::OtherMailbox { .. })));
    state.connection.pragma_update(None, "user_version", 99).unwrap();
    let newer = State::peek(&home.files, &home.identity);
    assert!(matches!(newer, Err(Error::Newer { version: 99, .. })));
}

#[test]
fn a_state_of_the_first_version_is_read_and_becomes_one_of_this() {
    let home = Home::new();
    let place = maildir();
    drop(home.open());
    let path = home.files.database_path();
    std::fs::remove_file(&path).unwrap();
    let first = Connection::open(&path).unwrap();
    crate::state::schema::migrate_to(&first, 1);
    let insert = "INSERT INTO mailbox (id, identity, state_id) VALUES (1, ?, 'first')";
    first.execute(insert, [home.identity.as_str()]).unwrap();
    let insert =
        "INSERT INTO message VALUES (1, x'61', 0, 5, 'delivered', 1, x'', '', NULL, NULL, NULL)";
    first.execute(insert, ()).unwrap();
    first.execute("INSERT INTO destination VALUES (1, 'maildir', x'2f6d61696c2f6d')", ()).unwrap();
    first.execute("INSERT INTO delivery VALUES (1, 1, 1, 7, 'n', NULL, NULL, 0)", ()).unwrap();
    drop(first);

    let peeked = State::peek(&home.files, &home.identity).unwrap().unwrap();
    assert_eq!(peeked.remembered().unwrap(), Remembered::default());
    assert_eq!(peeked.known().unwrap().messages().len(), 1);
    let directory = path.parent().unwrap();
    let others = crate::state::pending_of(directory, home.files.stem(), "first", &place).unwrap();
    assert_eq!(others.len(), 1, "another account completes what stands in it");

    let mut state = home.open();
    assert_eq!(state.id(), "first");
    let remembered = Remembered {
        before_login: Some(vec!["UIDL".to_owned(), "SASL PLAIN".to_owned()]),
        after_login: None,
        one_by_one_until: Some(5),
        next_login: Some(9),
    };
    state.remember(&remembered).unwrap();
    drop(state);
    assert_eq!(home.open().remembered().unwrap(), remembered);
}

#[test]
fn each_version_is_read_for_all_that_it_holds() {
    for version in 1..=usize::try_from(crate::state::schema::VERSION).unwrap() {
        let home = Home::new();
        drop(home.open());
        let path = home.files.database_path();
        std::fs::remove_file(&path).unwrap();
        let earlier = Connection::open(&path).unwrap();
        crate::state::schema::migrate_to(&earlier, version);
        let insert = "INSERT INTO mailbox (id, identity, state_id) VALUES (1, ?, 'first')";
        earlier.execute(insert, [home.identity.as_str()]).unwrap();
        if version >= 3 {
            earlier.execute("UPDATE mailbox SET next_login = 9", ()).unwrap();
        }
        if version >= 4 {
            let insert = "INSERT INTO trouble VALUES (1, 2, 3, 'out to lunch', 1, NULL, 0)";
            earlier.execute(insert, ()).unwrap();
        }
        drop(earlier);
        let peeked = State::peek(&home.files, &home.identity).unwrap().unwrap();
        let next_login = peeked.times().unwrap().next_login;
        assert_eq!(next_login, (version >= 3).then_some(9), "version {version}");
        let error = peeked.trouble().unwrap().map(|trouble| trouble.error);
        assert_eq!(error.as_deref(), (version >= 4).then_some("out to lunch"), "version {version}");
    }
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let home = Home::new();
    drop(home.open());
    let path = home.files.database_path();
    std::fs::write(&path, vec![b'x'; 8192]).unwrap();
    let opened = State::open(&home.lock(), &home.files, &home.identity, &surroundings());
    assert!(matches!(opened, Err(Error::Damaged { .. })), "{opened:?}");
    assert!(matches!(State::peek(&home.files, &home.identity), Err(Error::Damaged { .. })));
}

#[test]
fn peeking_makes_nothing_and_works_while_another_writes() {
    let home = Home::new();
    assert!(State::peek(&home.files, &home.identity).unwrap().is_none());
    assert!(!home.files.directory().exists());
    let mut state = home.open();
    state.commit(&[receipt(b"a", "n")], &[]).unwrap();
    let transaction = state.connection.transaction().unwrap();
    record::set_deleted(&transaction, &[1], 1).unwrap();
    let peek = State::peek(&home.files, &home.identity).unwrap().unwrap();
    assert!(!peek.known().unwrap().messages()[0].deleted);
}

#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let lock = home.lock();
    let mut state = State::open(&lock, &home.files, &home.identity, &surroundings()).unwrap();
    state.commit(&[receipt(b"a", "n")], &[]).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.files.directory()), 0o700);
    for entry in std::fs::read_dir(home.files.directory()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_size_that_is_not_known_stays_so_until_a_listing_shows_it() {
    let home = Home::new();
    let mut state = home.open();
    let without = MessageKey { size: None, ..key(b"u") };
    for _ in 0..2 {
        state.mark(std::slice::from_ref(&without), Origin::Imported, 5).unwrap();
    }
    let known = state.known().unwrap();
    let keys: Vec<_> = known.messages().iter().map(|row| row.key.clone()).collect();
    assert_eq!(keys, [without]);
    state.settle(&[(known.messages()[0].id, Octets(7))]).unwrap();
    assert_eq!(state.known().unwrap().messages()[0].key.size, Some(Octets(7)));
}
