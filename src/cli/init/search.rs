//! Looking for the server of a mail address.

use std::fs;
use std::time::Duration;

use popfetch::discovery::{Advice, Autoconfig, Found, MailAddress, Preset, Service, look_up};
use popfetch::jobs::Class;
use popfetch::model::{Interrupt, Way};
use popfetch::net::{Https, HttpsError, NameServers};

use super::super::args::ConnectionArgs;
use super::super::config::Values;
use super::super::consent::way_to_provider;
use super::super::exit::Exit;
use super::super::report::Failure;
use super::super::route::route;
use super::super::tls::TlsFiles;
use super::Init;
use super::server::{Origin, Place};

/// How long a page may take.
const PAGE: Duration = Duration::from_secs(5);

/// Looks where the server of `address` may be known: here, in the DNS, and on the web. Nothing
/// where nobody says.
pub(super) fn search(
    init: &Init<'_>,
    address: &MailAddress,
    connection: &ConnectionArgs,
) -> Result<Option<Place>, Failure> {
    if let Some(preset) = Preset::of(address) {
        return of_preset(init, preset, address).map(Some);
    }
    let defaults = init.config.map(|config| config.defaults.clone()).unwrap_or_default();
    let route = route(connection, &defaults)?;
    init.asker.tell(&format!("Looking for the POP3 server of {} ...", address.domain()));
    let route = way_to_provider(&route);
    // Who goes through a proxy does not want the name servers here to know.
    if matches!(route.way, Way::Direct)
        && let Some(place) = by_dns(init, address)?
    {
        return Ok(Some(place));
    }
    let tls = TlsFiles::default().settings(connection, &Values::default())?;
    let tls = popfetch::net::TlsSettings { roots: tls.roots, ..Default::default() };
    let connectors = init.context.connectors.clone();
    by_pages(init, address, &Https { connectors, tls, route, timeout: PAGE })
}

fn of_preset(
    init: &Init<'_>,
    preset: &'static Preset,
    address: &MailAddress,
) -> Result<Place, Failure> {
    let Preset { provider, note, .. } = preset;
    let Some(server) = &preset.server else {
        let message = format!("{provider} has no POP3 server");
        return Err(Failure::new(Exit::of(Class::Unavailable, None), message).with_hint(*note));
    };
    let found = server.found(address);
    init.asker.tell(&format!("{provider}: {} (known to popfetch)", found.endpoint));
    if !note.is_empty() {
        init.asker.tell(note);
    }
    Ok(Place { user_is_known: true, ..Place::of(found, Origin::Preset(server)) })
}

fn by_dns(init: &Init<'_>, address: &MailAddress) -> Result<Option<Place>, Failure> {
    let interrupt = init.context.interrupt;
    let servers = match &init.args.dns {
        Some(text) => NameServers::at(text)
            .ok_or_else(|| Failure::usage(format!("--dns: '{text}' is no IP address")))?,
        None => {
            NameServers::of_resolv_conf(&fs::read_to_string("/etc/resolv.conf").unwrap_or_default())
        }
    };
    let mut id = [0; 2];
    if getrandom::fill(&mut id).is_err() {
        return Ok(None);
    }
    let domain = address.domain();
    let asked = look_up(domain, &servers, u16::from_ne_bytes(id), interrupt);
    interrupted(interrupt)?;
    Ok(match asked {
        Ok(Service::At(endpoint)) => {
            let user = address.to_string();
            let origin = Origin::Said { by: format!("the DNS records of {domain}") };
            Some(Place::of(Found { endpoint, user }, origin))
        }
        Ok(Service::NotOffered) => {
            init.asker.tell(&format!("{domain} says in the DNS that it has no POP3 server."));
            None
        }
        Ok(Service::Unknown) => None,
        Err(error) => {
            init.asker.tell(&format!("The DNS is no help: {error}."));
            None
        }
    })
}

fn by_pages(
    init: &Init<'_>,
    address: &MailAddress,
    https: &Https,
) -> Result<Option<Place>, Failure> {
    let interrupt = init.context.interrupt;
    let autoconfig = Autoconfig::of(address);
    for page in autoconfig.pages() {
        let read = autoconfig.read(&page, https, interrupt);
        interrupted(interrupt)?;
        let shown = page.split('?').next().unwrap_or_default();
        match read {
            Ok(Some(Advice::At(found))) => {
                let origin = Origin::Said { by: shown.to_owned() };
                return Ok(Some(Place { user_is_known: true, ..Place::of(found, origin) }));
            }
            Ok(Some(Advice::NotOffered)) => {
                init.asker.tell(&format!("{shown} names no POP3 server with TLS."));
                return Ok(None);
            }
            Ok(None) => {}
            // Most domains have no such page: no news. A certificate that is refused is.
            Err(HttpsError::Net(error @ popfetch::net::Error::Certificate { .. })) => {
                init.asker.tell(&format!("{shown} was not read: {error}."));
            }
            Err(_) => {}
        }
    }
    Ok(None)
}

fn interrupted(interrupt: &Interrupt) -> Result<(), Failure> {
    if interrupt.is_raised() {
        let exit = Exit::of(Class::Interrupted, interrupt.signal());
        return Err(Failure::new(exit, "interrupted; nothing was written"));
    }
    Ok(())
}
