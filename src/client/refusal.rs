//! What a refused login means.

use crate::proto::{ResponseCode, ServerText, Status};

/// A login that the server refuses.
#[derive(Debug)]
pub struct Refused {
    /// What it says.
    pub status: Status,
    /// What it has said before that, in a challenge.
    pub complaint: Option<ServerText>,
    /// Whether it puts `[AUTH]` on every refusal of credentials.
    pub has_auth_code: bool,
    /// Whether it has seen any of the credentials.
    pub saw_credentials: bool,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are wrong.
    Credentials,
    /// It may work later.
    Temporary,
    /// Somebody has to mend the server or the account.
    Permanent,
}

/// Words, in lower case, that servers without response codes use for what will pass (fetchmail's
/// list, and what Twisted and solid-pop3d say).
const TEMPORARY: [&str; 11] = [
    "lock",
    "busy",
    "in use",
    "wait",
    "try again",
    "temporar",
    "server error",
    "fatal error",
    "internal error",
    "unavailable",
    "too many",
];

impl Refused {
    /// What it is about. `[IN-USE]` says that the password was right (RFC 2449, section 8.1.2);
    /// where AUTH-RESP-CODE is announced, only `[AUTH]` says that it was wrong (RFC 3206, section
    /// 6), unless a challenge has said so; without any of these, the words have to do.
    #[must_use]
    pub fn about(&self) -> Refusal {
        let sounds_temporary = || {
            let text = self.status.text.as_str().to_lowercase();
            TEMPORARY.iter().any(|word| text.contains(word))
        };
        match self.status.code {
            Some(ResponseCode::Auth) => Refusal::Credentials,
            Some(ResponseCode::SysPerm) => Refusal::Permanent,
            Some(ResponseCode::InUse | ResponseCode::LoginDelay | ResponseCode::SysTemp) => {
                Refusal::Temporary
            }
            _ if self.complaint.is_some() => Refusal::Credentials,
            _ if sounds_temporary() => Refusal::Temporary,
            // It knows nothing of them yet: the mechanism is not to its taste.
            _ if !self.saw_credentials => Refusal::Permanent,
            _ if self.has_auth_code => Refusal::Temporary,
            _ => Refusal::Credentials,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(text: &str, complaint: Option<&str>, auth_code: bool, seen: bool) -> Refusal {
        Refused {
            status: Status::new(false, text.as_bytes()),
            complaint: complaint.map(|complaint| ServerText::new(complaint.as_bytes())),
            has_auth_code: auth_code,
            saw_credentials: seen,
        }
        .about()
    }

    #[test]
    fn what_a_refusal_means() {
        use Refusal::{Credentials, Permanent, Temporary};
        for (text, has_auth_code, expected) in [
            ("[AUTH] Authentication failed.", true, Credentials),
            ("[IN-USE] Mailbox is locked", false, Temporary),
            ("[SYS/TEMP] no", true, Temporary),
            ("[SYS/PERM] ask the admin", false, Permanent),
            ("[LOGIN-DELAY] too soon", false, Temporary),
            ("invalid password", false, Credentials),
            ("invalid password", true, Temporary),
            ("Logon failure: unknown user name or bad password.", false, Credentials),
            ("Server error", false, Temporary),
            ("maildrop already LOCKED", false, Temporary),
            ("", false, Credentials),
        ] {
            assert_eq!(about(text, None, has_auth_code, true), expected, "{text}");
        }
        assert_eq!(about("try again", Some("status 401"), true, true), Credentials);
        assert_eq!(about("[SYS/TEMP] no", Some("status 500"), true, true), Temporary);
        for has_auth_code in [false, true] {
            assert_eq!(about("unknown mechanism", None, has_auth_code, false), Permanent);
        }
    }
}
