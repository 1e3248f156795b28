//! What a provider knows: apps, consents, codes and tokens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Fault;
use super::http::{Asked, parse_form};
use crate::support::server::Gate;

/// The app that is registered, and its secret.
pub(crate) const CLIENT: (&str, &str) = ("popfetch-test", "client-s3cret/never+shown");

/// The state of a provider.
pub(crate) struct Book {
    /// What it was asked.
    pub(crate) asked: Vec<Asked>,
    /// Every secret that it has ever given, or was sent by popfetch's own making.
    pub(crate) secrets: BTreeSet<String>,
    /// How long access tokens last, in seconds; nothing where it does not say.
    pub(crate) lifetime: Option<i64>,
    /// Whether each refresh token is good for once.
    pub(crate) rotates: bool,
    /// Whether it gives refresh tokens at all.
    pub(crate) renews: bool,
    /// What it says to the next polls for a device, before it gives tokens.
    pub(crate) polls: VecDeque<&'static str>,
    /// The interval of such polls.
    pub(crate) interval: u64,
    /// How long a device's code lasts, in seconds.
    pub(crate) device_lifetime: u64,
    /// Where something else happens than it should, and what: each for one request.
    pub(crate) faults: VecDeque<(&'static str, Fault)>,
    /// Requests wait for this, unanswered and without any effect.
    pub(crate) hold: Option<Gate>,
    /// Mail servers take no token at all.
    pub(crate) takes_none: bool,
    /// How often a used refresh token came again.
    pub(crate) reused: usize,
    access: BTreeSet<String>,
    refresh: BTreeSet<String>,
    used: BTreeSet<String>,
    codes: BTreeMap<String, Code>,
    devices: BTreeSet<String>,
    serial: usize,
}

/// What a code is bound to.
struct Code {
    challenge: String,
    redirect: String,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            asked: Vec::new(),
            secrets: BTreeSet::from([CLIENT.1.to_owned()]),
            lifetime: Some(3600),
            rotates: true,
            renews: true,
            polls: VecDeque::new(),
            interval: 0,
            device_lifetime: 600,
            faults: VecDeque::new(),
            hold: None,
            takes_none: false,
            reused: 0,
            access: BTreeSet::new(),
            refresh: BTreeSet::new(),
            used: BTreeSet::new(),
            codes: BTreeMap::new(),
            devices: BTreeSet::new(),
            serial: 0,
        }
    }
}

impl Book {
    /// Whether a mail server takes this token.
    pub(crate) fn takes(&self, token: &str) -> bool {
        !self.takes_none && self.access.contains(token)
    }

    /// Mail servers take none of the access tokens any more.
    pub(crate) fn end_access(&mut self) {
        self.access.clear();
    }

    /// The user has taken his consent back.
    pub(crate) fn revoke(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Whether there is a consent.
    pub(crate) fn has_consent(&self) -> bool {
        !self.refresh.is_empty()
    }

    /// The fault for a request, which is used up.
    pub(super) fn fault_at(&mut self, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(place, _)| *place == path)?;
        self.faults.remove(at).map(|(_, fault)| fault)
    }

    fn secret(&mut self, kind: &str) -> String {
        self.serial += 1;
        let digest = Sha256::digest(format!("{kind}{}", self.serial));
        // With what a form has to encode, and nothing that a token must not have.
        let secret = format!("{kind}-{}.{}~+/=", self.serial, URL_SAFE_NO_PAD.encode(digest));
        self.secrets.insert(secret.clone());
        secret
    }

    /// What the page does that a browser opens at `url`, when the user consents: the address that
    /// the browser is sent to.
    pub(crate) fn consent_to(&mut self, url: &str) -> String {
        let (_, query) = url.split_once('?').expect("a query");
        let asked = parse_form(query);
        let value = |name: &str| {
            let found = asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            found.unwrap_or_else(|| panic!("no {name} in {url}"))
        };
        assert_eq!(value("response_type"), "code");
        assert_eq!(value("client_id"), CLIENT.0);
        assert_eq!(value("code_challenge_method"), "S256");
        let (challenge, redirect) = (value("code_challenge"), value("redirect_uri"));
        let code = self.secret("code");
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let to = format!("{redirect}?state={}&code={}", encode(&value("state")), encode(&code));
        self.codes.insert(code, Code { challenge, redirect });
        to
    }

    /// The status and the content of the answer to a sound request.
    pub(super) fn answer(&mut self, asked: &Asked) -> (u16, String) {
        if !is_the_app(asked) {
            return refusal(401, "invalid_client");
        }
        let value = |name: &str| asked.value(name).unwrap_or_default().to_owned();
        if let Some(verifier) = asked.value("code_verifier") {
            self.secrets.insert(verifier.to_owned());
        }
        match (asked.path.as_str(), asked.grant()) {
            ("/device", _) => self.device(),
            ("/revoke", _) => {
                self.revoke();
                (200, String::new())
            }
            ("/token", "authorization_code") => {
                let code = self.codes.remove(&value("code"));
                let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
                match code {
                    Some(code)
                        if code.challenge == proof && code.redirect == value("redirect_uri") =>
                    {
                        self.tokens(true)
                    }
                    _ => refusal(400, "invalid_grant"),
                }
            }
            ("/token", "refresh_token") => self.refreshed(&value("refresh_token")),
            ("/token", "client_credentials") => self.tokens(false),
            ("/token", "urn:ietf:params:oauth:grant-type:device_code") => {
                match self.polls.pop_front() {
                    Some(error) => refusal(400, error),
                    None if self.devices.remove(&value("device_code")) => self.tokens(true),
                    None => refusal(400, "invalid_grant"),
                }
            }
            _ => refusal(400, "unsupported_grant_type"),
        }
    }

    fn device(&mut self) -> (u16, String) {
        let code = self.secret("device");
        self.devices.insert(code.clone());
        let body = json!({
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://id.example.com/device",
            "expires_in": self.device_lifetime,
            "interval": self.interval,
        });
        (200, body.to_string())
    }

    fn refreshed(&mut self, token: &str) -> (u16, String) {
        if self.used.contains(token) {
            // Somebody has a copy: nobody is to have the consent (RFC 9700, section 4.14.2).
            self.reused += 1;
            self.revoke();
        }
        if !self.refresh.contains(token) {
            return refusal(400, "invalid_grant");
        }
        if !self.rotates {
            return self.tokens(false);
        }
        self.refresh.remove(token);
        self.used.insert(token.to_owned());
        self.tokens(true)
    }

    fn tokens(&mut self, with_refresh: bool) -> (u16, String) {
        let access = self.secret("access");
        let mut body = json!({ "access_token": access, "token_type": "Bearer" });
        self.access.insert(access);
        if let Some(lifetime) = self.lifetime {
            body["expires_in"] = lifetime.into();
        }
        if with_refresh && self.renews {
            let refresh = self.secret("refresh");
            body["refresh_token"] = refresh.clone().into();
            self.refresh.insert(refresh);
        }
        (200, body.to_string())
    }
}

/// Whether it is the app that asks, by either of the two ways of saying so.
fn is_the_app(asked: &Asked) -> bool {
    let (id, secret) = CLIENT;
    let in_body =
        asked.value("client_id") == Some(id) && asked.value("client_secret") == Some(secret);
    let encode = |text: &str| text.replace('/', "%2F").replace('+', "%2B");
    let basic = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    in_body || asked.authorization == Some(format!("Basic {basic}"))
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, json!({ "error": code, "error_description": "as the test wants it" }).to_string())
}
