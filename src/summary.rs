//! What a list shows of a message: sender, subject and date, from its header block.
//!
//! For people's eyes only. Nothing about delivery is decided here, so a parser that is wrong
//! about a hostile message costs a line of a list and no more.

use std::sync::LazyLock;

use mail_parser::{Addr, HeaderForm, HeaderName, MessageParser};

use crate::model::HeaderConditions;

/// The part of a header block that is read, in octets.
pub const MAX_HEADER: usize = 512 * 1024;

/// Decodes what a [`Summary`] shows and passes over the rest: much of a header block says how the
/// message came here, and takes longest to understand.
static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .header_address(HeaderName::From)
        .header_text(HeaderName::Subject)
        .header_date(HeaderName::Date)
        .header_id(HeaderName::MessageId)
        .default_header_ignore()
});

/// Sender, subject and date of a message, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The sender's name; empty where there is none.
    pub from_name: String,
    /// The sender's address; empty where there is none.
    pub from_address: String,
    /// The subject; empty where there is none.
    pub subject: String,
    /// The Date field in RFC 3339 form, with the sender's offset.
    pub date: Option<String>,
    /// The Message-ID, with its angle brackets.
    pub message_id: Option<String>,
}

impl Summary {
    /// Reads a header block, as TOP gives it.
    #[must_use]
    pub fn of(header: &[u8]) -> Self {
        let header = &header[..header.len().min(MAX_HEADER)];
        let Some(message) = PARSER.parse_headers(header) else {
            return Self::default();
        };
        let from = message.from().and_then(|from| from.first());
        let text = |value: Option<&str>| value.unwrap_or_default().trim().to_owned();
        let date = message.date().map(mail_parser::DateTime::to_rfc3339);
        Self {
            from_name: text(from.and_then(Addr::name)),
            from_address: text(from.and_then(Addr::address)),
            subject: text(message.subject()),
            // The parser takes the numbers as they come; the 99th of Foo is no date.
            date: date.filter(|date| date.parse::<jiff::Timestamp>().is_ok()),
            message_id: message.message_id().map(|id| format!("<{id}>")),
        }
    }

    /// The sender as `Name <address>`.
    #[must_use]
    pub fn from(&self) -> String {
        match (self.from_name.as_str(), self.from_address.as_str()) {
            ("", address) => address.to_owned(),
            (name, "") => name.to_owned(),
            (name, address) => format!("{name} <{address}>"),
        }
    }
}

/// Whether a header block is as `conditions` want it. One without a date is neither before nor
/// after anything.
#[must_use]
pub fn matches(header: &[u8], conditions: &HeaderConditions) -> bool {
    let summary = Summary::of(header);
    let contains =
        |text: &str, wanted: &String| text.to_lowercase().contains(&wanted.to_lowercase());
    let date = summary.date.as_deref().and_then(|date| date.parse::<jiff::Timestamp>().ok());
    let date = date.map(jiff::Timestamp::as_second);
    let from = summary.from();
    conditions.since.is_none_or(|since| date.is_some_and(|date| date >= since))
        && conditions.before.is_none_or(|before| date.is_some_and(|date| date < before))
        && conditions.from.iter().all(|wanted| contains(&from, wanted))
        && conditions.subject.iter().all(|wanted| contains(&summary.subject, wanted))
        && conditions.fields.iter().all(|(name, wanted)| {
            field_values(header, name).iter().any(|value| contains(value, wanted))
        })
}

/// The values of the fields called `name`, decoded as text.
fn field_values(header: &[u8], name: &str) -> Vec<String> {
    let header = &header[..header.len().min(MAX_HEADER)];
    let Some(message) = MessageParser::default().parse_headers(header) else {
        return Vec::new();
    };
    let Some(name) = HeaderName::parse(name) else { return Vec::new() };
    let values = message.header_as(name, HeaderForm::Text);
    values.iter().filter_map(|value| value.as_text().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_dates_and_addresses() {
        let summary = Summary::of(
            b"From: =?utf-8?q?J=C3=BCrgen_M?= <jm@example.org>\r\n\
              Subject: =?utf-8?b?5L2g5aW9?= =?utf-8?q?_folded?=\r\n\
              Date: Mon, 2 Nov 2026 03:04:05 +0100\r\n\
              Message-ID: <a@b>\r\n\r\n",
        );
        assert_eq!(summary.from(), "Jürgen M <jm@example.org>");
        assert_eq!(summary.subject, "你好 folded");
        assert_eq!(summary.date.as_deref(), Some("2026-11-02T03:04:05+01:00"));
        assert_eq!(summary.message_id.as_deref(), Some("<a@b>"));
    }

    #[test]
    fn conditions_on_header_blocks() {
        let header = "From: =?utf-8?q?J=C3=BCrgen?= <jm@Example.org>\r\n\
            Subject: Re: Rechnung\r\nDate: Mon, 2 Nov 2026 00:00:00 +0000\r\n\
            List-Id: =?utf-8?q?Gr=C3=BC=C3=9Fe?= <x.list>\r\nX-Spam: no\r\nX-Spam: YES, 9\r\n\r\n";
        let day = 1_793_577_600;
        let none = HeaderConditions::default;
        let text = |text: &str| vec![text.to_owned()];
        let field = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
        for (conditions, expected) in [
            (none(), true),
            (HeaderConditions { from: text("jürgen"), ..none() }, true),
            (HeaderConditions { from: text("@example.ORG"), ..none() }, true),
            (HeaderConditions { from: text("bob"), ..none() }, false),
            (HeaderConditions { subject: text("rechnung"), ..none() }, true),
            (HeaderConditions { fields: field("list-ID", "grüße"), ..none() }, true),
            (HeaderConditions { fields: field("x-spam", "yes"), ..none() }, true),
            (HeaderConditions { fields: field("x-spam", "maybe"), ..none() }, false),
            (HeaderConditions { fields: field("X-None", ""), ..none() }, false),
            (HeaderConditions { since: Some(day), ..none() }, true),
            (HeaderConditions { since: Some(day + 1), ..none() }, false),
            (HeaderConditions { before: Some(day), ..none() }, false),
            (HeaderConditions { before: Some(day + 1), ..none() }, true),
            (HeaderConditions { from: text("jm@"), subject: text("other"), ..none() }, false),
        ] {
            assert_eq!(matches(header.as_bytes(), &conditions), expected, "{conditions:?}");
        }
        let undated = HeaderConditions { before: Some(i64::MAX), ..none() };
        assert!(!matches(b"Subject: x\r\n\r\n", &undated));
    }

    #[test]
    fn whatever_comes_is_a_summary() {
        assert_eq!(Summary::of(b""), Summary::default());
        assert_eq!(Summary::of(b"\r\n"), Summary::default());
        let odd = Summary::of(b"From: only a name\nDate: 99 Foo 2026\nSubject:\n\n");
        assert_eq!((odd.date, odd.subject.as_str()), (None, ""));
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        let _ = Summary::of(&bytes);
    }
}
