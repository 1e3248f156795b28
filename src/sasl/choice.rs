//! Which way to log in.

use super::{Kind, LoginMethod};

/// What is known of the server and of the proof when the choice is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Login<'a> {
    /// The way the user asks for.
    pub wanted: Option<LoginMethod>,
    /// What there is to show.
    pub kind: Kind,
    /// Whether nobody can listen, and the server is who it should be.
    pub protected: bool,
    /// Whether the greeting holds a timestamp.
    pub has_timestamp: bool,
    /// Whether the server answered CAPA at all.
    pub has_capa: bool,
    /// Whether CAPA lists USER.
    pub has_user: bool,
    /// The mechanisms that CAPA lists, in upper case.
    pub sasl: &'a [String],
}

/// There is no way to log in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMethod {
    /// The server offers none that popfetch has, or not the one that is wanted.
    #[error("it offers only {}", if .offered.is_empty() { "USER".to_owned() } else { .offered.join(", ") })]
    NotOffered {
        /// What it offers.
        offered: Vec<String>,
    },
    /// The one that is wanted needs something else than there is.
    #[error("{} takes a {}, and the account has a {}", .wanted.name(), .wanted.kind().name(), .kind.name())]
    Unfit {
        /// What is wanted.
        wanted: LoginMethod,
        /// What there is.
        kind: Kind,
    },
}

/// The ways to log in with a password that are chosen where none is asked for, the best first. PLAIN
/// says all in one line, so it is the quickest; over a link that is not protected, SCRAM is the only
/// one that does not give the password away. USER and PASS, which a server need not announce, come
/// last. APOP and CRAM-MD5 are never chosen.
const PROTECTED: [LoginMethod; 4] =
    [LoginMethod::Plain, LoginMethod::ScramSha256, LoginMethod::ScramSha1, LoginMethod::Login];
const UNPROTECTED: [LoginMethod; 4] =
    [LoginMethod::ScramSha256, LoginMethod::ScramSha1, LoginMethod::Plain, LoginMethod::Login];

/// Chooses the way to log in. One that is asked for is never replaced by another.
///
/// With a token that is OAUTHBEARER where it is announced; else XOAUTH2, which not every server
/// announces that has it.
///
/// # Errors
/// [`NoMethod`] when the server announces only mechanisms that popfetch lacks, or not the one
/// that is wanted.
pub fn choose(login: Login<'_>) -> Result<LoginMethod, NoMethod> {
    let Login { wanted, kind, has_capa, .. } = login;
    let announced =
        |method: &LoginMethod| login.sasl.iter().any(|mechanism| mechanism == method.name());
    let not_offered = || NoMethod::NotOffered { offered: login.sasl.to_vec() };
    if let Some(wanted) = wanted {
        if wanted.kind() != kind {
            return Err(NoMethod::Unfit { wanted, kind });
        }
        let usable = match wanted {
            LoginMethod::UserPass | LoginMethod::Xoauth2 => true,
            LoginMethod::Apop => login.has_timestamp,
            _ => !has_capa || announced(&wanted),
        };
        return if usable { Ok(wanted) } else { Err(not_offered()) };
    }
    match kind {
        Kind::Password => {
            let order = if login.protected { PROTECTED } else { UNPROTECTED };
            let by_name = login.has_user || !has_capa || login.sasl.is_empty();
            let user_pass = by_name.then_some(LoginMethod::UserPass);
            order.into_iter().find(announced).or(user_pass).ok_or_else(not_offered)
        }
        Kind::Token if announced(&LoginMethod::OauthBearer) => Ok(LoginMethod::OauthBearer),
        Kind::Token => Ok(LoginMethod::Xoauth2),
        Kind::Certificate if !has_capa || announced(&LoginMethod::External) => {
            Ok(LoginMethod::External)
        }
        Kind::Certificate => Err(not_offered()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is chosen, or why nothing is. The word USER among the mechanisms stands for itself.
    fn chosen(kind: Kind, wanted: Option<&str>, capa: Option<&str>, protected: bool) -> String {
        let names = capa.unwrap_or_default().split(' ').filter(|name| !name.is_empty());
        let (user, sasl): (Vec<_>, Vec<_>) =
            names.map(str::to_owned).partition(|name| name == "USER");
        let login = Login {
            wanted: wanted.map(|name| name.parse().unwrap()),
            kind,
            protected,
            has_timestamp: capa.is_some_and(|capa| capa.contains("CRAM-MD5")),
            has_capa: capa.is_some(),
            has_user: !user.is_empty(),
            sasl: &sasl,
        };
        choose(login).map_or_else(|error| error.to_string(), |method| method.name().to_owned())
    }

    #[test]
    fn what_is_chosen() {
        use Kind::{Certificate, Password, Token};
        let scram = "USER CRAM-MD5 LOGIN SCRAM-SHA-1 SCRAM-SHA-256";
        for (kind, capa, expected, unprotected) in [
            (Password, Some("USER LOGIN PLAIN SCRAM-SHA-256"), "PLAIN", "SCRAM-SHA-256"),
            (Password, Some(scram), "SCRAM-SHA-256", "SCRAM-SHA-256"),
            (Password, Some("USER LOGIN SCRAM-SHA-1"), "SCRAM-SHA-1", "SCRAM-SHA-1"),
            (Password, Some("USER LOGIN"), "LOGIN", "LOGIN"),
            (Password, Some("USER XOAUTH2"), "USER", "USER"),
            (Password, Some("USER CRAM-MD5"), "USER", "USER"),
            (Password, Some("CRAM-MD5"), "it offers only CRAM-MD5", "it offers only CRAM-MD5"),
            (Password, Some(""), "USER", "USER"),
            (Password, None, "USER", "USER"),
            (Token, Some("PLAIN XOAUTH2 OAUTHBEARER"), "OAUTHBEARER", "OAUTHBEARER"),
            (Token, Some("USER PLAIN XOAUTH2"), "XOAUTH2", "XOAUTH2"),
            // Not every server that has it lists it.
            (Token, Some("PLAIN"), "XOAUTH2", "XOAUTH2"),
            (Certificate, Some("PLAIN EXTERNAL"), "EXTERNAL", "EXTERNAL"),
            (Certificate, Some("PLAIN"), "it offers only PLAIN", "it offers only PLAIN"),
        ] {
            assert_eq!(chosen(kind, None, capa, true), expected, "{capa:?}");
            assert_eq!(chosen(kind, None, capa, false), unprotected, "{capa:?}");
        }
    }

    #[test]
    fn what_is_asked_for_is_never_replaced() {
        use Kind::{Password, Token};
        for method in LoginMethod::ALL {
            let name = method.name();
            let offer = format!("CRAM-MD5 PLAIN XOAUTH2 OAUTHBEARER {name}");
            assert_eq!(chosen(method.kind(), Some(name), Some(&offer), true), name);
            let without = chosen(method.kind(), Some(name), Some("USER GSSAPI"), true);
            let unannounced = matches!(name, "USER" | "XOAUTH2");
            assert_eq!(without, if unannounced { name } else { "it offers only GSSAPI" });
        }
        assert_eq!(chosen(Password, Some("SCRAM-SHA-1"), None, true), "SCRAM-SHA-1");
        assert_eq!(chosen(Password, Some("PLAIN"), Some(""), true), "it offers only USER");
        let unfit = "PLAIN takes a password, and the account has a token";
        assert_eq!(chosen(Token, Some("PLAIN"), Some("PLAIN"), true), unfit);
    }
}
