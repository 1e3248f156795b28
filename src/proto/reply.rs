//! Status lines: what the server says, and the code that may stand before it.

use std::fmt;

use super::visible;

/// Text of a server, made visible and cut: fit for a terminal and a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerText(String);

impl ServerText {
    /// The longest text kept, in characters.
    const MAX: usize = 256;

    /// Takes what a status line says.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(visible(bytes, Self::MAX))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("(no reason given)"),
            text => f.write_str(text),
        }
    }
}

/// The response codes that the IANA registry knows (RFC 2449, section 8; RFC 3206; RFC 6856).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseCode {
    /// `[AUTH]`: the credentials are wrong.
    Auth,
    /// `[IN-USE]`: another session holds the mailbox; the credentials are right.
    InUse,
    /// `[LOGIN-DELAY]`: too soon after the last login.
    LoginDelay,
    /// `[SYS/TEMP]`: a fault that goes away.
    SysTemp,
    /// `[SYS/PERM]`: a fault that needs somebody to mend it.
    SysPerm,
    /// `[UTF8]`: needs UTF8 mode.
    Utf8,
}

impl ResponseCode {
    /// Reads the code at the start of a status line's text. Codes are case-insensitive, and a
    /// detail behind a known code is ignored: `[SYS/TEMP/FOO]` is `SYS/TEMP` (RFC 2449,
    /// section 8). Brackets elsewhere in the text are just text.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let inner = text.strip_prefix(b"[")?;
        let end = memchr::memchr(b']', inner)?;
        let code = inner[..end].to_ascii_uppercase();
        let mut levels = code.split(|&b| b == b'/');
        match (levels.next()?, levels.next()) {
            (b"AUTH", _) => Some(Self::Auth),
            (b"IN-USE", _) => Some(Self::InUse),
            (b"LOGIN-DELAY", _) => Some(Self::LoginDelay),
            (b"SYS", Some(b"TEMP")) => Some(Self::SysTemp),
            (b"SYS", Some(b"PERM")) => Some(Self::SysPerm),
            (b"UTF8", _) => Some(Self::Utf8),
            _ => None,
        }
    }
}

/// A status line (RFC 1939, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `+OK` or `-ERR`.
    pub ok: bool,
    /// The response code, if the text begins with one.
    pub code: Option<ResponseCode>,
    /// What the server says.
    pub text: ServerText,
}

impl Status {
    /// The status whose text is `text`.
    #[must_use]
    pub fn new(ok: bool, text: &[u8]) -> Self {
        Self { ok, code: ResponseCode::parse(text), text: ServerText::new(text) }
    }
}

/// Splits a status line into `+OK` or `-ERR` and the text behind it. The indicator must be the
/// whole first word: `+OKAY` is no status. Lower case is let pass.
pub(super) fn split_status(line: &[u8]) -> Option<(bool, &[u8])> {
    let (indicator, text) = match memchr::memchr2(b' ', b'\t', line) {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &line[line.len()..]),
    };
    if indicator.eq_ignore_ascii_case(b"+OK") {
        Some((true, text))
    } else if indicator.eq_ignore_ascii_case(b"-ERR") {
        Some((false, text))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indicator_is_a_whole_word() {
        assert_eq!(split_status(b"+OK"), Some((true, &b""[..])));
        assert_eq!(split_status(b"-ERR no"), Some((false, &b"no"[..])));
        assert_eq!(split_status(b"+ok x"), Some((true, &b"x"[..])));
        for bad in ["+OKAY", "+Okay, do your thing.", "OK", "", "+", "ERR", " +OK"] {
            assert_eq!(split_status(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn codes_stand_first_in_any_case_with_any_detail() {
        use ResponseCode as C;
        for (text, code) in [
            ("[AUTH] no", Some(C::Auth)),
            ("[in-use]", Some(C::InUse)),
            ("[Login-Delay] wait", Some(C::LoginDelay)),
            ("[SYS/TEMP/FOO] x", Some(C::SysTemp)),
            ("[sys/perm] x", Some(C::SysPerm)),
            ("[UTF8] x", Some(C::Utf8)),
            ("[SYS] x", None),
            ("[NEW/CODE] x", None),
            ("The service is ready. [AUTH]", None),
            ("[AUTH", None),
            ("", None),
        ] {
            assert_eq!(ResponseCode::parse(text.as_bytes()), code, "{text}");
        }
    }
}
