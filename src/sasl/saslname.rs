//! Names and passwords in the forms that mechanisms want.

use crate::model::Secret;

/// A name, with the characters that mean something in a GS2 header or in SCRAM written as they
/// have to be (RFC 5801, section 4; RFC 5802, section 5.1).
pub(super) fn saslname(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// A name or a password in the one form that all keyboards can agree on (RFC 4013). What has none,
/// because it holds characters that are too new for that or no text at all, stays as it is, as other
/// clients and servers have it.
pub(super) fn prepared(text: &Secret) -> Secret {
    let prepared = std::str::from_utf8(text.expose()).ok().map(stringprep::saslprep);
    match prepared {
        Some(Ok(prepared)) => Secret::new(prepared.into_owned().into_bytes()),
        Some(Err(_)) | None => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_break_the_header() {
        assert_eq!(saslname("a=b,c=2C"), "a=3Db=2Cc=3D2C");
    }

    /// The examples of RFC 4013, section 3, and what has no such form.
    #[test]
    fn one_form_for_all_keyboards() {
        for (text, expected) in [
            ("I\u{ad}X", "IX"),
            ("user", "user"),
            ("USER", "USER"),
            ("\u{aa}", "a"),
            ("\u{2168}", "IX"),
            ("a\u{a0}b", "a b"),
            ("\u{7}", "\u{7}"),
            ("\u{1f980}", "\u{1f980}"),
        ] {
            let form = prepared(&Secret::new(text.into()));
            assert_eq!(form.expose(), expected.as_bytes(), "{text:?}");
        }
        assert_eq!(prepared(&Secret::new(vec![0xff])).expose(), [0xff]);
    }
}
