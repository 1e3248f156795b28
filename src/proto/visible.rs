//! Bytes from a server, made fit to be shown.

/// Turns untrusted bytes into one line of text that can be printed anywhere: control characters,
/// invalid UTF-8 and what reorders text are written as escapes, and what takes more than `max`
/// characters so is cut, with an ellipsis.
#[must_use]
pub fn visible(bytes: &[u8], max: usize) -> String {
    let mut out = String::new();
    let mut room = max;
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().chars().map(shown);
        let invalid = chunk.invalid().iter().map(|byte| Shown::Escape(format!("\\x{byte:02x}")));
        for shown in valid.chain(invalid) {
            let width = match &shown {
                Shown::Char(_) => 1,
                Shown::Escape(escape) => escape.len(),
            };
            if width > room {
                out.push('…');
                return out;
            }
            room -= width;
            match shown {
                Shown::Char(c) => out.push(c),
                Shown::Escape(escape) => out.push_str(&escape),
            }
        }
    }
    out
}

/// How a character is shown.
enum Shown {
    Char(char),
    Escape(String),
}

/// `c`, or its escape when a terminal might act on it.
fn shown(c: char) -> Shown {
    Shown::Escape(match c {
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        c if c.is_control() => format!("\\x{:02x}", u32::from(c)),
        c if is_active(c) => format!("\\u{{{:x}}}", u32::from(c)),
        _ => return Shown::Char(c),
    })
}

/// Whether a terminal might act on `c` rather than show it: control characters, line and paragraph
/// separators, and everything that changes the direction of text.
#[must_use]
pub fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_spelt_out() {
        let shown = visible(b"a\x1b[31m\r\n\xff\x7f \xe2\x80\xae \xc2\x9b \xe4\xbd\xa0", 80);
        assert_eq!(shown, "a\\x1b[31m\\r\\n\\xff\\x7f \\u{202e} \\x9b 你");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(visible(b"abcdef", 3), "abc…");
        assert_eq!(visible(b"abc", 3), "abc");
        assert_eq!(visible(b"a\x1b\x1b", 6), "a\\x1b…", "by what is shown");
    }
}
