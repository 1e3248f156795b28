//! Which way to log in.

use std::str::FromStr;

/// A way to log in, as a user may ask for it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginMethod {
    /// The USER and PASS commands (RFC 1939, section 7).
    UserPass,
    /// AUTH PLAIN (RFC 4616).
    Plain,
}

impl LoginMethod {
    const NAMES: [(&'static str, Self); 2] = [("USER", Self::UserPass), ("PLAIN", Self::Plain)];

    /// What it is called, as [`Self::from_str`] takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

impl FromStr for LoginMethod {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |(known, _): &&(&str, Self)| known.eq_ignore_ascii_case(name);
        Self::NAMES.iter().find(named).map(|(_, method)| *method).ok_or_else(|| {
            let known = Self::NAMES.map(|(name, _)| name).join(", ");
            format!("'{name}' is not a way to log in that popfetch knows ({known})")
        })
    }
}

/// What is known of the server and of the credentials when the choice is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Login<'a> {
    /// The way the user asks for.
    pub wanted: Option<LoginMethod>,
    /// Whether the server answered CAPA at all.
    pub has_capa: bool,
    /// Whether CAPA lists USER.
    pub has_user: bool,
    /// The mechanisms that CAPA lists, in upper case.
    pub sasl: &'a [String],
}

/// The server offers no way to log in that popfetch has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it offers only {}", if .offered.is_empty() { "USER".to_owned() } else { .offered.join(", ") })]
pub struct NoMethod {
    /// What it offers.
    pub offered: Vec<String>,
}

/// Chooses the way to log in with a password over a protected link: PLAIN where it is announced,
/// since it takes one round trip where USER and PASS take two; else USER and PASS, which a
/// server need not announce.
///
/// # Errors
/// [`NoMethod`] when the server announces only mechanisms that popfetch lacks, or not the one
/// that is wanted.
pub fn choose(login: Login<'_>) -> Result<LoginMethod, NoMethod> {
    let announced = |name: &str| login.sasl.iter().any(|mechanism| mechanism == name);
    match login.wanted {
        Some(LoginMethod::Plain) if login.has_capa && !announced("PLAIN") => {
            return Err(NoMethod { offered: login.sasl.to_vec() });
        }
        Some(wanted) => return Ok(wanted),
        None => {}
    }
    if login.sasl.iter().any(|mechanism| mechanism == "PLAIN") {
        Ok(LoginMethod::Plain)
    } else if login.has_user || !login.has_capa || login.sasl.is_empty() {
        Ok(LoginMethod::UserPass)
    } else {
        Err(NoMethod { offered: login.sasl.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sasl: &[&str], has_user: bool) -> Result<LoginMethod, NoMethod> {
        let sasl: Vec<String> = sasl.iter().map(ToString::to_string).collect();
        choose(Login { wanted: None, has_capa: true, has_user, sasl: &sasl })
    }

    #[test]
    fn plain_then_user_then_nothing() {
        assert_eq!(chosen(&["LOGIN", "PLAIN"], true), Ok(LoginMethod::Plain));
        assert_eq!(chosen(&["XOAUTH2"], true), Ok(LoginMethod::UserPass));
        assert_eq!(chosen(&[], false), Ok(LoginMethod::UserPass));
        let error = chosen(&["XOAUTH2", "GSSAPI"], false).unwrap_err();
        assert_eq!(error.to_string(), "it offers only XOAUTH2, GSSAPI");
        assert_eq!(choose(Login::default()), Ok(LoginMethod::UserPass));
        let wanted = Login { wanted: Some(LoginMethod::Plain), ..Login::default() };
        assert_eq!(choose(wanted), Ok(LoginMethod::Plain));
        assert!(choose(Login { has_capa: true, ..wanted }).is_err());
    }

    #[test]
    fn names_in_either_case() {
        assert_eq!("plain".parse(), Ok(LoginMethod::Plain));
        assert_eq!("USER".parse(), Ok(LoginMethod::UserPass));
        assert!("NTLM".parse::<LoginMethod>().is_err());
    }
}
