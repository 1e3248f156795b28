//! Proxies as they are written: URLs.

use popfetch::model::{Proxy, ProxyKind, ProxyLogin, Secret};

use super::source::{decode, parse_place};

/// The kinds, by the schemes of their URLs, with the ports where none is named. Names are always
/// looked up by the proxy, which elsewhere is the `h` behind `socks5`.
const SCHEMES: [(&str, ProxyKind, Option<u16>); 3] = [
    ("socks5", ProxyKind::Socks5, Some(1080)),
    ("socks5h", ProxyKind::Socks5, Some(1080)),
    ("http", ProxyKind::Http, None),
];

/// What is said of a proxy that is none.
const SHAPE: &str = "a proxy is written socks5://host:port or http://host:port";

/// Reads the URL of a proxy; `none` is no proxy. What is wrong is told without quoting it: it may
/// hold a password.
pub(crate) fn parse_proxy(text: &str) -> Result<Option<Proxy>, String> {
    if text == "none" {
        return Ok(None);
    }
    let (scheme, rest) = text.split_once("://").ok_or(SHAPE)?;
    let scheme = scheme.to_ascii_lowercase();
    let known = SCHEMES.iter().find(|(name, ..)| *name == scheme);
    let &(_, kind, default_port) = known.ok_or(SHAPE)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (login, place) = match rest.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, rest),
    };
    let login = login.map(|login| parse_login(login, kind)).transpose()?;
    // What is wrong with the host may be a password whose @ was forgotten.
    let (host, port) = parse_place(place).map_err(|_| SHAPE)?;
    let port = port.or(default_port).ok_or("the proxy's port is missing")?;
    Ok(Some(Proxy { kind, host, port, login }))
}

fn parse_login(login: &str, kind: ProxyKind) -> Result<ProxyLogin, String> {
    let (user, password) = login.split_once(':').ok_or("the proxy's password is missing")?;
    let (user, password) =
        (decode(user, "proxy's user name")?, decode(password, "proxy's password")?);
    if user.is_empty() || password.is_empty() {
        return Err("the proxy's user name or password is empty".to_owned());
    }
    if kind == ProxyKind::Http && user.contains(':') {
        return Err("the proxy's user name holds a colon".to_owned());
    }
    Ok(ProxyLogin { user, password: Secret::new(password.into_bytes()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let shown = |text: &str| match parse_proxy(text) {
            Err(error) => format!("! {error}"),
            Ok(None) => "none".to_owned(),
            Ok(Some(proxy)) => {
                let login = proxy.login.as_ref().map(|login| {
                    let password = String::from_utf8_lossy(login.password.expose());
                    format!(" as {} with {password}", login.user)
                });
                format!("{proxy}{}", login.unwrap_or_default())
            }
        };
        let wrong = format!("! {SHAPE}");
        for (text, expected) in [
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
            ("SOCKS5H://Proxy.Example.COM.:9050/", "socks5://proxy.example.com:9050"),
            ("http://[::1]:3128", "http://[::1]:3128"),
            ("socks5://me:p%40ss%3a@h", "socks5://h:1080 as me with p@ss:"),
            ("http://me:a:b@h:1", "http://h:1 as me with a:b"),
            ("none", "none"),
            ("http://h", "! the proxy's port is missing"),
            ("socks5://me@h", "! the proxy's password is missing"),
            ("socks5://me:@h", "! the proxy's user name or password is empty"),
            ("http://a%3ab:c@h:1", "! the proxy's user name holds a colon"),
            ("http://a:b%0d%0ax@h:1", "! the proxy's password holds a control character"),
            ("https://h:443", &wrong),
            ("socks4://h", &wrong),
            ("h:1080", &wrong),
            ("socks5://", &wrong),
            ("socks5://me:secret", &wrong),
            ("socks5://h:0", &wrong),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
