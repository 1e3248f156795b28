//! Destinations: what is accepted is an absolute path that says what it is and is read as what it
//! says; and whatever an account is called, its name is one part of the path.

use std::path::{Path, PathBuf};

use popfetch::model::{AccountName, Endpoint, MailboxIdentity, Place, TlsMode};

use super::super::destination::Template;
use super::super::exit::Exit;
use super::common::printable::assert_printable;

/// The name of the account, or the user of a URL; and the destination.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (name, text) = text.split_once('\n').unwrap_or_default();
    let template = match Template::parse(text, Some(Path::new("/base"))) {
        Ok(template) => template,
        Err(failure) => {
            assert!([Exit::USAGE, Exit::CANNOT_CREATE].contains(&failure.exit));
            failure.lines().lines().for_each(assert_printable);
            return;
        }
    };
    // As everywhere before, a user's name holds no control character.
    if name.is_empty() || name.chars().any(char::is_control) {
        return;
    }
    let endpoint = Endpoint { host: "h".to_owned(), port: 995, tls: TlsMode::Implicit };
    let of_url = AccountName::of_mailbox(&MailboxIdentity::new(name, &endpoint));
    for name in [AccountName::configured(name).ok(), Some(of_url)].into_iter().flatten() {
        check_place(&template, text, &name);
    }
}

fn check_place(template: &Template, text: &str, name: &AccountName) {
    let Ok(place) = template.for_account(name) else {
        assert!(matches!(name.as_str(), "." | ".."), "{name} is refused");
        return;
    };
    let Some(path) = path(&place) else {
        // A command stays as it was written.
        assert_eq!(place.to_string(), text);
        return;
    };
    assert!(path.is_absolute(), "{}", path.display());
    let kind = |text: &str| text.split(':').next().map(str::to_owned);
    assert_eq!(kind(&place.to_string()), kind(text));
    // The same as for an account with a plain name, but for the name itself.
    let plain = AccountName::configured("plain").unwrap();
    let plain = template.for_account(&plain).expect("a plain name is never refused");
    let plain = self::path(&plain).expect("the same kind of place");
    let name = name.as_str().replace('/', "%2F");
    if !text.contains("plain") {
        let expected: Vec<_> = parts(plain).map(|part| part.replace("plain", &name)).collect();
        assert_eq!(parts(path).collect::<Vec<_>>(), expected);
    }
    let shown = place.to_string();
    if !shown.contains("{account}") {
        let again = Template::parse(&shown, None)
            .and_then(|again| again.for_account(&AccountName::configured("x").unwrap()));
        assert_eq!(again.unwrap(), place, "{shown}");
    }
}

fn path(place: &Place) -> Option<&PathBuf> {
    match place {
        Place::Maildir(path) | Place::Mbox(path) => Some(path),
        Place::Stdout | Place::Pipe(_) => None,
    }
}

fn parts(path: &Path) -> impl Iterator<Item = String> {
    path.components().map(|part| part.as_os_str().to_string_lossy().into_owned())
}
