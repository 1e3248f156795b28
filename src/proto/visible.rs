//! Bytes from a server, made fit to be shown.

use std::fmt::Write;

/// Turns untrusted bytes into one line of text that can be printed anywhere: control characters,
/// invalid UTF-8 and what reorders text are written as escapes, and what is longer than `max`
/// characters is cut, with an ellipsis.
#[must_use]
pub fn visible(bytes: &[u8], max: usize) -> String {
    let mut out = String::new();
    let mut room = max;
    'chunks: for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if room == 0 {
                out.push('…');
                break 'chunks;
            }
            room -= 1;
            push_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            if room == 0 {
                out.push('…');
                break 'chunks;
            }
            room -= 1;
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Appends `c`, or its escape when a terminal might act on it.
fn push_visible(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        }
        // Line and paragraph separators, and everything that changes the direction of text.
        '\u{2028}'
        | '\u{2029}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{061c}' => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        _ => out.push(c),
    }
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
    }
}
