//! JSON, one object a line.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use popfetch::jobs::{Event, Observer, Outcome, Planned, Row};
use popfetch::model::{AccountName, Listed, Uid};
use popfetch::proto::is_active;

use super::exit::Exit;
use super::report::{Failure, retrying, too_early};

/// The fields that name a message. A UID that is no UTF-8 is given without loss beside its text.
fn put_message(object: &mut Map<String, Value>, message: &Listed) {
    object.insert("number".into(), message.number.get().into());
    match &message.uid {
        None => {
            object.insert("uid".into(), Value::Null);
        }
        Some(uid) => put_uid(object, uid),
    }
}

fn put_uid(object: &mut Map<String, Value>, uid: &Uid) {
    object.insert("uid".into(), String::from_utf8_lossy(uid.as_bytes()).into());
    if std::str::from_utf8(uid.as_bytes()).is_err() {
        object.insert("uid_b64".into(), BASE64.encode(uid.as_bytes()).into());
    }
}

/// A line of a list.
pub(crate) fn row(account: &AccountName, row: &Row<'_>) -> Value {
    let mut object = Map::new();
    object.insert("account".into(), account.as_str().into());
    put_message(&mut object, row.message);
    object.insert("octets".into(), row.message.size.0.into());
    object.insert("seen".into(), row.seen.into());
    let summary = row.summary.clone().unwrap_or_default();
    object.insert("date".into(), summary.date.clone().into());
    object.insert("from".into(), summary.from().into());
    object.insert("subject".into(), summary.subject.into());
    object.insert("message_id".into(), summary.message_id.into());
    Value::Object(object)
}

/// `value` as a line. What a terminal would act on is escaped, also where JSON does not ask for
/// it: people look at JSON, too.
pub(crate) fn line(value: &Value) -> String {
    let mut line = String::new();
    for c in value.to_string().chars() {
        if is_active(c) {
            let _ = write!(line, "\\u{:04x}", u32::from(c));
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    line
}

/// Writes a line, in one piece: other accounts write to the same place at the same time.
pub(crate) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    out.write_all(line(value).as_bytes())
}

/// Writes the events of an account as they happen.
pub(crate) struct Events<'a> {
    account: String,
    out: &'a mut dyn Write,
    /// The first error of the output, after which nothing is written.
    pub(crate) result: io::Result<()>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(account: &AccountName, out: &'a mut dyn Write) -> Self {
        Self { account: account.to_string(), out, result: Ok(()) }
    }

    fn write(&mut self, name: &str, fill: impl FnOnce(&mut Map<String, Value>)) {
        let mut object = Map::new();
        object.insert("event".into(), name.into());
        object.insert("account".into(), self.account.as_str().into());
        fill(&mut object);
        if self.result.is_ok() {
            let line = write(self.out, &Value::Object(object));
            self.result = line.and_then(|()| self.out.flush());
        }
    }

    /// The error that ended the run.
    pub(crate) fn error(&mut self, failure: &Failure) {
        self.write("error", |object| {
            object.insert("message".into(), failure.message.as_str().into());
            object.insert("hint".into(), failure.hint.clone().into());
            object.insert("exit".into(), failure.exit.0.into());
        });
    }

    /// The last line of a run.
    pub(crate) fn summary(&mut self, outcome: &Outcome, seconds: f64, exit: Exit) {
        // Milliseconds are as exact as anybody needs, and readable.
        let seconds = (seconds * 1000.0).round() / 1000.0;
        self.write("summary", |object| {
            object.insert("fetched".into(), outcome.fetched.into());
            object.insert("skipped".into(), outcome.skipped.into());
            object.insert("failed".into(), outcome.failed.into());
            object.insert("deleted".into(), outcome.deleted.into());
            object.insert("octets".into(), outcome.octets.0.into());
            object.insert("seconds".into(), json!(seconds));
            object.insert("exit".into(), exit.0.into());
        });
    }
}

/// The events of an account that failed before anything was done.
pub(crate) fn unstarted(failure: &Failure, out: &mut dyn Write) {
    let account = failure.account.clone().unwrap_or_default();
    let mut events = Events { account, out, result: Ok(()) };
    events.error(failure);
    events.summary(&Outcome::default(), 0.0, failure.exit);
}

impl Observer for Events<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned(action, message) => self.write("planned", |object| {
                let action = match action {
                    Planned::Fetch => "fetch",
                    Planned::Delete => "delete",
                };
                object.insert("action".into(), action.into());
                put_message(object, message);
                object.insert("octets".into(), message.size.0.into());
            }),
            Event::MessageStored { message, message_id, octets, places, file } => {
                self.write("stored", |object| {
                    put_message(object, message);
                    object.insert("octets".into(), octets.0.into());
                    object.insert("message_id".into(), (*message_id).into());
                    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
                    object.insert("to".into(), places.into());
                    object.insert("file".into(), (*file).into());
                });
            }
            Event::MessageFailed { message, reason } => self.write("failed", |object| {
                put_message(object, message);
                object.insert("reason".into(), (*reason).into());
            }),
            Event::MessageSkipped { message, reason } => self.write("skipped", |object| {
                put_message(object, message);
                object.insert("octets".into(), message.size.0.into());
                object.insert("reason".into(), (*reason).into());
            }),
            Event::Deleted(message) => {
                self.write("deleted", |object| put_message(object, message));
            }
            Event::Recovered(count) => self.write("recovered", |object| {
                object.insert("messages".into(), (*count).into());
            }),
            Event::Warning(text) | Event::Note(text) => self.write("warning", |object| {
                object.insert("message".into(), (*text).into());
            }),
            Event::TooEarly { seconds } => self.write("warning", |object| {
                object.insert("message".into(), too_early(*seconds).into());
            }),
            Event::Retrying { error, seconds } => self.write("warning", |object| {
                object.insert("message".into(), retrying(error, *seconds).into());
            }),
            Event::Connecting
            | Event::Authenticated
            | Event::Plan { .. }
            | Event::BodyOctets(_) => {}
        }
    }
}
