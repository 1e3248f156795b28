//! What a server says about a token that it refuses.

use serde_json::{Map, Value};

/// What is worth reading of the JSON in a challenge (RFC 7628, section 3.2.2; Google and Microsoft
/// send much the same), in one line: its fields in the order in which they came. What is no such
/// JSON is read as it stands. What comes out is as little fit for a terminal as what went in.
#[must_use]
pub fn explain(challenge: &[u8]) -> String {
    match serde_json::from_slice::<Map<String, Value>>(challenge) {
        Ok(fields) => {
            let fields = fields.iter().map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name} {text}"),
                None => format!("{name} {value}"),
            });
            fields.collect::<Vec<_>>().join(", ")
        }
        Err(_) => String::from_utf8_lossy(challenge).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_or_not() {
        for (challenge, text) in [
            (&br#"{"status":"400","scope":"s"}"#[..], "status 400, scope s"),
            (br#"{"status":401,"x":["a"]}"#, r#"status 401, x ["a"]"#),
            (b"{}", ""),
            (b"no json", "no json"),
            (b"[1]", "[1]"),
            (b"\xff", "\u{fffd}"),
        ] {
            assert_eq!(explain(challenge), text);
        }
    }
}
