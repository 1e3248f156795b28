//! Holds the imports of the code against the table of the house: strictly downwards, never
//! sideways, and what a level must not touch.

#![allow(clippy::panic, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// A module, what it may import, and what must not occur in it at all.
struct Rule {
    module: &'static str,
    imports: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const FILES: &[&str] = &["std::fs", "rustix::fs"];
const SOCKETS: &[&str] = &["std::net", "TcpStream", "native_tls"];
/// What only `durable` may touch: a change on the disk that does not pass through it is one that no
/// test makes fail.
const FILES_AND_SOCKETS: &[&str] =
    &["std::fs", "rustix::fs", "std::net", "TcpStream", "native_tls"];
const NO_IO: &[&str] =
    &["std::io", "std::fs", "std::net::T", "rustix", "native_tls", "SystemTime::now", "Instant"];
/// What only the program may do.
const FACE: &[&str] =
    &["clap", "indicatif", "rpassword", "anyhow", "directories", "stdout()", "stderr()"];

const RULES: &[Rule] = &[
    Rule { module: "model", imports: &[], forbidden: NO_IO },
    Rule { module: "proto", imports: &["model"], forbidden: NO_IO },
    Rule { module: "sasl", imports: &["model"], forbidden: NO_IO },
    Rule { module: "net", imports: &["model"], forbidden: FILES },
    Rule { module: "durable", imports: &["model"], forbidden: SOCKETS },
    Rule { module: "client", imports: &["proto", "sasl", "model"], forbidden: SOCKETS },
    Rule {
        module: "delivery",
        imports: &["net", "durable", "proto", "model"],
        forbidden: FILES_AND_SOCKETS,
    },
    Rule { module: "state", imports: &["durable", "model"], forbidden: FILES_AND_SOCKETS },
    Rule {
        module: "oauth",
        imports: &["net", "durable", "proto", "model"],
        forbidden: FILES_AND_SOCKETS,
    },
    Rule { module: "discovery", imports: &["net", "model"], forbidden: FILES_AND_SOCKETS },
    Rule { module: "import", imports: &["model"], forbidden: NO_IO },
    Rule { module: "summary", imports: &["model"], forbidden: NO_IO },
    Rule {
        module: "jobs",
        imports: &[
            "model", "proto", "sasl", "net", "durable", "client", "delivery", "state", "summary",
        ],
        forbidden: &["std::fs", "rustix::fs", "native_tls", "rusqlite"],
    },
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a module, tests left out.
fn files(module: &str) -> Vec<PathBuf> {
    fn collect(directory: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("a directory of sources") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                collect(&path, into);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                into.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let file = source().join(format!("{module}.rs"));
    if file.exists() {
        found.push(file);
    }
    let directory = source().join(module);
    if directory.exists() {
        collect(&directory, &mut found);
    }
    assert!(!found.is_empty(), "there is no module {module}");
    found
}

/// The code of a file: up to its unit tests, without comments.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a source file");
    let code = text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    let bare = |(at, line): (usize, &str)| {
        (at + 1, line.split("//").next().unwrap_or_default().to_owned())
    };
    code.map(bare).collect()
}

/// The modules of this crate that a line of code names.
fn imported(line: &str) -> Vec<String> {
    let name = |rest: &str| -> String {
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut modules = Vec::new();
    for (at, marker) in line.match_indices("crate::") {
        let rest = &line[at + marker.len()..];
        match rest.strip_prefix('{') {
            // `use crate::{client, delivery::Error}`
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in list.char_indices() {
                    if start && depth == 0 && c.is_alphabetic() {
                        modules.push(name(&list[at..]));
                        start = false;
                    }
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        _ => {}
                    }
                }
            }
            None => modules.push(name(rest)),
        }
    }
    modules
}

/// `use` statements over several lines, joined; line numbers of their first lines.
fn statements(path: &Path) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (at, line) in code(path) {
        if open {
            if let Some((_, statement)) = joined.last_mut() {
                statement.push_str(line.trim());
            }
        } else {
            joined.push((at, line.clone()));
        }
        let begins =
            line.trim_start().starts_with("use ") || line.trim_start().starts_with("pub use ");
        open = (open || begins) && !line.contains(';');
    }
    joined
}

#[test]
fn imports_go_strictly_downwards() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for path in files(rule.module) {
            for (line, statement) in statements(&path) {
                for module in imported(&statement) {
                    if module != rule.module && !rule.imports.contains(&module.as_str()) {
                        wrong.push(format!(
                            "{}:{line}: {} must not import {module}",
                            path.display(),
                            rule.module
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_level_keeps_its_hands_off() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for path in files(rule.module) {
            for (line, text) in code(&path) {
                for word in rule.forbidden.iter().chain(FACE) {
                    if text.contains(word) {
                        wrong.push(format!(
                            "{}:{line}: {} must not touch {word}",
                            path.display(),
                            rule.module
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_a_rule() {
    let text = fs::read_to_string(source().join("lib.rs")).expect("the crate root");
    for line in text.lines() {
        let module = line.strip_prefix("pub mod ").or(line.strip_prefix("mod "));
        if let Some(module) = module.map(|module| module.trim_end_matches(';')) {
            assert!(RULES.iter().any(|rule| rule.module == module), "no rule for {module}");
        }
    }
}

#[test]
fn the_test_itself_sees_imports() {
    let line = "use crate::{client::{Error, Part}, delivery, durable::Directory};";
    assert_eq!(imported(line), ["client", "delivery", "durable"]);
    assert_eq!(imported("use crate::model::Uid;"), ["model"]);
    assert_eq!(imported("fn f() -> crate::proto::Error {"), ["proto"]);
    assert!(imported("use super::client;").is_empty());
}
