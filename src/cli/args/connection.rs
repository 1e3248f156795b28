//! How to get to a server, and in.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum, ValueHint};

use popfetch::model::TlsMode;
use popfetch::net::{Fingerprint, TlsVersion};
use popfetch::sasl::LoginMethod;

use crate::cli::source::host_name;
use crate::cli::values::{Pipeline, parse_tls_version};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TlsArg {
    Implicit,
    Starttls,
    None,
}

impl From<TlsArg> for TlsMode {
    fn from(arg: TlsArg) -> Self {
        match arg {
            TlsArg::Implicit => Self::Implicit,
            TlsArg::Starttls => Self::Starttls,
            TlsArg::None => Self::None,
        }
    }
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection (with exactly one SOURCE)")]
pub(crate) struct ConnectionArgs {
    /// The user's name
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// TLS from the first octet (port 995), by STLS (port 110), or none at all
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) tls: Option<TlsArg>,
    /// Trust the certificates in this PEM file instead of the system's (with any number of SOURCEs)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Option<PathBuf>,
    /// Trust the server whose certificate or key has this fingerprint (repeatable)
    #[arg(long, value_name = "SHA256")]
    pub(crate) tls_fingerprint: Vec<Fingerprint>,
    /// The name that the server's certificate must be for [default: the host]
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    pub(crate) tls_host: Option<String>,
    /// The oldest version of TLS to speak: 1.2 or 1.3 [default: 1.2]
    #[arg(long, value_name = "VERSION", value_parser = parse_tls_version)]
    pub(crate) tls_min_version: Option<TlsVersion>,
    /// Show this certificate (PEM or PKCS#12) to a server that asks
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_cert: Option<PathBuf>,
    /// The private key of the client certificate, where it is in a file of its own
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_key: Option<PathBuf>,
    /// How to log in: USER, APOP, PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, OAUTHBEARER,
    /// XOAUTH2 or EXTERNAL [default: what the server offers, but not APOP and CRAM-MD5]
    #[arg(long, value_name = "MECHANISM")]
    pub(crate) auth: Option<LoginMethod>,
    /// Ask the server for messages with UTF-8 in their headers as they are, if it can do that
    #[arg(long)]
    pub(crate) utf8: bool,
    /// Read the password from what a command prints
    #[arg(long, value_name = "CMD")]
    pub(crate) password_command: Option<String>,
    /// Read the password from a file that only you can read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from an open file descriptor
    #[arg(long, value_name = "N")]
    pub(crate) password_fd: Option<u32>,
    /// Log in with the OAuth2 access token that a command prints
    #[arg(long, value_name = "CMD")]
    pub(crate) token_command: Option<String>,
    /// Connect through a proxy: socks5://host:port, or http://host:port for HTTP CONNECT
    // Not parsed here: the parser would show what is wrong with it, and a password in it.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) proxy: Option<String>,
    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub(crate) ipv4: bool,
    /// Connect to IPv6 addresses only
    #[arg(short = '6', long)]
    pub(crate) ipv6: bool,
    /// The address of this machine to connect from
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) source_address: Option<IpAddr>,
    /// How long to wait for a connection [default: the timeout, but at most 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) connect_timeout: Option<u64>,
    /// How long to wait for the server, between two octets too [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) timeout: Option<u64>,
    /// How long the session may take in all [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) session_timeout: Option<u64>,
    /// How often to try again after what may pass [default: 3 while the mailbox is in use, else 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100))]
    pub(crate) retries: Option<u32>,
    /// How many commands to send ahead of their replies: auto, off, or at most N [default: auto]
    #[arg(long, value_name = "auto|off|N")]
    pub(crate) pipeline: Option<Pipeline>,
    /// Send the password even where everybody on the way can read it
    #[arg(long)]
    pub(crate) allow_cleartext_password: bool,
}

/// A time: up to a day.
fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=86_400)
}

impl ConnectionArgs {
    /// Whether a flag says where the password is from.
    pub(crate) fn names_password(&self) -> bool {
        self.password_command.is_some()
            || self.password_file.is_some()
            || self.password_fd.is_some()
    }

    /// The flag, if any is given, that makes sense for one source only.
    pub(crate) fn single_source_flag(&self) -> Option<&'static str> {
        let given = [
            (self.user.is_some(), "--user"),
            (self.tls.is_some(), "--tls"),
            (!self.tls_fingerprint.is_empty(), "--tls-fingerprint"),
            (self.tls_host.is_some(), "--tls-host"),
            (self.tls_min_version.is_some(), "--tls-min-version"),
            (self.client_cert.is_some(), "--client-cert"),
            (self.client_key.is_some(), "--client-key"),
            (self.auth.is_some(), "--auth"),
            (self.utf8, "--utf8"),
            (self.password_command.is_some(), "--password-command"),
            (self.password_file.is_some(), "--password-file"),
            (self.password_fd.is_some(), "--password-fd"),
            (self.token_command.is_some(), "--token-command"),
            (self.proxy.is_some(), "--proxy"),
            (self.ipv4, "-4"),
            (self.ipv6, "-6"),
            (self.source_address.is_some(), "--source-address"),
            (self.connect_timeout.is_some(), "--connect-timeout"),
            (self.timeout.is_some(), "--timeout"),
            (self.session_timeout.is_some(), "--session-timeout"),
            (self.retries.is_some(), "--retries"),
            (self.pipeline.is_some(), "--pipeline"),
            (self.allow_cleartext_password, "--allow-cleartext-password"),
        ];
        given.iter().find(|(given, _)| *given).map(|(_, flag)| *flag)
    }
}
