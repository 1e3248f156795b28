//! An mbox as a reader finds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An mbox that the program delivered into.
pub(crate) struct Mbox(PathBuf);

impl Mbox {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// `mbox:` and its path.
    pub(crate) fn to(&self) -> String {
        format!("mbox:{}", self.0.display())
    }

    /// All octets; none where it is missing.
    pub(crate) fn content(&self) -> Vec<u8> {
        fs::read(&self.0).unwrap_or_default()
    }

    /// The messages without their quoting, sorted. Requires that each has its From_ line in front
    /// of it and an empty line behind it, and that Python reads the same.
    #[track_caller]
    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        let messages = self.quoted_messages().expect("an mbox");
        if messages.is_empty() {
            // There may be no file, which Python would miss.
            return messages;
        }
        let read = self.as_python_reads_it();
        assert_eq!(read.len(), messages.len(), "Python counts otherwise");
        assert!(read == messages, "Python reads otherwise");
        let mut messages: Vec<_> = messages.iter().map(|message| unquoted(message)).collect();
        messages.sort();
        messages
    }

    /// The messages, still quoted, in order; or what is wrong with the mbox.
    fn quoted_messages(&self) -> Result<Vec<Vec<u8>>, String> {
        let content = self.content();
        let message = |(from_line, rest): (&[u8], &[u8])| {
            if !from_line.starts_with(b"From ") {
                return Err(format!("no From_ line: {}", from_line.escape_ascii()));
            }
            let message = rest.strip_suffix(b"\n").map(<[u8]>::to_vec);
            message.ok_or_else(|| format!("no empty line: {}", rest.escape_ascii()))
        };
        split(&content).into_iter().map(message).collect()
    }

    /// The messages without their quoting, sorted, as this reads them alone; or what is wrong.
    pub(crate) fn try_messages(&self) -> Result<Vec<Vec<u8>>, String> {
        let messages = self.quoted_messages()?;
        let mut messages: Vec<_> = messages.iter().map(|message| unquoted(message)).collect();
        messages.sort();
        Ok(messages)
    }

    /// What stands behind each From_ line, without its quoting, whatever that is: somebody may have
    /// been killed while he was writing it.
    pub(crate) fn pieces(&self) -> Vec<Vec<u8>> {
        let content = self.content();
        let piece = |(_, rest): (_, &[u8])| unquoted(rest.strip_suffix(b"\n").unwrap_or(rest));
        split(&content).into_iter().map(piece).collect()
    }

    /// procmail, to be started with a message for it as its input.
    pub(crate) fn procmail(&self) -> Command {
        let settings = [format!("DEFAULT={}", self.0.display()), "LOCKSLEEP=1".to_owned()];
        let mut command = Command::new("procmail");
        command.args(settings).arg("/dev/null");
        command
    }

    /// The messages, still quoted.
    fn as_python_reads_it(&self) -> Vec<Vec<u8>> {
        let script = "import mailbox, sys\n\
            box = mailbox.mbox(sys.argv[1], create=False)\n\
            for key in box.keys(): print(box.get_bytes(key).hex())";
        let output = Command::new("python3").args(["-c", script]).arg(&self.0).output();
        let output = output.expect("python3, which scripts/setup installs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("hexadecimal");
        text.lines().map(from_hex).collect()
    }

    /// Requires exactly these messages, each once, and nothing half written.
    #[track_caller]
    pub(crate) fn holds<M: AsRef<[u8]>>(&self, expected: impl IntoIterator<Item = M>) {
        let mut expected: Vec<Vec<u8>> =
            expected.into_iter().map(|message| message.as_ref().to_vec()).collect();
        expected.sort();
        let messages = self.messages();
        let shown = |all: &[Vec<u8>]| -> Vec<String> {
            let short = |m: &Vec<u8>| m.iter().take(60).copied().collect::<Vec<u8>>();
            all.iter().map(|m| short(m).escape_ascii().to_string()).collect()
        };
        assert!(
            messages == expected,
            "the mbox holds {}\n{:#?}\nand not {}\n{:#?}",
            messages.len(),
            shown(&messages),
            expected.len(),
            shown(&expected)
        );
    }
}

/// Cuts it in front of each From_ line. Gives these lines, and what stands behind each.
fn split(mut rest: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (from_line, body) = rest.split_at(line_end(rest));
        let end = start_of_next(body).unwrap_or(body.len());
        pieces.push((from_line, &body[..end]));
        rest = &body[end..];
    }
    pieces
}

fn line_end(text: &[u8]) -> usize {
    text.iter().position(|&b| b == b'\n').map_or(text.len(), |at| at + 1)
}

/// Where the next From_ line begins.
fn start_of_next(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"From ") {
        return Some(0);
    }
    text.windows(6).position(|window| window == b"\nFrom ").map(|at| at + 1)
}

/// Removes one `>` from each line that is `From ` behind some.
fn unquoted(message: &[u8]) -> Vec<u8> {
    let line = |line: &[u8]| {
        let bare = line.iter().position(|&b| b != b'>').map_or(&b""[..], |at| &line[at..]);
        let quoted = line.starts_with(b">") && bare.starts_with(b"From ");
        line[usize::from(quoted)..].to_vec()
    };
    message.split_inclusive(|&b| b == b'\n').flat_map(line).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("hexadecimal");
        u8::from_str_radix(pair, 16).expect("hexadecimal")
    };
    digits.map(byte).collect()
}

/// The spool files below a state directory; none where there is no spool.
pub(crate) fn spooled(state: &Path) -> Vec<PathBuf> {
    let entries = |path: &Path| -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    // SPOOL/MBOX/ACCOUNT/FILE; beside an account's directory lies a file with its name.
    let mboxes = entries(&state.join("spool"));
    let accounts: Vec<PathBuf> = mboxes.iter().flat_map(|mbox| entries(mbox)).collect();
    accounts.iter().flat_map(|account| entries(account)).collect()
}
