//! The configuration file, as a user meets it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::support::world::PASSWORD;
use crate::support::{Accounts, Output};

/// One mailbox of two messages, with the account `work` for it.
fn one() -> (Accounts, Vec<String>) {
    let mut accounts = Accounts::new();
    let messages = accounts.serve_mail("alice", 2);
    let section = accounts.section("work", "alice");
    accounts.config(&(Accounts::defaults() + &section));
    (accounts, messages)
}

fn with_password(command: &mut Command) {
    command.env("POPFETCH_PASSWORD", PASSWORD);
}

#[test]
fn an_account_by_name_and_all_without_one() {
    let (accounts, messages) = one();
    accounts.run(&["fetch", "work"]).succeeds();
    accounts.mail("work").holds(&messages);
    assert_eq!(accounts.states(), ["work.db"]);
    accounts.run(&["fetch"]).succeeds();
    accounts.mail("work").holds(&messages);
    let list = accounts.run(&["list", "--short"]).succeeds();
    assert!(list.lines().iter().all(|line| line.contains("\tseen\t") && line.ends_with("\twork")));
}

#[test]
fn a_url_and_its_account_are_one_mailbox() {
    let (accounts, messages) = one();
    let url = accounts.url("alice");
    let common = ["--ca-file", "home/.config/popfetch/ca.pem", "--to", "maildir:mail/{account}"];
    let by_url = |accounts: &Accounts| {
        let args = [&["fetch", &url], &common[..]].concat();
        accounts.run_with(&args, with_password)
    };
    // The account first: the URL uses its state.
    accounts.run(&["fetch"]).succeeds();
    by_url(&accounts).succeeds();
    accounts.mail("work").holds(&messages);
    assert_eq!(accounts.states(), ["work.db"]);

    // The URL first: the account takes its state over. Whoever only looks finds it, too.
    let (accounts, messages) = one();
    let config = accounts.home.path("home/.config/popfetch/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::remove_file(&config).unwrap();
    let url = accounts.url("alice");
    let args = [&["fetch", &url], &common[..]].concat();
    accounts.run_with(&args, with_password).succeeds();
    let name = format!("alice@localhost:{}", accounts.port("alice"));
    accounts.mail(&name).holds(&messages);
    let file = name.replace(':', "%3A") + ".db";
    assert_eq!(accounts.states(), [file.as_str()]);
    accounts.config(&text);
    assert_eq!(accounts.run(&["list", "--new", "--count"]).succeeds().text(), "0\n");
    assert_eq!(accounts.states(), [file.as_str()]);
    accounts.run(&["fetch"]).succeeds();
    assert!(accounts.mail("work").messages().is_empty(), "nothing is fetched twice");
    assert_eq!(accounts.states(), ["work.db"]);
    // The same when the account gets another name.
    accounts.config(&text.replace("[accounts.work]", "[accounts.job]"));
    accounts.run(&["fetch"]).succeeds();
    assert!(accounts.mail("job").messages().is_empty());
    assert_eq!(accounts.states(), ["job.db"]);
    // And back to a URL, when there is no account any more.
    fs::remove_file(&config).unwrap();
    accounts.run_with(&args, with_password).succeeds();
    accounts.mail(&name).holds(&messages);
    assert_eq!(accounts.states(), [file.as_str()]);
}

#[test]
fn an_account_whose_mailbox_changed_does_not_take_the_state_of_the_old_one() {
    let (mut accounts, _) = one();
    accounts.run(&["fetch"]).succeeds();
    accounts.serve_mail("bob", 1);
    accounts.config(&(Accounts::defaults() + &accounts.section("work", "bob")));
    accounts.run(&["fetch"]).exits(78).says("is that of alice@localhost:");
    // By a flag it is another mailbox, and not this account's state.
    accounts.config(&(Accounts::defaults() + &accounts.section("other", "bob")));
    let output = accounts.run(&["fetch", "other", "--user", "carol"]).exits(77);
    assert!(output.stderr.starts_with("popfetch: carol@localhost:"), "{}", output.stderr);
}

/// Runs a login whose password is right only if it comes from where `right` says; everything
/// else that could give one gives a wrong one.
#[track_caller]
fn precedence(flags: &[&str], environment: bool, keys: &[&str], right: &str) -> Output {
    let (accounts, _) = one();
    let value = |source: &str| if source == right { PASSWORD } else { "wrong" };
    let home = &accounts.home;
    home.write("flag.password", value("--password-file"));
    home.write("home/.config/popfetch/key.password", value("password-file"));
    fs::create_dir(home.path("credentials")).unwrap();
    if keys.contains(&"credential") {
        home.write("credentials/popfetch.work", format!("{}\n", value("credential")));
    }
    let mut config = String::from("[defaults]\nca-file = \"ca.pem\"\n");
    config += &accounts.section("work", "alice");
    for key in keys {
        match *key {
            "password-file" => config += "password-file = \"key.password\"\n",
            "password-command" => {
                config += &format!("password-command = \"echo {}\"\n", value("password-command"));
            }
            "password" => config += &format!("password = \"{}\"\n", value("password")),
            _ => {}
        }
    }
    accounts.config(&config);
    let command = format!("echo {}", value("--password-command"));
    let mut args = vec!["list", "work", "--count"];
    for flag in flags {
        args.push(flag);
        args.push(match *flag {
            "--password-file" => "flag.password",
            "--password-command" => &command,
            _ => "0",
        });
    }
    let descriptor = home.write("descriptor", value("--password-fd"));
    accounts.run_with(&args, |command| {
        command.env("CREDENTIALS_DIRECTORY", home.path("credentials"));
        command.stdin(fs::File::open(descriptor).unwrap());
        if environment {
            command.env("POPFETCH_PASSWORD", value("environment"));
        }
    })
}

#[test]
fn passwords_come_from_the_first_place_that_is_set() {
    let flags = ["--password-file", "--password-command", "--password-fd"];
    let keys = ["password", "password-command", "password-file", "credential"];
    let all = [
        "--password-fd",
        "--password-file",
        "--password-command",
        "environment",
        "password-file",
        "password-command",
        "password",
        "credential",
    ];
    for (at, right) in all.iter().enumerate() {
        // Everything from the right one on is set, and everything before it is not.
        let set = &all[at..];
        let flags: Vec<&str> = flags.into_iter().filter(|flag| set.contains(flag)).collect();
        let keys: Vec<&str> = keys.into_iter().filter(|key| set.contains(key)).collect();
        let environment = set.contains(&"environment");
        assert_eq!(
            precedence(&flags, environment, &keys, right).succeeds().text(),
            "2\n",
            "{right}"
        );
        // Were the next one right, it would not help.
        if let Some(next) = all.get(at + 1) {
            precedence(&flags, environment, &keys, next).exits(77);
        }
    }
    let none = precedence(&[], false, &[], "").exits(77);
    assert!(none.stderr.contains("hint: give it by --password-command"));
}

#[test]
fn one_that_is_set_and_fails_does_not_fall_through() {
    let (accounts, _) = one();
    let section = accounts.section("work", "alice");
    let common = "[defaults]\nca-file = \"ca.pem\"\n";
    for (key, status) in
        [("password-file = \"missing\"\n", 78), ("password-command = \"exit 3\"\n", 77)]
    {
        accounts.config(&format!("{common}{section}{key}password = \"{PASSWORD}\"\n"));
        accounts.run(&["list", "work"]).exits(status);
    }
    // A credential that is there and cannot be read is set, too.
    accounts.config(&format!("{common}{section}"));
    fs::create_dir_all(accounts.home.path("credentials/popfetch.work")).unwrap();
    let output = accounts.run_with(&["list", "work"], |command| {
        command.env("CREDENTIALS_DIRECTORY", accounts.home.path("credentials"));
    });
    output.exits(77).says("popfetch.work is not a regular file");
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_line_and_remedy() {
    let (accounts, _) = one();
    let path = accounts.config("[accounts.work]\nhots = \"h\"\n");
    let shown = path.display();
    for args in [&["fetch"][..], &["list", "pop3s://a@h"], &["config", "check"]] {
        let output = accounts.run(args).exits(78);
        let expected = format!(
            "popfetch: {shown}:2: unknown key 'hots' in [accounts.work]\nhint: did you mean 'host'?\n"
        );
        assert_eq!(output.stderr, expected);
    }
    accounts.config("[accounts.work]\nhost = \"h\"\nport = 0\ntls = 7\n");
    let output = accounts.run(&["config", "check"]).exits(78);
    assert_eq!(output.stderr.lines().filter(|line| !line.starts_with("hint")).count(), 2);
}

#[test]
fn a_file_with_a_password_has_to_be_private() {
    let (accounts, messages) = one();
    let path = accounts.home.path("home/.config/popfetch/config.toml");
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    let output = accounts.run(&["fetch"]).exits(78);
    assert!(output.stderr.contains("others can read or write it"));
    assert!(output.stderr.contains(&format!("hint: chmod 600 {}", path.display())));
    assert!(!output.stderr.contains(PASSWORD));
    // Without one everybody may read it.
    accounts.home.write("home/.config/popfetch/pw", PASSWORD);
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace(&format!("password = \"{PASSWORD}\""), "password-file = \"pw\"");
    fs::write(&path, text).unwrap();
    mode(0o644);
    accounts.run(&["fetch"]).succeeds();
    accounts.mail("work").holds(&messages);
}

#[test]
fn a_link_is_followed_and_paths_are_relative_to_where_it_stands() {
    let (accounts, messages) = one();
    let directory = accounts.home.path("home/.config/popfetch");
    fs::create_dir(accounts.home.path("dotfiles")).unwrap();
    fs::rename(directory.join("config.toml"), accounts.home.path("dotfiles/pop")).unwrap();
    symlink("../../../dotfiles/pop", directory.join("config.toml")).unwrap();
    accounts.run(&["fetch"]).succeeds();
    accounts.mail("work").holds(&messages);
}

#[test]
fn another_file_brings_its_own_accounts_d() {
    let (accounts, _) = one();
    let home = &accounts.home;
    fs::create_dir_all(home.path("etc/accounts.d")).unwrap();
    let ca = "ca-file = \"../home/.config/popfetch/ca.pem\"\n";
    home.write("etc/pop.toml", format!("[defaults]\n{ca}to = \"maildir:~/{{account}}.mail\"\n"));
    let more = format!("{}password = \"{PASSWORD}\"\n", accounts.section("extra", "alice"));
    home.write("etc/accounts.d/extra.toml", more);
    accounts.run(&["fetch", "-c", "etc/pop.toml"]).succeeds();
    assert_eq!(fs::read_dir(home.path("home/extra.mail/new")).unwrap().count(), 2);
    accounts.run(&["fetch", "-c", "etc/missing.toml"]).exits(78).says("cannot read");
}

#[test]
fn names_that_do_not_exist_and_no_configuration_at_all() {
    let (accounts, _) = one();
    let output = accounts.run(&["fetch", "wrok"]).exits(78);
    let said = "popfetch: there is no account named 'wrok'\nhint: did you mean 'work'?\n";
    assert_eq!(output.stderr, said);
    let path = accounts.config("jobs = 3\n");
    accounts.run(&["fetch"]).exits(78).says("there is no account in ");
    fs::remove_file(path).unwrap();
    let output = accounts.run(&["fetch"]).exits(78).says("there is no configuration, and");
    assert!(output.stderr.contains("hint: name a mailbox"));
    accounts.run(&["fetch", "work"]).exits(78);
    accounts.run(&["config", "show"]).exits(78);
    let path = accounts.run(&["config", "path"]).succeeds();
    assert!(path.text().ends_with("/home/.config/popfetch/config.toml\n"));
}

#[test]
fn what_is_for_one_source_is_refused_for_several() {
    let (mut accounts, _) = one();
    // All accounts of a configuration that has one are one.
    accounts.run_with(&["list", "--count", "--timeout", "9"], with_password).succeeds();
    accounts.serve_mail("bob", 1);
    let both = accounts.section("work", "alice") + &accounts.section("other", "bob");
    accounts.config(&(Accounts::defaults() + &both));
    accounts.run_with(&["list", "--count"], with_password).exits(64).says("POPFETCH_PASSWORD");
    accounts.run(&["list", "--count", "--timeout", "9"]).exits(64).says("--timeout");
    let ca = ["list", "--count", "--ca-file", "home/.config/popfetch/ca.pem"];
    assert_eq!(accounts.run(&ca).succeeds().text(), "2\twork\n1\tother\n");
}

#[test]
fn two_accounts_of_one_mailbox_are_refused() {
    let (accounts, _) = one();
    let both = accounts.section("work", "alice") + &accounts.section("twin", "alice");
    accounts.config(&(Accounts::defaults() + &both));
    let output = accounts.run(&["fetch"]).exits(78);
    assert!(output.stderr.contains("the accounts 'twin' and 'work'"), "{}", output.stderr);
}

#[test]
fn deletion_by_the_configuration_and_what_overrides_it() {
    let (accounts, messages) = one();
    let section = accounts.section("work", "alice") + "delete = true\n";
    accounts.config(&(Accounts::defaults() + &section));
    accounts.run(&["fetch", "-n", "1", "--to", "-"]).succeeds();
    assert_eq!(accounts.mailbox("alice").len(), 2, "a look deletes nothing");
    accounts.run(&["fetch", "--keep"]).succeeds();
    assert_eq!(accounts.mailbox("alice").len(), 2);
    accounts.run(&["fetch"]).succeeds();
    assert_eq!(accounts.mailbox("alice").len(), 0);
    accounts.mail("work").holds(&messages);
}

#[test]
fn an_account_without_a_destination() {
    let (accounts, _) = one();
    let defaults = Accounts::defaults();
    let without = defaults.lines().filter(|line| !line.starts_with("to =")).collect::<Vec<_>>();
    accounts.config(&(without.join("\n") + "\n" + &accounts.section("work", "alice")));
    accounts.run(&["fetch"]).exits(64).says("say where the mail goes: --to maildir:~/Mail");
    accounts.run(&["fetch", "--to", "maildir:mail/typed-{account}"]).succeeds();
    assert_eq!(accounts.mail("typed-work").messages().len(), 2);
}

#[test]
fn what_is_wrong_with_one_account_does_not_stop_the_others() {
    let (accounts, messages) = one();
    let more = "[accounts.homeless]\nuser = \"x\"\n[accounts.blind]\nhost = \"h\"\nuser = \"y\"\n\
                ca-file = \"gone.pem\"\n[accounts.mute]\nhost = \"h\"\nuser = \"z\"\n\
                password-command = \"exit 4\"\n";
    accounts.config(&(Accounts::defaults() + more + &accounts.section("work", "alice")));
    let output = accounts.run(&["fetch"]).exits(78);
    accounts.mail("work").holds(&messages);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", output.stderr);
    assert!(lines[0].starts_with("popfetch: homeless: ") && lines[0].ends_with(" has no host"));
    assert!(lines[1].starts_with("popfetch: blind: cannot read "));
    assert!(lines[2].starts_with("popfetch: mute: the password command failed: "));
    // Without the environment's home, when the directories are given.
    let config = accounts.home.path("home/.config/popfetch/config.toml");
    let config = config.to_str().unwrap();
    let args = ["fetch", "work", "-c", config, "--state-dir", "elsewhere", "--keep"];
    let homeless = |command: &mut Command| {
        command.env_remove("HOME");
    };
    accounts.run_with(&args, homeless).succeeds();
    assert_eq!(accounts.mail("work").messages().len(), 4);
}

#[test]
fn show_and_check() {
    let (accounts, _) = one();
    let port = accounts.port("alice");
    let shown = accounts.run(&["config", "show"]).succeeds();
    let text = shown.text();
    assert!(text.contains("jobs = 16") && text.contains("[accounts.work]\n"));
    assert!(text.contains("tls = \"implicit\"                         # default\n"), "{text}");
    assert!(text.contains(&format!("port = {port} ")) && text.contains("config.toml:8\n"));
    assert!(text.contains("config.toml:3 [defaults]\n") && text.contains("mail/work\"]"));
    assert!(text.contains("# password: password "));
    // What is shown is a configuration again.
    accounts.home.write("again.toml", text);
    accounts.run(&["config", "check", "-c", "again.toml"]).succeeds();
    let json = accounts.run(&["config", "show", "--json"]).succeeds();
    let json = &json.json()[0];
    assert_eq!(json["accounts"][0]["account"], "work");
    assert_eq!(json["accounts"][0]["port"]["value"], port);
    assert_eq!(json["accounts"][0]["password"]["source"], "password");
    assert_eq!(json["jobs"]["from"], "default");
    assert!(!text.contains(PASSWORD) && !json.to_string().contains(PASSWORD));
    let check = accounts.run(&["config", "check"]).succeeds();
    assert!(check.text().starts_with("ok: 1 account in "));
    let section = accounts.section("work", "alice");
    accounts.config(&format!("{section}ca-file = \"gone.pem\"\npassword-file = \"gone\"\n"));
    let output = accounts.run(&["config", "check"]).exits(78);
    assert_eq!(output.stderr.matches("popfetch: work: cannot read ").count(), 2);
}
