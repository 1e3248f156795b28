//! What may help where there is no way to the server.

use popfetch::discovery::Preset;
use popfetch::jobs::{self, Class};
use popfetch::model::{Endpoint, TlsMode};
use popfetch::net::{self, Distrust};

use super::super::args::ConnectionArgs;
use super::super::config::nearest;
use super::super::paths::resolve;
use super::super::report::Failure;
use super::super::roots::Roots;
use super::Init;
use super::server::{Place, ask};

/// Asks for what may help against an error on the way to the server.
pub(super) fn mend(
    init: &Init<'_>,
    error: &jobs::Error,
    place: &mut Place,
    connection: &mut ConnectionArgs,
) -> Result<(), Failure> {
    let failure = init.failure(error);
    if failure.exit.is_signal() {
        return Err(failure);
    }
    // What is said here is what to do, and not how it would stand on a command line.
    init.asker.tell_failure(&Failure { hint: None, account: None, ..failure });
    let mut near = None;
    match error {
        jobs::Error::Net(net::Error::Certificate {
            distrust: Distrust::UnknownAuthority { .. },
            ..
        }) => {
            if let Some(file) = ask_authority(init)? {
                connection.ca_file = Some(file.into());
                return Ok(());
            }
        }
        jobs::Error::Net(net::Error::UnknownHost { .. }) => {
            let host = similar(&place.endpoint.host, place.user.rsplit_once('@').map(|(_, it)| it));
            near = host.map(|host| with_rest(host, &place.endpoint));
        }
        _ if error.class() == Class::Temporary && init.asker.yes("Try again?", true)? => {
            return Ok(());
        }
        _ => {}
    }
    let typed = ask(init, place.user.clone(), connection, near.as_deref())?;
    let user_is_known = place.user_is_known || typed.user_is_known;
    *place = Place { user_is_known, ..typed };
    Ok(())
}

/// Asks for the certificate of a private authority. There is no way to do without one.
fn ask_authority(init: &Init<'_>) -> Result<Option<String>, Failure> {
    init.asker.tell(
        "If the server has a certificate of a private authority, name the file that holds the \
         authority's own (PEM); or - for another server.",
    );
    loop {
        let answer = init.asker.line("File", Some("-"))?;
        if answer == "-" {
            return Ok(None);
        }
        let read = resolve(answer.as_ref(), None)
            .and_then(|path| Roots::default().read(&path).map(|_| path.display().to_string()));
        match read {
            Ok(path) => return Ok(Some(path)),
            Err(failure) => init.asker.tell_failure(&failure),
        }
    }
}

/// As a user types it: `host`, with what else was typed right before.
fn with_rest(host: String, typed: &Endpoint) -> String {
    let host = match typed.tls {
        TlsMode::Starttls => format!("pop3://{host}"),
        TlsMode::Implicit | TlsMode::None => host,
    };
    if matches!(typed.port, 995 | 110) { host } else { format!("{host}:{}", typed.port) }
}

/// The host that `typed` was most likely meant to be.
fn similar(typed: &str, domain: Option<&str>) -> Option<String> {
    let domain = domain.unwrap_or_default();
    let usual = ["pop", "pop3", "mail"].map(|name| format!("{name}.{domain}"));
    let mut known: Vec<&str> = usual.iter().map(String::as_str).collect();
    known.extend([domain, "localhost"]);
    Preset::hosts().for_each(|host| known.push(host));
    known.retain(|host| *host != typed);
    nearest(typed, known).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_right_need_not_be_typed_again() {
        for (port, tls, expected) in [
            (995, TlsMode::Implicit, "pop.example.com"),
            (1995, TlsMode::Implicit, "pop.example.com:1995"),
            (110, TlsMode::Starttls, "pop3://pop.example.com"),
            (1110, TlsMode::Starttls, "pop3://pop.example.com:1110"),
        ] {
            let typed = Endpoint { host: "pop.exmaple.com".into(), port, tls };
            assert_eq!(with_rest("pop.example.com".into(), &typed), expected);
        }
    }

    #[test]
    fn typos_are_seen() {
        for (typed, expected) in [
            ("pop.exmaple.com", Some("pop.example.com")),
            ("pop.gmal.com", Some("pop.gmail.com")),
            ("localhots", Some("localhost")),
            ("entirely.other.example", None),
        ] {
            assert_eq!(similar(typed, Some("example.com")).as_deref(), expected, "{typed}");
        }
    }
}
