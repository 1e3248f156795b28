//! What the manual must hold.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command as Process;

use clap::{ArgAction, Command};

use super::manual::{pages, root};
use super::{is_up_to_date, path};
use crate::cli::config::{Globals, Values};

#[test]
fn the_manual_is_up_to_date() {
    let pages = pages();
    for (name, text) in &pages {
        is_up_to_date(&format!("man/{name}"), text);
    }
    let names: BTreeSet<String> = fs::read_dir(path("man"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, pages.iter().map(|(name, _)| (*name).to_owned()).collect());
}

/// The text of a page as a reader finds it: nothing is bold, no line is broken.
fn plain(page: &str) -> String {
    let text = page.replace("\\fB", "").replace("\\fI", "").replace("\\fR", "");
    text.replace("\\-", "-")
}

#[test]
fn every_command_has_a_page_that_names_all_its_options() {
    let pages = pages();
    let root = root();
    let mut seen = 0;
    for command in std::iter::once(&root).chain(root.get_subcommands()) {
        let name = format!("{}.1", command.get_display_name().unwrap_or("popfetch"));
        let page = pages.iter().find(|(page, _)| *page == name);
        let (_, page) = page.unwrap_or_else(|| panic!("there is no page {name}"));
        let page = plain(page);
        seen += options_are_in(command, &name, &page);
        for sub in
            command.get_subcommands().filter(|sub| name != "popfetch.1" && !sub.is_hide_set())
        {
            seen += options_are_in(sub, &name, &page);
        }
    }
    assert!(seen > 100, "only {seen} options were looked for");
}

/// Requires the page to have an entry for each option; says how many there are.
fn options_are_in(command: &Command, name: &str, page: &str) -> usize {
    let mut seen = 0;
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        // An entry: the line after the one that begins it.
        let entry = |what: &str| {
            page.split(".TP\n").skip(1).any(|entry| {
                let head = entry.lines().next().unwrap_or_default();
                head.split([' ', ',', '[', ']', '<', '>']).any(|word| word == what)
            })
        };
        if let Some(long) = arg.get_long() {
            assert!(entry(&format!("--{long}")), "{name} lacks --{long}");
        }
        if let Some(short) = arg.get_short() {
            assert!(entry(&format!("-{short}")), "{name} lacks -{short}");
        }
        if arg.is_positional() {
            let value = arg.get_value_names().unwrap()[0].as_str();
            assert!(entry(value), "{name} lacks {value}");
        }
        assert!(arg.get_help().is_some() || matches!(arg.get_action(), ArgAction::Help));
        seen += 1;
    }
    seen
}

#[test]
fn every_key_is_in_the_manual() {
    let pages = pages();
    let (_, page) = pages.iter().find(|(name, _)| *name == "popfetch.toml.5").unwrap();
    let page = plain(page);
    for key in Values::KEYS.iter().chain(Globals::KEYS) {
        for text in [
            format!(".TP\n.B {}\n{}\n", key.name, key.doc),
            format!("Type: {}. ", key.kind),
            format!("Example: {} = {}\n", key.name, key.example.replace('~', "\\(ti")),
        ] {
            assert!(page.contains(&text), "{} lacks {text}", key.name);
        }
    }
}

#[test]
fn every_exit_status_is_in_the_manual() {
    // Read from the source: what is added there cannot be forgotten here.
    let (source, _) = include_str!("../exit.rs").split_once("#[cfg(test)]").unwrap();
    let mut statuses: BTreeSet<u32> = source
        .split("Self(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next().unwrap_or_default().parse().ok())
        .collect();
    // What of(Interrupted) makes of the signals that are handled.
    statuses.extend([130, 143]);
    assert!(statuses.len() >= 14, "{statuses:?}");
    let pages = pages();
    let (_, page) = pages.iter().find(|(name, _)| *name == "popfetch.1").unwrap();
    let section = page.split(".SH ").find(|section| section.starts_with("EXIT STATUS\n")).unwrap();
    for status in statuses {
        let status = status.to_string();
        let entry = |entry: &str| {
            entry.lines().next().unwrap_or_default().split([' ', ',', '"']).any(|w| w == status)
        };
        assert!(section.split(".TP\n").skip(1).any(entry), "{status} is not in popfetch(1)");
    }
}

#[test]
fn mandoc_has_nothing_to_complain_about() {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in pages() {
        fs::write(directory.path().join(name), text).unwrap();
        let output = Process::new("mandoc")
            .args(["-T", "lint", "-W", "warning"])
            .arg(directory.path().join(name))
            .output()
            .expect("mandoc is installed (scripts/setup tests)");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{name}");
        assert!(output.status.success(), "{name}");
    }
}
