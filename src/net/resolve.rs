//! From a host name to addresses.

use std::io;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};

use super::Error;
use crate::model::AddressFamily;

/// How many files the resolver may have open at once, generously: its configuration and a socket
/// for each name server (resolv.conf(5): at most three).
const RESOLVER_FILES: usize = 5;

/// The addresses of `host` that are of `family`, in the order in which they are to be tried. Takes
/// as long as the resolver takes.
pub(super) fn resolve(host: &str, family: AddressFamily) -> Result<Vec<IpAddr>, Error> {
    // RFC 6761, section 6.4: these names never exist; asking a resolver may only take time.
    if host == "invalid" || host.ends_with(".invalid") {
        return Err(Error::UnknownHost { host: host.to_owned() });
    }
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let found = getaddrinfo(Some(host), None, Some(hints)).map_err(|error| match error.kind() {
        LookupErrorKind::NoName | LookupErrorKind::NoData => unknown(host),
        _ => resolver(host, &io::Error::from(error)),
    })?;
    let all: Vec<IpAddr> = found.filter_map(Result::ok).map(|info| info.sockaddr.ip()).collect();
    if all.is_empty() {
        return Err(unknown(host));
    }
    let fitting: Vec<IpAddr> = all.into_iter().filter(|&it| family.holds(it)).collect();
    if fitting.is_empty() {
        return Err(Error::NoAddress { host: host.to_owned(), family });
    }
    Ok(alternating(fitting))
}

/// Puts the two families in turns, whichever the system prefers first (RFC 8305, section 4): when
/// one of them leads nowhere, the next address is of the other.
fn alternating(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let Some(first) = addresses.first().copied() else { return addresses };
    let preferred = AddressFamily::of(first);
    let (ours, others): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|&it| preferred.holds(it));
    let (mut ours, mut others) = (ours.into_iter(), others.into_iter());
    let mut turns = Vec::new();
    loop {
        let pair = [ours.next(), others.next()];
        if pair == [None, None] {
            return turns;
        }
        turns.extend(pair.into_iter().flatten());
    }
}

fn resolver(host: &str, error: &io::Error) -> Error {
    Error::Resolver { host: host.to_owned(), reason: error.to_string() }
}

/// A name that the resolver does not find. It says so too when it could open none of the files and
/// sockets by which it asks, and that is nothing that the user could find out from the name.
fn unknown(host: &str) -> Error {
    let sockets = (0..RESOLVER_FILES).map(|_| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)));
    match sockets.collect::<io::Result<Vec<_>>>() {
        Err(error) if is_too_many_files(&error) => resolver(host, &error),
        _ => Error::UnknownHost { host: host.to_owned() },
    }
}

fn is_too_many_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns() {
        let order = |addresses: &[&str]| -> Vec<String> {
            let addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
            alternating(addresses).iter().map(ToString::to_string).collect()
        };
        for (given, tried) in [
            (&["::1", "::2", "::3", "1.1.1.1"][..], &["::1", "1.1.1.1", "::2", "::3"][..]),
            (&["1.1.1.1", "::1", "::2"], &["1.1.1.1", "::1", "::2"]),
            (&["1.1.1.1", "1.1.1.2", "::1"], &["1.1.1.1", "::1", "1.1.1.2"]),
            (&["::1", "::2"], &["::1", "::2"]),
            (&[], &[]),
        ] {
            assert_eq!(order(given), tried);
        }
    }

    #[test]
    fn addresses_of_the_other_family_are_left_out() {
        let found = |host, family| resolve(host, family).map(|found| found.len());
        assert_eq!(found("127.0.0.1", AddressFamily::Ipv4).ok(), Some(1));
        assert_eq!(found("::1", AddressFamily::Any).ok(), Some(1));
        let none = found("127.0.0.1", AddressFamily::Ipv6).unwrap_err();
        assert_eq!(none.to_string(), "the host 127.0.0.1 has no IPv6 address");
        let unknown = found("no-such-host.invalid", AddressFamily::Any).unwrap_err();
        assert!(matches!(unknown, Error::UnknownHost { .. }));
    }
}
