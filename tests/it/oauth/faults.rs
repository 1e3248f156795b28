//! Providers that fail, and what that means.

use crate::support::certs::{Authority, Leaf};
use crate::support::expect::fails;
use crate::support::provider::Fault;
use crate::support::provider::Subscriber;

/// What a provider does when a token is to be renewed, the status, and what is said.
fn faults() -> Vec<(Fault, i32, &'static str)> {
    let says = |status, kind, body: &str| Fault::Says(status, kind, body.to_owned());
    let json = "application/json";
    vec![
        (says(500, "text/html", "<p>sorry"), 75, "localhost cannot answer now (HTTP status 500)"),
        (says(503, json, "{}"), 75, "cannot answer now (HTTP status 503)"),
        (says(429, json, r#"{"error":"x"}"#), 75, "cannot answer now (HTTP status 429)"),
        (Fault::HangsUp, 75, "the connection to localhost broke"),
        (Fault::Silent, 75, "localhost has not answered within 1 s"),
        (Fault::Drips("HTTP/1.1 200 OK\r\nX-A: "), 75, "localhost has not answered within 1 s"),
        (Fault::Drips("HTTP/1.1 200 OK\r\n\r\n"), 75, "localhost has not answered within 1 s"),
        (
            Fault::Refuses(400, "temporarily_unavailable", "wait"),
            75,
            "localhost says: temporarily_unavailable: wait",
        ),
        (says(200, "text/html", "<p>hello"), 76, "does not answer as OAuth2 says"),
        (says(200, json, "<p>hello"), 76, "does not answer as OAuth2 says"),
        (says(200, json, ""), 76, "does not answer as OAuth2 says"),
        (says(200, json, r#"{"access_token":"a"}"#), 76, "does not answer as OAuth2 says"),
        (
            says(200, json, r#"{"access_token":"a","token_type":"mac"}"#),
            76,
            "gives tokens of a kind that is not bearer",
        ),
        (
            says(200, json, r#"{"access_token":"","token_type":"bearer"}"#),
            76,
            "does not answer as OAuth2 says",
        ),
        (
            says(200, json, "{\"access_token\":\"a\\u0001b\",\"token_type\":\"bearer\"}"),
            76,
            "does not answer as OAuth2 says",
        ),
        (says(404, "text/html", "<p>gone"), 76, "has no answer but the HTTP status 404"),
        (says(204, json, ""), 76, "has no answer but the HTTP status 204"),
        (Fault::Endless, 76, "localhost answers without end"),
        (Fault::Redirects("https://localhost:1/token".into()), 76, "localhost sends elsewhere"),
        (
            Fault::Refuses(401, "invalid_client", "no such app"),
            78,
            "localhost says: invalid_client: no such app",
        ),
        (Fault::Refuses(400, "unauthorized_client", "x"), 78, "unauthorized_client: x"),
        (Fault::Refuses(400, "invalid_scope", "x"), 78, "invalid_scope: x"),
        (Fault::Refuses(400, "invalid_request", "\u{1b}[2Jx\nTrace: 1"), 78, "\\x1b[2Jx"),
        (Fault::Refuses(400, "invalid_grant", "x"), 77, "is gone or was revoked"),
        // The scope of what is shown is what `Subscriber::run` looks at.
        (Fault::Refuses(400, "invalid_request", "you sent {secrets}"), 78, "you sent "),
        (Fault::Refuses(400, "invalid_grant", "bad: {secrets}"), 77, "bad: "),
    ]
}

#[test]
fn what_a_failed_renewal_means() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(0);
    subscriber.log_in();
    // Those that fail have no effect, so one consent is enough for all.
    for (fault, status, says) in faults() {
        let shown = format!("{fault:?}");
        subscriber.provider.book().faults.push_back(("/token", fault));
        let output = subscriber.run(&["list", "work", "--count", "--timeout", "1"]);
        assert_eq!(output.status, status, "{shown}\n{}", output.stderr);
        let line = output.stderr.lines().find(|line| line.starts_with("popfetch:")).unwrap();
        assert!(
            line.starts_with("popfetch: work: cannot log in to localhost as alice: "),
            "{line}"
        );
        assert!(line.contains(says), "{shown}: {line}");
        assert!(!line.contains("Trace") && !line.contains('\x1b'), "{line}");
        assert_eq!(subscriber.files(), ["work.oauth"], "{shown}");
    }
    // And it recovers.
    subscriber.list().exits(0);
    assert_eq!(subscriber.provider.book().reused, 0);
}

#[test]
fn a_provider_that_is_not_there() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(0);
    subscriber.log_in();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    // Its address belongs to the consent.
    let kept = std::fs::read_to_string(subscriber.file()).unwrap();
    let gone = format!("https://localhost:{port}/token");
    subscriber.home.write(
        "state/popfetch/work.oauth",
        kept.replace(&subscriber.provider.url("/token"), &gone),
    );
    let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
    subscriber.home.write("config.toml", config.replace(&subscriber.provider.url("/token"), &gone));
    let says = format!("cannot connect to localhost:{port}: connection refused");
    fails(subscriber.list(), 75, &says, None);
}

#[test]
fn a_provider_that_is_somebody_else() {
    let other = Authority::new();
    for (pem, leaf, says) in [
        (other.ca_pem(), None, "no authority that is trusted here has signed it"),
        (String::new(), Some(Leaf::new().names(["elsewhere.example"])), "it is not for localhost"),
        (String::new(), Some(Leaf::new().expired()), "it has expired"),
    ] {
        let subscriber = Subscriber::new("device");
        subscriber.log_in();
        let (authority, pem) = match pem.as_str() {
            "" => (Authority::new(), None),
            _ => (Authority::new(), Some(pem)),
        };
        let leaf = leaf.unwrap_or_else(Leaf::new);
        let provider = crate::support::Provider::start(&authority.issue(leaf).identity());
        subscriber.home.write("provider.pem", pem.unwrap_or_else(|| authority.ca_pem()));
        let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
        let (table, rest) = config.split_once("[accounts.work.oauth]").unwrap();
        let rest = rest.replace("\"ca.pem\"", "\"provider.pem\"");
        let rest = rest.replace(&subscriber.provider.url(""), &provider.url(""));
        subscriber.home.write("config.toml", format!("{table}[accounts.work.oauth]{rest}"));
        let says = format!("popfetch: work: the certificate of localhost was refused: {says}");
        subscriber.run(&["login", "work"]).exits(76).says(&says);
        assert!(provider.asked().is_empty(), "nothing was said to it");
    }
}

#[test]
fn what_is_configured_wrongly() {
    for (lines, says) in [
        ("tokn-url = \"https://x/\"", "unknown key 'oauth-tokn-url' in [accounts.work.oauth]"),
        ("provider = \"hotmail\"", "oauth-provider: 'hotmail' is not known"),
        ("tenant = \"a/../b\"", "oauth-tenant must be an id, a domain"),
        ("scope = \"a\\u0001\"", "oauth-scope must be a string of visible characters"),
        ("redirect-port = 0", "oauth-redirect-port must be a number from 1 to 65535"),
    ] {
        let subscriber = Subscriber::with("device", lines);
        subscriber.run(&["list", "work"]).exits(78).says(says);
    }
    for (from, to, says) in [
        ("token-url = \"https://", "token-url = \"http://", "begins with https://"),
        ("client-id", "# client-id", "oauth-client-id is not set"),
        ("https://localhost", "https://u:p@localhost", "is no address of a provider"),
        ("device-url", "# device-url", "oauth-device-url is needed, and not set"),
        ("flow = \"device\"", "flow = \"phone\"", "oauth-flow: 'phone' is not known"),
    ] {
        let subscriber = Subscriber::new("device");
        let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
        subscriber.home.write("config.toml", config.replace(from, to));
        subscriber.run(&["login", "work"]).exits(78).says(says);
        assert!(subscriber.provider.asked().is_empty(), "{to}");
    }
    // The client secret is a secret.
    let subscriber = Subscriber::new("device");
    let config = subscriber.home.path("config.toml");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&config, open).unwrap();
    subscriber.run(&["login", "work"]).exits(78).says("holds a password, and others can read");
}
