//! What may help where there is no way to the server.

use popfetch::discovery::Preset;
use popfetch::jobs::{self, Class};
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
            near = similar(&place.endpoint.host, place.user.rsplit_once('@').map(|(_, it)| it));
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
