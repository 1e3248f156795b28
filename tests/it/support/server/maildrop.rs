//! The well-behaved part of the server: commands in, replies out.

use super::reply::{Reply, Text, Then};
use super::sasl::{Answer, Exchange, Mechanism};
use super::{Capabilities, Mailbox, Message, Script, Tls};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A command line, taken apart.
pub(super) struct Command {
    pub(super) verb: String,
    /// Everything after the verb and one space.
    pub(super) arguments: Vec<u8>,
}

impl Command {
    pub(super) fn parse(line: &[u8]) -> Self {
        let (verb, arguments) = match line.iter().position(|&b| b == b' ') {
            Some(space) => (&line[..space], &line[space + 1..]),
            None => (line, &line[line.len()..]),
        };
        Self {
            verb: String::from_utf8_lossy(verb).to_ascii_uppercase(),
            arguments: arguments.into(),
        }
    }

    pub(super) fn arguments_lossy(&self) -> String {
        String::from_utf8_lossy(&self.arguments).into_owned()
    }
}

/// The state of one POP3 session.
pub(super) struct Maildrop {
    script: Script,
    mailbox: Mailbox,
    tls: bool,
    user: Option<Vec<u8>>,
    /// What the mailbox held at login; none before.
    slots: Option<Vec<Slot>>,
    /// The `AUTH` dialogue that goes on.
    exchange: Option<(Mechanism, Exchange)>,
    awaits_response: bool,
}

struct Slot {
    message: Message,
    deleted: bool,
}

impl Maildrop {
    pub(super) fn new(script: Script, mailbox: Mailbox) -> Self {
        Self {
            script,
            mailbox,
            tls: false,
            user: None,
            slots: None,
            exchange: None,
            awaits_response: false,
        }
    }

    /// Tells that TLS has been established.
    pub(super) fn secured(&mut self) {
        self.tls = true;
        self.user = None;
    }

    /// Whether the next line belongs to an `AUTH` dialogue.
    pub(super) fn awaits_response(&self) -> bool {
        self.awaits_response || self.exchange.is_some()
    }

    pub(super) fn execute(&mut self, command: &Command) -> Reply {
        let arguments = command.arguments_lossy();
        let words: Vec<&str> = arguments.split_ascii_whitespace().collect();
        match (command.verb.as_str(), words.as_slice()) {
            ("CAPA", []) => self.capa(),
            ("QUIT", []) => self.quit(),
            _ if self.slots.is_some() => self.transaction(&command.verb, &words),
            _ => self.authorization(command, &words),
        }
    }

    fn authorization(&mut self, command: &Command, words: &[&str]) -> Reply {
        match (command.verb.as_str(), words) {
            ("STLS", []) if self.offers_stls() => {
                Reply::ok("Begin TLS negotiation now.").then(Then::StartTls)
            }
            ("USER", [_, ..]) => {
                self.user = Some(command.arguments.clone());
                Reply::ok("Now the password.")
            }
            ("PASS", _) => match self.user.take() {
                Some(user) => self.log_in(&user, &command.arguments),
                None => Reply::err("No user name given."),
            },
            ("AUTH", [name, initial @ ..]) if self.plays(name).is_some() => {
                let initial = initial.first().map(|initial| (*initial).to_owned());
                let exchange = Exchange { initial, ..Exchange::default() };
                self.exchange = self.plays(name).map(|mechanism| (mechanism, exchange));
                self.go_on()
            }
            ("AUTH", [mechanism, response @ ..]) if mechanism.eq_ignore_ascii_case("PLAIN") => {
                match response {
                    [] => {
                        self.awaits_response = true;
                        Reply::line("+ ")
                    }
                    [response] => self.respond(response.as_bytes()),
                    _ => Reply::err("Too many arguments."),
                }
            }
            ("AUTH", _) => Reply::err("Unsupported authentication mechanism."),
            _ => Reply::err("Unknown command."),
        }
    }

    /// The mechanism that the script has for this name.
    fn plays(&self, name: &str) -> Option<Mechanism> {
        self.script.mechanisms.get(&name.to_ascii_uppercase()).cloned()
    }

    /// The next step of the dialogue that goes on.
    fn go_on(&mut self) -> Reply {
        let Some((mechanism, exchange)) = &self.exchange else { return Reply::err("No dialogue.") };
        match mechanism(exchange) {
            Answer::Challenge(challenge) => Reply::line(Answer::challenge_line(&challenge)),
            Answer::Raw(bytes) => Reply::raw(bytes),
            Answer::LogIn => {
                self.exchange = None;
                self.let_in()
            }
            Answer::Refuse(text) => {
                self.exchange = None;
                Reply::err(&text)
            }
            Answer::Close(bytes) => Reply::raw(bytes).then(Then::Close),
        }
    }

    /// Takes the client's response of an `AUTH` dialogue.
    pub(super) fn respond(&mut self, response: &[u8]) -> Reply {
        if let Some((_, exchange)) = &mut self.exchange {
            if response == b"*" {
                self.exchange = None;
                return Reply::err("Cancelled.");
            }
            exchange.lines.push(String::from_utf8_lossy(response).into_owned());
            return self.go_on();
        }
        self.awaits_response = false;
        let Ok(decoded) = STANDARD.decode(response) else {
            return Reply::err("Authentication cancelled or not base64.");
        };
        match decoded.split(|&b| b == 0).collect::<Vec<_>>().as_slice() {
            [_, user, password] => self.log_in(user, password),
            _ => Reply::err("Not a PLAIN response."),
        }
    }

    fn log_in(&mut self, user: &[u8], password: &[u8]) -> Reply {
        let is_other = self.script.user.as_ref().is_some_and(|expected| user != expected);
        if is_other || password != self.script.password {
            return Reply::err("[AUTH] Authentication failed.");
        }
        self.let_in()
    }

    fn let_in(&mut self) -> Reply {
        let slot = |message| Slot { message, deleted: false };
        self.slots = Some(self.mailbox.messages().into_iter().map(slot).collect());
        Reply::ok("Logged in.")
    }

    fn transaction(&mut self, verb: &str, words: &[&str]) -> Reply {
        match (verb, words) {
            ("NOOP", []) => Reply::ok("Nothing done."),
            ("STAT", []) => {
                let octets: u64 = self.present().map(|(_, m)| m.body.octets()).sum();
                Reply::ok(&format!("{} {octets}", self.present().count()))
            }
            ("LIST", _) => {
                self.listing(words, |_, message| message.body.octets().to_string().into_bytes())
            }
            ("UIDL", _) if self.script.uidl => {
                let uids = self.script.uids.clone();
                self.listing(words, move |number, message| {
                    uids.get(&number).unwrap_or(&message.uid).clone()
                })
            }
            ("RETR", [number]) => match self.message(number) {
                Some(message) => Reply::ok(&format!("{} octets", message.body.octets()))
                    .with_text(Text::message(message.body.reader())),
                None => no_such_message(),
            },
            ("TOP", [number, lines]) if self.script.top => {
                match (self.message(number), lines.parse()) {
                    (Some(message), Ok(lines)) => Reply::ok("The top follows.")
                        .with_text(Text::top(message.body.reader(), lines)),
                    _ => no_such_message(),
                }
            }
            ("DELE", [number]) => match self.slot(number) {
                Some(slot) => {
                    slot.deleted = true;
                    Reply::ok("Marked to be deleted.")
                }
                None => no_such_message(),
            },
            ("RSET", []) => {
                for slot in self.slots.iter_mut().flatten() {
                    slot.deleted = false;
                }
                Reply::ok("Nothing is deleted.")
            }
            _ => Reply::err("Unknown command."),
        }
    }

    fn listing(&mut self, words: &[&str], item: impl Fn(usize, &Message) -> Vec<u8>) -> Reply {
        let line = |number: usize, message: &Message| {
            let mut line = format!("{number} ").into_bytes();
            line.extend(item(number, message));
            line
        };
        match words {
            [] => {
                let lines = self.present().map(|(n, m)| line(n, m)).collect();
                Reply::ok("The list follows.").with_text(Text::lines(lines))
            }
            [word] => match (word.parse(), self.message(word)) {
                (Ok(number), Some(message)) => {
                    Reply::ok(&String::from_utf8_lossy(&line(number, message)))
                }
                _ => no_such_message(),
            },
            _ => Reply::err("Too many arguments."),
        }
    }

    fn capa(&self) -> Reply {
        let capabilities = match self.slots {
            None => &self.script.before_login,
            Some(_) => &self.script.after_login,
        };
        let lines = match capabilities {
            Capabilities::Refused => return Reply::err("Unknown command."),
            Capabilities::Lines(lines) => lines.clone(),
            Capabilities::Default => self.default_capabilities(),
        };
        let lines = lines.into_iter().map(String::into_bytes).collect();
        Reply::ok("The list follows.").with_text(Text::lines(lines))
    }

    fn default_capabilities(&self) -> Vec<String> {
        let able = [
            ("TOP", self.script.top),
            ("UIDL", self.script.uidl),
            ("STLS", self.offers_stls()),
            ("USER", true),
            ("SASL PLAIN", true),
            ("PIPELINING", true),
            ("RESP-CODES", true),
            ("AUTH-RESP-CODE", true),
            ("IMPLEMENTATION popfetch-test", true),
        ];
        let able = able.into_iter().filter(|(_, able)| *able);
        able.map(|(name, _)| name.into()).collect()
    }

    fn offers_stls(&self) -> bool {
        matches!(self.script.tls, Tls::Starttls(_)) && !self.tls && self.slots.is_none()
    }

    /// In the TRANSACTION state this deletes what has been marked, before the
    /// client hears of it.
    fn quit(&mut self) -> Reply {
        let deleted = self.slots.iter().flatten().filter(|slot| slot.deleted);
        let serials: Vec<u64> = deleted.map(|slot| slot.message.serial).collect();
        self.mailbox.remove_serials(&serials);
        Reply::ok("Bye.").then(Then::Close)
    }

    fn present(&self) -> impl Iterator<Item = (usize, &Message)> {
        let slots = self.slots.iter().flatten().enumerate();
        slots.filter(|(_, slot)| !slot.deleted).map(|(index, slot)| (index + 1, &slot.message))
    }

    fn message(&mut self, number: &str) -> Option<&Message> {
        self.slot(number).map(|slot| &slot.message)
    }

    fn slot(&mut self, number: &str) -> Option<&mut Slot> {
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        let slot = self.slots.as_mut()?.get_mut(index)?;
        (!slot.deleted).then_some(slot)
    }
}

fn no_such_message() -> Reply {
    Reply::err("There is no such message.")
}
