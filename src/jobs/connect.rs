//! From an account to a session.

use std::thread;

use super::{Account, Context, Error, Event, Observer};
use crate::client::{self, Connection, Credentials, Session};
use crate::model::TlsMode;
use crate::net::{self, Stream};
use crate::proto::Limits;
use crate::sasl::{Login, choose};

/// Connects, secures the connection, and logs in.
pub(super) fn connect(
    account: &Account,
    context: &Context<'_>,
    observer: &mut dyn Observer,
) -> Result<Session<Stream>, Error> {
    observer.event(&Event::Connecting);
    let mut connection = open(account, context)?;
    match connection.ask_capabilities() {
        Ok(_) => {}
        // Some servers hang up on a command that they do not know (RFC 2449 came after them).
        Err(client::Error::Closed { .. } | client::Error::Broken { .. })
            if account.endpoint.tls != TlsMode::Starttls =>
        {
            connection = open(account, context)?;
        }
        Err(error) => return Err(Error::server(&account.endpoint.host, error)),
    }
    if account.endpoint.tls == TlsMode::Starttls {
        connection = starttls(connection, account, context)?;
    }
    let mut session = log_in(connection, account)?;
    observer.event(&Event::Authenticated);
    session.ask_capabilities().map_err(|error| Error::server(&account.endpoint.host, error))?;
    Ok(session)
}

/// Connects and reads the greeting, under TLS if that comes first.
fn open(account: &Account, context: &Context<'_>) -> Result<Connection<Stream>, Error> {
    let endpoint = &account.endpoint;
    let (socket, connector) = thread::scope(|scope| {
        let build = || context.connectors.get(&account.tls);
        // The connector takes tens of milliseconds to build, about what a connection takes.
        let builder = (endpoint.tls == TlsMode::Implicit)
            .then(|| thread::Builder::new().spawn_scoped(scope, build));
        let socket = net::dial(endpoint, account.timeout, context.interrupt);
        let connector = builder.map(|builder| match builder {
            // A panic of the builder goes on here.
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // There was no thread to be had.
            Err(_) => build(),
        });
        (socket, connector)
    });
    let broken = |source| net::Error::Unreachable { endpoint: endpoint.clone(), source };
    let stream = Stream::new(socket?, account.timeout, context.interrupt.clone());
    let mut stream = stream.map_err(broken)?;
    if let Some(connector) = connector {
        stream = stream.secure(endpoint, &connector?)?;
    }
    let trace = (context.trace)(&account.name);
    Connection::open(stream, Limits::default(), trace)
        .map_err(|error| Error::server(&endpoint.host, error))
}

/// Upgrades to TLS, whatever the server thinks of it: there is no way on in the clear.
fn starttls(
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
    let upgraded = connection.starttls(|stream| {
        let connector = context.connectors.get(&account.tls).map_err(Upgrade::Net)?;
        stream.secure(&account.endpoint, &connector).map_err(Upgrade::Net)
    });
    let server = |error| Error::server(&account.endpoint.host, error);
    let mut connection = upgraded.map_err(|error| match error {
        Upgrade::Client(error) => server(error),
        Upgrade::Net(error) => error.into(),
    })?;
    connection.ask_capabilities().map_err(server)?;
    Ok(connection)
}

/// The one place that decides whether a password may go over this stream, by what the stream is
/// and not by what was asked for.
fn log_in(connection: Connection<Stream>, account: &Account) -> Result<Session<Stream>, Error> {
    let host = account.endpoint.host.clone();
    let stream = connection.stream();
    if !stream.is_secure() && !stream.is_loopback() && !account.allow_cleartext {
        connection.quit();
        return Err(Error::Cleartext { host });
    }
    let offered = connection.capabilities();
    let method = choose(Login {
        wanted: account.method,
        has_capa: offered.is_some(),
        has_user: offered.is_some_and(|offered| offered.user),
        sasl: offered.and_then(|offered| offered.sasl.as_deref()).unwrap_or_default(),
    });
    let method = match method {
        Ok(method) => method,
        Err(source) => {
            connection.quit();
            return Err(Error::NoMethod { host, source });
        }
    };
    let credentials = Credentials { user: &account.user, secret: &account.secret };
    connection.login(&credentials, method).map_err(|(error, connection)| {
        // Leave politely: some servers count a dropped line as an attack.
        if let Some(connection) = connection {
            connection.quit();
        }
        match error {
            client::Error::Interrupted => Error::Interrupted,
            source => Error::Login { host, user: account.user.clone(), source },
        }
    })
}
