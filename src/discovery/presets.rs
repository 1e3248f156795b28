//! The providers that are known: a table, and no logic.

use super::preset::{Accepts, Preset, Server, UserForm};

/// A server that calls its users by their addresses.
const fn server(host: &'static str, accepts: Accepts) -> Option<Server> {
    Some(Server { host, user: UserForm::Address, accepts, login_delay: None })
}

/// One that calls them by what stands before the `@`, and lets them in so many seconds apart.
const fn by_local_part(host: &'static str, accepts: Accepts, delay: u32) -> Option<Server> {
    Some(Server { host, user: UserForm::LocalPart, accepts, login_delay: Some(delay) })
}

/// What is said of a provider whose POP3 is a switch in its settings.
const SWITCH: &str = "POP3 has to be switched on in its settings first.";

/// Zoho has a server for each of its regions.
const ZOHO: &str = "POP3 has to be switched on in its settings first; free plans made since 2019 \
    do not have it.";

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        provider: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        server: server("pop.gmail.com", Accepts::AppPasswordOrOauth("google")),
        note: "POP3 has to be switched on in its settings first, where it is also said what becomes \
            of mail that was fetched: Gmail does that, and not what popfetch deletes. It lists \
            about 250 messages at a time, the oldest first, so a large mailbox takes several \
            runs.",
    },
    Preset {
        provider: "Outlook.com",
        domains: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        server: server("outlook.office365.com", Accepts::Oauth("microsoft")),
        note: "POP3 has to be switched on in its settings first: Mail, Forwarding and IMAP.",
    },
    Preset {
        provider: "Yahoo",
        domains: &["yahoo.com", "ymail.com", "rocketmail.com"],
        server: server("pop.mail.yahoo.com", Accepts::AppPasswordOrOauth("yahoo")),
        note: "",
    },
    Preset {
        provider: "AOL",
        domains: &["aol.com"],
        server: server("pop.aol.com", Accepts::AppPasswordOrOauth("yahoo")),
        note: "",
    },
    Preset {
        provider: "GMX",
        domains: &["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu", "gmx.org"],
        server: server("pop.gmx.net", Accepts::Password),
        note: SWITCH,
    },
    Preset {
        provider: "GMX",
        domains: &["gmx.com"],
        server: server("pop.gmx.com", Accepts::Password),
        note: SWITCH,
    },
    Preset {
        provider: "WEB.DE",
        domains: &["web.de"],
        server: by_local_part("pop3.web.de", Accepts::Password, 900),
        note: "POP3 has to be switched on in its settings first. It lets a user in every 15 minutes \
            and calls the password wrong in between.",
    },
    Preset {
        provider: "Zoho",
        domains: &["zoho.com"],
        server: server("pop.zoho.com", Accepts::Password),
        note: ZOHO,
    },
    Preset {
        provider: "Zoho",
        domains: &["zoho.eu"],
        server: server("pop.zoho.eu", Accepts::Password),
        note: ZOHO,
    },
    Preset {
        provider: "Zoho",
        domains: &["zoho.in"],
        server: server("pop.zoho.in", Accepts::Password),
        note: ZOHO,
    },
    Preset {
        provider: "Zoho",
        domains: &["zoho.com.au"],
        server: server("pop.zoho.com.au", Accepts::Password),
        note: ZOHO,
    },
    Preset {
        provider: "Fastmail",
        domains: &["fastmail.com", "fastmail.fm"],
        server: server("pop.fastmail.com", Accepts::AppPassword),
        note: "Only the inbox is there.",
    },
    Preset {
        provider: "T-Online",
        domains: &["t-online.de", "magenta.de"],
        server: server("securepop.t-online.de", Accepts::AppPassword),
        note: "",
    },
    Preset {
        provider: "Posteo",
        domains: &["posteo.de"],
        server: server("posteo.de", Accepts::Password),
        note: "",
    },
    Preset {
        provider: "Libero",
        domains: &["libero.it", "iol.it", "blu.it", "inwind.it", "giallo.it"],
        server: server("popmail.libero.it", Accepts::Password),
        note: "",
    },
    Preset {
        provider: "Orange",
        domains: &["orange.fr", "wanadoo.fr"],
        server: server("pop.orange.fr", Accepts::Password),
        note: "",
    },
    Preset {
        provider: "Yandex",
        domains: &["yandex.com", "yandex.ru"],
        server: server("pop.yandex.com", Accepts::AppPassword),
        note: "",
    },
    Preset {
        provider: "Mail.ru",
        domains: &["mail.ru", "inbox.ru", "list.ru", "bk.ru"],
        server: server("pop.mail.ru", Accepts::AppPassword),
        note: "",
    },
    Preset {
        provider: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        server: None,
        note: "It has IMAP only.",
    },
    Preset {
        provider: "Proton Mail",
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        server: None,
        note: "Its Bridge speaks IMAP only.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::{MailAddress, is_host_name};
    use std::collections::HashSet;

    #[test]
    fn every_row_is_sound() {
        let mut domains = HashSet::new();
        for preset in PRESETS {
            assert!(!preset.domains.is_empty(), "{}", preset.provider);
            for &domain in preset.domains {
                let address: MailAddress = format!("alice@{domain}").parse().unwrap();
                assert_eq!(address.domain(), domain, "in lower case");
                assert!(domains.insert(domain), "{domain} is there twice");
                assert_eq!(Preset::of(&address), Some(preset));
            }
            let sentence = preset.note.is_empty() || preset.note.ends_with('.');
            assert!(sentence && !preset.note.contains("  "), "{}", preset.note);
            assert!(preset.server.is_some() || !preset.note.is_empty(), "{}", preset.provider);
            if let Some(server) = &preset.server {
                assert!(is_host_name(server.host) && server.host.contains('.'), "{}", server.host);
                let known = ["microsoft", "google", "yahoo"];
                assert!(server.accepts.oauth().is_none_or(|name| known.contains(&name)));
            }
        }
    }

    #[test]
    fn a_preset_says_where_and_who() {
        let found = |text: &str| {
            let address: MailAddress = text.parse().unwrap();
            let found = Preset::of(&address)?.server.as_ref()?.found(&address);
            Some(format!("{} {}", found.user, found.endpoint))
        };
        assert_eq!(found("Al@gmail.com"), Some("Al@gmail.com pop.gmail.com:995".to_owned()));
        assert_eq!(found("al@WEB.DE"), Some("al pop3.web.de:995".to_owned()));
        assert_eq!(found("al@icloud.com"), None);
        assert_eq!(found("al@example.com"), None);
    }
}
