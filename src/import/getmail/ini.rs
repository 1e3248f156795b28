//! The form of getmail's configuration: sections, and values as Python would write them.

use std::collections::BTreeMap;

use super::super::Error;
use super::super::option::Options;

/// The sections by their names.
pub(super) type Sections = BTreeMap<String, Options>;

/// Splits the text into sections. A line that begins with a blank goes on with the value before it.
pub(super) fn sections(text: &str) -> Result<Sections, Error> {
    let mut sections = Sections::new();
    let mut section: Option<String> = None;
    let mut last: Option<(String, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), &mut last) {
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        if let (Some(section), Some((name, value))) = (&section, last.take()) {
            sections.entry(section.clone()).or_default().set(&name, value);
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            sections.entry(name.to_owned()).or_default();
            section = Some(name.to_owned());
            continue;
        }
        let (name, value) = trimmed
            .split_once(['=', ':'])
            .filter(|_| section.is_some())
            .ok_or_else(|| Error::new(number, "this is neither [section] nor name = value"))?;
        last = Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    if let (Some(section), Some((name, value))) = (section, last) {
        sections.entry(section).or_default().set(&name, value);
    }
    Ok(sections)
}

pub(super) fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on")
}

/// The strings of a Python tuple; nothing where it is more than that.
pub(super) fn tuple(text: &str) -> Option<Vec<String>> {
    let mut rest = text.trim().strip_prefix('(')?.strip_suffix(')')?.trim_start();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let mut word = String::new();
        let mut characters = rest.char_indices().skip(1);
        let end = loop {
            match characters.next()? {
                (at, c) if c == quote => break at + 1,
                (_, '\\') => match characters.next()?.1 {
                    c @ ('\\' | '"' | '\'') => word.push(c),
                    other => word.extend(['\\', other]),
                },
                (_, c) => word.push(c),
            }
        };
        words.push(word);
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None if rest.is_empty() => {}
            None => return None,
        }
    }
    Some(words)
}

/// A word as the shell takes it for one.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    let home = word.starts_with("~/");
    if !word.is_empty() && word.chars().skip(usize::from(home)).all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_of_strings() {
        for (text, words) in [
            ("()", Some(&[][..])),
            ("(\"a\",)", Some(&["a"][..])),
            ("( 'a' , \"b c\" )", Some(&["a", "b c"][..])),
            ("('it\\'s', 'a\\n')", Some(&["it's", "a\\n"][..])),
            ("'a'", None),
            ("('a' 'b')", None),
            ("('a'", None),
            ("(a,)", None),
            ("('a, )", None),
        ] {
            let words: Option<Vec<String>> =
                words.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(tuple(text), words, "{text}");
        }
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        for (word, written) in [
            ("pass", "pass"),
            ("mail/work", "mail/work"),
            ("~/x", "~/x"),
            ("~x", "'~x'"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$x", "'$x'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), written);
        }
    }
}
