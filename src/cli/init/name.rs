//! What the account is called.

use popfetch::model::AccountName;

use super::super::exit::Exit;
use super::super::report::Failure;
use super::Init;
use super::server::Place;
use super::who::Who;

pub(super) fn choose(init: &Init<'_>, who: &Who, place: &Place) -> Result<AccountName, Failure> {
    let taken = |name: &str| init.config.is_some_and(|config| config.account(name).is_some());
    let free = |name: &str| match AccountName::configured(name) {
        Err(error) => Err(Failure::usage(format!("'{name}' is no name: {error}"))),
        Ok(_) if taken(name) => {
            let message = format!("there is an account named '{name}' already");
            Err(Failure::new(Exit::CONFIG, message))
        }
        Ok(name) => Ok(name),
    };
    if let Some(name) = &init.args.name {
        match free(name) {
            Err(failure) if init.asker.asks => init.asker.tell_failure(&failure),
            done => return done,
        }
    }
    let domain = who.address().map_or(place.endpoint.host.as_str(), |address| address.domain());
    let usual = usual(domain, &place.user, taken);
    if !init.asker.offers() {
        return free(&usual);
    }
    loop {
        let name = init.asker.line("Name of the account", Some(&usual))?;
        match free(&name) {
            Ok(name) => return Ok(name),
            Err(failure) => init.asker.tell_failure(&failure),
        }
    }
}

/// A free name: the one of the domain, or else of the user, or one with a number.
fn usual(domain: &str, user: &str, taken: impl Fn(&str) -> bool) -> String {
    let labels: Vec<&str> = domain.split('.').collect();
    // `example` of pop.example.com: what stands before the last dot.
    let domain = match labels[..] {
        [.., second, _] if domain.contains(|c: char| c.is_ascii_alphabetic()) => second,
        _ => domain,
    };
    let plain = |text: &str| -> String {
        let text = text.split('@').next().unwrap_or_default();
        let fine = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        text.chars().map(fine).take(32).collect::<String>().trim_matches('-').to_owned()
    };
    let (domain, user) = (plain(domain), plain(user));
    let both = format!("{domain}-{user}");
    let numbered = (2..).map(|n| format!("account-{n}"));
    let names = [domain, user, both, "account".to_owned()].into_iter().chain(numbered);
    names.filter(|name| !name.is_empty()).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names() {
        for (domain, user, taken, expected) in [
            ("example.com", "alice@example.com", &[][..], "example"),
            ("pop.example.com", "alice", &[], "example"),
            ("localhost", "alice", &[], "localhost"),
            ("127.0.0.1", "alice", &[], "127-0-0-1"),
            ("example.com", "alice@example.com", &["example"], "alice"),
            ("example.com", "alice@example.com", &["example", "alice"], "example-alice"),
            ("example.com", "@", &["example", "example-"], "account"),
        ] {
            let name = usual(domain, user, |name| taken.contains(&name));
            assert_eq!(name, expected, "{domain} {user}");
            assert!(AccountName::configured(&name).is_ok());
        }
    }
}
