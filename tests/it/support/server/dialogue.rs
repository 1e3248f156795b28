//! The course of one connection, rules applied.

use super::connection::Connection;
use super::maildrop::{Command, Maildrop};
use super::reply::{Reply, Then};
use super::rules::Rules;
use super::stop::Stop;
use super::{Action, Closed, Entry, Event, Mailbox, Pipelined, Script, Tls};
use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::time::Duration;

pub(super) struct Dialogue {
    connection: Connection,
    maildrop: Maildrop,
    rules: Rules,
    script: Script,
    stop: Stop,
}

/// How a connection ends; every dialogue does, so this is its only outcome.
struct End(Closed);

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self(Closed::Eof)
    }
}

impl Dialogue {
    pub(super) fn new(
        connection: Connection,
        script: Script,
        mailbox: Mailbox,
        stop: Stop,
    ) -> Self {
        Self {
            maildrop: Maildrop::new(script.clone(), mailbox),
            rules: Rules::new(&script.rules, connection.session() + 1),
            connection,
            script,
            stop,
        }
    }

    /// Talks until the connection is at its end, and closes it.
    pub(super) fn run(mut self) {
        let Err(End(closed)) = self.talk();
        // Logged first, so that a client that sees the end finds it in the log.
        self.connection.log(Entry::Closed { by: closed });
        self.connection.close(closed == Closed::Quit);
    }

    fn talk(&mut self) -> Result<Infallible, End> {
        self.answer(&Event::Connect, "", |_| Reply::raw([]))?;
        if let Tls::Implicit(identity) = &self.script.tls {
            self.connection.start_tls(identity)?;
            self.maildrop.secured();
        }
        let greeting = self.script.greeting.clone();
        self.answer(&Event::Greeting, "", |_| Reply::raw(greeting))?;
        loop {
            let line = self.connection.read_line()?;
            match self.script.pipelined {
                Pipelined::Answered => {}
                Pipelined::Dropped => self.connection.drop_lines(),
                Pipelined::Closed if self.connection.has_lines() => {
                    self.connection.flush()?;
                    return Err(End(Closed::Fault));
                }
                Pipelined::Closed => {}
            }
            let then = if self.maildrop.awaits_response() {
                let reply = self.maildrop.respond(&line);
                self.send(reply)?
            } else {
                let command = Command::parse(&line);
                let event = Event::Verb(command.verb.clone());
                self.answer(&event, &command.arguments_lossy(), |maildrop| {
                    maildrop.execute(&command)
                })?
            };
            match (then, &self.script.tls) {
                (Then::Close, _) => {
                    self.connection.flush()?;
                    return Err(End(Closed::Quit));
                }
                (Then::StartTls, Tls::Starttls(identity)) => {
                    self.connection.start_tls(identity)?;
                    self.maildrop.secured();
                }
                _ => {}
            }
        }
    }

    /// Reacts to an event: with the normal reply unless a rule knows better.
    fn answer(
        &mut self,
        event: &Event,
        arguments: &str,
        normal: impl FnOnce(&mut Maildrop) -> Reply,
    ) -> Result<Then, End> {
        let Some(action) = self.rules.pick(event, arguments) else {
            let reply = normal(&mut self.maildrop);
            return self.send(reply);
        };
        match action {
            Action::Reply(bytes) => return self.send(Reply::raw(bytes)),
            Action::ReplyAndClose(bytes) => {
                self.send(Reply::raw(bytes))?;
            }
            Action::RawBody(bytes) => {
                return self.send(Reply::raw([b"+OK\r\n", bytes.as_slice()].concat()));
            }
            Action::Close => {}
            Action::ExecuteAndClose => {
                normal(&mut self.maildrop);
            }
            Action::Stall => self.stall()?,
            Action::CutBody { after } => {
                let reply = normal(&mut self.maildrop);
                self.send_some(reply, after)?;
            }
            Action::StallBody { after } => {
                let reply = normal(&mut self.maildrop);
                self.send_some(reply, after)?;
                self.stall()?;
            }
            Action::Hold(gate) => {
                self.connection.flush()?;
                while !gate.is_open() {
                    self.stop.sleep(Duration::from_millis(2))?;
                }
                let reply = normal(&mut self.maildrop);
                return self.send(reply);
            }
            Action::Delay(duration) => {
                self.connection.flush()?;
                self.stop.sleep(duration)?;
                let reply = normal(&mut self.maildrop);
                return self.send(reply);
            }
            Action::Drip { octets, pause } => {
                let reply = normal(&mut self.maildrop);
                return self.drip(reply, octets, pause);
            }
            Action::Endless { first, again, pause } => {
                self.send(Reply::raw(first))?;
                loop {
                    if !pause.is_zero() {
                        self.connection.flush()?;
                        self.stop.sleep(pause)?;
                    }
                    self.connection.write_all(&again)?;
                }
            }
            Action::EndlessRecord { pause } => {
                self.connection.flush()?;
                self.connection.write_below_tls(b"\x17\x03\x03\x40\x00")?;
                loop {
                    self.connection.write_below_tls(b"x")?;
                    self.stop.sleep(pause)?;
                }
            }
            Action::Append(bytes) => {
                let reply = normal(&mut self.maildrop);
                let then = self.send(reply)?;
                self.connection.write_all(&bytes)?;
                return Ok(then);
            }
        }
        self.connection.flush()?;
        Err(End(Closed::Fault))
    }

    fn send(&mut self, reply: Reply) -> Result<Then, End> {
        let then = reply.then;
        self.send_some(reply, u64::MAX)?;
        Ok(then)
    }

    /// Sends the status line and so much of the body.
    fn send_some(&mut self, reply: Reply, octets: u64) -> io::Result<()> {
        let (head, body) = self.encode(reply);
        self.connection.write_all(&head)?;
        io::copy(&mut body.take(octets), &mut self.connection)?;
        Ok(())
    }

    fn drip(&mut self, reply: Reply, octets: usize, pause: Duration) -> Result<Then, End> {
        let then = reply.then;
        let (head, body) = self.encode(reply);
        let mut all = head.as_slice().chain(body);
        let mut drop = Vec::new();
        self.connection.flush()?;
        loop {
            drop.clear();
            let limit = octets.max(1) as u64;
            if all.by_ref().take(limit).read_to_end(&mut drop)? == 0 {
                return Ok(then);
            }
            self.connection.write_all(&drop)?;
            self.connection.flush()?;
            self.stop.sleep(pause)?;
        }
    }

    /// Says nothing more until the client leaves.
    fn stall(&mut self) -> io::Result<()> {
        self.connection.flush()?;
        self.connection.drain(None);
        Ok(())
    }

    /// Encodes a reply and puts its first line into the log, which happens
    /// before it is sent: what a client has seen is always in the log.
    fn encode(&self, reply: Reply) -> (Vec<u8>, impl Read + use<>) {
        let (head, body) = reply.encode(self.script.lf_only);
        if let Some(line) = String::from_utf8_lossy(&head).lines().next() {
            let line = line.chars().take(80).collect();
            self.connection.log(Entry::Sent(line));
        }
        (head, body)
    }
}
