//! The systemd units and the crontab that come with popfetch.

use std::fs;
use std::process::Command;

use crate::support::Home;
use crate::support::home::{finish, program};

fn packaged(name: &str) -> String {
    let path = format!("{}/packaging/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).expect(&path)
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let home = Home::new();
    for unit in ["popfetch.service", "popfetch.timer"] {
        let text = packaged(&format!("systemd/user/{unit}"));
        // It is not installed here.
        let text =
            text.replace("ExecStart=popfetch", &format!("ExecStart={}", program().display()));
        home.write(unit, text);
    }
    fs::create_dir(home.path("run")).unwrap();
    let units = ["popfetch.service", "popfetch.timer"].map(|unit| home.path(unit));
    // The manuals are not installed either.
    let mut verify = Command::new("systemd-analyze");
    verify
        .args(["--user", "--man=no", "verify"])
        .args(units)
        .env("XDG_RUNTIME_DIR", home.path("run"));
    let output = verify.output().expect("systemd-analyze");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{output:?}");
}

#[test]
fn the_line_of_the_crontab_is_one_that_popfetch_understands() {
    let text = packaged("examples/crontab");
    let line = text.lines().find(|line| !line.starts_with('#')).unwrap();
    let fields: Vec<&str> = line.splitn(6, ' ').collect();
    assert_eq!(fields[..5], ["*/10", "*", "*", "*", "*"]);
    let home = Home::new();
    let args: Vec<&str> = fields[5].split(' ').skip(1).collect();
    // Nothing is configured; that it says so shows that it was understood.
    finish(home.command(&args).spawn().unwrap()).exits(78);
}
