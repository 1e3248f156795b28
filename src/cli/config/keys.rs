//! Every key of the configuration, in one place: the parser, `popfetch config show` and the
//! manual read this table. To add a key is to add its lines here, and to use the field.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use popfetch::model::{AddressFamily, CommandLine, FirstFetch, Policy, Secret, TlsMode};
use popfetch::net::TlsVersion;
use popfetch::oauth::{Flow, Preset};
use popfetch::sasl::LoginMethod;
use toml::de::DeValue;

use super::super::args::OrderArg;
use super::super::values::Pipeline;
use super::network::ProxyUrl;
use super::oauth::{HttpsUrl, Tenant, Text};
use super::tls::Fingerprints;
use super::value::{
    Age, Command, Deletion, Destinations, Host, Jobs, Messages, Port, Retries, Size, User, Value,
    Wrong,
};

/// What is known of a key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// Its type, in words that fit behind "it must be".
    pub(crate) kind: &'static str,
    /// What holds where it is not set: as it would be written, or in words that begin with `(`.
    pub(crate) default: &'static str,
    /// A value, as it would be written.
    pub(crate) example: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
}

/// Where a value was written.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) file: Arc<Path>,
    pub(crate) line: usize,
    /// Whether it stands in `[defaults]`.
    pub(crate) inherited: bool,
}

/// A value, and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Set<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// A key with what it is set to, if it is set.
pub(crate) struct Shown<'a> {
    pub(crate) key: &'static Key,
    /// The value, unless it is a secret, and where it was written.
    pub(crate) set: Option<(Option<serde_json::Value>, &'a Origin)>,
}

macro_rules! keys {
    (
        $(#[$meta:meta])* $values:ident {
            $( $name:literal $field:ident: $kind:ty, $default:literal, $example:literal, $doc:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $values {
            $( pub(crate) $field: Option<Set<$kind>>, )*
        }

        impl $values {
            pub(crate) const KEYS: &'static [Key] = &[$( Key {
                name: $name,
                kind: <$kind as Value>::KIND,
                default: $default,
                example: $example,
                doc: $doc,
            }, )*];

            /// Sets the key `name`, if there is one.
            pub(super) fn set(
                &mut self,
                name: &str,
                value: &DeValue<'_>,
                origin: &Origin,
            ) -> Option<Result<(), Wrong>> {
                let base = origin.file.parent().unwrap_or(Path::new("/"));
                match name {
                    $( $name => Some(<$kind as Value>::read(value, base).map(|value| {
                        self.$field = Some(Set { value, origin: origin.clone() });
                    })), )*
                    _ => None,
                }
            }

            /// Takes from `defaults` what is not set here.
            #[allow(dead_code, reason = "not all tables inherit")]
            fn inherit_all(&mut self, defaults: &Self) {
                $( if self.$field.is_none() {
                    self.$field.clone_from(&defaults.$field);
                } )*
            }

            /// All keys, in the order of the table.
            pub(crate) fn shown(&self) -> Vec<Shown<'_>> {
                let mut keys = Self::KEYS.iter();
                let mut shown = Vec::new();
                $( if let Some(key) = keys.next() {
                    let set = self.$field.as_ref();
                    shown.push(Shown { key, set: set.map(|set| (set.value.shown(), &set.origin)) });
                } )*
                shown
            }
        }
    };
}

keys! {
    /// What stands at the top of the main file.
    Globals {
        "jobs" jobs: Jobs, "16", "16",
        "How many accounts are fetched from at once.";
        "jobs-per-host" jobs_per_host: Jobs, "16", "4",
        "How many accounts of one server are fetched from at once. Some servers turn away who comes too often.";
    }
}

keys! {
    /// What an account can say, and `[defaults]` for all of them.
    Values {
        "host" host: Host, "(needed)", "\"pop.example.com\"",
        "The server.";
        "port" port: Port, "(995, or 110 without implicit TLS)", "995",
        "The server's port.";
        "tls" tls: TlsMode, "(implicit, or starttls on port 110)", "\"implicit\"",
        "TLS from the first octet, by STLS (required, never opportunistic), or none at all.";
        "user" user: User, "(needed)", "\"alice@example.com\"",
        "The user's name, taken as it stands.";
        "auth" auth: LoginMethod, "(what the server offers)", "\"PLAIN\"",
        "How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER, XOAUTH2 or EXTERNAL. What is named here is never replaced; APOP and CRAM-MD5 are weak and used only where they are named. For OAUTHBEARER and XOAUTH2 the password is the token; EXTERNAL needs none.";
        "utf8" utf8: bool, "false", "true",
        "Ask the server for messages with UTF-8 in their headers as they are (RFC 6856), if it can do that, and not for translations into ASCII.";
        "password-file" password_file: PathBuf, "(none)", "\"~/.config/popfetch/work.password\"",
        "A file that holds the password and that nobody else can read.";
        "password-command" password_command: Command, "(none)", "\"pass show mail/work\"",
        "A command that prints the password, run by the shell.";
        "password" password: Secret, "(none)", "\"secret\"",
        "The password itself. Nobody else may be able to read the file then.";
        "token-command" token_command: Command, "(none)", "\"oama access alice@example.com\"",
        "A command that prints an OAuth2 access token, run by the shell; once more where the server refuses that one.";
        "oauth-provider" oauth_provider: Preset, "(none, or \"custom\" with oauth-token-url)", "\"microsoft\"",
        "Whose OAuth2 to log in with, after popfetch login: microsoft, google or yahoo, whose addresses are known, or custom.";
        "oauth-client-id" oauth_client_id: Text, "(needed with oauth-provider)", "\"9e5f94bc-e8a4-4e73-b8be-63364c29d753\"",
        "What popfetch is called at the provider's, where somebody has to register it first.";
        "oauth-client-secret" oauth_client_secret: Secret, "(none)", "\"secret\"",
        "The client secret, where the provider gives one. Nobody else may be able to read the file then.";
        "oauth-client-secret-command" oauth_client_secret_command: Command, "(none)", "\"pass show mail/client-secret\"",
        "A command that prints the client secret, run by the shell.";
        "oauth-flow" oauth_flow: Flow, "(device for microsoft, else browser)", "\"browser\"",
        "How to get consent: by a code to type in on another device, in a browser, or without a user, for an app that has the right itself (client-credentials).";
        "oauth-tenant" oauth_tenant: Tenant, "\"common\"", "\"contoso.onmicrosoft.com\"",
        "For microsoft: the organisation; consumers for Outlook.com alone.";
        "oauth-scope" oauth_scope: Text, "(the provider's for POP3)", "\"https://mail.google.com/\"",
        "What to ask consent to, in the provider's words.";
        "oauth-authorize-url" oauth_authorize_url: HttpsUrl, "(the provider's)", "\"https://id.example.com/authorize\"",
        "Where a browser asks for consent.";
        "oauth-token-url" oauth_token_url: HttpsUrl, "(the provider's)", "\"https://id.example.com/token\"",
        "Where tokens come from.";
        "oauth-revoke-url" oauth_revoke_url: HttpsUrl, "(the provider's)", "\"https://id.example.com/revoke\"",
        "Where popfetch logout takes the consent back (RFC 7009).";
        "oauth-device-url" oauth_device_url: HttpsUrl, "(the provider's)", "\"https://id.example.com/device\"",
        "Where codes for another device come from.";
        "oauth-redirect-port" oauth_redirect_port: Port, "(any free one)", "8585",
        "The port of this machine that a browser is sent back to, where the provider takes no other.";
        "oauth-ca-file" oauth_ca_file: PathBuf, "(the system's)", "\"/etc/ssl/private-ca.pem\"",
        "The certificates to trust when the provider is asked, as a PEM file, instead of the system's.";
        "ca-file" ca_file: PathBuf, "(the system's)", "\"/etc/ssl/private-ca.pem\"",
        "The certificates to trust, as a PEM file, instead of the system's.";
        "tls-fingerprint" tls_fingerprint: Fingerprints, "(none)", "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "The SHA-256 fingerprint of the server's certificate or of its public key, or several of which one must fit. Without ca-file it stands for the authority, the dates and the name, which are not looked at then, as for a server that has signed its own certificate; with ca-file both are required.";
        "tls-host" tls_host: Host, "(the host)", "\"pop.example.com\"",
        "The name that the server's certificate must be for, and that the server is told (SNI).";
        "tls-min-version" tls_min_version: TlsVersion, "\"1.2\"", "\"1.3\"",
        "The oldest version of TLS that is spoken.";
        "client-cert" client_cert: PathBuf, "(none)", "\"~/.config/popfetch/work.pem\"",
        "The certificate that the server is shown when it asks: PEM (with the private key, or beside client-key) or PKCS#12. Nobody else may be able to read a file with a key. Where neither a password nor a token is set, it is what the account logs in with (EXTERNAL).";
        "client-key" client_key: PathBuf, "(in client-cert)", "\"~/.config/popfetch/work.key\"",
        "The private key that belongs to client-cert: PKCS#8 in PEM, not encrypted.";
        "client-cert-password-file" client_cert_password_file: PathBuf, "(none)", "\"~/.config/popfetch/work.p12.password\"",
        "A file that holds the password of client-cert in PKCS#12 and that nobody else can read.";
        "client-cert-password" client_cert_password: Secret, "(none)", "\"secret\"",
        "That password itself. Nobody else may be able to read the file then.";
        "proxy" proxy: ProxyUrl, "\"none\"", "\"socks5://127.0.0.1:1080\"",
        "The proxy to connect through: socks5://host:port or http://host:port (HTTP CONNECT), with user:password@ before the host where it wants a login; nobody else may be able to read the file then. The proxy looks the server's name up. Variables like ALL_PROXY are not heeded: whatever set them would choose who sees the connection.";
        "tunnel" tunnel: CommandLine, "(none)", "\"ssh -W pop.example.com:995 gateway\"",
        "A command whose standard input and output are the connection, run by the shell, or without one if it is an array of words.";
        "socket" socket: PathBuf, "(none)", "\"/run/pop3.sock\"",
        "A Unix socket to connect to, instead of the host and the port.";
        "address-family" address_family: AddressFamily, "\"any\"", "\"ipv4\"",
        "Which addresses to connect to, of the server or of the proxy.";
        "source-address" source_address: IpAddr, "(the system's choice)", "\"192.0.2.7\"",
        "The address of this machine to connect from. Only addresses of its kind are tried.";
        "connect-timeout" connect_timeout: Duration, "(timeout, but at most 30)", "10",
        "How many seconds to wait for a connection: until the name is found, an address answers, and a proxy lets through.";
        "timeout" timeout: Duration, "60", "60",
        "How many seconds to wait for the server, between two octets too.";
        "session-timeout" session_timeout: Duration, "(none)", "3600",
        "How many seconds a session may take in all. What is complete by then is kept, and the next run goes on.";
        "retries" retries: Retries, "(3 while the mailbox is in use, else 0)", "5",
        "How often to try again after what may pass: a timeout, a lost connection, a mailbox in use, but never refused credentials. The first pause is one second, and each is twice as long as the one before, up to a minute.";
        "report-errors-after" report_errors_after: Age, "(at once)", "\"1h\"",
        "How long a fault that may pass must have lasted before a fetch says so; then it says so once, and once when it is over. A password that the server has refused is then not tried again until something changes (or --retry). Without this key every fetch tries, and says what is wrong.";
        "login-delay" login_delay: Duration, "(what the server announces)", "900",
        "How many seconds must lie between two logins. Within them a fetch of new mail does nothing. What the server announces (LOGIN-DELAY) counts where it is longer, up to a day.";
        "pipeline" pipeline: Pipeline, "\"auto\"", "\"off\"",
        "How many commands to send ahead of their replies: auto (what the server announces and takes), off, or at most so many.";
        "allow-cleartext-password" allow_cleartext_password: bool, "false", "true",
        "Send the password even where everybody on the way can read it.";
        "to" to: Destinations, "(none; --to is needed)", "[\"maildir:~/Mail/{account}\"]",
        "Where the mail goes. Each destination gets every message.";
        "from-line" from_line: bool, "false", "true",
        "Let what a pipe: destination is given begin with a From_ line, as in an mbox.";
        "delivery-timeout" delivery_timeout: Duration, "300", "60",
        "How many seconds a pipe: destination may take for a message. Then its command is ended, and the message tried again by the next run.";
        "delete" delete: Deletion, "false", "\"14d\"",
        "Delete on the server what is safe here: at once (true), never (false), or so long after it came.";
        "keep-newest" keep_newest: Messages, "(none)", "100",
        "Where mail is deleted: never the newest so many messages of the mailbox.";
        "first-fetch" first_fetch: FirstFetch, "\"all\"", "\"last:100\"",
        "What the first fetch of the account brings: all, seen (nothing; all counts as seen), last:N.";
        "order" order: OrderArg, "\"oldest\"", "\"newest\"",
        "Which messages are fetched first.";
        "max-size" max_size: Size, "(none)", "\"20M\"",
        "Skip messages that are larger, and say so.";
        "max-messages" max_messages: Messages, "(none)", "1000",
        "Fetch at most so many messages in a run.";
        "max-octets" max_octets: Size, "(none)", "\"1G\"",
        "Fetch at most so much in a run, but always one message.";
        "headers-only" headers_only: bool, "false", "true",
        "Fetch only the header blocks; what is fetched so is never deleted.";
    }
}

impl Globals {
    /// How many accounts at once.
    pub(crate) fn jobs(&self) -> Option<usize> {
        self.jobs.as_ref().map(|set| set.value.0)
    }

    /// How many of them of one host.
    pub(crate) fn jobs_per_host(&self) -> Option<usize> {
        self.jobs_per_host.as_ref().map(|set| set.value.0)
    }
}

impl Values {
    /// Takes from `defaults` what is not set here. Who says where the password comes from means
    /// this place and not one for everybody, whichever would count first in one table.
    pub(super) fn inherit(&mut self, defaults: &Self) {
        let own = self.password_file.is_some()
            || self.password_command.is_some()
            || self.password.is_some();
        let mut defaults = defaults.clone();
        // So does who says how the server is reached.
        if self.proxy.is_some() || self.tunnel.is_some() || self.socket.is_some() {
            defaults.proxy = None;
            defaults.tunnel = None;
            defaults.socket = None;
        }
        // The key and the password are the certificate's.
        if self.client_cert.is_some() {
            defaults.client_key = None;
            defaults.client_cert_password_file = None;
            defaults.client_cert_password = None;
        }
        if own {
            defaults.password_file = None;
            defaults.password_command = None;
            defaults.password = None;
            // A password is no token.
            defaults.token_command = None;
            defaults.forget_provider();
        }
        if self.token_command.is_some() {
            defaults.forget_provider();
        }
        // What is known to one provider is no other's business, the secret least of all.
        if self.oauth_provider.is_some()
            || self.oauth_token_url.is_some()
            || self.oauth_client_id.is_some()
        {
            defaults.forget_provider();
        }
        if self.oauth_client_secret.is_some() || self.oauth_client_secret_command.is_some() {
            defaults.oauth_client_secret = None;
            defaults.oauth_client_secret_command = None;
        }
        self.inherit_all(&defaults);
    }
}

impl Values {
    fn forget_provider(&mut self) {
        self.oauth_provider = None;
        self.oauth_client_id = None;
        self.oauth_client_secret = None;
        self.oauth_client_secret_command = None;
        self.oauth_flow = None;
        self.oauth_tenant = None;
        self.oauth_scope = None;
        self.oauth_authorize_url = None;
        self.oauth_token_url = None;
        self.oauth_device_url = None;
        self.oauth_revoke_url = None;
        self.oauth_redirect_port = None;
        self.oauth_ca_file = None;
    }

    /// Whether a password stands in them.
    pub(super) fn hold_secret(&self) -> bool {
        self.password.is_some()
            || self.client_cert_password.is_some()
            || self.oauth_client_secret.is_some()
            || self.proxy.as_ref().is_some_and(|set| set.value.holds_secret())
    }

    /// How many of the newest messages are never deleted.
    pub(crate) fn keep_newest(&self) -> u32 {
        self.keep_newest.as_ref().map_or(0, |set| set.value.0)
    }

    /// What becomes of mail.
    pub(crate) fn policy(&self) -> Policy {
        let value = |set: &Option<Set<Size>>| set.as_ref().map(|set| set.value.0);
        let after = match self.delete.as_ref().map(|set| &set.value) {
            Some(Deletion::AtOnce) => Some(0),
            Some(Deletion::After(age, _)) => Some(*age),
            Some(Deletion::Never) | None => None,
        };
        Policy {
            look: false,
            only_new: false,
            delete: after
                .map(|after| popfetch::model::Deletion { after, keep_newest: self.keep_newest() }),
            first_fetch: self.first_fetch.as_ref().map(|set| set.value).unwrap_or_default(),
            max_size: value(&self.max_size),
            max_messages: self.max_messages.as_ref().map(|set| u64::from(set.value.0)),
            max_octets: value(&self.max_octets),
            headers_only: self.headers_only.as_ref().is_some_and(|set| set.value),
            retry_refused: false,
            newest_first: self.order.as_ref().is_some_and(|set| set.value == OrderArg::Newest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_and_defaults_are_read_by_the_parser() {
        let origin = Origin { file: Path::new("/x/config.toml").into(), line: 1, inherited: false };
        let parse = |name: &str, text: &str, global: bool| {
            let value = DeValue::parse(text).unwrap();
            let mut values = Values::default();
            let mut globals = Globals::default();
            let set = if global {
                globals.set(name, value.get_ref(), &origin)
            } else {
                values.set(name, value.get_ref(), &origin)
            };
            set.expect("a known key").unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        };
        for (keys, global) in [(Values::KEYS, false), (Globals::KEYS, true)] {
            for key in keys {
                parse(key.name, key.example, global);
                if !key.default.starts_with('(') {
                    parse(key.name, key.default, global);
                }
                assert!(key.doc.ends_with('.') && !key.kind.is_empty(), "{}", key.name);
            }
        }
    }
}
