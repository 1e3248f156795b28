//! A person at a terminal: reads what is asked, and answers.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::Home;
use super::home::{behind, status};

/// How long a question may take to come. Only a test that fails waits for it.
const LIMIT: Duration = Duration::from_secs(60);

/// A program on a terminal of its own, of 80 columns.
pub(crate) struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Screen>,
    /// How much of the screen has been read.
    read: usize,
}

#[derive(Default)]
struct Screen {
    /// What has been shown, and whether that was all.
    shown: Mutex<(String, bool)>,
    more: Condvar,
}

impl Terminal {
    /// Starts `command`.
    pub(crate) fn start(home: &Home, command: &Command) -> Self {
        let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_string_lossy());
        let words: Vec<String> =
            [command.get_program()].into_iter().chain(command.get_args()).map(quoted).collect();
        home.write("typed", format!("stty cols 80 rows 24; exec {}\n", words.join(" ")));
        let script = "exec script -q -e -c 'sh ./typed' /dev/null";
        let mut outer = behind(&["sh", "-c", script], command);
        let mut child = outer.stdin(Stdio::piped()).spawn().expect("script, of util-linux, runs");
        let screen = Arc::new(Screen::default());
        let mut output = child.stdout.take().expect("a pipe");
        let shows = Arc::clone(&screen);
        thread::spawn(move || {
            let mut part = [0; 4096];
            let mut octets = Vec::new();
            loop {
                let count = output.read(&mut part).unwrap_or(0);
                octets.extend_from_slice(&part[..count]);
                let mut shown = shows.shown.lock().unwrap();
                *shown = (String::from_utf8_lossy(&octets).replace('\r', ""), count == 0);
                shows.more.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let keyboard = child.stdin.take().expect("a pipe");
        Self { child, keyboard, screen, read: 0 }
    }

    /// Waits until `text` is shown, behind what was waited for before.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> &mut Self {
        let shown = self.screen.shown.lock().unwrap();
        let waiting = |shown: &mut (String, bool)| {
            !shown.1 && !shown.0.get(self.read..).unwrap_or_default().contains(text)
        };
        let (shown, _) = self.screen.more.wait_timeout_while(shown, LIMIT, waiting).unwrap();
        let rest = &shown.0[self.read..];
        let at = rest.find(text);
        let at = at.unwrap_or_else(|| panic!("not shown: {text}\n--- but\n{}", shown.0));
        self.read += at + text.len();
        drop(shown);
        self
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) -> &mut Self {
        self.keys(&format!("{line}\n"))
    }

    /// Presses keys.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).expect("somebody who listens");
        self
    }

    /// Waits for the question and answers it.
    #[track_caller]
    pub(crate) fn answers(&mut self, question: &str, answer: &str) -> &mut Self {
        self.shows(question).types(answer)
    }

    /// Waits for the program's end and requires its status; gives all that was shown.
    #[track_caller]
    pub(crate) fn ends(&mut self, wanted: i32) -> String {
        let shown = self.screen.shown.lock().unwrap();
        let (shown, late) =
            self.screen.more.wait_timeout_while(shown, LIMIT, |shown| !shown.1).unwrap();
        let text = shown.0.clone();
        drop(shown);
        assert!(!late.timed_out(), "it has not ended:\n{text}");
        let ended = status(self.child.wait().expect("a child"));
        assert_eq!(ended, wanted, "\n{text}");
        text
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that has failed leaves nobody waiting for an answer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
