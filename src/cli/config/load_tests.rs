//! Several files, inheritance, and what may not be.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

struct Home(tempfile::TempDir);

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = home.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            home.mode(name, 0o600);
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn global(&self) -> Global {
        Global {
            config: Some(self.path("config.toml")),
            state_dir: None,
            quiet: false,
            verbose: 0,
            json: false,
            color: crate::cli::args::ColorArg::Auto,
        }
    }

    fn load(&self) -> Config {
        Config::load(&self.global()).unwrap().unwrap()
    }

    /// What is wrong, with the directory left out.
    fn problems(&self) -> Vec<String> {
        let problems = Config::load_all(&self.global()).unwrap_err();
        let directory = format!("{}/", self.0.path().display());
        problems.iter().map(|failure| failure.message.replace(&directory, "")).collect()
    }
}

#[test]
fn accounts_inherit_and_override() {
    let home = Home::new(&[
        (
            "config.toml",
            "[defaults]\nto = 'maildir:m/{account}'\ntimeout = 5\npassword-command = 'everybody'\n\
             [accounts.a]\nhost = 'H.Example.'\nuser = 'u'\n\
             [accounts.b]\nhost = 'h'\nuser = 'v'\ntimeout = 9\nport = 110\npassword = 'own'\n",
        ),
        ("accounts.d/20-d.toml", "[accounts.d]\nhost = 'h'\nuser = 'x'\ntls = 'none'\n"),
        ("accounts.d/10-c.toml", "[accounts.c]\nhost = '[::1]'\nuser = 'w'\ntls = 'starttls'\n"),
        ("accounts.d/.#x.toml", "junk"),
        ("accounts.d/notes.txt", "junk"),
    ]);
    let config = home.load();
    let names: Vec<_> = config.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(config.files.len(), 3);
    let shown = |name: &str| {
        let account = config.account(name).unwrap();
        let values = &account.values;
        let seconds = values.timeout.as_ref().unwrap().value.as_secs();
        let command = values.password_command.as_ref().map(|set| set.value.0.as_str());
        let endpoint = account.endpoint(None).unwrap();
        format!("{} {:?} {seconds} {command:?}", account.identity().unwrap(), endpoint.tls)
    };
    assert_eq!(shown("a"), "u@h.example:995 Implicit 5 Some(\"everybody\")");
    // Its own password, not the command that everybody inherits.
    assert_eq!(shown("b"), "v@h:995 Starttls 9 None");
    assert_eq!(shown("c"), "w@[::1]:995 Starttls 5 Some(\"everybody\")");
    assert_eq!(shown("d"), "x@h:995 None 5 Some(\"everybody\")");
    let account = config.account("a").unwrap();
    let to = &account.values.to.as_ref().unwrap().value.0[0];
    let expected = format!("maildir:{}", home.path("m/a").display());
    assert_eq!(to.for_account(&account.name).unwrap().to_string(), expected);
    assert_eq!(config.nearest("bb"), Some("b"));
    let flagged = config.account("b").unwrap().endpoint(Some(TlsMode::Implicit)).unwrap();
    assert_eq!((flagged.port, flagged.tls), (110, TlsMode::Implicit), "a port that is set stays");
}

#[test]
fn neither_two_of_one_name_nor_two_of_one_mailbox() {
    let a = "[accounts.a]\nhost = 'h'\nuser = 'u'\n";
    let home = Home::new(&[("config.toml", a), ("accounts.d/a.toml", a)]);
    assert_eq!(
        home.problems(),
        ["accounts.d/a.toml:1: there is an account 'a' already, at config.toml:1"]
    );
    let both = "[accounts.a]\nhost = 'h'\nuser = 'u'\n[accounts.b]\nhost = 'H.'\nport = 110\n\
                user = 'u'\n";
    let home = Home::new(&[("config.toml", both)]);
    assert_eq!(
        home.problems(),
        ["config.toml:4: the accounts 'b' and 'a' (config.toml:1) are one mailbox, u@h:995: \
          its mail would be fetched twice"]
    );
}

#[test]
fn only_a_file_with_a_password_has_to_be_private() {
    let plain = "[accounts.a]\nhost = 'h'\nuser = 'u'\n";
    let secret = "[accounts.b]\nhost = 'h'\nuser = 'v'\npassword = 'x'\n";
    let home = Home::new(&[("config.toml", plain), ("accounts.d/b.toml", secret)]);
    home.mode("config.toml", 0o644);
    assert_eq!(home.load().accounts.len(), 2);
    for mode in [0o640, 0o604, 0o660] {
        home.mode("accounts.d/b.toml", mode);
        let problem = Config::load(&home.global()).unwrap_err();
        assert!(problem.message.ends_with("holds a password, and others can read or write it"));
        assert!(problem.hint.unwrap().starts_with("chmod 600 /"));
    }
    // A link says nothing of its target's permissions.
    home.mode("accounts.d/b.toml", 0o600);
    fs::rename(home.path("accounts.d/b.toml"), home.path("elsewhere")).unwrap();
    symlink("../elsewhere", home.path("accounts.d/b.toml")).unwrap();
    assert_eq!(home.load().accounts.len(), 2);
    home.mode("elsewhere", 0o644);
    assert_eq!(home.problems().len(), 1);
}

#[test]
fn files_that_are_none() {
    let home = Home::new(&[]);
    assert!(home.problems()[0].starts_with("cannot read config.toml: "));
    fs::create_dir(home.path("config.toml")).unwrap();
    assert_eq!(home.problems(), ["config.toml is not a regular file"]);
    let home = Home::new(&[("config.toml", "jobs = 1\n# \u{fc}")]);
    fs::write(home.path("config.toml"), b"jobs = 1\n# \xfc\n").unwrap();
    assert_eq!(home.problems(), ["config.toml:2: this is not UTF-8"]);
}
