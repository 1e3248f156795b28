//! The file of the tokens: whose it is, and what can happen to it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::Site;
use crate::support::expect::fails;
use crate::support::home::finish;
use crate::support::server::Gate;

/// A site with a consent.
fn consented() -> Site {
    let site = Site::new("device");
    site.log_in();
    site
}

#[test]
fn the_consent_of_another_is_not_used() {
    let site = consented();
    let is_refused = |what: &str| {
        let says = format!("the consent for work is to another {what}");
        fails(site.list(), 77, &says, Some("run: popfetch login work"));
    };
    site.configure("bob", "device", "");
    is_refused("user");
    site.configure("alice", "device", "scope = \"more\"");
    is_refused("scope");
    let path = site.home.path("config.toml");
    site.configure("alice", "device", "");
    let config = fs::read_to_string(&path).unwrap();
    site.home.write("config.toml", config.replace("popfetch-test", "another-app"));
    is_refused("client id");
    site.home.write("config.toml", config.replace("/token\"", "/token2\""));
    is_refused("provider");
    site.home.write("config.toml", config);
    site.list().exits(0);
    assert!(site.server.finished_log().iter().filter(|s| !s.commands().is_empty()).count() == 1);
}

#[test]
fn a_file_that_others_can_get_at() {
    let site = consented();
    for mode in [0o640, 0o604, 0o620, 0o660, 0o666] {
        fs::set_permissions(site.file(), fs::Permissions::from_mode(mode)).unwrap();
        let shown = site.file().display().to_string();
        let says = format!("others can read or write the token file {shown}");
        fails(site.list(), 78, &says, Some(&format!("chmod 600 {shown}")));
    }
    fs::set_permissions(site.file(), fs::Permissions::from_mode(0o600)).unwrap();
    site.list().exits(0);
}

#[test]
fn what_is_no_file_of_tokens() {
    let site = consented();
    let elsewhere = site.home.path("elsewhere");
    fs::rename(site.file(), &elsewhere).unwrap();
    symlink(&elsewhere, site.file()).unwrap();
    fails(site.list(), 74, "work.oauth: it is no regular file", None);
    fs::remove_file(site.file()).unwrap();
    fs::create_dir(site.file()).unwrap();
    fails(site.list(), 74, "work.oauth: it is no regular file", None);
    fs::remove_dir(site.file()).unwrap();
    let whole = fs::read_to_string(&elsewhere).unwrap();
    for damaged in [
        String::new(),
        "{}".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        whole.replace("\"version\": 1", "\"version\": 9"),
        "\0".repeat(300_000),
    ] {
        site.home.write("state/popfetch/work.oauth", damaged);
        let says = format!("the token file {} is damaged", site.file().display());
        fails(site.list(), 65, &says, Some("begin anew: popfetch login work"));
    }
    // To begin anew is what mends it.
    site.log_in();
    site.list().exits(0);
    assert_eq!(site.files(), ["work.oauth"]);
}

#[test]
fn a_kill_while_the_provider_is_asked() {
    let site = Site::new("device");
    site.provider.book().lifetime = Some(0);
    site.log_in();
    let before = fs::read(site.file()).unwrap();
    let gate = Gate::default();
    site.provider.book().hold = Some(gate);
    let mut child = site.command(&["list", "work", "--count"]).spawn().unwrap();
    while site.provider.count("refresh_token") == 0 {
        std::thread::yield_now();
    }
    assert_eq!(site.files(), ["work.oauth", "work.oauth.new"]);
    child.kill().unwrap();
    site.checked(finish(child)).exits(137);
    assert_eq!(fs::read(site.file()).unwrap(), before);
    // Neither the lock nor the draft that it leaves behind keeps anybody from anything.
    site.provider.book().hold = None;
    site.list().exits(0);
    assert_eq!(site.files(), ["work.oauth"]);
    assert_eq!(site.provider.book().reused, 0);
}

#[test]
fn ctrl_c_while_another_process_asks_the_provider() {
    let site = Site::new("device");
    site.provider.book().lifetime = Some(0);
    site.log_in();
    let gate = Gate::default();
    site.provider.book().hold = Some(gate.clone());
    let first = site.command(&["list", "work", "--count"]).spawn().unwrap();
    while site.provider.count("refresh_token") == 0 {
        std::thread::yield_now();
    }
    let second = site.command(&["list", "work", "--count"]).spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&second);
    // It has its handlers by the time that it calls the server.
    while site.server.log().len() < 2 {
        std::thread::yield_now();
    }
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    site.checked(finish(second)).exits(143);
    gate.open();
    site.checked(finish(first)).exits(0);
    assert_eq!(site.provider.count("refresh_token"), 1);
}
