//! Status lines: the response code is what a naive reader finds, and the text is one line that
//! can be printed anywhere and is not long.

use popfetch::proto::{ResponseCode, ServerText, Status, visible};

use super::common::printable::assert_printable;

/// The longest text kept, in characters as they are shown, and an ellipsis.
const MAX_SHOWN: usize = 256 + 1;

pub(crate) fn check(data: &[u8]) {
    let status = Status::new(false, data);
    assert_eq!(status.code, code(data), "{}", data.escape_ascii());
    let text = status.text.as_str();
    assert_printable(text);
    assert_printable(&ServerText::new(data).to_string());
    assert!(text.chars().count() <= MAX_SHOWN);
    for max in [0, 1, 7, data.len()] {
        let shown = visible(data, max);
        assert_printable(&shown);
        // What was cut says so, and nothing else changes with the room.
        let whole = visible(data, usize::MAX);
        match shown.strip_suffix('…') {
            Some(start) if shown != whole => assert!(whole.starts_with(start)),
            _ => assert_eq!(shown, whole),
        }
        assert_eq!(visible(shown.as_bytes(), shown.len()), shown, "what can be shown stays");
    }
    if data.is_ascii() && !data.iter().any(u8::is_ascii_control) {
        assert_eq!(visible(data, data.len()).as_bytes(), data);
    }
}

fn code(text: &[u8]) -> Option<ResponseCode> {
    let text = String::from_utf8_lossy(text).to_ascii_uppercase();
    let (code, _) = text.strip_prefix('[')?.split_once(']')?;
    let is = |known: &str| code == known || code.starts_with(&format!("{known}/"));
    [
        ("AUTH", ResponseCode::Auth),
        ("IN-USE", ResponseCode::InUse),
        ("LOGIN-DELAY", ResponseCode::LoginDelay),
        ("SYS/TEMP", ResponseCode::SysTemp),
        ("SYS/PERM", ResponseCode::SysPerm),
        ("UTF8", ResponseCode::Utf8),
    ]
    .into_iter()
    .find_map(|(known, code)| is(known).then_some(code))
}
