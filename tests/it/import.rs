//! Over from another program: what it has fetched does not come again.

use std::fs;
use std::path::Path;

use rustix::process::geteuid;

use crate::interop::Site;
use crate::support::expect::{fails, run};
use crate::support::home::{behind, finish};
use crate::support::peers::{Account, Errand, Peer, Place, give, owner};
use crate::support::{Home, Maildir, Output};

fn message(n: usize) -> String {
    format!("From: a@example.org\nSubject: {n}\nMessage-ID: <{n}@example.org>\n\nbody {n}\n")
}

/// A user's home on a machine where another program has fetched 50 messages and kept them on the
/// server.
struct Moved {
    site: Site,
    errand: Errand,
    program: &'static str,
    file: &'static str,
}

impl Moved {
    fn from(peer: Peer, file: &'static str) -> Self {
        let site = Site::new();
        (0..50).for_each(|n| site.dovecot.deliver("alice", message(n)));
        let directory = site.home.path("user");
        fs::create_dir(&directory).unwrap();
        fs::copy(site.home.path("ca.pem"), directory.join("ca.pem")).unwrap();
        let to = Place::Maildir(directory.join("Mail"));
        let accounts = vec![Account { user: "alice".to_owned(), to }];
        let errand = Errand { directory, port: site.dovecot.port(), accounts, keep: true };
        peer.prepare(&errand);
        let fetched = run(&mut behind(owner(), &peer.command(&errand)));
        assert!(peer.is_content(fetched.status), "{fetched:?}");
        // Not all programs run as root, and popfetch reads nobody else's configuration.
        if geteuid().is_root() {
            give(&errand.directory, geteuid().as_raw());
        }
        let moved = Self { site, errand, program: peer.name(), file };
        assert_eq!(moved.mail(), 50, "{} has fetched", moved.program);
        moved
    }

    /// How many messages are in the Maildir.
    fn mail(&self) -> usize {
        let maildir = Maildir::at(self.errand.path("Mail"));
        maildir.names("new").len() + maildir.names("cur").len()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = self.site.home.command(args);
        command.env("HOME", &self.errand.directory).env_remove("XDG_STATE_HOME");
        command.env("XDG_STATE_HOME", self.errand.path("state"));
        finish(command.spawn().unwrap())
    }

    fn import(&self, args: &[&str]) -> Output {
        let file = self.errand.path(self.file).display().to_string();
        self.run(&[&["import", self.program, &file], args].concat())
    }

    fn config(&self) -> String {
        fs::read_to_string(self.errand.path(".config/popfetch/config.toml")).unwrap_or_default()
    }

    /// Takes over, and fetches with `args` where not all could be carried over.
    fn comes_over(&self, settings: &[&str], notes: &[&str], args: &[&str]) {
        let seen = format!("50 messages seen by {}, 50 new here", self.program);
        let rehearsed = self.import(&["--dry-run"]).succeeds();
        assert!(rehearsed.text().contains(&seen), "{}", rehearsed.text());
        assert!(!self.errand.path("state").exists() && self.config().is_empty());

        let said = self.import(&[]).succeeds();
        assert!(said.text().contains(&seen), "{}", said.text());
        for note in notes {
            assert!(said.text().contains(note), "{note}\nis not in\n{}", said.text());
        }
        assert_eq!(said.text().lines().count(), 1 + notes.len(), "{}", said.text());
        let config = self.config();
        for setting in settings {
            assert!(config.contains(setting), "{setting}\nis not in\n{config}");
        }

        let fetch = [&["fetch"], args].concat();
        self.run(&fetch).succeeds();
        assert_eq!(self.mail(), 50, "what {} had fetched came again", self.program);
        (50..52).for_each(|n| self.site.dovecot.deliver("alice", message(n)));
        self.run(&fetch).succeeds();
        assert_eq!(self.mail(), 52);

        // Once more, after the sizes of the messages have become known.
        let again = self.import(&[]).succeeds();
        assert!(again.text().contains("is there already"), "{}", again.text());
        assert!(again.text().contains(" 0 new here"), "{}", again.text());
        assert_eq!(self.config(), config);
        // And what another program has fetched is not deleted.
        self.run(&[&fetch[..], &["--delete"]].concat()).succeeds();
        assert_eq!(self.site.dovecot.messages("alice").len(), 50);
    }
}

#[test]
fn from_mpop() {
    let moved = Moved::from(Peer::Mpop, "mpoprc");
    let settings = ["[accounts.alice]", "delete = false", "password = \"secret\"", "ca-file = "];
    moved.comes_over(&settings, &[], &[]);
}

#[test]
fn from_fetchmail() {
    let moved = Moved::from(Peer::Fetchmail, "fetchmailrc");
    let to = format!("maildir:{}", moved.errand.path("Mail").display());
    let settings = ["[accounts.localhost]", "delete = false", "tls = \"implicit\"", "ca-file = "];
    moved.comes_over(&settings, &["'mda' is not carried over"], &["--to", &to]);
}

#[test]
fn from_getmail() {
    let moved = Moved::from(Peer::Getmail, "getmailrc-alice");
    let settings = ["[accounts.alice]", "delete = false", "user = \"alice\"", "ca-file = "];
    moved.comes_over(&settings, &[], &[]);
}

#[test]
fn from_fdm() {
    let moved = Moved::from(Peer::Fdm, "fdm.conf");
    let authority = moved.errand.authority().display().to_string();
    let settings = ["[accounts.alice]", "delete = false", "tls = \"implicit\"", "to = \"maildir:"];
    moved.comes_over(&settings, &[], &["--ca-file", &authority]);
}

const MPOPRC: &str = "account a\nhost h\ntls\nuser joe\nkeep\nuidls_file ~/uids\n\
                      delivery maildir ~/m\naccount b\nhost h\ntls\nuser bob\nuidls_file ~/uids\n";

/// A home with a configuration of mpop's, and two messages that it has seen.
fn home() -> Home {
    let home = Home::new();
    home.write("home/.mpoprc", MPOPRC);
    home.write("home/uids", "# mpop\n 2 h joe\n\u{e4}\nb\n 1 h bob\nc\n");
    home
}

/// All files of a home and what is in them, but for locks.
fn files(home: &Home) -> Vec<(String, Vec<u8>)> {
    fn collect(path: &Path, into: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_none_or(|extension| extension != "lock") {
                into.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    collect(&home.path(""), &mut files);
    files.sort();
    files
}

#[test]
fn what_is_there_stays_and_a_second_import_changes_nothing() {
    let home = home();
    let config = "# mine\n[accounts.joe] # at h\nhost = \"h\"\nport = 110\nuser = \"joe\"\n\n\
                  [accounts.b]\nhost = \"other\"\nuser = \"x\"\n";
    fs::create_dir_all(home.path("home/.config/popfetch")).unwrap();
    home.write("home/.config/popfetch/config.toml", config);
    let before = files(&home);
    home.run(&["import", "mpop", "--dry-run"]).succeeds();
    assert!(files(&home) == before, "a dry run has written");

    let said = home.run(&["import", "mpop"]).succeeds();
    let lines = said.lines();
    assert!(lines[0].starts_with("joe: is there already (joe@h:995, there 'a'); 2 messages seen"));
    assert!(lines[1].starts_with("b-2: added to "), "{}", said.text());
    let added = fs::read_to_string(home.path("home/.config/popfetch/config.toml")).unwrap();
    let account =
        "\n[accounts.b-2]\nhost = \"h\"\ntls = \"starttls\"\nuser = \"bob\"\ndelete = true\n";
    assert_eq!(added, format!("{config}{account}"));

    let after = files(&home);
    let again = home.run(&["import", "mpop", "--json"]).succeeds().json();
    for account in &again {
        assert_eq!((&account["added"], &account["new"]), (&false.into(), &0.into()), "{account}");
    }
    assert!(files(&home) == after, "a second import has written");
    let export = home.run(&["state", "export", "joe"]).succeeds().json();
    let uids: Vec<&str> = export.iter().map(|row| row["uid"].as_str().unwrap()).collect();
    assert_eq!(uids, ["b", "\u{e4}"]);
    assert!(export.iter().all(|row| row["origin"] == "imported" && row["octets"].is_null()));
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_is_written() {
    let getmail = |name: &str| {
        format!("[retriever]\ntype = SimplePOP3SSLRetriever\nserver = h\nusername = {name}\n")
    };
    for (files, args, status, sentence) in [
        (vec![], &["mpop"][..], 78, "there is no configuration of mpop at "),
        (vec![], &["fdm", "no"], 78, "No such file or directory"),
        (vec![("x", "host h\n")], &["mpop", "x"], 78, "x:1: 'host' stands before the first"),
        (vec![("x", "\n\u{feff}poll h")], &["fetchmail", "x"], 78, "x:2: "),
        (vec![("x", "set timeout 5")], &["fdm", "x"], 78, "there is no account to take over in"),
        (vec![("x", "")], &["popper", "x"], 64, "invalid value 'popper'"),
        (vec![("x", MPOPRC)], &["mpop", "x", "--uids", "no"], 78, "there is no file "),
        (
            vec![("g/a", &*getmail("a").leak()), ("g/b", &*getmail("b").leak())],
            &["getmail", "g", "--uids", "x"],
            64,
            "--uids is for one account, and here are 2",
        ),
        (
            vec![("x", MPOPRC), ("home/.config/popfetch/config.toml", "[accounts.a]\nhots = 1\n")],
            &["mpop", "x"],
            78,
            "unknown key 'hots'",
        ),
    ] {
        let home = Home::new();
        for (name, text) in &files {
            fs::create_dir_all(home.path(name).parent().unwrap()).unwrap();
            home.write(name, text);
        }
        let before = self::files(&home);
        let output = home.run(&[&["import"], args].concat()).exits(status).says(sentence);
        assert!(output.stdout.is_empty(), "{}", output.text());
        assert!(self::files(&home) == before, "{args:?} has written");
    }
    // A secret in a line that is wrong stays there.
    let home = Home::new();
    home.write("x", "[retriever]\npassword hunter2\n");
    let output = home.run(&["import", "getmail", "x"]);
    fails(output, 78, "x:2: this is neither [section] nor name = value", None);
}
