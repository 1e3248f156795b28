//! What a person sees of a fetch: a bar while it runs, a line when it is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use popfetch::jobs::{Event, Observer, Outcome, Planned};
use popfetch::model::{AccountName, Listed};
use popfetch::proto::visible;

use super::report::say;
use super::size::{count, seconds, size};

/// How much is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    /// Draw a bar, and end with a summary.
    pub(crate) bar: bool,
    /// A line a message.
    pub(crate) messages: bool,
    /// Tell what failed and what to mind.
    pub(crate) warnings: bool,
    /// Tell what is planned, on standard output: the point of a rehearsal.
    pub(crate) plan: bool,
}

/// Follows one account's run.
pub(crate) struct Progress {
    account: String,
    talk: Talk,
    bar: ProgressBar,
    done: u64,
    messages: u64,
    /// Lines of the plan.
    pub(crate) plan: Vec<String>,
}

impl Progress {
    pub(crate) fn new(account: &AccountName, talk: Talk) -> Self {
        let target =
            if talk.bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let account = visible(account.as_str().as_bytes(), 80);
        let bar = ProgressBar::with_draw_target(None, target).with_prefix(account.clone());
        Self { account, talk, bar, done: 0, messages: 0, plan: Vec::new() }
    }

    fn line(&self, text: &str) {
        let account = &self.account;
        self.bar.suspend(|| say(&format!("popfetch: {account}: {text}\n")));
    }

    /// Takes the bar away and says how it went.
    pub(crate) fn finish(&self, outcome: &Outcome, duration: Duration) {
        self.bar.finish_and_clear();
        if !self.talk.bar {
            return;
        }
        let mut parts = Vec::new();
        if outcome.fetched > 0 {
            let messages = count(outcome.fetched, "message");
            parts.push(format!("{messages} fetched ({})", size(outcome.octets.0)));
        } else if outcome.failed == 0 && outcome.error.is_none() {
            parts.push("nothing new".to_owned());
        }
        if outcome.deleted > 0 {
            parts.push(format!("{} deleted on the server", outcome.deleted));
        }
        if outcome.skipped > 0 {
            parts.push(format!("{} skipped", outcome.skipped));
        }
        if outcome.failed > 0 {
            parts.push(format!("{} failed", outcome.failed));
        }
        if !parts.is_empty() {
            say(&format!("{}: {} in {}\n", self.account, parts.join(", "), seconds(duration)));
        }
    }
}

/// How a message is named to a person.
fn name(message: &Listed) -> String {
    match &message.uid {
        Some(uid) => format!("message {} ({uid})", message.number),
        None => format!("message {}", message.number),
    }
}

impl Observer for Progress {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Connecting => self.bar.set_message("connecting"),
            Event::Authenticated => self.bar.set_message("looking"),
            Event::Planned(action, message) if self.talk.plan => {
                let action = match action {
                    Planned::Fetch => "fetch",
                    Planned::Delete => "delete",
                };
                let octets = size(message.size.0);
                self.plan.push(format!("would {action} {}, {octets}", name(message)));
            }
            Event::Plan { messages, octets } => {
                self.messages = *messages;
                if *messages > 0 {
                    self.bar.set_style(style());
                    self.bar.set_length(octets.0);
                }
                self.bar.set_message(format!("0/{messages}"));
            }
            Event::BodyOctets(octets) => self.bar.inc(*octets),
            Event::MessageStored { message, message_id, octets, places, .. } => {
                self.done += 1;
                self.bar.set_message(format!("{}/{}", self.done, self.messages));
                if self.talk.messages {
                    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
                    let id = message_id.unwrap_or("no Message-ID");
                    let (name, places) = (name(message), places.join(", "));
                    self.line(&format!("{name}, {id}, {} -> {places}", size(octets.0)));
                }
            }
            Event::MessageFailed { message, reason } => {
                self.line(&format!("{} failed: {reason}", name(message)));
            }
            Event::MessageSkipped { message, reason } if self.talk.plan => {
                let octets = size(message.size.0);
                self.plan.push(format!("would skip {}, {octets}: {reason}", name(message)));
            }
            Event::MessageSkipped { message, reason } if self.talk.warnings => {
                let octets = size(message.size.0);
                self.line(&format!("{}, {octets}, skipped: {reason}", name(message)));
            }
            Event::Deleted(message) if self.talk.messages => {
                self.line(&format!("{} deleted on the server", name(message)));
            }
            Event::Recovered(messages) if self.talk.messages => {
                let messages = count(*messages as u64, "message");
                self.line(&format!("{messages} of an interrupted run put in place"));
            }
            Event::Warning(text) if self.talk.warnings => self.line(&format!("warning: {text}")),
            Event::Note(text) if self.talk.bar || self.talk.messages => self.line(text),
            _ => {}
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{prefix} {msg} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
