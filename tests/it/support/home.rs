//! A user's home, and the real program in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Maildir;

/// A directory of its own for one test. The program runs in it, sees no other environment than
/// this, and has no terminal.
pub(crate) struct Home {
    directory: TempDir,
}

/// What the program left behind.
#[derive(Debug)]
pub(crate) struct Output {
    /// Exit status; 128 + n where signal n ended it.
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Output {
    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is UTF-8")
    }

    /// The lines of standard output.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.text().lines().collect()
    }

    /// The lines of standard output as JSON.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.lines().iter().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// Requires a status; shows everything when it is another.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            status,
            "\n--- stdout\n{}\n--- stderr\n{}",
            String::from_utf8_lossy(&self.stdout),
            self.stderr
        );
        self
    }

    /// Requires success and silence on standard error.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        let output = self.exits(0);
        assert_eq!(output.stderr, "");
        output
    }

    /// Requires a sentence on standard error.
    #[track_caller]
    pub(crate) fn says(self, sentence: &str) -> Self {
        assert!(self.stderr.contains(sentence), "not said: {sentence}\n{}", self.stderr);
        self
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// A home in memory, where syncs cost nothing, on systems that have a place for it.
    pub(crate) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::below(memory) } else { Self::new() }
    }

    fn below(directory: &Path) -> Self {
        let directory = tempfile::Builder::new().prefix("popfetch-").tempdir_in(directory);
        let home = Self { directory: directory.expect("a temporary directory") };
        fs::create_dir(home.path("home")).expect("a home");
        home
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file in it, private to the user.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.path(name);
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = options.open(&path).expect("a file");
        file.write_all(content.as_ref()).expect("room for a file");
        path
    }

    /// The Maildir that tests fetch into by default.
    pub(crate) fn mail(&self) -> Maildir {
        Maildir::at(self.path("mail"))
    }

    /// `maildir:` and the path of [`Self::mail`].
    pub(crate) fn to(&self) -> String {
        format!("maildir:{}", self.path("mail").display())
    }

    /// The program with `args`, ready to run: no input, no password, state in this home.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(args)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        finish(self.command(args).spawn().expect("the program starts"))
    }
}

/// The binary under test.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_popfetch"))
}

/// `command` as an argument of another program: `before`, then the program and its arguments,
/// with the same environment.
pub(crate) fn behind(before: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(before[0]);
    outer.args(&before[1..]).arg(command.get_program()).args(command.get_args()).env_clear();
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    outer.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    outer
}

/// A status as a shell shows it: 128 + n where signal n ended the program.
pub(crate) fn status(ended: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    ended.code().unwrap_or_else(|| 128 + ended.signal().unwrap_or(0))
}

/// Waits for the program's end, but not longer than `limit`; nothing where it had to be killed.
/// What it says must fit into a pipe.
pub(crate) fn finish_within(mut child: Child, limit: Duration) -> Option<Output> {
    let start = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if start.elapsed() > limit {
            child.kill().expect("a child");
            finish(child);
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
    Some(finish(child))
}

/// Waits for the program's end.
pub(crate) fn finish(child: Child) -> Output {
    let output = child.wait_with_output().expect("the program ends");
    Output {
        status: status(output.status),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
