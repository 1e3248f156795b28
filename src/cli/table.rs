//! Lists: tab-separated for programs, aligned for people.

use std::io::{self, Write};

use jiff::ZonedDateTime;
use popfetch::jobs::Row;
use popfetch::model::{AccountName, count};
use popfetch::proto::visible;
use popfetch::summary::Summary;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::args::ColorArg;
use super::day::day;
use super::output::is_terminal;
use super::size::size;

/// The longest field of a tab-separated line, in characters.
const FIELD: usize = 4096;

/// One line of eight tab-separated fields.
pub(crate) fn write_tsv(
    out: &mut dyn Write,
    account: &AccountName,
    row: &Row<'_>,
) -> io::Result<()> {
    let empty = Summary::default();
    let summary = row.summary.as_ref().unwrap_or(&empty);
    let field = |text: &str| visible(text.as_bytes(), FIELD);
    writeln!(
        out,
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        row.message.number,
        if row.seen { "seen" } else { "new" },
        row.message.size,
        summary.date.as_deref().unwrap_or_default(),
        field(&summary.from()),
        field(&summary.subject),
        row.message.uid.as_ref().map(ToString::to_string).unwrap_or_default(),
        field(account.as_str()),
    )
}

/// How what is new stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// By its mark alone.
    Plain,
    /// In bold, which every theme shows.
    Bold,
}

impl Style {
    /// What fits standard output, and the user's wish.
    pub(crate) fn of(wish: ColorArg) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let bold = match wish {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => is_terminal() && !set("NO_COLOR") && !dumb,
        };
        if bold { Self::Bold } else { Self::Plain }
    }

    fn begin(self) -> &'static str {
        if self == Self::Bold { "\x1b[1m" } else { "" }
    }

    fn end(self) -> &'static str {
        if self == Self::Bold { "\x1b[0m" } else { "" }
    }
}

/// The cells of one line of a table.
#[derive(Debug)]
struct Cells {
    number: String,
    seen: bool,
    octets: u64,
    date: String,
    from: String,
    subject: String,
}

/// A table for a terminal, held until its column widths are known.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Cells>,
    now: ZonedDateTime,
}

/// Below so many columns there is no room for sizes.
const NARROW: usize = 60;

impl Table {
    /// An empty one, whose dates are seen from here and `now`.
    pub(crate) fn new(now: ZonedDateTime) -> Self {
        Self { rows: Vec::new(), now }
    }

    /// The number of lines.
    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Adds a line.
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        let summary = row.summary.clone().unwrap_or_default();
        let from =
            if summary.from_name.is_empty() { &summary.from_address } else { &summary.from_name };
        self.rows.push(Cells {
            number: row.message.number.to_string(),
            seen: row.seen,
            octets: row.message.size.0,
            date: summary
                .date
                .as_deref()
                .map(|date| seen_from(date, &self.now))
                .unwrap_or_default(),
            from: visible(from.as_bytes(), FIELD),
            subject: visible(summary.subject.as_bytes(), FIELD),
        });
    }

    /// Writes the table, `width` columns wide; what is new in `style`.
    pub(crate) fn write(&self, out: &mut dyn Write, width: usize, style: Style) -> io::Result<()> {
        let widest = |cell: fn(&Cells) -> usize| self.rows.iter().map(cell).max().unwrap_or(0);
        let number = widest(|cells| cells.number.len());
        let octets = if width < NARROW { 0 } else { widest(|cells| size(cells.octets).len()) };
        let date = widest(|cells| cells.date.len());
        // Number, mark, size and date take what they need; sender and subject share the rest.
        let wide = |column: usize, gap: usize| if column > 0 { column + gap } else { 0 };
        let fixed = number + 2 + wide(octets, 1) + wide(date, 2) + 2;
        let rest = width.saturating_sub(fixed + 2);
        let from = widest(|cells| cells.from.width()).min(rest * 2 / 5);
        let subject = rest.saturating_sub(from);
        for cells in &self.rows {
            let mark = if cells.seen { " " } else { "N" };
            let mut line = format!("{:>number$} {mark}", cells.number);
            if octets > 0 {
                line = format!("{line} {:>octets$}", size(cells.octets));
            }
            if date > 0 {
                line = format!("{line}  {:date$}", cells.date);
            }
            line = format!("{line}  {}  {}", fit(&cells.from, from), cut(&cells.subject, subject));
            let line = line.trim_end();
            if cells.seen {
                writeln!(out, "{line}")?;
            } else {
                writeln!(out, "{}{line}{}", style.begin(), style.end())?;
            }
        }
        let messages = self.rows.len() as u64;
        let new = self.rows.iter().filter(|cells| !cells.seen).count();
        let octets = self.rows.iter().fold(0_u64, |sum, cells| sum.saturating_add(cells.octets));
        if messages > 0 {
            writeln!(out, "{}, {new} new, {}", count(messages, "message"), size(octets))?;
        }
        Ok(())
    }
}

/// A date as the user's clock shows it; nothing where it is none.
fn seen_from(rfc3339: &str, now: &ZonedDateTime) -> String {
    rfc3339.parse().map(|time| day(time, now)).unwrap_or_default()
}

/// `text` cut to `width` columns, with an ellipsis if something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        shown.push(c);
    }
    if width > 0 {
        shown.push('…');
    }
    shown
}

/// `text` cut or filled to exactly `width` columns.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let shown = cut(text, width);
    let blank = width.saturating_sub(shown.width());
    shown + &" ".repeat(blank)
}

/// The terminal's width in columns.
pub(crate) fn terminal_width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use popfetch::model::{Listed, MessageNumber, Octets};

    /// A table of two messages, one of them new, as it is `width` columns wide.
    fn shown(width: usize) -> String {
        let now = "2026-12-01T09:00+00:00[UTC]".parse().unwrap();
        let mut table = Table::new(now);
        for (number, seen, date, from, subject) in [
            (9, true, "2026-12-01T08:05:00Z", "", "Re: lunch"),
            (
                10,
                false,
                "2026-03-07T12:00:00Z",
                "你好世界",
                "A subject of more words than fit here",
            ),
        ] {
            let message = Listed {
                number: MessageNumber::new(number).unwrap(),
                size: Octets(123_456),
                uid: None,
            };
            let summary = Summary {
                date: Some(date.into()),
                from_name: from.into(),
                from_address: "a@example.org".into(),
                subject: subject.into(),
                ..Summary::default()
            };
            table.push(&Row { message: &message, seen, summary: Some(summary) });
        }
        let mut text = Vec::new();
        table.write(&mut text, width, Style::Plain).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_wide_and_a_narrow_terminal() {
        assert_eq!(
            shown(80),
            " 9   123 kB  08:05   a@example.org  Re: lunch\n\
             10 N 123 kB   7 Mar  你好世界       A subject of more words than fit here\n\
             2 messages, 1 new, 247 kB\n"
        );
        assert_eq!(
            shown(40),
            " 9    08:05   a@exampl…  Re: lunch\n\
             10 N   7 Mar  你好世界   A subject of m…\n\
             2 messages, 1 new, 247 kB\n"
        );
    }

    #[test]
    fn wide_characters_count_two() {
        assert_eq!(cut("你好世界", 5), "你好…");
        assert_eq!(fit("你好", 6), "你好  ");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("abcd", 0), "");
    }
}
