//! Which server has the mail, and whether it can be reached.

use popfetch::discovery::{Accepts, Found, Server};
use popfetch::jobs;
use popfetch::model::{Endpoint, TlsMode};

use super::super::accounts::of_mailbox;
use super::super::args::ConnectionArgs;
use super::super::report::Failure;
use super::super::source::{Source, is_url, parse_place};
use super::Init;
use super::mend::mend;
use super::search::search;
use super::who::Who;

/// Where the mail is.
pub(super) struct Place {
    pub(super) endpoint: Endpoint,
    /// What the server probably calls the user; empty where that is not known.
    pub(super) user: String,
    /// Whether that is sure.
    pub(super) user_is_known: bool,
    pub(super) origin: Origin,
}

/// Who says that it is there.
pub(super) enum Origin {
    /// The user.
    Typed,
    /// popfetch, which knows the provider.
    Preset(&'static Server),
    /// Somebody else.
    Said { by: String },
}

impl Place {
    pub(super) fn of(found: Found, origin: Origin) -> Self {
        let Found { endpoint, user } = found;
        Self { endpoint, user, user_is_known: false, origin }
    }

    /// What is known of the provider.
    fn preset(&self) -> Option<&'static Server> {
        match self.origin {
            Origin::Preset(server) => Some(server),
            Origin::Typed | Origin::Said { .. } => None,
        }
    }

    /// How many seconds must lie between two logins.
    pub(super) fn login_delay(&self) -> Option<u32> {
        self.preset().and_then(|server| server.login_delay)
    }

    pub(super) fn accepts(&self) -> Accepts {
        self.preset().map_or(Accepts::Password, |server| server.accepts)
    }
}

/// Finds the server, and goes as far as it can be gone without a password.
pub(super) fn find(
    init: &Init<'_>,
    who: &Who,
    connection: &mut ConnectionArgs,
) -> Result<Place, Failure> {
    let mut place = match typed(init, who, connection)? {
        Some(place) => place,
        None => found(init, who, connection)?,
    };
    // Without anybody to ask, the login says it all.
    let mut is_reached = !init.asker.asks || init.args.dry_run;
    while !is_reached {
        let prepared = of_mailbox(
            place.endpoint.clone(),
            if place.user.is_empty() { "nobody".to_owned() } else { place.user.clone() },
            connection,
            init.config,
        )?;
        init.asker.tell(&format!("Connecting to {} ...", place.endpoint));
        match jobs::reach(&prepared.account, init.context) {
            Ok(()) => is_reached = true,
            Err(error) => mend(init, &error, &mut place, connection)?,
        }
    }
    Ok(place)
}

/// The server that stands on the command line, if one does.
fn typed(
    init: &Init<'_>,
    who: &Who,
    connection: &ConnectionArgs,
) -> Result<Option<Place>, Failure> {
    let tls = connection.tls.map(Into::into);
    let mut place = match (who, &init.args.host) {
        (Who::Mailbox(_), Some(_)) => {
            return Err(Failure::usage("the mailbox says where it is: --host is too much"));
        }
        (Who::Mailbox(source), None) => of_source(source, tls),
        (_, Some(text)) => read(text, tls).map_err(Failure::usage)?,
        (_, None) => return Ok(None),
    };
    if let Some(user) = &connection.user {
        (place.user, place.user_is_known) = (user.clone(), true);
    } else if place.user.is_empty() {
        place.user = who.address().map(ToString::to_string).unwrap_or_default();
    }
    Ok(Some(place))
}

fn of_source(source: &Source, tls: Option<TlsMode>) -> Place {
    Place {
        endpoint: source.endpoint(tls),
        user: source.user.clone().unwrap_or_default(),
        user_is_known: source.user.is_some(),
        origin: Origin::Typed,
    }
}

/// A server as people write it: a URL, or a host that a port may follow.
fn read(text: &str, tls: Option<TlsMode>) -> Result<Place, String> {
    if is_url(text) {
        return Source::parse(text).map(|source| of_source(&source, tls));
    }
    let (host, port) = parse_place(text)?;
    let follows = if port == Some(110) { TlsMode::Starttls } else { TlsMode::Implicit };
    let tls = tls.unwrap_or(follows);
    let endpoint = Endpoint { host, port: port.unwrap_or(tls.default_port()), tls };
    Ok(Place::of(Found { endpoint, user: String::new() }, Origin::Typed))
}

/// The server that others name, once the user has agreed; or what the user says instead.
fn found(init: &Init<'_>, who: &Who, connection: &ConnectionArgs) -> Result<Place, Failure> {
    let address = who.address().ok_or_else(|| Failure::usage("say which server: --host HOST"))?;
    let place = search(init, address, connection)?;
    let domain = address.domain();
    let mut place = match place {
        Some(place) if accepts(init, &place, address.has_within(&place.endpoint.host))? => place,
        Some(_) => ask(init, address.to_string(), connection, None)?,
        None if init.asker.asks => {
            init.asker.tell(&format!(
                "Nobody says which server has the mail of {domain}; the provider's pages do."
            ));
            ask(init, address.to_string(), connection, None)?
        }
        None => {
            let message = format!("no server was found for {domain}; name it with --host");
            return Err(Failure::usage(message));
        }
    };
    if let Some(user) = &connection.user {
        (place.user, place.user_is_known) = (user.clone(), true);
    }
    Ok(place)
}

/// Whether the server is one that a password may go to: nobody but the user can say so where it was
/// somebody else who has named it.
fn accepts(init: &Init<'_>, place: &Place, is_within: bool) -> Result<bool, Failure> {
    let Origin::Said { by } = &place.origin else { return Ok(true) };
    let endpoint = &place.endpoint;
    let tls = if endpoint.tls == TlsMode::Starttls { " with STLS" } else { "" };
    init.asker.tell(&format!("Found {endpoint}{tls}, named by {by}."));
    if init.args.accept_host || init.args.dry_run {
        return Ok(true);
    }
    if !init.asker.asks {
        let message = format!("{by} names the server {endpoint}; --accept-host takes it");
        return Err(Failure::usage(message));
    }
    if !is_within {
        init.asker.tell("It belongs to another domain: make sure that your provider means it.");
    }
    init.asker.yes("Use this server?", is_within)
}

/// Asks for the server.
pub(super) fn ask(
    init: &Init<'_>,
    user: String,
    connection: &ConnectionArgs,
    near: Option<&str>,
) -> Result<Place, Failure> {
    loop {
        let answer = init.asker.line("Server (host, host:port or pop3://host)", near)?;
        match read(&answer, connection.tls.map(Into::into)) {
            Ok(mut place) => {
                if place.user.is_empty() {
                    place.user = user;
                }
                return Ok(place);
            }
            Err(message) => init.asker.tell_failure(&Failure::usage(message)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_as_people_write_them() {
        let shown = |text: &str, tls| match read(text, tls) {
            Ok(place) => format!("{} {:?}", place.endpoint, place.endpoint.tls),
            Err(error) => format!("! {error}"),
        };
        for (text, tls, expected) in [
            ("Pop.Example.com", None, "pop.example.com:995 Implicit"),
            ("pop.example.com:110", None, "pop.example.com:110 Starttls"),
            ("pop.example.com:1995", None, "pop.example.com:1995 Implicit"),
            ("pop.example.com", Some(TlsMode::Starttls), "pop.example.com:110 Starttls"),
            ("pop3://h", None, "h:110 Starttls"),
            ("[::1]:995", None, "[::1]:995 Implicit"),
            ("h:x", None, "! what stands behind the host's colon is not a port"),
            ("a b", None, "! a host name holds no ' '"),
        ] {
            assert_eq!(shown(text, tls), expected, "{text}");
        }
    }
}
