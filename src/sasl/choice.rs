//! Which way to log in.

use super::{Kind, LoginMethod};

/// What is known of the server and of the proof when the choice is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Login<'a> {
    /// The way the user asks for.
    pub wanted: Option<LoginMethod>,
    /// What there is to show.
    pub kind: Kind,
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

/// Chooses the way to log in over a protected link.
///
/// With a password that is PLAIN where it is announced, since it takes one round trip where USER
/// and PASS take two; else USER and PASS, which a server need not announce. With a token it is
/// OAUTHBEARER where it is announced; else XOAUTH2, which not every server announces that has it.
///
/// # Errors
/// [`NoMethod`] when the server announces only mechanisms that popfetch lacks, or not the one
/// that is wanted.
pub fn choose(login: Login<'_>) -> Result<LoginMethod, NoMethod> {
    use LoginMethod::{OauthBearer, Plain, UserPass, Xoauth2};
    let Login { wanted, kind, .. } = login;
    let announced =
        |method: LoginMethod| login.sasl.iter().any(|mechanism| mechanism == method.name());
    let not_offered = || NoMethod::NotOffered { offered: login.sasl.to_vec() };
    if let Some(wanted) = wanted {
        if wanted.kind() != kind {
            return Err(NoMethod::Unfit { wanted, kind });
        }
        let unannounced = matches!(wanted, UserPass | Xoauth2);
        let usable = unannounced || !login.has_capa || announced(wanted);
        return if usable { Ok(wanted) } else { Err(not_offered()) };
    }
    match kind {
        Kind::Token if announced(OauthBearer) => Ok(OauthBearer),
        Kind::Token => Ok(Xoauth2),
        Kind::Password if announced(Plain) => Ok(Plain),
        Kind::Password if login.has_user || !login.has_capa || login.sasl.is_empty() => {
            Ok(UserPass)
        }
        Kind::Password | Kind::Certificate => Err(not_offered()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen() {
        use Kind::{Password, Token};
        use LoginMethod::{OauthBearer, Plain, UserPass, Xoauth2};
        for (kind, wanted, capa, expected) in [
            (Password, None, Some("USER LOGIN PLAIN"), Ok(Plain)),
            (Password, None, Some("USER XOAUTH2"), Ok(UserPass)),
            (Password, None, Some(""), Ok(UserPass)),
            (Password, None, None, Ok(UserPass)),
            (Password, None, Some("XOAUTH2 GSSAPI"), Err("it offers only XOAUTH2, GSSAPI")),
            (Password, Some(Plain), None, Ok(Plain)),
            (Password, Some(Plain), Some(""), Err("it offers only USER")),
            (Password, Some(UserPass), Some("PLAIN"), Ok(UserPass)),
            (Token, None, Some("PLAIN XOAUTH2 OAUTHBEARER"), Ok(OauthBearer)),
            (Token, None, Some("USER PLAIN XOAUTH2"), Ok(Xoauth2)),
            // Not every server that has it lists it.
            (Token, None, Some("PLAIN"), Ok(Xoauth2)),
            (Token, Some(Xoauth2), Some("PLAIN"), Ok(Xoauth2)),
            (Token, Some(Xoauth2), Some("OAUTHBEARER"), Ok(Xoauth2)),
            (Token, Some(OauthBearer), Some("XOAUTH2"), Err("it offers only XOAUTH2")),
            (
                Token,
                Some(Plain),
                Some("PLAIN"),
                Err("PLAIN takes a password, and the account has a token"),
            ),
        ] {
            let names = capa.unwrap_or_default().split(' ').filter(|name| !name.is_empty());
            let (user, sasl): (Vec<_>, Vec<_>) =
                names.map(str::to_owned).partition(|name| name == "USER");
            let (has_capa, has_user) = (capa.is_some(), !user.is_empty());
            let login = Login { wanted, kind, has_capa, has_user, sasl: &sasl };
            let chosen = choose(login).map_err(|error| error.to_string());
            assert_eq!(chosen, expected.map_err(str::to_owned), "{login:?}");
        }
    }
}
