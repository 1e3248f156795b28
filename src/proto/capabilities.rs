//! What a server says that it can do (RFC 2449).

/// How long a server keeps mail (RFC 2449, section 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expire {
    /// For ever.
    Never,
    /// At least so many days. 0: what was retrieved is gone with QUIT.
    Days(u32),
}

/// The lines of a CAPA reply, read. Unknown tags are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// TOP works.
    pub top: bool,
    /// UIDL works.
    pub uidl: bool,
    /// USER and PASS work.
    pub user: bool,
    /// Commands may be sent before the replies to earlier ones are in (section 6.6).
    pub pipelining: bool,
    /// STLS works (RFC 2595).
    pub stls: bool,
    /// `-ERR` carries codes (section 6.4).
    pub resp_codes: bool,
    /// `[AUTH]` stands on every refusal of credentials, and only there (RFC 3206).
    pub auth_resp_code: bool,
    /// UTF8 works (RFC 6856).
    pub utf8: bool,
    /// USER and PASS take UTF-8 (RFC 6856, section 2.2).
    pub utf8_user: bool,
    /// The SASL mechanisms, in upper case (RFC 5034). Nothing when the tag is missing.
    pub sasl: Option<Vec<String>>,
    /// How long mail is kept.
    pub expire: Option<Expire>,
    /// Seconds that must lie between two logins (section 6.5).
    pub login_delay: Option<u32>,
}

impl Capabilities {
    /// Reads one line of the reply. Tags are case-insensitive and must match as a whole:
    /// `EXPIRENEVER` and `PIPELINE`, which real servers send, are not known tags. Where a tag
    /// with a number comes twice, the first counts; SASL lines add up.
    pub fn add_line(&mut self, line: &[u8]) {
        let Ok(line) = std::str::from_utf8(line) else { return };
        let line = line.to_ascii_uppercase();
        let mut words = line.split_ascii_whitespace();
        match words.next().unwrap_or_default() {
            "TOP" => self.top = true,
            "UIDL" => self.uidl = true,
            "USER" => self.user = true,
            "PIPELINING" => self.pipelining = true,
            "STLS" => self.stls = true,
            "RESP-CODES" => self.resp_codes = true,
            "AUTH-RESP-CODE" => self.auth_resp_code = true,
            "UTF8" => {
                self.utf8 = true;
                self.utf8_user |= words.any(|word| word == "USER");
            }
            "SASL" => self.sasl.get_or_insert_default().extend(words.map(str::to_owned)),
            "EXPIRE" => {
                let expire = match words.next() {
                    Some("NEVER") => Some(Expire::Never),
                    Some(days) => days.parse().ok().map(Expire::Days),
                    None => None,
                };
                // The first counts, but 0 is too dangerous to be overheard.
                if self.expire.is_none() || expire == Some(Expire::Days(0)) {
                    self.expire = expire;
                }
            }
            "LOGIN-DELAY" if self.login_delay.is_none() => {
                self.login_delay = words.next().and_then(|seconds| seconds.parse().ok());
            }
            _ => {}
        }
    }

    /// The capabilities as lines for [`Self::add_line`].
    #[must_use]
    pub fn to_lines(&self) -> Vec<String> {
        let tags = [
            (self.top, "TOP"),
            (self.uidl, "UIDL"),
            (self.user, "USER"),
            (self.pipelining, "PIPELINING"),
            (self.stls, "STLS"),
            (self.resp_codes, "RESP-CODES"),
            (self.auth_resp_code, "AUTH-RESP-CODE"),
            (self.utf8 && !self.utf8_user, "UTF8"),
            (self.utf8_user, "UTF8 USER"),
        ];
        let mut lines: Vec<String> =
            tags.iter().filter(|(on, _)| *on).map(|(_, tag)| (*tag).to_owned()).collect();
        lines.extend(self.sasl.as_ref().map(|names| format!("SASL {}", names.join(" "))));
        lines.extend(self.expire.map(|expire| match expire {
            Expire::Never => "EXPIRE NEVER".to_owned(),
            Expire::Days(days) => format!("EXPIRE {days}"),
        }));
        lines.extend(self.login_delay.map(|seconds| format!("LOGIN-DELAY {seconds}")));
        lines
    }

    /// Whether the server offers the SASL mechanism, named in upper case.
    #[must_use]
    pub fn offers(&self, mechanism: &str) -> bool {
        self.sasl.iter().flatten().any(|offered| offered == mechanism)
    }

    /// Whether what a session retrieves is deleted by its QUIT, DELE or not.
    #[must_use]
    pub fn retr_deletes(&self) -> bool {
        self.expire == Some(Expire::Days(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Capabilities {
        let mut capabilities = Capabilities::default();
        for line in lines {
            capabilities.add_line(line.as_bytes());
        }
        capabilities
    }

    #[test]
    fn tags_match_whole_in_any_case() {
        let gmail = read(&["USER", "RESP-CODES", "EXPIRE 0", "LOGIN-DELAY 300", "Top", "uidl"]);
        assert!(gmail.user && gmail.resp_codes && gmail.top && gmail.uidl);
        assert!(gmail.retr_deletes());
        assert_eq!(gmail.login_delay, Some(300));
        assert_eq!(read(&["PIPELINE", "EXPIRENEVER", "TOPS"]), Capabilities::default());
    }

    #[test]
    fn their_lines_say_the_same() {
        for lines in [
            &["TOP", "UIDL", "USER", "PIPELINING", "STLS", "RESP-CODES", "AUTH-RESP-CODE"][..],
            &["UTF8 USER", "SASL PLAIN LOGIN", "EXPIRE 0", "LOGIN-DELAY 300"],
            &["SASL", "EXPIRE NEVER", "UTF8"],
            &[],
        ] {
            let capabilities = read(lines);
            let written = capabilities.to_lines();
            assert_eq!(written.len(), lines.len());
            let written: Vec<&str> = written.iter().map(String::as_str).collect();
            assert_eq!(read(&written), capabilities);
        }
    }

    #[test]
    fn repeated_tags() {
        let twice = read(&["SASL PLAIN", "SASL login", "EXPIRE 7", "EXPIRE 0"]);
        assert!(twice.offers("PLAIN") && twice.offers("LOGIN"));
        assert!(twice.retr_deletes());
        assert_eq!(read(&["EXPIRE 7", "EXPIRE 9"]).expire, Some(Expire::Days(7)));
        assert_eq!(read(&["LOGIN-DELAY 300 USER"]).login_delay, Some(300));
        let (both, one) = (read(&["UTF8 USER"]), read(&["UTF8"]));
        assert!(both.utf8 && both.utf8_user && one.utf8 && !one.utf8_user);
    }
}
