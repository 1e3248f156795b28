//! The account as the configuration will have it.

use popfetch::model::{AccountName, FirstFetch, TlsMode};
use toml_edit::{Array, Value};

use super::super::args::ConnectionArgs;
use super::super::config::{Addition, Config};
use super::super::exit::Exit;
use super::super::paths::resolve;
use super::super::report::Failure;
use super::super::values::Pipeline;
use super::keep::Keeping;
use super::mail::{Delete, Mail};
use super::server::Place;

/// The account, ready to be added.
pub(super) fn draft(
    name: &AccountName,
    place: &Place,
    connection: &ConnectionArgs,
    mail: &Mail,
    keeping: &Keeping,
    config: Option<&Config>,
) -> Result<Addition, Failure> {
    let mut values = server(place);
    values.extend(flags(connection));
    values.extend(password(keeping));
    values.extend(decisions(mail, config));
    let delay = place.login_delay();
    values.extend(delay.map(|delay| ("login-delay", i64::from(delay).into())));
    let mut addition = Addition::new(name.clone());
    for (key, value) in values {
        let wrong = |message| Failure::new(Exit::CONFIG, format!("{key}: {message}"));
        addition.set(key, value).map_err(wrong)?;
    }
    Ok(addition)
}

/// A key and its value.
type Pair = (&'static str, Value);

fn server(place: &Place) -> Vec<Pair> {
    let endpoint = &place.endpoint;
    let mut values: Vec<Pair> = vec![("host", endpoint.host.as_str().into())];
    if endpoint.port != endpoint.tls.default_port() {
        values.push(("port", i64::from(endpoint.port).into()));
    }
    let tls = match endpoint.tls {
        // What follows where nothing is said.
        TlsMode::Implicit if endpoint.port != 110 => None,
        TlsMode::Implicit => Some("implicit"),
        TlsMode::Starttls => Some("starttls"),
        TlsMode::None => Some("none"),
    };
    values.extend(tls.map(|tls| ("tls", tls.into())));
    values.push(("user", place.user.as_str().into()));
    values
}

/// What the flags say of the connection. Paths as they will be found from elsewhere.
fn flags(args: &ConnectionArgs) -> Vec<Pair> {
    let path = |path: &std::path::PathBuf| -> Value {
        let resolved = resolve(path, None).unwrap_or_else(|_| path.clone());
        resolved.display().to_string().into()
    };
    let number = |seconds: u64| -> Value { i64::try_from(seconds).unwrap_or(i64::MAX).into() };
    let text = |text: String| -> Value { text.into() };
    let pins: Array = args.tls_fingerprint.iter().map(ToString::to_string).collect();
    let family = match (args.ipv4, args.ipv6) {
        (true, _) => Some("ipv4"),
        (_, true) => Some("ipv6"),
        _ => None,
    };
    let pipeline = |pipeline: Pipeline| match pipeline {
        Pipeline::Most(most) if most > 1 => i64::from(most).into(),
        words => text(words.to_string()),
    };
    [
        ("ca-file", args.ca_file.as_ref().map(path)),
        ("tls-fingerprint", (!pins.is_empty()).then_some(Value::Array(pins))),
        ("tls-host", args.tls_host.clone().map(text)),
        ("tls-min-version", args.tls_min_version.map(|version| version.number().into())),
        ("client-cert", args.client_cert.as_ref().map(path)),
        ("client-key", args.client_key.as_ref().map(path)),
        ("auth", args.auth.map(|method| method.name().into())),
        ("utf8", args.utf8.then(|| true.into())),
        ("token-command", args.token_command.clone().map(text)),
        ("proxy", args.proxy.clone().map(text)),
        ("address-family", family.map(Into::into)),
        ("source-address", args.source_address.map(|address| text(address.to_string()))),
        ("connect-timeout", args.connect_timeout.map(number)),
        ("timeout", args.timeout.map(number)),
        ("session-timeout", args.session_timeout.map(number)),
        ("retries", args.retries.map(|retries| i64::from(retries).into())),
        ("pipeline", args.pipeline.map(pipeline)),
        ("allow-cleartext-password", args.allow_cleartext_password.then(|| true.into())),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

fn password(keeping: &Keeping) -> Vec<Pair> {
    match keeping {
        Keeping::Nothing | Keeping::Keyring { .. } => Vec::new(),
        Keeping::Key(key, value) => vec![(key, value.as_str().into())],
        // Beside the configuration, wherever that is.
        Keeping::File { path, .. } => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            vec![("password-file", name.as_ref().into())]
        }
        Keeping::Config(password) => vec![("password", password.as_str().into())],
        Keeping::Consent { provider, client_id } => vec![
            ("oauth-provider", (*provider).into()),
            ("oauth-client-id", client_id.as_str().into()),
        ],
    }
}

fn decisions(mail: &Mail, config: Option<&Config>) -> Vec<Pair> {
    let mut values: Vec<Pair> = Vec::new();
    match &mail.to[..] {
        [] => {}
        [to] => values.push(("to", to.as_str().into())),
        several => values.push(("to", Value::Array(several.iter().collect()))),
    }
    // What is the rule everywhere need not be said, unless the defaults make another one.
    let inherits_delete = config.is_some_and(|config| config.defaults.delete.is_some());
    let inherits_first = config.is_some_and(|config| config.defaults.first_fetch.is_some());
    match &mail.delete {
        Delete::Never if !inherits_delete => {}
        Delete::Never => values.push(("delete", false.into())),
        Delete::AtOnce => values.push(("delete", true.into())),
        Delete::After(age) => values.push(("delete", age.as_str().into())),
    }
    let first = match mail.first {
        None | Some(FirstFetch::All) if !inherits_first => None,
        None => None,
        Some(FirstFetch::All) => Some("all".to_owned()),
        Some(FirstFetch::Seen) => Some("seen".to_owned()),
        Some(FirstFetch::Last(last)) => Some(format!("last:{last}")),
    };
    values.extend(first.map(|first| ("first-fetch", first.into())));
    values
}
