//! What a person sees of a fetch: a bar while it runs, a line when it is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use popfetch::jobs::{Event, News, Observer, Outcome, Planned};
use popfetch::model::{AccountName, Listed, count};

use super::accounts::shown;
use super::report::{retrying, too_early};
use super::screen::{Level, bars, say, say_as, width};
use super::size::{seconds, size, span};
use super::table::fit;

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

/// Messages to which the same happened: cron is told of the first, and of how many more there are.
#[derive(Default)]
struct Mention {
    first: Option<String>,
    others: u64,
}

impl Mention {
    fn add(&mut self, text: String) {
        match self.first {
            None => self.first = Some(text),
            Some(_) => self.others += 1,
        }
    }
}

/// Follows one account's run.
pub(crate) struct Progress {
    account: String,
    talk: Talk,
    bar: ProgressBar,
    done: u64,
    messages: u64,
    failed: Mention,
    skipped: Mention,
    plan: Vec<String>,
}

impl Progress {
    /// Follows `account`. The bars of several accounts stand below each other, behind names as
    /// wide as the `widest`.
    pub(crate) fn new(account: &AccountName, widest: usize, talk: Talk) -> Self {
        let account = shown(account);
        let bar = if talk.bar {
            let name = fit(&account, widest.min(width() / 3));
            let bar = bars().add(ProgressBar::no_length());
            bar.set_style(style("{prefix} {wide_msg}"));
            bar.with_prefix(name)
        } else {
            ProgressBar::hidden()
        };
        Self {
            account,
            talk,
            bar,
            done: 0,
            messages: 0,
            failed: Mention::default(),
            skipped: Mention::default(),
            plan: Vec::new(),
        }
    }

    /// What the account is called here.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// The lines of the plan.
    pub(crate) fn plan(&self) -> String {
        self.plan.iter().map(|line| format!("{}: {line}\n", self.account)).collect()
    }

    fn line(&self, text: &str) {
        say_as(Level::Warning, &format!("popfetch: {}: {text}\n", self.account));
    }

    /// Says which messages failed or were skipped, a line for either.
    pub(crate) fn mention(&self) {
        for (Mention { first, others }, what) in
            [(&self.failed, "failed"), (&self.skipped, "skipped")]
        {
            match (first, others) {
                (None, _) => {}
                (Some(first), 0) => self.line(first),
                (Some(first), others) => {
                    self.line(&format!("{first}; {others} more {what} (-v names them)"));
                }
            }
        }
    }

    /// Says that a trouble is over which was told of.
    pub(crate) fn tell(&self, news: News, now: i64) {
        if let (News::Over(since), true) = (news, self.talk.warnings) {
            let lasted = Duration::from_secs((now - since).max(0).unsigned_abs());
            self.line(&format!("works again, after {}", span(lasted)));
        }
    }

    /// Takes the bar away and says how it went.
    pub(crate) fn finish(&self, outcome: &Outcome, duration: Duration) {
        self.mention();
        if !self.talk.bar {
            return;
        }
        self.bar.finish_and_clear();
        bars().remove(&self.bar);
        let mut parts = Vec::new();
        if outcome.fetched > 0 {
            let messages = count(outcome.fetched, "message");
            parts.push(format!("{messages} fetched ({})", size(outcome.octets.0)));
        } else if outcome.failed == 0 && outcome.error.is_none() && !outcome.too_early {
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
                    self.bar.set_style(style(template(width())));
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
                let text = format!("{} failed: {reason}", name(message));
                if self.talk.messages { self.line(&text) } else { self.failed.add(text) }
            }
            Event::MessageSkipped { message, reason } if self.talk.plan => {
                let octets = size(message.size.0);
                self.plan.push(format!("would skip {}, {octets}: {reason}", name(message)));
            }
            Event::MessageSkipped { message, reason } if self.talk.warnings => {
                let octets = size(message.size.0);
                let text = format!("{}, {octets}, skipped: {reason}", name(message));
                if self.talk.messages { self.line(&text) } else { self.skipped.add(text) }
            }
            Event::Deleted(message) if self.talk.messages => {
                self.line(&format!("{} deleted on the server", name(message)));
            }
            Event::Recovered(messages) if self.talk.messages => {
                let messages = count(*messages as u64, "message");
                self.line(&format!("{messages} of an interrupted run put in place"));
            }
            Event::Warning(text) if self.talk.warnings => self.line(&format!("warning: {text}")),
            Event::TooEarly { seconds } if self.talk.bar || self.talk.messages => {
                self.line(&too_early(*seconds));
            }
            Event::Retrying { error, seconds } if self.talk.bar || self.talk.messages => {
                self.line(&retrying(error, *seconds));
            }
            Event::Note(text) if self.talk.bar || self.talk.messages => self.line(text),
            _ => {}
        }
    }
}

/// What of a bar there is room for in `width` columns.
fn template(width: usize) -> &'static str {
    match width {
        0..48 => "{prefix} {wide_msg} {percent:>3}% {eta:>4}",
        48..80 => "{prefix} {msg:>9} {wide_bar} {percent:>3}% {eta:>4}",
        _ => {
            "{prefix} {msg:>9} {wide_bar} {decimal_bytes:>9}/{decimal_total_bytes:<9} \
             {decimal_bytes_per_sec:>11} {eta:>4}"
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        for width in [0, 40, 60, 80, 200] {
            assert!(ProgressStyle::with_template(template(width)).is_ok(), "{width}");
        }
    }
}
