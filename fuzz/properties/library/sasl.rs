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
use popfetch::sasl::{Credentials, Kind, LoginMethod};

use super::common::printable::assert_printable;

/// Before each password, so that no server says it by chance.
const MARK: &str = "Zq9-";
/// The lines of the longest login: CAPA, AUTH, three of SCRAM, and `*` for a challenge too many.
const MOST_LINES: usize = 6;
/// Where it is, and what is by chance.
const HOST: &str = "h";
const PORT: u16 = 995;
const NONCE: &str = "nonce";

/// The method, the user and the password, a line each, and what the server says.
pub(crate) fn check(data: &[u8]) {
    let mut parts = data.splitn(4, |octet| *octet == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let method = std::str::from_utf8(part()).ok().and_then(|name| name.parse().ok());
    let method = method.unwrap_or(LoginMethod::Plain);
    let user = String::from_utf8_lossy(part()).into_owned();
    let password = [MARK.as_bytes(), part()].concat();
    check_first(method, &user, &password);
    check_login(method, &user, &password, part());
}

/// The mechanism alone: what it says first.
fn check_first(method: LoginMethod, user: &str, password: &[u8]) {
    let secret = Secret::new(password.to_vec());
    let credentials = credentials(user, &secret);
    let Some(mut mechanism) = method.mechanism(&credentials) else { return };
    let first = mechanism.initial();
    // A NUL moves the border between user and password; no token holds one either.
    let holds_nul = user.contains('\0') || method != LoginMethod::External && password.contains(&0);
    assert!(!(holds_nul && method.kind() != Kind::Token) || first.is_err());
    if method == LoginMethod::Plain && !holds_nul {
        let message = first.unwrap().unwrap();
        let parts: Vec<&[u8]> = message.expose().split(|octet| *octet == 0).collect();
        assert_eq!(parts, [b"", user.as_bytes(), password]);
        assert!(mechanism.respond(b"").is_err(), "it has said all");
    }
}

fn credentials<'a>(user: &'a str, secret: &'a Secret) -> Credentials<'a> {
    Credentials { user, secret, host: HOST, port: PORT, nonce: NONCE }
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
    let succeeded = match connection.login(&credentials(user, &secret), method) {
        Ok(_) => true,
        Err((error, _)) => {
            let source = error.source().map_or_else(String::new, ToString::to_string);
            shown.0.lock().unwrap().push(format!("{error}: {source}"));
            false
        }
    };
    check_lines(&server.sent, method, user, password);
    // The server's proof is the only thing that begins with `v=`.
    let proved = replies.split(|octet| *octet == b'\n').any(|line| {
        let line = line.trim_ascii().strip_prefix(b"+ ").unwrap_or_default();
        BASE64.decode(line).is_ok_and(|challenge| challenge.starts_with(b"v="))
    });
    assert!(!(succeeded && method.hides_password()) || proved, "it did not prove itself");
    let forms = forms(method, user, password, replies);
    for text in shown.0.lock().unwrap().iter() {
        assert_printable(text);
        let form = forms.iter().find(|form| text.contains(*form));
        assert!(form.is_none(), "{form:?} is shown: {text}");
    }
}

/// What was sent is lines, of which one holds the password, or none.
fn check_lines(sent: &[u8], method: LoginMethod, user: &str, password: &[u8]) {
    let lines: Vec<&[u8]> = sent.split_inclusive(|octet| *octet == b'\n').collect();
    assert!(lines.len() <= MOST_LINES, "{} lines", lines.len());
    let message = message(method, user, password);
    let mut secrets = 0;
    for line in &lines {
        let text = line.strip_suffix(b"\r\n").expect("CRLF");
        assert!(!text.iter().any(|octet| b"\r\n\0".contains(octet)), "{}", text.escape_ascii());
        let plain = text.strip_prefix(b"PASS ") == Some(password);
        let said = message.as_ref().is_some_and(|message| text.ends_with(message.as_bytes()));
        secrets += usize::from(plain || said);
        // In no other way.
        let last = text.rsplit(|octet| *octet == b' ').next().unwrap_or_default();
        let decoded = BASE64.decode(last).unwrap_or_default();
        let in_name = memchr::memmem::find(user.as_bytes(), password).is_some();
        let leaks = memchr::memmem::find(&decoded, password).is_some();
        assert!(said || in_name || !leaks, "{} leaks", text.escape_ascii());
    }
    // LOGIN says the name in the same way.
    let most = if user.as_bytes() == password { 2 } else { 1 };
    assert!(secrets <= most, "the password was sent {secrets} times");
}

/// What the password becomes on the wire, where it goes there.
fn message(method: LoginMethod, user: &str, password: &[u8]) -> Option<String> {
    let bearer = |before: String| [before.as_bytes(), password, b"\x01\x01"].concat();
    Some(BASE64.encode(match method {
        LoginMethod::Plain => [b"\0", user.as_bytes(), b"\0", password].concat(),
        LoginMethod::Login => password.to_vec(),
        LoginMethod::Xoauth2 => bearer(format!("user={user}\x01auth=Bearer ")),
        LoginMethod::OauthBearer => {
            let user = user.replace('=', "=3D").replace(',', "=2C");
            bearer(format!("n,a={user},\x01host={HOST}\x01port={PORT}\x01auth=Bearer "))
        }
        _ => return None,
    }))
}

/// What must not be shown: the password, and what it became on the wire.
fn forms(method: LoginMethod, user: &str, password: &[u8], replies: &[u8]) -> Vec<String> {
    let mut forms = vec![BASE64.encode(password)];
    forms.extend(message(method, user, password));
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
