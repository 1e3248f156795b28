//! A login, against a server that says anything: it comes to an end, every line that is sent is
//! one line, the password goes out once at the most, and it stands in nothing that is shown.

use std::error::Error as _;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use popfetch::client::{Connection, Trace};
use popfetch::model::Secret;
use popfetch::proto::{Limits, visible};
use popfetch::sasl::{Credentials, LoginMethod};

use super::common::printable::assert_printable;

/// Before each password, so that no server says it by chance.
const MARK: &str = "Zq9-";
/// The lines of the longest login: CAPA, AUTH, the message, and `*` for a challenge too many.
const MOST_LINES: usize = 4;

/// The method, the user and the password, a line each, and what the server says.
pub(crate) fn check(data: &[u8]) {
    let mut parts = data.splitn(4, |octet| *octet == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let method = if part() == b"USER" { LoginMethod::UserPass } else { LoginMethod::Plain };
    let user = String::from_utf8_lossy(part()).into_owned();
    let password = [MARK.as_bytes(), part()].concat();
    check_plain(&user, &password);
    check_login(method, &user, &password, part());
}

/// The mechanism alone.
fn check_plain(user: &str, password: &[u8]) {
    let secret = Secret::new(password.to_vec());
    let credentials = Credentials { user, secret: &secret, host: "h", port: 995, nonce: "n" };
    let mut plain = LoginMethod::Plain.mechanism(&credentials).unwrap();
    let first = plain.initial();
    if user.contains('\0') || password.contains(&0) {
        assert!(first.is_err(), "a NUL moves the border between user and password");
    } else {
        let message = first.unwrap().unwrap();
        let parts: Vec<&[u8]> = message.expose().split(|octet| *octet == 0).collect();
        assert_eq!(parts, [b"", user.as_bytes(), password]);
    }
    assert!(plain.respond(b"").is_err(), "it has said all");
}

fn check_login(method: LoginMethod, user: &str, password: &[u8], replies: &[u8]) {
    let secret = Secret::new(password.to_vec());
    let shown = Shown::default();
    let mut server = Server { rest: replies, sent: Vec::new() };
    let trace = Box::new(shown.clone());
    let Ok(mut connection) = Connection::open(&mut server, Limits::default(), Some(trace)) else {
        return;
    };
    if connection.ask_capabilities().is_err() {
        return;
    }
    // What was said before the password was sent is no secret.
    shown.0.lock().unwrap().clear();
    let credentials = Credentials { user, secret: &secret, host: "h", port: 995, nonce: "n" };
    if let Err((error, _)) = connection.login(&credentials, method) {
        let text =
            format!("{error}: {}", error.source().map_or_else(String::new, ToString::to_string));
        shown.0.lock().unwrap().push(text);
    }
    check_lines(&server.sent, user, password);
    let forms = forms(method, user, password, replies);
    for text in shown.0.lock().unwrap().iter() {
        assert_printable(text);
        let form = forms.iter().find(|form| text.contains(*form));
        assert!(form.is_none(), "{form:?} is shown: {text}");
    }
}

/// What was sent is lines, of which one holds the password.
fn check_lines(sent: &[u8], user: &str, password: &[u8]) {
    let lines: Vec<&[u8]> = sent.split_inclusive(|octet| *octet == b'\n').collect();
    assert!(lines.len() <= MOST_LINES, "{} lines", lines.len());
    let message = BASE64.encode([b"\0", user.as_bytes(), b"\0", password].concat());
    let mut secrets = 0;
    for line in &lines {
        let text = line.strip_suffix(b"\r\n").expect("CRLF");
        assert!(!text.iter().any(|octet| b"\r\n\0".contains(octet)), "{}", text.escape_ascii());
        let plain = text.strip_prefix(b"PASS ") == Some(password);
        secrets += usize::from(plain || text.ends_with(message.as_bytes()));
    }
    assert!(secrets <= 1, "the password was sent {secrets} times");
}

/// What must not be shown: the password, and what it became on the wire.
fn forms(method: LoginMethod, user: &str, password: &[u8], replies: &[u8]) -> Vec<String> {
    let mut forms = vec![BASE64.encode(password)];
    if method == LoginMethod::Plain {
        forms.push(BASE64.encode([b"\0", user.as_bytes(), b"\0", password].concat()));
    }
    // Another word of the server's may look like it once both are escaped.
    let escaped = visible(password, usize::MAX);
    let others = without(replies, password);
    if !visible(&others, usize::MAX).contains(&escaped) {
        forms.push(escaped);
    }
    // The user's own name is shown; and what hides a secret may be a part of one.
    let name = visible(user.as_bytes(), usize::MAX);
    forms.retain(|form| !name.contains(form) && !form.contains("hidden"));
    forms
}

/// A line end in place of each `word`.
fn without(mut text: &[u8], word: &[u8]) -> Vec<u8> {
    let mut others = Vec::new();
    while let Some((first, rest)) = text.split_first() {
        let found = text.strip_prefix(word);
        others.push(if found.is_some() { b'\n' } else { *first });
        text = found.unwrap_or(rest);
    }
    others
}

/// Hands out a line a read, as a server does that waits for each command.
struct Server<'a> {
    rest: &'a [u8],
    sent: Vec<u8>,
}

impl Read for Server<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self.rest.split_inclusive(|octet| *octet == b'\n').next().unwrap_or_default();
        let octets = line.len().min(buffer.len());
        buffer[..octets].copy_from_slice(&line[..octets]);
        self.rest = &self.rest[octets..];
        Ok(octets)
    }
}

impl Write for Server<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.sent.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All that a user gets to see.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<String>>>);

impl Trace for Shown {
    fn sent(&mut self, command: &str) {
        self.0.lock().unwrap().push(command.to_owned());
    }

    fn received(&mut self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}
