//! What may be shown on a terminal.

/// Panics unless `text` is one line that no terminal acts on and that reads in one direction.
pub(crate) fn assert_printable(text: &str) {
    let bad = text.chars().find(|c| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}')
    });
    assert!(bad.is_none(), "{bad:?} would be shown: {text:?}");
}
