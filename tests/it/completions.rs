//! The completions, each read by the shell it is for.

use std::path::Path;
use std::process::Command;

use crate::support::Home;
use crate::support::home::{finish, program};

const CONFIG: &str = "[accounts.work]\nhost = \"pop.example.com\"\nuser = \"alice\"\n\
    [accounts.home]\nhost = \"pop.example.net\"\nuser = \"bob\"\n";

fn home() -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home/.config/popfetch")).unwrap();
    home.write("home/.config/popfetch/config.toml", CONFIG);
    home
}

/// A shell that runs `script`, with the program in its path and the completions in `$completions`.
fn shell(home: &Home, words: &[&str], script: &str) -> String {
    let directory = program().parent().unwrap().display();
    // A terminal that waits for ever must not make the test do so.
    let mut command = Command::new("timeout");
    command
        .arg("60")
        .args(words)
        .args(["-c", script])
        .current_dir(home.path(""))
        .env_clear()
        .env("PATH", format!("{directory}:/usr/bin:/bin"))
        .env("HOME", home.path("home"))
        .env("TERM", "dumb")
        .env("completions", Path::new(env!("CARGO_MANIFEST_DIR")).join("completions"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let shell = words[0];
    let output = finish(command.spawn().unwrap_or_else(|error| panic!("no {shell}: {error}")));
    output.succeeds().text().to_owned()
}

#[test]
fn the_program_prints_the_files() {
    let home = Home::new();
    for (shell, file) in [
        ("bash", include_str!("../../completions/popfetch.bash")),
        ("zsh", include_str!("../../completions/_popfetch")),
        ("fish", include_str!("../../completions/popfetch.fish")),
    ] {
        assert_eq!(home.run(&["completions", shell]).succeeds().text(), file);
    }
    home.run(&["completions", "csh"]).exits(64);
}

#[test]
fn account_names_are_printed_for_shells_and_silence_where_there_are_none() {
    let home = home();
    assert_eq!(home.run(&["config", "accounts"]).succeeds().text(), "work\nhome\n");
    assert!(!home.run(&["config", "--help"]).succeeds().text().contains("accounts\n"));
    home.write("home/.config/popfetch/config.toml", "[accounts.work]\nhots = 1\n");
    assert_eq!(home.run(&["config", "accounts"]).succeeds().text(), "");
    assert_eq!(Home::new().run(&["config", "accounts"]).succeeds().text(), "");
    let mut command = home.command(&["config", "accounts"]);
    assert_eq!(finish(command.env_remove("HOME").spawn().unwrap()).succeeds().text(), "");
}

/// What bash offers for the last of `words`.
fn bash(home: &Home, words: &[&str]) -> Vec<String> {
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let script = format!(
        ". \"$completions/popfetch.bash\"\n\
         COMP_WORDS=({})\nCOMP_CWORD={}\n\
         _popfetch popfetch '{last}' '{before}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().map(|word| format!("'{word}' ")).collect::<String>(),
        words.len() - 1,
    );
    let text = shell(home, &["bash", "--norc", "--noprofile"], &script);
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let home = home();
    assert_eq!(bash(&home, &["popfetch", "fe"]), ["fetch"]);
    assert_eq!(bash(&home, &["popfetch", "fetch", "wo"]), ["work"]);
    assert_eq!(bash(&home, &["popfetch", "fetch", ""]), ["work", "home"]);
    assert_eq!(bash(&home, &["popfetch", "list", "work", "ho"]), ["home"]);
    assert_eq!(bash(&home, &["popfetch", "delete", "--yes", ""]), ["work", "home"]);
    assert_eq!(bash(&home, &["popfetch", "state", "mark-seen", "h"]), ["home"]);
    assert_eq!(bash(&home, &["popfetch", "fetch", "work", "--max-s"]), ["--max-size"]);
    assert_eq!(bash(&home, &["popfetch", "fetch", "--order", "n"]), ["newest"]);
    assert_eq!(bash(&home, &["popfetch", "config", ""]), ["show", "path", "check"]);
    assert_eq!(bash(&home, &["popfetch", "completions", "z"]), ["zsh"]);
    assert!(bash(&Home::new(), &["popfetch", "fetch", ""]).is_empty());
}

/// What fish offers for the line.
fn fish(home: &Home, line: &str) -> Vec<String> {
    let script = format!("source $completions/popfetch.fish; complete -C '{line}'");
    let text = shell(home, &["fish", "--no-config"], &script);
    text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn fish_completes() {
    let home = home();
    assert_eq!(fish(&home, "popfetch fe"), ["fetch"]);
    assert_eq!(fish(&home, "popfetch fetch wo"), ["work"]);
    assert_eq!(fish(&home, "popfetch list work ho"), ["home"]);
    assert_eq!(fish(&home, "popfetch delete --yes h"), ["home"]);
    assert_eq!(fish(&home, "popfetch state show "), ["home", "work"]);
    assert_eq!(fish(&home, "popfetch fetch work --max-s"), ["--max-size"]);
    assert_eq!(fish(&home, "popfetch config "), ["check", "path", "show"]);
    assert_eq!(fish(&Home::new(), "popfetch state show "), Vec::<String>::new());
}

/// What zsh makes of a line when the tab key is pressed at its end, in a terminal.
fn zsh(home: &Home, line: &str) -> String {
    // The function stands in the way of the program for what is typed; completion goes past it.
    let script = format!(
        "zmodload zsh/zpty\n\
         zpty shell zsh -f -i\n\
         zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; fpath=($completions $fpath)'\n\
         zpty -w shell 'autoload -Uz compinit; compinit -u -D'\n\
         zpty -w shell 'popfetch() {{ print -r -- \"GOT\" \"<$*>\" }}'\n\
         zpty -w shell $'{line}\\t'\n\
         zpty -r -m shell text '*GOT <*>*'\n\
         print -r -- \"$text\"\n\
         zpty -d shell"
    );
    let text = shell(home, &["zsh", "-f"], &script);
    let (_, got) = text.rsplit_once("GOT <").expect(&text);
    got.split('>').next().unwrap_or_default().to_owned()
}

#[test]
fn zsh_completes() {
    let home = home();
    let file = ["zsh", "-f", "-n"];
    let script = "exec zsh -n \"$completions/_popfetch\"";
    assert_eq!(shell(&home, &file[..2], script), "");
    assert_eq!(zsh(&home, "popfetch fe"), "fetch");
    assert_eq!(zsh(&home, "popfetch fetch wo"), "fetch work");
    assert_eq!(zsh(&home, "popfetch list work ho"), "list work home");
    assert_eq!(zsh(&home, "popfetch state mark-seen h"), "state mark-seen home");
    assert_eq!(zsh(&home, "popfetch fetch --max-s"), "fetch --max-size");
}
