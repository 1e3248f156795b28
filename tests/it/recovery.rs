//! What a killed run leaves behind, put in place by the next one. Each case is set up by hand, in
//! the state file and in the Maildir, as the kill would have left it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::support::{Maildir, World};

/// A world whose two messages were fetched, with the state file open.
fn fetched() -> (World, Vec<String>, Connection) {
    let world = World::new();
    let all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let path = state_file(&world);
    let state = Connection::open(path).expect("the state file");
    (world, all, state)
}

fn state_file(world: &World) -> PathBuf {
    let name = format!("{}.db", world.account().replace(':', "%3A"));
    world.home.path("state/popfetch").join(name)
}

/// Makes the deliveries look as if the kill had come between the commit and the end.
fn unfinish(state: &Connection) {
    assert_eq!(state.execute("UPDATE delivery SET done = 0", ()).unwrap(), 2);
}

fn pending(state: &Connection) -> i64 {
    let count = "SELECT count(*) FROM delivery WHERE done = 0";
    state.query_row(count, (), |row| row.get(0)).unwrap()
}

#[test]
fn killed_between_commit_and_rename() {
    let (world, all, state) = fetched();
    unfinish(&state);
    let mail = world.mail();
    for name in mail.names("new") {
        fs::rename(mail.path().join("new").join(&name), mail.path().join("tmp").join(&name))
            .unwrap();
    }
    let output = world.fetch(&["-v"]).exits(0);
    assert!(output.stderr.contains("2 messages of an interrupted run put in place"));
    mail.holds(&all);
    assert_eq!(pending(&state), 0);
}

#[test]
fn killed_after_the_rename_and_a_reader_came_by() {
    let (world, all, state) = fetched();
    unfinish(&state);
    let mail = world.mail();
    // A reader moved one on and deleted the other. Neither may come back.
    let names = mail.names("new");
    let cur = mail.path().join("cur").join(format!("{}:2,S", names[0]));
    fs::rename(mail.path().join("new").join(&names[0]), cur).unwrap();
    let left = fs::read(mail.path().join("cur").join(format!("{}:2,S", names[0]))).unwrap();
    fs::remove_file(mail.path().join("new").join(&names[1])).unwrap();
    world.fetch(&[]).succeeds();
    mail.holds([left]);
    assert_eq!(pending(&state), 0);
    assert_eq!(world.mailbox.len(), all.len());
}

#[test]
fn half_written_files_are_swept_but_nobody_elses() {
    let (world, all, state) = fetched();
    let id: String = state.query_row("SELECT state_id FROM mailbox", (), |row| row.get(0)).unwrap();
    let tmp = world.mail().path().join("tmp");
    let own = tmp.join(format!("1700000000.M1P2Q3R{id}H00.box"));
    let other = tmp.join("1700000000.M1P2Q3R0123456789abcdefH00.box");
    fs::write(&own, "half a mess").unwrap();
    fs::write(&other, "another's").unwrap();
    world.fetch(&[]).succeeds();
    assert!(!own.exists() && other.exists());
    fs::remove_file(other).unwrap();
    world.mail().holds(&all);
}

#[test]
fn a_maildir_that_is_another_one_is_not_believed() {
    let (world, _, state) = fetched();
    unfinish(&state);
    // The disk is not mounted: under its mount point is another Maildir.
    let path = world.mail().path().to_owned();
    let aside = world.home.path("aside");
    fs::rename(&path, &aside).unwrap();
    for name in ["tmp", "new", "cur"] {
        fs::create_dir_all(path.join(name)).unwrap();
    }
    let said = "is not the directory that an earlier run was interrupted in";
    world.fetch(&[]).exits(73).says(said);
    assert_eq!(pending(&state), 2);
    assert!(world.mail().messages().is_empty());
    // Mounted again.
    fs::remove_dir_all(&path).unwrap();
    fs::rename(&aside, &path).unwrap();
    world.fetch(&[]).succeeds();
    assert_eq!(pending(&state), 0);
}

#[test]
fn a_maildir_that_is_gone_for_good_and_given_up_does_not_block_the_account() {
    let (world, all, state) = fetched();
    unfinish(&state);
    fs::remove_dir_all(world.mail().path()).unwrap();
    world.fetch(&[]).exits(73);
    let elsewhere = format!("maildir:{}", world.home.path("elsewhere").display());
    let output = world.run("fetch", &["--to", &elsewhere]).exits(0);
    assert!(output.stderr.contains("will be fetched again"), "{}", output.stderr);
    Maildir::at(world.home.path("elsewhere")).holds(&all);
}

/// The same, where something else has come into its place.
#[test]
fn a_maildir_that_became_something_else_and_is_given_up_does_not_block_the_account() {
    type Replace = fn(&Path);
    let replacements: [(&str, Replace); 4] = [
        ("a file", |path| fs::write(path, "x").unwrap()),
        ("a link", |path| symlink("nowhere", path).unwrap()),
        ("an empty directory", |path| fs::create_dir(path).unwrap()),
        ("one whose tmp/ is a link", |path| {
            fs::create_dir(path).unwrap();
            symlink("nowhere", path.join("tmp")).unwrap();
        }),
    ];
    for (name, replace) in replacements {
        let (world, all, state) = fetched();
        unfinish(&state);
        fs::remove_dir_all(world.mail().path()).unwrap();
        replace(world.mail().path());
        world.fetch(&[]).exits(73);
        assert_eq!(pending(&state), 2, "{name}, as long as it is wanted");
        let elsewhere = format!("maildir:{}", world.home.path("elsewhere").display());
        let output = world.run("fetch", &["--to", &elsewhere]).exits(0);
        assert!(output.stderr.contains("will be fetched again"), "{name}: {}", output.stderr);
        Maildir::at(world.home.path("elsewhere")).holds(&all);
    }
}

#[test]
fn a_maildir_that_vanished_is_not_made_anew() {
    let (world, _, _) = fetched();
    fs::remove_dir_all(world.mail().path()).unwrap();
    world.add("late");
    world.fetch(&[]).exits(73).says("is gone; is its disk mounted?");
    assert!(!world.mail().path().exists());
    fs::create_dir(world.mail().path()).unwrap();
    world.fetch(&[]).exits(73);
    assert!(world.mail().names("new").is_empty());
}
