//! The reader that throws the mail away: how fast the server can be read at all.
//!
//! It is a process of its own, this program started once more, so that it is measured like the
//! others. It verifies the server, asks for everything as early as POP3 allows, and looks for
//! nothing but the ends of the replies. It has a connection a mailbox, all at once.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use native_tls::{TlsConnector, TlsStream};

use crate::case::Goal;
use crate::support::dovecot::PASSWORD;
use crate::support::peers::Errand;

/// What the first argument of a reader is.
const READER: &str = "reader";
/// Commands that wait for their replies. As many fit into what the kernel buffers, so that no
/// command is ever stuck behind a reply that nobody reads.
const WINDOW: usize = 1000;
/// Octets of a buffer. One read brings a TLS record, which is at most a quarter of it.
const BUFFER: usize = 65_536;

const LINE: &[u8] = b"\r\n";
/// The end of a reply of several lines. A dot in front of a line of mail is doubled.
const DOT: &[u8] = b"\r\n.\r\n";

/// What a reader is to read.
pub(crate) struct Task {
    port: u16,
    goal: Goal,
    users: Vec<String>,
}

/// This program as a reader.
pub(crate) fn command(errand: &Errand, goal: Goal) -> Command {
    let mut command = Command::new(env::current_exe().expect("the path of this program"));
    command.args([READER, &errand.port.to_string(), &format!("{goal:?}")]);
    command.args(errand.accounts.iter().map(|account| &account.user));
    // Told so, it does not load the system's hundred authorities first, which takes 40 ms.
    command.env("SSL_CERT_FILE", errand.authority());
    command
}

impl Task {
    /// The task of this process, if it is a reader.
    pub(crate) fn of_this_process() -> Option<Self> {
        let mut args = env::args().skip(1);
        args.next().filter(|first| first == READER)?;
        let mut next = || args.next().expect("an argument");
        let (port, goal) = (next(), next());
        let goals = [Goal::Fetch, Goal::NothingNew, Goal::Delete];
        Some(Self {
            port: port.parse().expect("a port"),
            goal: goals.into_iter().find(|known| format!("{known:?}") == goal).expect("a goal"),
            users: args.collect(),
        })
    }

    /// Reads everything, and prints how many messages it read.
    pub(crate) fn run(&self) {
        let connector = TlsConnector::new().expect("a TLS connector");
        let read: usize = thread::scope(|scope| {
            let read = |user| {
                let connector = &connector;
                move || Session::open(self.port, connector, user).read(self.goal)
            };
            let readers: Vec<_> = self.users.iter().map(|user| scope.spawn(read(user))).collect();
            readers.into_iter().map(|reader| reader.join().expect("a reader")).sum()
        });
        println!("{read}");
    }
}

/// A session with a mailbox.
struct Session {
    stream: TlsStream<TcpStream>,
    buffer: Box<[u8]>,
    /// Up to here it has been looked at, ...
    read: usize,
    /// ... and up to here it holds what was received.
    filled: usize,
}

impl Session {
    /// Logs in.
    fn open(port: u16, connector: &TlsConnector, user: &str) -> Self {
        let stream = TcpStream::connect(("localhost", port)).expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        let stream = connector.connect("localhost", stream).expect("TLS");
        let mut session = Self { stream, buffer: vec![0; BUFFER].into(), read: 0, filled: 0 };
        session.reply(LINE);
        let secret = STANDARD.encode(format!("\0{user}\0{PASSWORD}"));
        session.send(&format!("AUTH PLAIN {secret}\r\n"));
        session.reply(LINE);
        session
    }

    /// Gives the number of messages that were read.
    fn read(mut self, goal: Goal) -> usize {
        if goal == Goal::NothingNew {
            self.send("UIDL\r\nLIST\r\nQUIT\r\n");
            for end in [DOT, DOT, LINE] {
                self.reply(end);
            }
            return 0;
        }
        self.send("STAT\r\n");
        let stat = str::from_utf8(self.reply(LINE)).expect("a number");
        let count: usize = stat.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
        let mut commands: Vec<(String, &[u8])> =
            (1..=count).map(|n| (format!("RETR {n}\r\n"), DOT)).collect();
        if goal == Goal::Delete {
            commands.extend((1..=count).map(|n| (format!("DELE {n}\r\n"), LINE)));
        }
        commands.push(("QUIT\r\n".to_owned(), LINE));
        self.pipeline(&commands);
        count
    }

    /// Sends all commands, each as soon as there is room in the window, half a window at once.
    fn pipeline(&mut self, commands: &[(String, &[u8])]) {
        let mut sent = 0;
        for (answered, (_, end)) in commands.iter().enumerate() {
            if sent - answered <= WINDOW / 2 {
                let next = commands.len().min(answered + WINDOW);
                let text: String = commands[sent..next].iter().map(|(text, _)| &**text).collect();
                self.send(&text);
                sent = next;
            }
            self.reply(end);
        }
    }

    fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("the server reads");
    }

    /// Reads a reply up to its `end`. Gives all of it where that is a line, else the last part.
    fn reply(&mut self, end: &[u8]) -> &[u8] {
        let mut begun = false;
        loop {
            let rest = &self.buffer[self.read..self.filled];
            if let Some(first) = rest.first().filter(|_| !begun) {
                assert_eq!(*first, b'+', "refused: {}", rest.escape_ascii());
                begun = true;
            }
            if let Some(at) = memmem::find(rest, end) {
                let from = self.read;
                self.read += at + end.len();
                return &self.buffer[from..self.read];
            }
            // What may be the beginning of the end stays.
            let keep = if end == LINE { rest.len() } else { rest.len().min(end.len() - 1) };
            self.buffer.copy_within(self.filled - keep..self.filled, 0);
            let count = self.stream.read(&mut self.buffer[keep..]).expect("a reply");
            assert_ne!(count, 0, "the server has closed the connection");
            (self.read, self.filled) = (0, keep + count);
        }
    }
}
