//! From a connection to a session.

use super::{Account, Context, Error};
use crate::client::{self, Connection, LoginError, Session};
use crate::model::{Interrupt, NoToken, Proof, Secret};
use crate::net::Stream;
use crate::sasl::{Credentials, Kind, Login, LoginMethod, NoMethod, choose};

/// What `account` has to show for itself.
pub(super) fn secret(account: &Account, interrupt: &Interrupt) -> Result<Secret, Error> {
    match &account.proof {
        Proof::Password(password) => Ok(password.clone()),
        Proof::Token(tokens) => tokens.token(interrupt).map_err(no_token(account)),
        Proof::Certificate => Ok(Secret::default()),
    }
}

/// Something else to show than `refused`, if that is what was wrong and there is anything.
pub(super) fn another_secret(
    account: &Account,
    refused: &Secret,
    error: &Error,
    interrupt: &Interrupt,
) -> Result<Option<Secret>, Error> {
    match &account.proof {
        Proof::Token(tokens) if error.is_about_credentials() => {
            let another = tokens.renew(refused, interrupt).map_err(|source| Error::NotRenewed {
                host: account.endpoint.host.clone(),
                user: account.user.clone(),
                source,
            })?;
            Ok(another.filter(|another| another.expose() != refused.expose()))
        }
        _ => Ok(None),
    }
}

fn no_token(account: &Account) -> impl Fn(NoToken) -> Error {
    |source| Error::Token {
        host: account.endpoint.host.clone(),
        user: account.user.clone(),
        source,
    }
}

/// The one place that decides whether what an account has to show may go over this stream, by what
/// the stream is and not by what was asked for.
fn may_show(stream: &Stream, account: &Account) -> bool {
    let protected = stream.is_secure() || stream.is_local();
    match Kind::from(&account.proof) {
        Kind::Password => {
            let hidden = account.method.is_some_and(LoginMethod::hides_password);
            protected || account.allow_cleartext || hidden
        }
        Kind::Token => protected,
        // Nothing secret is sent.
        Kind::Certificate => true,
    }
}

/// Logs in. Where the capabilities are `assumed` and not asked for, the server is asked when it
/// seems that they have changed.
pub(super) fn log_in(
    mut connection: Connection<Stream>,
    account: &Account,
    context: &Context<'_>,
    secret: &Secret,
    mut assumed: bool,
) -> Result<Session<Stream>, Error> {
    let host = account.endpoint.host.clone();
    let kind = Kind::from(&account.proof);
    if !may_show(connection.stream(), account) {
        connection.quit();
        return Err(Error::Cleartext { host, kind });
    }
    let port = account.endpoint.port;
    let nonce = (context.surroundings.nonce)();
    let credentials = Credentials { user: &account.user, secret, host: &host, port, nonce: &nonce };
    loop {
        let method = match method(&connection, account) {
            Err(_) if std::mem::take(&mut assumed) => {
                let asked = connection.ask_capabilities();
                asked.map_err(|error| Error::server(&host, error))?;
                continue;
            }
            Err(source) => {
                connection.quit();
                return Err(Error::NoMethod { host, source });
            }
            Ok(method) => method,
        };
        let (error, refused) = match connection.login(&credentials, method) {
            Ok(session) => return Ok(session),
            Err(failed) => failed,
        };
        if let Some(mut refused) = refused {
            // A way to log in that the server no longer offers says nothing of the credentials.
            if std::mem::take(&mut assumed)
                && !saw_credentials(&error)
                && refused.ask_capabilities().is_ok()
                && self::method(&refused, account).is_ok_and(|now| now != method)
            {
                connection = *refused;
                continue;
            }
            // Leave politely: some servers count a dropped line as an attack.
            refused.quit();
        }
        return Err(match error {
            client::Error::Interrupted => Error::Interrupted,
            source => Error::Login { host, user: account.user.clone(), with: kind.into(), source },
        });
    }
}

/// Whether the server was shown anything before it refused. It must not see the same by another
/// mechanism: it may count that as a second attempt.
fn saw_credentials(error: &client::Error) -> bool {
    let client::Error::Login(LoginError::Refused(refused)) = error else { return true };
    refused.saw_credentials
}

/// Chooses the way to log in.
pub(super) fn method(
    connection: &Connection<Stream>,
    account: &Account,
) -> Result<LoginMethod, NoMethod> {
    let offered = connection.capabilities();
    choose(Login {
        wanted: account.method,
        kind: Kind::from(&account.proof),
        protected: connection.stream().is_secure(),
        has_timestamp: connection.has_timestamp(),
        has_capa: offered.is_some(),
        has_user: offered.is_some_and(|offered| offered.user),
        sasl: offered.and_then(|offered| offered.sasl.as_deref()).unwrap_or_default(),
    })
}
