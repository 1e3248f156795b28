//! The configuration: whatever the file holds, what is wrong is told with file and line, on one
//! line that can be printed, and without the password; and what is right, written as `popfetch
//! config show` would and read again, is the same.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::args::{ColorArg, Global};
use super::super::config::{Config, Values};
use super::super::exit::Exit;
use super::super::report::Failure;
use super::common::home::home;
use super::common::printable::assert_printable;

/// What stands for a password in the seeds.
const SECRET: &str = "hunter2-7391";

/// What ends the main file; behind it comes a file in `accounts.d`.
const NEXT_FILE: &[u8] = b"\n---\n";

thread_local! {
    /// Where the files lie. Removed with the thread.
    static HOME: TempDir = {
        let home = home();
        fs::create_dir(home.path().join("accounts.d")).unwrap();
        home
    };
}

pub(crate) fn check(data: &[u8]) {
    let secret = holds_only_passwords(data);
    match load(data) {
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                check_problem(&problem, data);
                assert!(!secret || !problem.lines().contains(SECRET), "{}", problem.lines());
            }
        }
        Ok(config) => {
            assert!(!secret || !format!("{config:?}").contains(SECRET), "a password is shown");
            let (text, shown) = written(&config);
            assert!(!secret || !text.contains(SECRET), "a password is shown:\n{text}");
            let again =
                load(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
            assert_eq!(written(&again).1, shown, "written and read again:\n{text}");
        }
    }
}

/// The two files and what they hold.
fn files(data: &[u8]) -> [(PathBuf, &[u8]); 2] {
    let end = data.windows(NEXT_FILE.len()).position(|window| window == NEXT_FILE);
    let (main, more) = data.split_at(end.unwrap_or(data.len()));
    let more = more.strip_prefix(NEXT_FILE).unwrap_or_default();
    let path = |name| HOME.with(|home| home.path().join(name));
    [(path("config.toml"), main), (path("accounts.d/more.toml"), more)]
}

fn load(data: &[u8]) -> Result<Config, Vec<Failure>> {
    let files = files(data);
    for (path, content) in &files {
        // Made anew: some file systems write a file out at once that is cut short and refilled.
        let _ = fs::remove_file(path);
        let mut file = OpenOptions::new();
        let mut file = file.write(true).create_new(true).mode(0o600).open(path).unwrap();
        file.write_all(content).unwrap();
    }
    let [(main, _), _] = files;
    let global = Global {
        config: Some(main),
        state_dir: None,
        quiet: false,
        verbose: 0,
        json: false,
        color: ColorArg::Auto,
    };
    Config::load_all(&global).map(|config| config.expect("a file that is named is read"))
}

/// The sentence begins with file and line, and ends the run as a configuration's fault.
fn check_problem(problem: &Failure, data: &[u8]) {
    assert_eq!(problem.exit, Exit::CONFIG);
    let place = files(data).into_iter().find_map(|(path, content)| {
        let rest = problem.message.strip_prefix(&format!("{}:", path.display()))?;
        let (line, _) = rest.split_once(": ")?;
        Some((line.parse::<usize>().ok()?, content))
    });
    let Some((line, content)) = place else { panic!("no file and line: {}", problem.message) };
    let lines = 1 + content.iter().filter(|octet| **octet == b'\n').count();
    assert!((1..=lines).contains(&line), "line {line} of {lines}");
    let told = problem.lines();
    assert!(told.lines().count() <= 2 && told.ends_with('\n'));
    told.lines().for_each(assert_printable);
}

/// Whether the secret stands in the file, and only as a password, so that it must not be shown.
fn holds_only_passwords(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    // Within a string of several lines a line is not what it seems to be.
    let plain = !text.contains("'''") && !text.contains("\"\"\"");
    let mut with_secret = text.split('\n').filter(|line| line.contains(SECRET)).peekable();
    let is_password = |line: &str| {
        let value = line.trim_start().strip_prefix("password").map(str::trim_start);
        value.is_some_and(|value| value.starts_with('='))
    };
    plain && with_secret.peek().is_some() && with_secret.all(is_password)
}

/// The accounts as a configuration, without their passwords; and what each key is set to.
fn written(config: &Config) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut shown = Vec::new();
    for account in &config.accounts {
        // Quoted: a name may hold dots.
        let _ = writeln!(text, "[accounts.\"{}\"]", account.name);
        for setting in set(&account.values) {
            let _ = writeln!(text, "{setting}");
            shown.push(format!("{}: {setting}", account.name));
        }
    }
    (text, shown)
}

fn set(values: &Values) -> Vec<String> {
    let shown = values.shown().into_iter();
    let shown = shown.filter_map(|shown| Some((shown.key.name, shown.set?.0?)));
    // JSON leaves DEL as it is, and TOML does not allow it so.
    shown.map(|(name, value)| format!("{name} = {value}").replace('\x7f', "\\u007f")).collect()
}
