//! APOP (RFC 1939, section 7), which is no SASL mechanism but POP3's own: weak, and only for who
//! asks for it by name.

use super::Error;
use super::hash::{Hash, hex};
use super::saslname::prepared;
use crate::model::Secret;

/// The timestamp in a greeting: the first thing in it that has the form of a message-id. Whoever
/// can choose what stands between the brackets can find the password out, letter by letter
/// (CVE-2007-1558); octets that no message-id holds are what that takes.
#[must_use]
pub fn timestamp(greeting: &[u8]) -> Option<&[u8]> {
    let mut rest = greeting;
    // Each octet is looked at once: a greeting of brackets takes no longer than another.
    while let Some(start) = memchr::memchr(b'<', rest) {
        let inside = &rest[start + 1..];
        let end = memchr::memchr2(b'<', b'>', inside)?;
        if inside[end] == b'>' && is_message_id(&inside[..end]) {
            return Some(&rest[start..start + end + 2]);
        }
        rest = &inside[end..];
    }
    None
}

/// Whether it is something, an `@` and something, of visible ASCII.
fn is_message_id(inside: &[u8]) -> bool {
    let mut parts = inside.split(|octet| *octet == b'@');
    let mut part = || parts.next().is_some_and(|part| !part.is_empty());
    inside.iter().all(u8::is_ascii_graphic) && part() && part() && parts.next().is_none()
}

/// What proves that one knows `password`.
///
/// # Errors
/// [`Error::NulInCredential`].
pub fn digest(timestamp: &[u8], password: &Secret) -> Result<Secret, Error> {
    if password.expose().contains(&0) {
        return Err(Error::NulInCredential);
    }
    // RFC 6856, section 2.2, wants it prepared.
    let password = prepared(password);
    let text = Secret::new([timestamp, password.expose()].concat());
    Ok(Secret::new(hex(Hash::Md5.digest(text.expose()).expose()).into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the RFC.
    #[test]
    fn the_digest_of_the_rfc() {
        let greeting = b"POP3 server ready <1896.697170952@dbc.mtview.ca.us>";
        let timestamp = timestamp(greeting).unwrap();
        assert_eq!(timestamp, b"<1896.697170952@dbc.mtview.ca.us>");
        let digest = digest(timestamp, &Secret::new(b"tanstaaf".to_vec())).unwrap();
        assert_eq!(digest.expose(), b"c4c9334bac560ecc979e58001b3e22fb");
    }

    #[test]
    fn only_a_message_id_is_a_timestamp() {
        for (greeting, found) in [
            (&b"ready <a@b>"[..], Some(&b"<a@b>"[..])),
            (b"<a@b> ready <c@d>", Some(b"<a@b>")),
            (b"<no> <a@b>", Some(b"<a@b>")),
            (b"<<a@b>", Some(b"<a@b>")),
            (b"<a@b", None),
            (b"<>", None),
            (b"<a>", None),
            (b"<@b>", None),
            (b"<a@>", None),
            (b"<a@b@c>", None),
            (b"<a b@c>", None),
            (b"<a\x80@x>", None),
            (b"<a\x00@x>", None),
            (b"<a\x7f@x>", None),
            (b"a@b>", None),
            (b"", None),
        ] {
            assert_eq!(timestamp(greeting), found, "{}", greeting.escape_ascii());
        }
        assert_eq!(timestamp(&vec![b'<'; 1_000_000]), None);
    }
}
