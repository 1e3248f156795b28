//! Sources: URLs of mailboxes (RFC 2384, and the pop3s form that people write).

use percent_encoding::percent_decode_str;

use popfetch::model::{Endpoint, TlsMode, Uid};
use popfetch::sasl::LoginMethod;

/// What a URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) user: Option<String>,
    pub(crate) method: Option<LoginMethod>,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    pub(crate) tls: TlsMode,
}

/// Whether `text` is meant as a URL, and not as the name of an account.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
}

impl Source {
    /// The server, with `tls` instead of what the scheme says if that is given.
    pub(crate) fn endpoint(&self, tls: Option<TlsMode>) -> Endpoint {
        let tls = tls.unwrap_or(self.tls);
        let port = self.port.unwrap_or(tls.default_port());
        Endpoint { host: self.host.clone(), port, tls }
    }

    /// Reads a URL.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "pop3s" | "pops" => TlsMode::Implicit,
            "pop3" | "pop" => TlsMode::Starttls,
            _ => return Err(format!("'{scheme}://' is not a POP3 URL; use pop3s:// or pop3://")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // The last @: people write user@domain@host, and a host holds none.
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        // Wherever a colon may stand before a password, and whatever else is wrong with the URL.
        if login.is_some_and(|login| login.contains(':')) {
            return Err(PASSWORD.to_owned());
        }
        let (user, method) = login.map(parse_login).transpose()?.unwrap_or_default();
        let (host, port) = parse_place(place)?;
        Ok(Self { user, method, host, port, tls })
    }
}

/// What is said to a password in a URL. The password is not repeated: this is a screen.
const PASSWORD: &str = "a URL holds no password here: use --password-command, --password-file, \
    --password-fd, the environment variable POPFETCH_PASSWORD, or wait to be asked";

/// `user`, or `user;AUTH=mechanism` (RFC 2384).
fn parse_login(login: &str) -> Result<(Option<String>, Option<LoginMethod>), String> {
    let (user, auth) = match login.split_once(';') {
        Some((user, auth)) => (user, Some(auth)),
        None => (login, None),
    };
    let user = decode(user, "user name")?;
    if user.is_empty() {
        return Err("the user name before the @ is empty".to_owned());
    }
    let auth = auth.map(|auth| {
        let name = auth.get(..5).filter(|start| start.eq_ignore_ascii_case("AUTH="));
        let mechanism = decode(&auth[name.map_or(0, str::len)..], "mechanism")?;
        match (name, mechanism.as_str()) {
            (None, _) => Err(format!("'{auth}' behind the user name is not ;AUTH=MECHANISM")),
            (Some(_), "*") => Ok(None),
            (Some(_), mechanism) => mechanism.parse().map(Some),
        }
    });
    Ok((Some(user), auth.transpose()?.flatten()))
}

/// `host`, `host:port`, `[address]`, `[address]:port`.
pub(super) fn parse_place(place: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = if let Some(bracketed) = place.strip_prefix('[') {
        let (address, rest) = bracketed.split_once(']').ok_or("an address lacks its ]")?;
        let address: std::net::Ipv6Addr =
            address.parse().map_err(|_| format!("'{address}' is not an IPv6 address"))?;
        let port = match rest {
            "" => None,
            rest => Some(rest.strip_prefix(':').ok_or("only a port may follow the ]")?),
        };
        (address.to_string(), port)
    } else {
        let (host, port) = match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        };
        (host_name(&decode(host, "host")?)?, port)
    };
    let port = port.map(|port| match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
        // It may be a password whose @host was forgotten.
        _ => Err("what stands behind the host's colon is not a port".to_owned()),
    });
    Ok((host, port.transpose()?))
}

/// A host in the one way that it is written everywhere: in lower case and without a trailing dot,
/// or an address without brackets.
pub(crate) fn host_name(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<std::net::Ipv6Addr>() {
        return Ok(address.to_string());
    }
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    if host.is_empty() {
        return Err("the host is missing, as in pop3s://alice@pop.example.com".to_owned());
    }
    if let Some(bad) =
        host.chars().find(|c| c.is_whitespace() || c.is_control() || "/@?#\\:[]".contains(*c))
    {
        return Err(format!("a host name holds no '{}'", bad.escape_debug()));
    }
    Ok(host)
}

/// Undoes percent-encoding. A control character could smuggle a command to the server.
pub(super) fn decode(text: &str, what: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| format!("the {what} is not UTF-8"))?;
    if decoded.chars().any(char::is_control) {
        return Err(format!("the {what} holds a control character"));
    }
    Ok(decoded.into_owned())
}

/// The UIDs that `text` can mean: as it stands, and with the escapes of a list undone.
pub(crate) fn parse_uid(text: &str) -> Result<Vec<Uid>, String> {
    let mut meant = vec![text.as_bytes().to_vec()];
    if text.contains("\\x") {
        meant.push(unescape(text));
    }
    let uids: Vec<Uid> = meant.iter().filter_map(|bytes| Uid::new(bytes)).collect();
    if uids.is_empty() {
        return Err(format!("'{}' cannot be a unique-id", text.escape_debug()));
    }
    Ok(uids)
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let hex = rest.get(at + 2..at + 4);
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &rest[at + 4..];
        } else {
            bytes.extend_from_slice(b"\\x");
            rest = &rest[at + 2..];
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        match Source::parse(url) {
            Err(error) => format!("! {error}"),
            Ok(source) => {
                let endpoint = source.endpoint(None);
                format!("{:?} {endpoint} {:?}", source.user, endpoint.tls)
            }
        }
    }

    #[test]
    fn urls() {
        for (url, expected) in [
            ("pop3s://alice@pop.example.com", "Some(\"alice\") pop.example.com:995 Implicit"),
            ("POPS://alice@Pop.Example.COM./", "Some(\"alice\") pop.example.com:995 Implicit"),
            ("pop3://alice@h", "Some(\"alice\") h:110 Starttls"),
            ("pop://h:21101", "None h:21101 Starttls"),
            ("pop3s://a%40b.c@h:1995", "Some(\"a@b.c\") h:1995 Implicit"),
            ("pop3s://a@b.c@h", "Some(\"a@b.c\") h:995 Implicit"),
            (
                "pop3s://recent:x@h",
                "! a URL holds no password here: use --password-command, \
              --password-file, --password-fd, the environment variable POPFETCH_PASSWORD, or wait \
              to be asked",
            ),
            ("pop3s://recent%3ax@h", "Some(\"recent:x\") h:995 Implicit"),
            ("pop3s://a@[::1]:995", "Some(\"a\") [::1]:995 Implicit"),
            ("pop3s://a@127.0.0.1", "Some(\"a\") 127.0.0.1:995 Implicit"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in [
            "imap://h",
            "pop3s://",
            "pop3s://a@",
            "pop3s://@h",
            "pop3s://a%0d%0aDELE%201@h",
            "pop3s://a@h%00",
            "pop3s://a@h:0",
            "pop3s://a@h:99999",
            "pop3s://a@h:+1",
            "pop3s://a@h/x",
            "pop3s://a@[::1",
            "pop3s://a@[::1]x",
            "pop3s://a@[h]",
            "pop3s://a;AUTH=NTLM@h",
            "pop3s://a;X@h",
            "pop3s://a%ff@h",
            "pop3s://a@h h",
        ] {
            assert!(Source::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_mechanism_in_the_url() {
        let method = |url| Source::parse(url).unwrap().method;
        assert_eq!(method("pop://a;AUTH=PLAIN@h"), Some(LoginMethod::Plain));
        assert_eq!(method("pop://a;auth=*@h"), None);
    }

    #[test]
    fn uids_as_lists_show_them() {
        let meant = |text| parse_uid(text).unwrap().iter().map(|u| u.as_bytes().to_vec()).collect();
        let both: Vec<Vec<u8>> = meant("a\\xe4b");
        assert_eq!(both, [b"a\\xe4b".to_vec(), b"a\xe4b".to_vec()]);
        let plain: Vec<Vec<u8>> = meant("000001c94543d9e2");
        assert_eq!(plain, [b"000001c94543d9e2".to_vec()]);
        assert!(parse_uid("a b").is_err() && parse_uid("").is_err());
    }
}
