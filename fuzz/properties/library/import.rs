//! Other programs' files: whatever they hold, they are read to their end; what is wrong has a line
//! that there is, and no password is told.

use popfetch::import::{Error, Found, Program};

const PROGRAMS: [(u8, Program); 4] = [
    (b'm', Program::Mpop),
    (b'f', Program::Fetchmail),
    (b'g', Program::Getmail),
    (b'd', Program::Fdm),
];

/// What stands for a password in the seeds.
const SECRET: &str = "hunter2-7391";

/// The program's letter, and on the next lines its configuration, which passes for its state too.
pub(crate) fn check(data: &[u8]) {
    let Some((letter, rest)) = data.split_first() else { return };
    let named = PROGRAMS.iter().find(|(known, _)| known == letter);
    let program = named.map_or(Program::Mpop, |(_, program)| *program);
    let rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    let text = String::from_utf8_lossy(rest);
    let read = program.read(&text, "getmailrc-x");
    for sentence in sentences(&read) {
        assert!(!sentence.is_empty());
        assert!(!sentence.contains(SECRET) || !is_password(&text), "{sentence}");
    }
    match read {
        Ok(found) => {
            for account in found.accounts {
                assert!(!account.host.is_empty());
                let seen = program.seen(rest, &account);
                let lines = rest.split(|octet| *octet == b'\n').count();
                assert!(seen.uids.len() + seen.damaged + seen.others <= lines);
            }
        }
        Err(error) => {
            let lines = 1 + text.matches('\n').count();
            assert!((1..=lines).contains(&error.line), "line {} of {lines}", error.line);
        }
    }
}

/// All that is said.
fn sentences(read: &Result<Found, Error>) -> Vec<String> {
    match read {
        Err(error) => vec![error.to_string()],
        Ok(Found { accounts, notes }) => {
            let of_accounts = accounts.iter().flat_map(|account| &account.notes);
            notes.iter().chain(of_accounts).cloned().collect()
        }
    }
}

/// Whether the secret stands in the text, and only as a password.
fn is_password(text: &str) -> bool {
    let mut with_secret = text.lines().filter(|line| line.contains(SECRET)).peekable();
    let forms = ["password ", "password = "].map(|before| format!("{before}{SECRET}"));
    with_secret.peek().is_some() && with_secret.all(|line| forms.iter().any(|form| form == line))
}
