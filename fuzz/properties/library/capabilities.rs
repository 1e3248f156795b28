//! Capabilities: each is there if and only if a line says so, as a whole word; and a server that
//! deletes what was retrieved is never taken for one that keeps it.

use popfetch::proto::{Capabilities, Expire};

pub(crate) fn check(data: &[u8]) {
    let mut read = Capabilities::default();
    data.split(|octet| *octet == b'\n').for_each(|line| read.add_line(line));
    let lines: Vec<Vec<String>> = data
        .split(|octet| *octet == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok())
        .map(|line| line.split_ascii_whitespace().map(str::to_ascii_uppercase).collect())
        .collect();
    // The arguments of each line with the tag.
    let tagged = |tag: &str| -> Vec<&[String]> {
        let with_tag = lines.iter().filter_map(|words| words.split_first());
        with_tag.filter(|(first, _)| *first == tag).map(|(_, rest)| rest).collect()
    };
    let has = |tag: &str| !tagged(tag).is_empty();
    assert_eq!(read.top, has("TOP"));
    assert_eq!(read.uidl, has("UIDL"));
    assert_eq!(read.user, has("USER"));
    assert_eq!(read.pipelining, has("PIPELINING"));
    assert_eq!(read.stls, has("STLS"));
    assert_eq!(read.resp_codes, has("RESP-CODES"));
    assert_eq!(read.auth_resp_code, has("AUTH-RESP-CODE"));
    let utf8_user = tagged("UTF8").concat().iter().any(|word| word == "USER");
    assert_eq!(read.utf8_user, utf8_user);
    let mechanisms = tagged("SASL").concat();
    assert_eq!(read.sasl, has("SASL").then(|| mechanisms.clone()));
    assert!(mechanisms.iter().all(|name| read.offers(name)));
    assert_eq!(read.offers("PLAIN"), mechanisms.iter().any(|name| name == "PLAIN"));
    let days: Vec<Expire> = tagged("EXPIRE").iter().filter_map(|words| expire(words)).collect();
    let deletes = days.contains(&Expire::Days(0));
    assert_eq!(read.retr_deletes(), deletes);
    assert_eq!(read.expire, if deletes { Some(Expire::Days(0)) } else { days.first().copied() });
    let mut delays =
        tagged("LOGIN-DELAY").into_iter().filter_map(|words| words.first()?.parse().ok());
    assert_eq!(read.login_delay, delays.next());
}

fn expire(words: &[String]) -> Option<Expire> {
    match words.first()?.as_str() {
        "NEVER" => Some(Expire::Never),
        days => days.parse().ok().map(Expire::Days),
    }
}
