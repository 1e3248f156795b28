//! What is published for mail programs over HTTPS, in the format that Thunderbird has brought into
//! the world. Never in the clear: whoever is on the way would choose the server.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::{Document, Node};

use super::{Found, MailAddress, is_host_name};
use crate::model::{Endpoint, Interrupt, TlsMode};
use crate::net::{Https, HttpsError};

/// The pages about the domain of an address, in the order in which they are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autoconfig {
    address: MailAddress,
}

/// What a page advises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A server for POP3 under TLS.
    At(Found),
    /// Servers, and none of them for POP3 under TLS.
    NotOffered,
}

/// What stands as it is in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

impl Autoconfig {
    /// The pages about the domain of `address`.
    #[must_use]
    pub fn of(address: &MailAddress) -> Self {
        Self { address: address.clone() }
    }

    /// Their addresses: the domain's own, and then Thunderbird's collection, which is told the
    /// domain alone.
    #[must_use]
    pub fn pages(&self) -> [String; 3] {
        let domain = self.address.domain();
        let address = self.address.to_string();
        let address = utf8_percent_encode(&address, QUERY);
        [
            format!("https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"),
            format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
            format!("https://autoconfig.thunderbird.net/v1.1/{domain}"),
        ]
    }

    /// Reads one of them.
    ///
    /// # Errors
    /// [`HttpsError`] when there is no such page.
    pub fn read(
        &self,
        page: &str,
        https: &Https,
        interrupt: &Interrupt,
    ) -> Result<Option<Advice>, HttpsError> {
        let text = https.get(page, interrupt)?;
        Ok(std::str::from_utf8(&text).ok().and_then(|text| advice(text, &self.address)))
    }
}

/// What a page says about servers; nothing where it is another page. (Many sites answer whatever
/// is asked for with their home page.)
fn advice(page: &str, address: &MailAddress) -> Option<Advice> {
    // Without DTD, as the parser has it by default: no entities that grow.
    let document = Document::parse(page).ok()?;
    let provider = child(document.root_element(), "emailProvider")?;
    let mut servers = provider.children().filter(|node| node.has_tag_name("incomingServer"));
    let all: Vec<Node<'_, '_>> = servers.by_ref().collect();
    if all.is_empty() {
        return None;
    }
    let offered = all.iter().filter(|node| node.attribute("type") == Some("pop3"));
    let mut found: Vec<Found> = offered.filter_map(|node| server(*node, address)).collect();
    // TLS from the first octet before STLS; otherwise theirs is the order.
    found.sort_by_key(|found| found.endpoint.tls != TlsMode::Implicit);
    Some(found.into_iter().next().map_or(Advice::NotOffered, Advice::At))
}

fn server(node: Node<'_, '_>, address: &MailAddress) -> Option<Found> {
    let text = |name: &str| child(node, name).and_then(|node| node.text()).map(str::trim);
    let fill = |text: &str| {
        text.replace("%EMAILADDRESS%", &address.to_string())
            .replace("%EMAILLOCALPART%", address.local_part())
            .replace("%EMAILDOMAIN%", address.domain())
    };
    let tls = match text("socketType")? {
        "SSL" => TlsMode::Implicit,
        "STARTTLS" => TlsMode::Starttls,
        _ => return None,
    };
    let host = fill(text("hostname")?).to_ascii_lowercase();
    let port = text("port")?.parse().ok().filter(|port| *port > 0)?;
    let user = fill(text("username").unwrap_or("%EMAILADDRESS%"));
    let usable = is_host_name(&host) && !user.is_empty() && !user.chars().any(char::is_control);
    usable.then_some(Found { endpoint: Endpoint { host, port, tls }, user })
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|node| node.has_tag_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(servers: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<!-- x --><clientConfig version=\"1.1\">\
             <emailProvider id=\"x\"><domain>x</domain>{servers}</emailProvider></clientConfig>"
        )
    }

    fn server(kind: &str, host: &str, port: &str, socket: &str, user: &str) -> String {
        format!(
            "<incomingServer type='{kind}'><hostname>{host}</hostname><port> {port} </port>\
             <socketType>{socket}</socketType><username>{user}</username></incomingServer>"
        )
    }

    fn shown(page: &str) -> String {
        match advice(page, &"al@example.com".parse().unwrap()) {
            Some(Advice::At(Found { endpoint, user })) => {
                format!("{user} {endpoint} {:?}", endpoint.tls)
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn pages_are_read() {
        let ssl = server("pop3", "Pop.%EMAILDOMAIN%", "995", "SSL", "%EMAILADDRESS%");
        let stls = server("pop3", "p.example.com", "110", "STARTTLS", "%EMAILLOCALPART%");
        let plain = server("pop3", "p.example.com", "110", "plain", "%EMAILLOCALPART%");
        let imap = server("imap", "i.example.com", "993", "SSL", "x");
        let found = "al@example.com pop.example.com:995 Implicit";
        for (servers, expected) in [
            (format!("{imap}{ssl}"), found),
            (format!("{stls}{ssl}"), found),
            (format!("{plain}{stls}"), "al p.example.com:110 Starttls"),
            (plain, "Some(NotOffered)"),
            (imap, "Some(NotOffered)"),
            (String::new(), "None"),
            (server("pop3", "a b", "995", "SSL", "x"), "Some(NotOffered)"),
            (server("pop3", "h.example.com", "0", "SSL", "x"), "Some(NotOffered)"),
            (server("pop3", "h.example.com", "99999", "SSL", "x"), "Some(NotOffered)"),
            (server("pop3", "h.example.com", "995", "SSL", "a&#13;&#10;b"), "Some(NotOffered)"),
        ] {
            assert_eq!(shown(&page(&servers)), expected, "{servers}");
        }
    }

    #[test]
    fn other_pages_say_nothing() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><clientConfig>&a;</clientConfig>";
        let deep = "<a>".repeat(100_000);
        for page in ["", "<!doctype html><html><body>Welcome", "<clientConfig/>", bomb, &deep] {
            assert_eq!(shown(page), "None");
        }
    }

    #[test]
    fn the_collection_is_not_told_who_asks() {
        let pages = Autoconfig::of(&"a+b@example.com".parse().unwrap()).pages();
        assert_eq!(
            pages[0],
            "https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=a%2Bb%40example.com"
        );
        assert!(!pages[1].contains("a+b") && pages[2].ends_with("/v1.1/example.com"));
    }
}
