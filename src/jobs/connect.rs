//! From an account to a session.

use super::look::look_again;
use super::{Account, Context, Error, Event, Observer};
use crate::client::{self, Connection, Credentials, LoginError, Session};
use crate::model::{Interrupt, Proof, Secret, TlsMode};
use crate::net::{self, Dial, Stream};
use crate::proto::{Capabilities, Limits};
use crate::sasl::{Login, LoginMethod, NoMethod, choose};

/// A server that is being called, while there is something else to do.
pub(super) struct Call<'a> {
    account: &'a Account,
    context: &'a Context<'a>,
    dial: Dial,
}

impl<'a> Call<'a> {
    /// Begins to get ready, without a word to anybody: the TLS connector takes tens of milliseconds
    /// to build, about what a connection takes.
    pub(super) fn prepare(account: &Account, context: &Context<'_>) {
        if account.endpoint.tls != TlsMode::None {
            context.connectors.prepare(&account.tls);
        }
    }

    /// Begins to connect.
    pub(super) fn start(account: &'a Account, context: &'a Context<'a>) -> Self {
        Self::prepare(account, context);
        let dial = Dial::start(&account.endpoint, &account.route, account.timeouts);
        Self { account, context, dial }
    }

    /// Secures the connection and logs in. With what the server offered `before` it need not be
    /// asked what it offers, unless it turns out that it no longer does.
    pub(super) fn log_in(
        self,
        before: Option<&Capabilities>,
        observer: &mut dyn Observer,
    ) -> Result<Session<Stream>, Error> {
        observer.event(&Event::Connecting);
        let Self { account, context, .. } = self;
        // While the connection is being made: a provider takes its time over a token.
        let secret = secret(account, context.interrupt)?;
        let mut connection = self.greeted()?;
        let starttls = account.endpoint.tls == TlsMode::Starttls;
        match before.cloned() {
            // That it was known to offer after STLS shows that it has that.
            Some(_) if starttls => {
                connection.assume(Capabilities { stls: true, ..Capabilities::default() });
            }
            Some(offered) => connection.assume(offered),
            None => connection = ask(connection, account, context)?,
        }
        if starttls {
            connection = upgrade(connection, account, context)?;
            match before.cloned() {
                Some(offered) => connection.assume(offered),
                None => drop(connection.ask_capabilities().map_err(of_server(account))?),
            }
        }
        let session = log_in(connection, account, &secret, before.is_some())?;
        observer.event(&Event::Authenticated);
        Ok(session)
    }

    /// Waits for the connection and the greeting, under TLS if that comes first.
    fn greeted(self) -> Result<Connection<Stream>, Error> {
        let Self { account, context, dial } = self;
        let endpoint = &account.endpoint;
        let mut stream = dial.wait(context.interrupt)?;
        if endpoint.tls == TlsMode::Implicit {
            stream = secure(stream, account, context)?;
        }
        let trace = (context.trace)(&account.name);
        Connection::open(stream, Limits::default(), trace).map_err(of_server(account))
    }
}

/// Does the TLS handshake.
fn secure(stream: Stream, account: &Account, context: &Context<'_>) -> Result<Stream, net::Error> {
    let Account { endpoint, tls, .. } = account;
    let connector = context.connectors.get(tls)?;
    let secured = stream.secure(endpoint, tls, &connector);
    secured.map_err(|error| look_again(error, account, context))
}

/// What `account` has to show for itself.
fn secret(account: &Account, interrupt: &Interrupt) -> Result<Secret, Error> {
    match &account.proof {
        Proof::Password(password) => Ok(password.clone()),
        Proof::Token(tokens) => tokens.token(interrupt).map_err(|source| Error::Token {
            host: account.endpoint.host.clone(),
            user: account.user.clone(),
            source,
        }),
        Proof::Certificate => Ok(Secret::default()),
    }
}

/// Makes an error of the client one of the account's server.
fn of_server(account: &Account) -> impl Fn(client::Error) -> Error {
    |error| Error::server(&account.endpoint.host, error)
}

/// Asks what the server can do.
fn ask(
    mut connection: Connection<Stream>,
    account: &Account,
    context: &Context<'_>,
) -> Result<Connection<Stream>, Error> {
    match connection.ask_capabilities() {
        Ok(_) => Ok(connection),
        // Some servers hang up on a command that they do not know (RFC 2449 came after them).
        Err(client::Error::Closed { .. } | client::Error::Broken { .. })
            if account.endpoint.tls != TlsMode::Starttls =>
        {
            Call::start(account, context).greeted()
        }
        Err(error) => Err(of_server(account)(error)),
    }
}

/// Upgrades to TLS, whatever the server thinks of it: there is no way on in the clear.
fn upgrade(
    connection: Connection<Stream>,
    account: &Account,
    context: &Context<'_>,
) -> Result<Connection<Stream>, Error> {
    /// An error of the upgrade: the client's or the handshake's.
    enum Upgrade {
        Client(client::Error),
        Net(net::Error),
    }
    impl From<client::Error> for Upgrade {
        fn from(error: client::Error) -> Self {
            Self::Client(error)
        }
    }
    let upgraded =
        connection.starttls(|stream| secure(stream, account, context).map_err(Upgrade::Net));
    upgraded.map_err(|error| match error {
        Upgrade::Client(error) => of_server(account)(error),
        Upgrade::Net(error) => error.into(),
    })
}

/// The one place that decides whether a password may go over this stream, by what the stream is
/// and not by what was asked for.
fn log_in(
    mut connection: Connection<Stream>,
    account: &Account,
    secret: &Secret,
    mut assumed: bool,
) -> Result<Session<Stream>, Error> {
    let host = account.endpoint.host.clone();
    let stream = connection.stream();
    if !stream.is_secure() && !stream.is_local() && !account.allow_cleartext {
        connection.quit();
        return Err(Error::Cleartext { host });
    }
    let credentials = Credentials { user: &account.user, secret };
    loop {
        let method = match method(&connection, account) {
            Err(_) if std::mem::take(&mut assumed) => {
                connection.ask_capabilities().map_err(of_server(account))?;
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
                && !has_code(&error)
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
            source => Error::Login { host, user: account.user.clone(), source },
        });
    }
}

/// Whether a refusal says by a code what it is about.
fn has_code(error: &client::Error) -> bool {
    let client::Error::Login(LoginError::Refused { status, .. }) = error else { return false };
    status.code.is_some()
}

/// Chooses the way to log in.
fn method(connection: &Connection<Stream>, account: &Account) -> Result<LoginMethod, NoMethod> {
    let offered = connection.capabilities();
    choose(Login {
        wanted: account.method,
        has_capa: offered.is_some(),
        has_user: offered.is_some_and(|offered| offered.user),
        sasl: offered.and_then(|offered| offered.sasl.as_deref()).unwrap_or_default(),
    })
}
