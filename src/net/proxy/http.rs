//! HTTP CONNECT (RFC 9110, section 9.3.6), with a name and a password where they are wanted (RFC
//! 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::ProxyError;
use super::line::Line;
use crate::model::{Endpoint, ProxyLogin};

/// The longest answer, in octets: its status and its header fields.
const MAX: usize = 16 * 1024;

/// Has the proxy connect to `endpoint`.
pub(super) fn connect(
    line: &mut Line<'_>,
    endpoint: &Endpoint,
    login: Option<&ProxyLogin>,
) -> Result<(), ProxyError> {
    let place = endpoint.to_string();
    let mut request = Zeroizing::new(format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n"));
    if let Some(login) = login {
        let pair = [login.user.as_bytes(), b":", login.password.expose()].concat();
        let pair = Zeroizing::new(BASE64.encode(Zeroizing::new(pair)));
        request.push_str("Proxy-Authorization: Basic ");
        request.push_str(&pair);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    line.write(request.as_bytes())?;
    let answer = read_answer(line)?;
    let status =
        status(&answer).ok_or_else(|| ProxyError::Protocol("it does not speak HTTP".to_owned()))?;
    let refused = |reason: String, temporary| {
        Err(ProxyError::Refused { place: place.clone(), reason, temporary })
    };
    match status {
        200..=299 => Ok(()),
        407 if login.is_some() => Err(ProxyError::Login),
        407 => Err(ProxyError::NoLogin),
        403 => refused("its rules do not allow it (status 403)".to_owned(), false),
        500..=599 | 408 | 429 => refused(format!("status {status}"), true),
        status => refused(format!("status {status}"), false),
    }
}

/// Reads up to the blank line, an octet at a time: what stands behind it is the server's.
fn read_answer(line: &mut Line<'_>) -> Result<Vec<u8>, ProxyError> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") && !answer.ends_with(b"\n\n") {
        if answer.len() == MAX {
            return Err(ProxyError::Protocol("it sends an answer without an end".to_owned()));
        }
        // Whoever does not begin so speaks something else, and may wait for us.
        if !b"HTTP/1.".starts_with(&answer[..answer.len().min(7)]) {
            return Err(ProxyError::Protocol("it does not speak HTTP".to_owned()));
        }
        answer.extend(line.read::<1>()?);
    }
    Ok(answer)
}

/// The status of an answer: `HTTP/1.1 200 Connection established`.
fn status(answer: &[u8]) -> Option<u16> {
    let first = answer.split(|&octet| octet == b'\r' || octet == b'\n').next()?;
    let (version, rest) = first.split_at_checked(9)?;
    let digits = rest.get(..3)?;
    let is_alone = rest.get(3).is_none_or(|&octet| octet == b' ');
    let is_number = digits.iter().all(u8::is_ascii_digit) && is_alone;
    if !version.starts_with(b"HTTP/1.") || version[8] != b' ' || !is_number {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        for (answer, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 407 \n\n", Some(407)),
            ("HTTP/1.1 2000 x\r\n\r\n", None),
            ("HTTP/1.1 +20 x\r\n\r\n", None),
            ("HTTP/1.1  200 x\r\n\r\n", None),
            ("HTTP/1.1\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(status(answer.as_bytes()), expected, "{answer:?}");
        }
    }
}
