//! popfetch and a real Dovecot.
//!
//! `POPFETCH_INTEROP=full` makes the large mailbox large indeed: 1,000 messages of up to 25 MB.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::certs::{Authority, Leaf};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::home::finish;
use crate::support::{Home, Maildir, Mbox, Output};

/// A home and a real server.
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) dovecot: Dovecot,
    /// Over STLS, instead of TLS from the start.
    stls: bool,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// With more lines of Dovecot's configuration.
    pub(crate) fn with(settings: &str) -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let leaf = Leaf::new().names(["localhost", "127.0.0.1", "127.0.0.2"]);
        let dovecot = Dovecot::start_with(&authority.issue(leaf), settings);
        Self { home, dovecot, stls: false }
    }

    /// The URL of a user's mailbox.
    fn url(&self, user: &str) -> String {
        if self.stls {
            return format!("pop3://{user}@localhost:{}", self.dovecot.plain_port());
        }
        format!("pop3s://{user}@localhost:{}", self.dovecot.port())
    }

    /// The program, ready to run, with the right password.
    fn command_at(&self, command: &str, url: &str, args: &[&str]) -> Command {
        let fixed = [command, url, "--ca-file", "ca.pem"];
        let mut command = self.home.command(&[&fixed, args].concat());
        command.env("POPFETCH_PASSWORD", PASSWORD);
        command
    }

    /// The same for one of the server's users.
    pub(crate) fn command(&self, command: &str, user: &str, args: &[&str]) -> Command {
        self.command_at(command, &self.url(user), args)
    }

    fn run_at(&self, command: &str, url: &str, args: &[&str]) -> Output {
        finish(self.command_at(command, url, args).spawn().expect("the program starts"))
    }

    fn run(&self, command: &str, args: &[&str]) -> Output {
        self.run_at(command, &self.url("alice"), args)
    }

    fn fetch(&self, args: &[&str]) -> Output {
        self.run("fetch", &[&["--to", &self.home.to()], args].concat())
    }

    fn count(&self, args: &[&str]) -> usize {
        let output = self.run("list", &[&["--count"], args].concat()).succeeds();
        output.text().trim().parse().expect("a number")
    }

    /// Alice's messages on the server by Message-ID. A session that has just ended may still be
    /// moving them.
    fn on_server(&self) -> BTreeMap<String, PathBuf> {
        let maildir = Maildir::at(self.dovecot.maildir("alice"));
        loop {
            if let Ok(found) = try_by_id(&maildir) {
                return found;
            }
        }
    }

    /// What the server's file of the message `id` holds, wherever it is by now.
    fn copy_on_server(&self, id: &str, path: &Path) -> Vec<u8> {
        fs::read(path).unwrap_or_else(|_| fs::read(&self.on_server()[id]).expect("a message"))
    }

    /// Requires in the home's Maildir exactly what the server has, byte for byte, once.
    #[track_caller]
    fn same_here_and_there(&self) {
        let (here, there) = (by_id(&self.home.mail()), self.on_server());
        assert!(here.keys().eq(there.keys()), "{} here, {} there", here.len(), there.len());
        for (id, path) in here {
            let copy = self.copy_on_server(&id, &there[&id]);
            assert!(fs::read(path).expect("a message") == copy, "{id} is not what the server has");
        }
        assert_eq!(self.home.mail().names("tmp"), Vec::<String>::new(), "left in tmp/");
    }
}

/// The files of a Maildir by the Message-ID in them, of which each must be there once.
#[track_caller]
fn by_id(maildir: &Maildir) -> BTreeMap<String, PathBuf> {
    try_by_id(maildir).expect("a message")
}

/// The same; an error where one is not there any more.
#[track_caller]
fn try_by_id(maildir: &Maildir) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for directory in ["new", "cur"] {
        for name in maildir.names(directory) {
            let path = maildir.path().join(directory).join(name);
            let mut start = Vec::new();
            fs::File::open(&path)?.take(4096).read_to_end(&mut start)?;
            let start = String::from_utf8_lossy(&start);
            let id = start.lines().find_map(|line| line.strip_prefix("Message-ID: "));
            let id = id.expect("a Message-ID").to_owned();
            // Or it was moved while this looked.
            let other: Option<PathBuf> = found.insert(id.clone(), path);
            assert!(other.is_none_or(|other| !other.exists()), "{id} is there twice");
        }
    }
    Ok(found)
}

/// Numbers that look random and come again with the same seed (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// At least 0 and less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// At least 0 and less than 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).expect("32 bits")) / 4_294_967_296.0
    }

    /// A size between `least` and `most`, on a log scale and more often small than large.
    pub(crate) fn size(&mut self, least: u32, most: u32) -> usize {
        let (least, most) = (f64::from(least), f64::from(most));
        let size = least * (most / least).powf(self.fraction().powi(3));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most most")]
        let size = size as usize;
        size
    }
}

/// Makes messages that a careless client would mangle. No octet 0: Dovecot sends 0x80 for it.
pub(crate) struct Writer {
    pub(crate) random: Random,
    lines: Vec<Vec<u8>>,
    written: u64,
}

/// A message, and what a list should say of it.
struct Letter {
    bytes: Vec<u8>,
    date: String,
    from: String,
    subject: String,
}

impl Writer {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let mut lines: Vec<Vec<u8>> = [
            "",
            ".",
            "..",
            "...",
            ".x",
            ". ",
            ".\r.",
            "From here",
            ">From there",
            "+OK 5 octets",
            "-ERR",
            "QUIT",
            "trailing blank ",
            "a lone \r carriage return",
            "\u{feff}Grüße, 你好",
        ]
        .map(|line| line.as_bytes().to_vec())
        .into();
        for length in [60, 72, 76, 200, 998, 4095, 4096, 20_000] {
            for _ in 0..4 {
                lines.push((0..length).map(|_| octet(&mut random)).collect());
            }
        }
        Self { random, lines, written: 0 }
    }

    /// A message of about `size` octets, none like another.
    pub(crate) fn message(&mut self, size: usize) -> Vec<u8> {
        self.letter(size).bytes
    }

    fn letter(&mut self, size: usize) -> Letter {
        let n = self.written;
        self.written += 1;
        let (from_field, from) = match n % 4 {
            0 => (format!("a{n}@example.org"), format!("a{n}@example.org")),
            1 => (format!("Ann <a{n}@example.org>"), format!("Ann <a{n}@example.org>")),
            2 => (
                format!("=?utf-8?q?J=C3=BCrgen?= <j{n}@example.org>"),
                format!("Jürgen <j{n}@example.org>"),
            ),
            _ => {
                (format!("\"Doe, John\" <{n}@example.org>"), format!("Doe, John <{n}@example.org>"))
            }
        };
        let text = format!("Größe {n} 你好");
        let (subject_field, subject) = match n % 5 {
            0 => (format!("plain {n}"), format!("plain {n}")),
            1 => (format!("=?utf-8?b?{}?=", STANDARD.encode(&text)), text),
            2 => (format!("=?utf-8?q?Gr=C3=B6=C3=9Fe_{n}?="), format!("Größe {n}")),
            3 => (format!("folded\n over lines {n}"), format!("folded over lines {n}")),
            _ => (String::new(), String::new()),
        };
        let (zone, offset) = [("+0000", "Z"), ("+0100", "+01:00"), ("-0530", "-05:30")]
            [usize::try_from(n % 3).expect("small")];
        let (day, hour, minute) = (n % 28 + 1, n % 24, n % 60);
        let mut bytes = format!(
            "From: {from_field}\nSubject: {subject_field}\n\
             Date: {day} Mar 2026 {hour:02}:{minute:02}:07 {zone}\nMessage-ID: <{n}@example.org>\n\n"
        )
        .into_bytes();
        // Every now and then a body that is not there.
        if n % 16 != 15 {
            while bytes.len() < size {
                let choice = self.random.below(self.lines.len() as u64);
                let line = &self.lines[usize::try_from(choice).expect("small")];
                let room = size - bytes.len();
                bytes.extend_from_slice(&line[..line.len().min(room)]);
                // LF in a Maildir is CRLF on the line; CRLF in a Maildir could be either.
                while bytes.last() == Some(&b'\r') {
                    bytes.pop();
                }
                bytes.push(b'\n');
            }
        }
        let date = format!("2026-03-{day:02}T{hour:02}:{minute:02}:07{offset}");
        Letter { bytes, date, from, subject }
    }
}

/// Any octet but NUL, CR and LF.
fn octet(random: &mut Random) -> u8 {
    loop {
        let octet = random.next().to_le_bytes()[0];
        if ![0, b'\r', b'\n'].contains(&octet) {
            return octet;
        }
    }
}

/// The size that POP3 means: every line ends with two octets.
fn octets(message: &[u8]) -> usize {
    message.len() + message.iter().filter(|&&byte| byte == b'\n').count()
}

#[test]
fn a_large_mailbox_from_the_first_list_to_the_last_delete() {
    large_mailbox(&Site::new());
}

#[test]
fn a_large_mailbox_by_stls() {
    large_mailbox(&Site { stls: true, ..Site::new() });
}

fn large_mailbox(site: &Site) {
    let full = std::env::var("POPFETCH_INTEROP").is_ok_and(|value| value == "full");
    let (count, largest) = if full { (1000, 25_000_000) } else { (150, 3_000_000) };
    let mut writer = Writer::new(1);
    let mut expected = Vec::new();
    let mut seventh = Vec::new();
    let mut total = 0;
    for n in 1..=count {
        // Both ends of the scale are there, whatever the numbers say.
        let size = match n {
            1 => 500,
            2 => usize::try_from(largest).expect("small"),
            7 => 100_000,
            _ => writer.random.size(500, largest),
        };
        let Letter { bytes, date, from, subject } = writer.letter(size);
        site.dovecot.deliver("alice", &bytes);
        let octets = octets(&bytes);
        total += octets;
        expected.push(format!("{n}\tnew\t{octets}\t{date}\t{from}\t{subject}"));
        if n == 7 {
            seventh = bytes;
        }
    }
    eprintln!("{count} messages, {total} octets");
    assert!(total < 1_000_000_000, "this is too much of a good thing");

    let port = if site.stls { site.dovecot.plain_port() } else { site.dovecot.port() };
    let account = format!("alice@localhost:{port}");
    let list = site.run("list", &[]).succeeds();
    let lines = list.lines();
    assert_eq!(lines.len(), count);
    for (line, expected) in lines.iter().zip(&expected) {
        let rest = line.strip_prefix(expected.as_str());
        let rest = rest.unwrap_or_else(|| panic!("\n{line}\nis not\n{expected}"));
        let fields: Vec<&str> = rest.split('\t').collect();
        assert!(fields.len() == 3 && fields[0].is_empty() && !fields[1].is_empty(), "{line}");
        assert_eq!(fields[2], account);
    }
    let short = site.run("list", &["--short"]).succeeds();
    for (short, long) in short.lines().iter().zip(&lines) {
        let mut fields: Vec<&str> = long.split('\t').collect();
        fields[3..6].fill("");
        assert_eq!(*short, fields.join("\t"));
    }
    assert_eq!(short.lines().len(), count);
    assert_eq!(site.count(&[]), count);

    // A look.
    let look = site.run("fetch", &["-n", "7", "--to", "-", "--raw"]).succeeds();
    assert!(look.stdout == seventh, "{} octets of {}", look.stdout.len(), seventh.len());
    assert_eq!(site.count(&["--new"]), count, "a look records nothing");

    timed("fetch", || site.fetch(&[]).succeeds());
    site.same_here_and_there();
    let files = site.home.mail().names("new");
    assert_eq!(files.len(), count);
    assert_eq!(site.count(&["--seen"]), count);
    timed("fetch of nothing", || site.fetch(&[]).succeeds());
    assert_eq!(site.home.mail().names("new"), files, "a second fetch brings nothing");

    for _ in 0..3 {
        site.dovecot.deliver("alice", writer.message(3000));
    }
    assert_eq!(site.count(&["--new"]), 3);
    site.fetch(&[]).succeeds();
    site.same_here_and_there();
    let files = site.home.mail().names("new");
    assert_eq!(files.len(), count + 3);

    timed("deletion", || site.fetch(&["--delete"]).succeeds());
    assert_eq!(site.on_server().len(), 0);
    assert_eq!(site.home.mail().names("new"), files);
    assert_eq!(site.count(&[]), 0);
    assert_eq!(site.run("list", &[]).succeeds().text(), "");
}

fn timed(what: &str, run: impl FnOnce() -> Output) {
    let start = Instant::now();
    run();
    eprintln!("{what}: {:.2} s", start.elapsed().as_secs_f64());
}

#[test]
fn all_at_once_with_delete() {
    let site = Site::new();
    let mut writer = Writer::new(2);
    // More than one batch.
    let all: Vec<Vec<u8>> = (0..450).map(|_| writer.message(700)).collect();
    all.iter().for_each(|message| site.dovecot.deliver("alice", message));
    let events = site.fetch(&["--delete", "--json"]).succeeds().json();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((count("stored"), count("deleted")), (450, 450));
    site.home.mail().holds(&all);
    assert_eq!(site.on_server().len(), 0);
}

#[test]
fn stls() {
    let site = Site::new();
    // Dovecot reads its list of users at most once a second, so all are there from the start.
    site.dovecot.add_user("carol@example.org");
    // On the second address Dovecot lets nobody log in without TLS.
    for (host, user, login) in [
        ("localhost", "alice", "alice"),
        ("127.0.0.2", "bob", "bob"),
        ("127.0.0.2", "carol@example.org", "carol%40example.org"),
    ] {
        let mut writer = Writer::new(3);
        let mut all: Vec<Vec<u8>> = (0..20).map(|n| writer.message(n * 1000)).collect();
        all.iter().for_each(|message| site.dovecot.deliver(user, message));
        let url = format!("pop3://{login}@{host}:{}", site.dovecot.plain_port());
        let mail = Maildir::at(site.home.path(user));
        let to = format!("maildir:{}", mail.path().display());
        let fetch = |args: &[&str]| site.run_at("fetch", &url, &[&["--to", &to], args].concat());
        assert_eq!(site.run_at("list", &url, &[]).succeeds().lines().len(), 20);
        fetch(&[]).succeeds();
        mail.holds(&all);
        let late = writer.message(5000);
        site.dovecot.deliver(user, &late);
        all.push(late);
        fetch(&["--delete"]).succeeds();
        mail.holds(&all);
        assert!(site.dovecot.messages(user).is_empty());
    }
    // Dovecot says so of logins that were encrypted.
    let log = site.dovecot.log();
    let logins: Vec<&str> = log.lines().filter(|line| line.contains("Login: user=")).collect();
    assert_eq!(logins.len(), 9);
    assert!(logins.iter().all(|line| line.contains(", TLS, ")), "{log}");
}

#[test]
fn ways_to_log_in() {
    let site = Site::new();
    site.dovecot.deliver("alice", "Subject: x\n\n");
    for (mechanism, wire) in
        [("USER", "USER alice"), ("PLAIN", "AUTH PLAIN"), ("plain", "AUTH PLAIN")]
    {
        let output = site.run("list", &["--auth", mechanism, "-vv"]).exits(0).says(wire);
        assert_eq!(output.lines().len(), 1);
        assert!(!output.stderr.contains(PASSWORD), "{}", output.stderr);
        assert!(!output.stderr.contains(&STANDARD.encode(format!("\0alice\0{PASSWORD}"))));
    }
}

#[test]
fn a_wrong_password() {
    let site = Site::new();
    for mechanism in ["USER", "PLAIN"] {
        let to = site.home.to();
        let mut command = site.command("fetch", "alice", &["--to", &to, "--auth", mechanism]);
        command.env("POPFETCH_PASSWORD", "wrong-Password-7");
        let output = finish(command.spawn().unwrap()).exits(77);
        let account = format!("alice@localhost:{}", site.dovecot.port());
        let said = format!(
            "popfetch: {account}: cannot log in to localhost as alice: \
             the server says: [AUTH] Authentication failed.\n"
        );
        assert!(output.stderr.starts_with(&said), "{}", output.stderr);
        assert!(!output.stderr.contains("wrong-Password-7"), "{}", output.stderr);
        assert_eq!(output.text(), "");
    }
}

#[test]
fn a_mailbox_that_somebody_else_has_open() {
    let site = Site::with("pop3_lock_session = yes");
    let message = Writer::new(4).message(3000);
    site.dovecot.deliver("alice", &message);
    let mut other = raw_session(site.dovecot.port());
    // Dovecot waits ten seconds for the other session before it refuses.
    let said = "cannot log in to localhost as alice: \
                the server says: [IN-USE] Mailbox is locked by another POP3 session.";
    site.fetch(&[]).exits(75).says(said);
    assert!(site.home.mail().messages().is_empty());
    other.write_all(b"QUIT\r\n").unwrap();
    other.read_to_end(&mut Vec::new()).unwrap();
    site.fetch(&[]).succeeds();
    site.home.mail().holds([message]);
}

/// A session of Alice's, logged in.
fn raw_session(port: u16) -> native_tls::TlsStream<TcpStream> {
    let mut builder = native_tls::TlsConnector::builder();
    let connector = builder.danger_accept_invalid_certs(true).build().unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut stream = connector.connect("localhost", stream).unwrap();
    read_line(&mut stream);
    for command in ["USER alice".to_owned(), format!("PASS {PASSWORD}")] {
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        let reply = read_line(&mut stream);
        assert!(reply.starts_with("+OK"), "{reply}");
    }
    stream
}

#[test]
fn an_mbox_that_dovecot_reads() {
    let full = std::env::var("POPFETCH_INTEROP").is_ok_and(|value| value == "full");
    let largest = if full { 25_000_000 } else { 20_000 };
    let site = Site::new();
    let mut writer = Writer::new(7);
    let mut all = Vec::new();
    for _ in 0..1000 {
        let size = writer.random.size(500, largest);
        let message = writer.message(size);
        site.dovecot.deliver("alice", &message);
        all.push(message);
    }
    let mbox = Mbox::at(site.home.path("mbox"));
    site.run("fetch", &["--to", &mbox.to(), "--delete"]).succeeds();
    assert_eq!(site.on_server().len(), 0);
    mbox.holds(&all);
    println!("{} messages, an mbox of {} octets", all.len(), mbox.content().len());

    let reader = Site::with("mail_location = mbox:~/folders:INBOX=~/inbox");
    reader.dovecot.place("alice", "inbox", mbox.content());
    let mut session = raw_session(reader.dovecot.port());
    session.write_all(b"STAT\r\n").unwrap();
    let reply = read_line(&mut session);
    assert!(reply.starts_with("+OK 1000 "), "{reply}");
    session.write_all(b"QUIT\r\n").unwrap();
    session.read_to_end(&mut Vec::new()).unwrap();
    // And each is told from the next: one list shows them all, in order.
    let list = reader.run("list", &[]).succeeds();
    let lines = list.lines();
    let subjects = lines.iter().map(|line| line.split('\t').nth(5).unwrap());
    let plain: Vec<&str> = subjects.filter(|subject| subject.starts_with("plain ")).collect();
    let expected: Vec<String> = (0..1000).step_by(5).map(|n| format!("plain {n}")).collect();
    assert_eq!(plain, expected);
}

fn read_line(stream: &mut impl Read) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet).unwrap();
        line.push(octet[0]);
    }
    String::from_utf8(line).unwrap()
}

#[test]
fn mail_that_vanishes_between_two_runs() {
    let site = Site::new();
    let mut writer = Writer::new(5);
    let mut all: Vec<Vec<u8>> = (0..10).map(|_| writer.message(2000)).collect();
    all.iter().for_each(|message| site.dovecot.deliver("alice", message));
    site.fetch(&[]).succeeds();
    // Another client deletes the first, and one that nobody has fetched yet.
    for _ in 0..2 {
        let message = writer.message(2000);
        site.dovecot.deliver("alice", &message);
        all.push(message);
    }
    let gone = all.remove(10);
    for message in [&all[0], &gone] {
        let mut files = site.on_server().into_values();
        let file = files.find(|path| fs::read(path).unwrap() == *message);
        fs::remove_file(file.unwrap()).unwrap();
    }
    site.fetch(&[]).succeeds();
    site.home.mail().holds(&all);
    site.fetch(&["--delete"]).succeeds();
    assert_eq!(site.on_server().len(), 0);
    site.home.mail().holds(&all);
}

#[test]
fn mail_that_vanishes_during_the_session() {
    let site = Site::new();
    let mut writer = Writer::new(6);
    // So much that the last of it cannot be on its way yet when the first has come.
    let mut all: Vec<Vec<u8>> = (0..20).map(|_| writer.message(2_000_000)).collect();
    all.iter().for_each(|message| site.dovecot.deliver("alice", message));
    let to = site.home.to();
    let child = site.command("fetch", "alice", &["--to", &to, "--delete"]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while site.home.mail().names("tmp").is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::STOP).unwrap();
    let last = all.pop().unwrap();
    let victim = site.on_server().into_values().find(|path| fs::read(path).unwrap() == last);
    fs::remove_file(victim.unwrap()).unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    let output = finish(child);
    if site.home.mail().messages().contains(&last) {
        // The machine has very large socket buffers, or the STOP came very late.
        all.push(last);
        output.exits(0);
    } else {
        output.exits(74).says("failed: the server says: Message 20 expunged.");
    }
    site.home.mail().holds(&all);
    assert_eq!(site.on_server().len(), 0);
    site.fetch(&["--delete"]).succeeds();
    site.home.mail().holds(&all);
}
