//! What a list shows of a message: whatever its header block holds, a line is a line of as many
//! fields as always, that no terminal acts on, and not longer than the header block accounts for.

use popfetch::jobs::Row;
use popfetch::model::{AccountName, HeaderConditions, Listed, MessageNumber, Octets, Uid};
use popfetch::summary::{Summary, matches};

use super::super::json;
use super::super::table::{Style, Table, write_tsv};
use super::common::printable::assert_printable;

/// The longest a field of a list may be: so many characters, each at its longest an escape.
const FIELD: usize = 4096 * "\\u{2028}".len() + "…".len();

pub(crate) fn check(data: &[u8]) {
    let summary = Summary::of(data);
    check_conditions(data, &summary);
    let listed = Listed {
        number: MessageNumber::new(1).unwrap(),
        size: Octets(data.len() as u64),
        uid: Uid::new(b"uid"),
    };
    let name = AccountName::configured("work").unwrap();
    let row = Row { message: &listed, seen: false, summary: Some(summary.clone()) };

    let mut line = Vec::new();
    write_tsv(&mut line, &name, &row).unwrap();
    let line = String::from_utf8(line).unwrap();
    let line = line.strip_suffix('\n').expect("a line");
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!(fields.len(), 8, "{line}");
    fields.iter().for_each(|field| assert_printable(field));
    assert!(fields.iter().all(|field| field.len() <= FIELD));

    for width in [0, 40, 300] {
        let mut table = Table::new(jiff::ZonedDateTime::now());
        table.push(&row);
        let mut lines = Vec::new();
        table.write(&mut lines, width, Style::Plain).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert_eq!(lines.lines().count(), 2, "the message, and the line of totals: {lines}");
        lines.lines().for_each(assert_printable);
    }

    let mut line = Vec::new();
    json::write(&mut line, &json::row(&name, &row)).unwrap();
    let line = String::from_utf8(line).unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    let object: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(object["subject"], summary.subject.as_str());
    assert_eq!(object["from"], summary.from().as_str());
}

/// A message is found by what a list shows of it.
fn check_conditions(header: &[u8], summary: &Summary) {
    let wanted = HeaderConditions {
        from: vec![summary.from()],
        subject: vec![summary.subject.clone()],
        ..HeaderConditions::default()
    };
    assert!(matches(header, &wanted), "{wanted:?}");
    if let Some(date) = &summary.date {
        let date = date.parse::<jiff::Timestamp>().expect("a date").as_second();
        let since = HeaderConditions { since: Some(date), ..HeaderConditions::default() };
        assert!(matches(header, &since));
        let before = HeaderConditions { before: Some(date), ..HeaderConditions::default() };
        assert!(!matches(header, &before));
    }
}
