//! The words of fetchmail's configuration.

use super::super::Error;

/// A word, and the line that it ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// A keyword has no quotes, and does not stand where a name must.
    pub(super) is_name: bool,
    pub(super) line: usize,
}

/// What stands in for a word anywhere, to make the file read like English.
const NOISE: [&str; 5] = ["with", "and", "has", "wants", "options"];

/// Behind these comes a name, whatever it looks like.
const BEFORE_NAMES: [&str; 7] = ["user", "username", "is", "to", "pass", "password", "="];

/// Splits the text.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Error> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = text;
    let mut line = 1;
    let mut wants_name = false;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '\n' => {
                line += 1;
                1
            }
            ' ' | '\t' | '\r' | ';' | ':' | ',' => 1,
            '\\' if rest.starts_with("\\\n") => 1,
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => {
                let end =
                    rest[1..].find(c).ok_or_else(|| Error::new(line, "a quote is not closed"))?;
                let quoted = &rest[1..=end];
                line += quoted.matches('\n').count();
                words.push(Word { text: unescape(quoted), is_name: true, line });
                wants_name = false;
                end + 2
            }
            '=' => {
                words.push(Word { text: "=".to_owned(), is_name: false, line });
                wants_name = true;
                1
            }
            _ => {
                let is_end = |c: char| "=;:, \t\r\n".contains(c);
                let end = rest.find(is_end).unwrap_or(rest.len());
                let text = unescape(&rest[..end]);
                if wants_name || !NOISE.contains(&text.as_str()) {
                    let is_name = std::mem::take(&mut wants_name);
                    wants_name = !is_name && BEFORE_NAMES.contains(&text.as_str());
                    words.push(Word { text, is_name, line });
                }
                end
            }
        };
        rest = &rest[end..];
    }
    Ok(words)
}

/// Undoes escapes: `\nnn` is decimal, `\0nn` octal, `\xnn` hexadecimal.
fn unescape(text: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            result.push(c);
            continue;
        }
        let (radix, most) = match characters.peek() {
            Some('x' | 'X') => {
                characters.next();
                (16, 2)
            }
            Some('0') => (8, 3),
            Some('1'..='9') => (10, 3),
            _ => {
                match characters.next() {
                    Some('n') => result.push('\n'),
                    Some('t') => result.push('\t'),
                    Some('b') => result.push('\x08'),
                    Some('r') => result.push('\r'),
                    // A backslash before a line end joins lines.
                    Some('\n') | None => {}
                    Some(other) => result.push(other),
                }
                continue;
            }
        };
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = characters.peek().and_then(|c| c.to_digit(radix)) else { break };
            value = value * radix + digit;
            characters.next();
        }
        result.extend(char::from_u32(value & 0xff));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_escapes_noise_and_names() {
        for (text, expected) in [
            ("poll h, proto pop3;\n# all\nwith user", "poll|h|proto|pop3|user"),
            ("user \"a b\" and pass 'it\\'", "user|a b!|pass|it!"),
            // Where a name must stand a keyword is one.
            ("user keep pass with keep", "user|keep!|pass|with!|keep"),
            ("user=x", "user|=|x!"),
            ("pass \\x41\\066\\66\\\"\\n.", "pass|A6B\"\n.!"),
            ("pass \"one\\\ntwo\"", "pass|onetwo!"),
            ("poll \\\n h", "poll|h"),
            ("", ""),
        ] {
            let shown: Vec<String> = words(text)
                .unwrap()
                .iter()
                .map(|word| format!("{}{}", word.text, if word.is_name { "!" } else { "" }))
                .collect();
            assert_eq!(shown.join("|"), expected, "{text}");
        }
        assert_eq!(words("poll h\nuser \"x").unwrap_err().line, 2);
        let lines: Vec<usize> = words("a\n\"b\nc\"\nd").unwrap().iter().map(|w| w.line).collect();
        assert_eq!(lines, [1, 3, 4]);
    }
}
