//! The client over a scripted stream in memory.

use std::io::{self, Read, Write};

use super::*;
use crate::model::{MessageNumber, Secret};
use crate::proto::{self, Capabilities, Command, Expire, Limits};
use crate::sasl::{self, Credentials, LoginMethod};

/// A server that answers each write with the next of its replies, whatever was written.
struct Scripted {
    replies: Vec<Vec<u8>>,
    ready: Vec<u8>,
    written: Vec<Vec<u8>>,
}

impl Scripted {
    /// `replies[0]` is the greeting.
    fn new(replies: &[&str]) -> Self {
        let mut replies: Vec<Vec<u8>> = replies.iter().map(|r| r.as_bytes().to_vec()).collect();
        replies.reverse();
        let ready = replies.pop().unwrap();
        Self { replies, ready, written: Vec::new() }
    }
}

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Three octets a read: every border is crossed.
        let n = self.ready.len().min(buffer.len()).min(3);
        buffer[..n].copy_from_slice(&self.ready[..n]);
        self.ready.drain(..n);
        Ok(n)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.push(bytes.to_vec());
        self.ready.extend(self.replies.pop().unwrap_or_default());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(replies: &[&str]) -> Result<Connection<Scripted>, Error> {
    Connection::open(Scripted::new(replies), Limits::default(), None)
}

const CAPA: &str = "+OK\r\nPIPELINING\r\nUIDL\r\nTOP\r\nUSER\r\nSASL PLAIN\r\n.\r\n";

fn alice(secret: &Secret) -> Credentials<'_> {
    Credentials { user: "alice", secret, host: "pop.example.com", port: 995, nonce: "n" }
}

type LoggedIn = Result<Session<Scripted>, (Error, Option<Box<Connection<Scripted>>>)>;

fn log_in(replies: &[&str], method: LoginMethod) -> LoggedIn {
    let mut connection = open(replies).unwrap();
    connection.ask_capabilities().unwrap();
    let secret = Secret::new(b"secret".to_vec());
    connection.login(&alice(&secret), method)
}

fn written(session: &mut Session<Scripted>) -> Vec<String> {
    let lines = session.stream_mut().written.iter();
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

#[test]
fn greetings() {
    assert!(open(&["+OK\r\n"]).is_ok());
    assert!(matches!(open(&["-ERR [SYS/TEMP] no\r\n"]), Err(Error::Greeting(_))));
    assert!(matches!(open(&["+OK\r\n1 120\r\n"]), Err(Error::Protocol(_))));
    assert!(matches!(open(&[""]), Err(Error::Closed { .. })));
    assert!(matches!(open(&["+OK but no end"]), Err(Error::Closed { .. })));
    assert!(matches!(open(&["* OK IMAP4 ready\r\n"]), Err(Error::Protocol(_))));
}

#[test]
fn plain_takes_one_round_trip_and_user_two() {
    let mut session = log_in(&["+OK\r\n", CAPA, "+OK\r\n"], LoginMethod::Plain).ok().unwrap();
    assert_eq!(written(&mut session)[1], "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n");
    let user = ["+OK\r\n", CAPA, "+OK\r\n", "+OK\r\n"];
    let mut session = log_in(&user, LoginMethod::UserPass).ok().unwrap();
    assert_eq!(written(&mut session)[1..], ["USER alice\r\n", "PASS secret\r\n"]);
}

#[test]
fn a_long_password_waits_for_the_challenge() {
    let connection = open(&["+OK\r\n", "+ \r\n", "+OK\r\n"]).unwrap();
    let secret = Secret::new(vec![b'x'; 300]);
    let mut session = connection.login(&alice(&secret), LoginMethod::Plain).ok().unwrap();
    let lines = written(&mut session);
    assert_eq!(lines[0], "AUTH PLAIN\r\n");
    assert!(lines[1].len() > 400 && lines[1].ends_with("\r\n"));
}

#[test]
fn a_challenge_that_is_not_base64_is_answered_with_a_star() {
    let secret = Secret::new(vec![b'x'; 300]);
    let connection = open(&["+OK\r\n", "+ \r\n", "+ ?!\r\n", "-ERR\r\n"]).unwrap();
    let (error, _) = connection.login(&alice(&secret), LoginMethod::Plain).err().unwrap();
    assert!(matches!(error, Error::Protocol(proto::Error::Challenge { .. })), "{error}");
}

#[test]
fn success_before_the_credentials_were_sent_is_none() {
    for method in [LoginMethod::Plain, LoginMethod::Xoauth2, LoginMethod::OauthBearer] {
        let secret = Secret::new(vec![b'x'; 300]);
        let connection = open(&["+OK\r\n", "+OK\r\n"]).unwrap();
        let (error, _) = connection.login(&alice(&secret), method).err().unwrap();
        let early =
            LoginError::Mechanism { mechanism: method.name(), source: sasl::Error::TooEarly };
        assert_eq!(format!("{error:?}"), format!("{:?}", Error::Login(early)));
    }
}

#[test]
fn a_refusal_gives_the_connection_back_and_pass_never_follows_a_refused_user() {
    let refused = ["+OK\r\n", CAPA, "-ERR [AUTH] no such user\r\n"];
    let (error, connection) = log_in(&refused, LoginMethod::UserPass).err().unwrap();
    let connection = connection.unwrap();
    assert_eq!(connection.stream().written.last().unwrap(), b"USER alice\r\n");
    let Error::Login(error) = error else { panic!("{error}") };
    assert!(error.is_about_credentials());
    assert_eq!(error.to_string(), "the server says: [AUTH] no such user");
}

#[test]
fn a_line_cut_during_the_login_may_be_a_wrong_password() {
    let (error, _) = log_in(&["+OK\r\n", CAPA, ""], LoginMethod::Plain).err().unwrap();
    assert!(matches!(error, Error::Login(LoginError::Closed)), "{error}");
}

#[test]
fn the_mailbox_is_taken_stock_of_in_one_flight() {
    let stock = "+OK 2 30\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n";
    let replies = ["+OK\r\n", CAPA, "+OK\r\n", CAPA, stock];
    let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
    let mailbox = session.mailbox().unwrap();
    assert_eq!(mailbox.messages.len(), 2);
    // What was said before the login does not count any more.
    assert_eq!(written(&mut session)[2..], ["CAPA\r\n", "STAT\r\nUIDL\r\nLIST\r\n"]);
    assert!(!session.doubts_pipelining());

    // What was said in another session does, until the answer is there.
    let replies = ["+OK\r\n", CAPA, "+OK\r\n", &[CAPA, stock].concat()];
    let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
    session.assume(Capabilities { pipelining: true, ..Capabilities::default() });
    assert_eq!(session.mailbox().unwrap().messages.len(), 2);
    assert_eq!(written(&mut session)[2..], ["CAPA\r\nSTAT\r\nUIDL\r\nLIST\r\n"]);
    assert!(session.capabilities().unwrap().top);
}

#[test]
fn what_the_server_forgot_since_another_session_is_forgotten() {
    let stock = "-ERR\r\n+OK 0 0\r\n+OK\r\n.\r\n+OK\r\n.\r\n";
    let mut session =
        log_in(&["+OK\r\n", CAPA, "+OK\r\n", stock], LoginMethod::Plain).ok().unwrap();
    session.assume(Capabilities { pipelining: true, uidl: true, ..Capabilities::default() });
    session.mailbox().unwrap();
    assert_eq!(session.capabilities(), None);
}

#[test]
fn that_a_server_deletes_what_it_sends_is_not_forgotten() {
    let stock = "-ERR\r\n+OK 0 0\r\n+OK\r\n.\r\n+OK\r\n.\r\n";
    let expiring = "+OK\r\nSASL PLAIN\r\nEXPIRE 0\r\n.\r\n";
    let known = |expire| Capabilities { pipelining: true, expire, ..Capabilities::default() };
    // Said in another session, or in this one before the login; and then CAPA is refused.
    for (before, expire) in [(CAPA, Some(Expire::Days(0))), (expiring, None)] {
        let replies = ["+OK\r\n", before, "+OK\r\n", stock];
        let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
        session.assume(known(expire));
        session.mailbox().unwrap();
        let kept = session.capabilities().unwrap();
        assert!(kept.retr_deletes() && !kept.pipelining);
    }
}

#[test]
fn a_flight_that_is_answered_in_part_casts_doubt_on_pipelining() {
    for (stock, doubted) in
        [("", true), ("+OK 1 9\r\n", true), ("+OK 1 9\r\n+OK\r\n1 a\r\n", false)]
    {
        let replies = ["+OK\r\n", CAPA, "+OK\r\n", CAPA, stock];
        let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
        assert!(matches!(session.mailbox(), Err(Error::Closed { .. })));
        assert_eq!(session.doubts_pipelining(), doubted, "{stock:?}");
    }
}

#[test]
fn nothing_is_sent_ahead_beyond_the_limit() {
    let replies = ["+OK\r\n", CAPA, "+OK\r\n", CAPA, "+OK 0 0\r\n", "+OK\r\n.\r\n", "-ERR\r\n"];
    let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
    session.limit_pipeline(1);
    session.mailbox().unwrap();
    assert_eq!(written(&mut session)[3..], ["STAT\r\n", "UIDL\r\n", "LIST\r\n"]);
}

#[test]
fn without_pipelining_each_command_waits() {
    let capa = "+OK\r\nUIDL\r\nSASL PLAIN\r\n.\r\n";
    let stock = ["+OK 1 9\r\n", "+OK\r\n1 a\r\n.\r\n", "+OK\r\n1 9\r\n.\r\n"];
    let replies = [&["+OK\r\n", capa, "+OK\r\n", capa], &stock[..]].concat();
    let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
    assert_eq!(session.mailbox().unwrap().messages.len(), 1);
    assert_eq!(written(&mut session)[3..], ["STAT\r\n", "UIDL\r\n", "LIST\r\n"]);
}

#[test]
fn servers_without_uidl_or_with_a_sick_one() {
    let mailbox = |capa: &str, stock: &str| {
        let replies = ["+OK\r\n", capa, "+OK\r\n", capa, stock];
        log_in(&replies, LoginMethod::Plain).ok().unwrap().mailbox()
    };
    let stock = "+OK 1 9\r\n-ERR unknown\r\n+OK\r\n1 9\r\n.\r\n";
    let without = mailbox("+OK\r\nPIPELINING\r\nSASL PLAIN\r\n.\r\n", stock).unwrap();
    assert!(!without.has_uids && without.messages.len() == 1);
    assert!(matches!(mailbox(CAPA, stock), Err(Error::Refused { command: "UIDL", .. })));
    let malformed = "+OK 1\r\n-ERR\r\n-ERR\r\n";
    assert!(matches!(mailbox(CAPA, malformed), Err(Error::Protocol(_))));
    let empty = mailbox(CAPA, "+OK 0 0\r\n-ERR\r\n-ERR\r\n").unwrap();
    assert!(empty.messages.is_empty());
}

/// Retrieves numbers 1 to `count` and keeps what comes.
struct Retrieve {
    next: u32,
    count: u32,
    got: Vec<Vec<u8>>,
}

impl Exchange for Retrieve {
    type Error = Error;

    fn next_command(&mut self) -> Option<Command> {
        self.next += 1;
        let number = MessageNumber::new(self.next).unwrap();
        (self.next <= self.count).then_some(Command::Retr(number))
    }

    fn reply(&mut self, command: &Command, part: Part<'_>) -> Result<(), Error> {
        match part {
            Part::Status(..) => self.got.push(command.describe().into_bytes()),
            Part::Chunk(chunk) => self.got.last_mut().unwrap().extend_from_slice(chunk),
            Part::Line(_) | Part::End => {}
        }
        Ok(())
    }
}

#[test]
fn the_window_slides_and_is_bounded() {
    // 300 RETRs: the first flight fills the window, later ones top it up at the low-water mark.
    let body = |n: usize| format!("+OK\r\n{n}\r\n.\r\n");
    let all: Vec<String> = (1..=300).map(body).collect();
    // The scripted server answers everything at the first flight; order is all that counts.
    let replies = ["+OK\r\n", CAPA, "+OK\r\n", &all.concat()];
    let mut session = log_in(&replies, LoginMethod::Plain).ok().unwrap();
    session.assume(Capabilities { pipelining: true, ..Capabilities::default() });
    let mut retrieve = Retrieve { next: 0, count: 300, got: Vec::new() };
    session.run(&mut retrieve).unwrap();
    assert_eq!(retrieve.got.len(), 300);
    assert_eq!(retrieve.got[299], b"RETR 300300\r\n");
    let flights = written(&mut session)[2..].to_vec();
    assert!(flights.len() > 4 && flights.len() < 12, "{}", flights.len());
    assert!(flights.iter().all(|flight| flight.len() <= 1024 + 12));
    assert!(flights[1].matches("RETR").count() > 20);
}

#[test]
fn plaintext_behind_stls_is_an_injection() {
    let mut connection =
        open(&["+OK\r\n", "+OK\r\nSTLS\r\n.\r\n", "+OK go\r\n+OK injected\r\n"]).unwrap();
    connection.ask_capabilities().unwrap();
    let upgraded = connection.starttls(Ok::<_, Error>);
    // Three octets a read: only the first octet of the injected line is there, which is enough.
    let error = upgraded.err().unwrap();
    assert!(matches!(error, Error::Protocol(proto::Error::Injection { .. })), "{error}");
}
