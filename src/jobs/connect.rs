//! From an account to a session.

use super::look::look_again;
use super::{Account, Context, Error, Event, Observer, login};
use crate::client::{self, Connection, Session};
use crate::model::{Secret, TlsMode};
use crate::net::{self, Dial, Stream};
use crate::proto::{Capabilities, Limits};

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
        let secret = login::secret(account, context.interrupt)?;
        let session = match self.log_in_with(&secret, before) {
            Ok(session) => session,
            Err(error) => {
                let interrupt = context.interrupt;
                let Some(another) = login::another_secret(account, &secret, &error, interrupt)?
                else {
                    return Err(error);
                };
                observer.event(&Event::Note(
                    "the server refuses the token: trying again with a new one",
                ));
                let again = Call::start(account, context).log_in_with(&another, before);
                again.map_err(Error::with_new_token)?
            }
        };
        observer.event(&Event::Authenticated);
        Ok(session)
    }

    /// Goes as far as one can without a password: to a server with whom the connection is as safe as
    /// it is to be. Then leaves.
    pub(super) fn knock(self) -> Result<(), Error> {
        self.open(None).map(Connection::quit)
    }

    /// One attempt, with this password or token.
    pub(super) fn log_in_with(
        self,
        secret: &Secret,
        before: Option<&Capabilities>,
    ) -> Result<Session<Stream>, Error> {
        let (account, context) = (self.account, self.context);
        // What was written down by an older popfetch does not say whether UTF8 is offered.
        let before = before.filter(|offered| offered.utf8 || !account.utf8);
        let connection = self.open(before)?;
        login::log_in(connection, account, context, secret, before.is_some())
    }

    /// A connection on which to log in, secured and with the server's capabilities.
    fn open(self, before: Option<&Capabilities>) -> Result<Connection<Stream>, Error> {
        let Self { account, context, .. } = self;
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
        allow_utf8(&mut connection, account)?;
        Ok(connection)
    }

    /// Waits for the connection and the greeting, under TLS if that comes first.
    fn greeted(self) -> Result<Connection<Stream>, Error> {
        let (account, context) = (self.account, self.context);
        let mut stream = self.connected()?;
        if account.endpoint.tls == TlsMode::Implicit {
            stream = secure(stream, account, context)?;
        }
        greet(stream, account, context)
    }

    /// Waits for the connection alone.
    pub(super) fn connected(self) -> Result<Stream, Error> {
        Ok(self.dial.wait(self.context.interrupt)?)
    }
}

/// Waits for the greeting.
pub(super) fn greet(
    stream: Stream,
    account: &Account,
    context: &Context<'_>,
) -> Result<Connection<Stream>, Error> {
    let trace = (context.trace)(&account.name);
    Connection::open(stream, Limits::default(), trace).map_err(of_server(account))
}

/// Does the TLS handshake.
pub(super) fn secure(
    stream: Stream,
    account: &Account,
    context: &Context<'_>,
) -> Result<Stream, net::Error> {
    let Account { endpoint, tls, .. } = account;
    let connector = context.connectors.get(tls)?;
    let secured = stream.secure(endpoint, tls, &connector);
    secured.map_err(|error| look_again(error, account, context))
}

/// Makes an error of the client one of the account's server.
fn of_server(account: &Account) -> impl Fn(client::Error) -> Error {
    |error| Error::server(&account.endpoint.host, error)
}

/// Asks what the server can do.
pub(super) fn ask(
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

/// Asks for messages with UTF-8 as they are, where the account wants that and the server has it.
pub(super) fn allow_utf8(
    connection: &mut Connection<Stream>,
    account: &Account,
) -> Result<(), Error> {
    if account.utf8 && connection.capabilities().is_some_and(|offered| offered.utf8) {
        connection.allow_utf8().map_err(of_server(account))?;
    }
    Ok(())
}

/// Upgrades to TLS, whatever the server thinks of it: there is no way on in the clear.
pub(super) fn upgrade(
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
