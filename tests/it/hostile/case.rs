//! A row of the tables.

use std::time::Duration;

use crate::support::server::{Action, Body, Capabilities, Mailbox, Script};

/// A server that misbehaves, a run against it, and what must come of it.
pub(super) struct Case {
    /// What the server does. `W34` and the like are rules of `protocol.md` or, with a year, CVEs.
    pub(super) name: &'static str,
    /// What becomes of the server's mailbox before the run.
    pub(super) mail: fn(&Mailbox),
    /// How the server misbehaves.
    pub(super) server: fn(Script) -> Script,
    /// `fetch`, which is told to deliver into a Maildir, or another command.
    pub(super) command: &'static str,
    /// What follows the command.
    pub(super) args: &'static [&'static str],
    /// The timeout, in seconds.
    pub(super) timeout: &'static str,
    /// The exit status.
    pub(super) status: i32,
    /// A part of what is said on standard error; nothing is said where this is empty.
    pub(super) says: &'static str,
    /// The verbs that the server hears, in order; RETR, TOP and DELE stand for one or more, `|`
    /// stands between connections, `...` for a line of a SASL exchange.
    pub(super) hears: &'static str,
    /// Which messages are in the Maildir afterwards, whole and once; counted from 1 in the order
    /// in which they came to the mailbox.
    pub(super) here: &'static [u64],
    /// Which messages are not on the server any more.
    pub(super) gone: &'static [u64],
}

/// What a server hears up to the login, ...
pub(super) const LOGIN: &str = "CAPA AUTH";
/// ... until it has listed its messages, ...
pub(super) const SURVEY: &str = "CAPA AUTH CAPA STAT UIDL LIST";
/// The same of a server that seems not to take several commands at once, and is then sent STAT, or
/// STAT and UIDL, one after the other, ...
pub(super) const SURVEY_AGAIN: &str = "CAPA AUTH CAPA STAT UIDL LIST | CAPA AUTH CAPA STAT";
pub(super) const SURVEY_AGAIN_TO_UIDL: &str =
    "CAPA AUTH CAPA STAT UIDL LIST | CAPA AUTH CAPA STAT UIDL";
/// ... until it has sent them, ...
pub(super) const RETRIEVAL: &str = "CAPA AUTH CAPA STAT UIDL LIST RETR";
/// ... and in a whole session, without deletions and with them.
pub(super) const SESSION: &str = "CAPA AUTH CAPA STAT UIDL LIST RETR QUIT";
pub(super) const DELETION: &str = "CAPA AUTH CAPA STAT UIDL LIST RETR DELE QUIT";

/// What a server hears that is remembered, until it has sent its messages, ...
pub(super) const KNOWN_RETRIEVAL: &str = "AUTH CAPA STAT UIDL LIST RETR";
/// ... and in a whole session.
pub(super) const KNOWN_SESSION: &str = "AUTH CAPA STAT UIDL LIST RETR QUIT";
pub(super) const KNOWN_DELETION: &str = "AUTH CAPA STAT UIDL LIST RETR DELE QUIT";

/// What a server without SASL hears.
pub(super) const BY_NAME: &str = "CAPA USER PASS CAPA STAT UIDL LIST RETR QUIT";
/// What a server hears that is asked for a list, until it has sent the headers, ...
pub(super) const LISTED: &str = "CAPA AUTH CAPA STAT UIDL LIST TOP";
/// ... and in a whole session.
pub(super) const LISTING: &str = "CAPA AUTH CAPA STAT UIDL LIST TOP QUIT";

/// The mail of most rows. The second message is 38 octets long.
pub(super) const MAIL: [&str; 3] = [
    "From: a@example.org\r\nSubject: one\r\n\r\nfirst\r\n",
    "Subject: two\r\n\r\nthe second body\r\nend\r\n",
    "Subject: three\r\n\r\n.\r\nthird\r\n",
];

/// Puts [`MAIL`] into the mailbox.
pub(super) fn three(mailbox: &Mailbox) {
    for message in MAIL {
        mailbox.add(message);
    }
}

/// A fetch of three messages that keeps them, from a server with nothing wrong.
pub(super) const FETCH: Case = Case {
    name: "nothing wrong",
    mail: three,
    server: |script| script,
    command: "fetch",
    args: &[],
    timeout: "20",
    status: 0,
    says: "",
    hears: SESSION,
    here: &[1, 2, 3],
    gone: &[],
};

/// The same with deletion.
pub(super) const DELETE: Case =
    Case { args: &["--delete"], hears: DELETION, gone: &[1, 2, 3], ..FETCH };

/// A fetch with deletion that comes to nothing: nothing here, nothing gone.
pub(super) const NOTHING: Case = Case { here: &[], gone: &[], status: 76, ..DELETE };

/// The same for a server that falls silent.
pub(super) const SILENCE: Case = Case { timeout: "1", status: 75, ..NOTHING };

/// The first messages that came to the mailbox.
pub(super) const fn first<const N: usize>() -> [u64; N] {
    let mut serials = [0; N];
    let mut at = 0;
    while at < N {
        serials[at] = at as u64 + 1;
        at += 1;
    }
    serials
}

/// A message of one body line.
pub(super) fn message(subject: &str, body: impl AsRef<[u8]>) -> Body {
    let mut octets = format!("Subject: {subject}\r\n\r\n").into_bytes();
    octets.extend_from_slice(body.as_ref());
    octets.extend_from_slice(b"\r\n");
    octets.into()
}

/// Sends these octets and closes the line.
pub(super) fn cut(octets: impl AsRef<[u8]>) -> Action {
    Action::ReplyAndClose(octets.as_ref().to_vec())
}

/// Sends these octets as a reply, whatever they are.
pub(super) fn raw(octets: impl AsRef<[u8]>) -> Action {
    Action::Reply(octets.as_ref().to_vec())
}

/// Sends the first octets once, and the others for ever.
pub(super) fn endless(first: impl AsRef<[u8]>, again: impl AsRef<[u8]>) -> Action {
    let (first, again) = (first.as_ref().to_vec(), again.as_ref().to_vec());
    Action::Endless { first, again, pause: Duration::ZERO }
}

/// A server that knows no SASL.
pub(super) fn by_name(script: Script) -> Script {
    script.capabilities(Capabilities::lines(["USER", "UIDL", "PIPELINING"]))
}

/// A server that announces no PIPELINING.
pub(super) fn one_by_one(script: Script) -> Script {
    script.capabilities(Capabilities::lines(["UIDL", "TOP", "SASL PLAIN"]))
}

/// A server with these capabilities, before the login and after it.
pub(super) fn able<const N: usize>(script: Script, lines: [&str; N]) -> Script {
    script.capabilities(Capabilities::lines(lines))
}
