//! The file of the tokens: whose it is, and what can happen to it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::expect::fails;
use crate::support::home::finish;
use crate::support::provider::Subscriber;
use crate::support::server::Gate;

/// A subscriber with a consent.
fn consented() -> Subscriber {
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    subscriber
}

#[test]
fn the_consent_of_another_is_not_used() {
    let subscriber = consented();
    let is_refused = |what: &str| {
        let says = format!("the consent for work is to another {what}");
        fails(subscriber.list(), 77, &says, Some("run: popfetch login work"));
    };
    subscriber.configure("bob", "device", "");
    is_refused("user");
    subscriber.configure("alice", "device", "scope = \"more\"");
    is_refused("scope");
    let path = subscriber.home.path("config.toml");
    subscriber.configure("alice", "device", "");
    let config = fs::read_to_string(&path).unwrap();
    subscriber.home.write("config.toml", config.replace("popfetch-test", "another-app"));
    is_refused("client id");
    subscriber.home.write("config.toml", config.replace("/token\"", "/token2\""));
    is_refused("provider");
    subscriber.home.write("config.toml", config);
    subscriber.list().exits(0);
    assert!(
        subscriber.server.finished_log().iter().filter(|s| !s.commands().is_empty()).count() == 1
    );
}

#[test]
fn a_file_that_others_can_get_at() {
    let subscriber = consented();
    for mode in [0o640, 0o604, 0o620, 0o660, 0o666] {
        fs::set_permissions(subscriber.file(), fs::Permissions::from_mode(mode)).unwrap();
        let shown = subscriber.file().display().to_string();
        let says = format!("others can read or write the token file {shown}");
        fails(subscriber.list(), 78, &says, Some(&format!("chmod 600 {shown}")));
    }
    fs::set_permissions(subscriber.file(), fs::Permissions::from_mode(0o600)).unwrap();
    subscriber.list().exits(0);
}

#[test]
fn what_is_no_file_of_tokens() {
    let subscriber = consented();
    let elsewhere = subscriber.home.path("elsewhere");
    fs::rename(subscriber.file(), &elsewhere).unwrap();
    symlink(&elsewhere, subscriber.file()).unwrap();
    fails(subscriber.list(), 74, "work.oauth: it is no regular file", None);
    fs::remove_file(subscriber.file()).unwrap();
    fs::create_dir(subscriber.file()).unwrap();
    fails(subscriber.list(), 74, "work.oauth: it is no regular file", None);
    fs::remove_dir(subscriber.file()).unwrap();
    let whole = fs::read_to_string(&elsewhere).unwrap();
    for damaged in [
        String::new(),
        "{}".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        whole.replace("\"version\": 1", "\"version\": 9"),
        "\0".repeat(300_000),
    ] {
        subscriber.home.write("state/popfetch/work.oauth", damaged);
        let says = format!("the token file {} is damaged", subscriber.file().display());
        fails(subscriber.list(), 65, &says, Some("begin anew: popfetch login work"));
    }
    // To begin anew is what mends it.
    subscriber.log_in();
    subscriber.list().exits(0);
    assert_eq!(subscriber.files(), ["work.oauth"]);
}

#[test]
fn a_kill_while_the_provider_is_asked() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(0);
    subscriber.log_in();
    let before = fs::read(subscriber.file()).unwrap();
    let gate = Gate::default();
    subscriber.provider.book().hold = Some(gate);
    let mut child = subscriber.command(&["list", "work", "--count"]).spawn().unwrap();
    while subscriber.provider.count("refresh_token") == 0 {
        std::thread::yield_now();
    }
    assert_eq!(subscriber.files(), ["work.oauth", "work.oauth.new"]);
    child.kill().unwrap();
    subscriber.checked(finish(child)).exits(137);
    assert_eq!(fs::read(subscriber.file()).unwrap(), before);
    // Neither the lock nor the draft that it leaves behind keeps anybody from anything.
    subscriber.provider.book().hold = None;
    subscriber.list().exits(0);
    assert_eq!(subscriber.files(), ["work.oauth"]);
    assert_eq!(subscriber.provider.book().reused, 0);
}

#[test]
fn ctrl_c_while_another_process_asks_the_provider() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(0);
    subscriber.log_in();
    let gate = Gate::default();
    subscriber.provider.book().hold = Some(gate.clone());
    let first = subscriber.command(&["list", "work", "--count"]).spawn().unwrap();
    while subscriber.provider.count("refresh_token") == 0 {
        std::thread::yield_now();
    }
    let second = subscriber.command(&["list", "work", "--count"]).spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&second);
    // It has its handlers by the time that it calls the server.
    while subscriber.server.log().len() < 2 {
        std::thread::yield_now();
    }
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    subscriber.checked(finish(second)).exits(143);
    gate.open();
    subscriber.checked(finish(first)).exits(0);
    assert_eq!(subscriber.provider.count("refresh_token"), 1);
}
