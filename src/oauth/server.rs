//! Asking a provider.

use std::cell::RefCell;

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse, BasicTokenType};
use oauth2::http::StatusCode;
use oauth2::url::{Url, form_urlencoded};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ErrorResponse, HttpRequest,
    HttpResponse, RefreshToken, RequestTokenError, RevocationUrl, Scope, StandardErrorResponse,
    StandardRevocableToken, TokenResponse, TokenUrl,
};

use super::{Error, Grant, Provider};
use crate::model::{Interrupt, Redactor, Secret};
use crate::net::Https;
use crate::proto::visible;

/// What popfetch is called at a provider's, as whoever registered it there was told.
#[derive(Clone, Debug)]
pub struct App {
    /// The client id.
    pub id: String,
    /// The client secret, which for a program on a user's machine is none in earnest.
    pub secret: Option<Secret>,
}

/// A provider, asked by an app.
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    pub(super) provider: Provider,
    pub(super) app: App,
    https: Https,
}

/// A client of oauth2 that has its token endpoint.
pub(super) type Client =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

impl AuthorizationServer {
    /// A provider whose addresses are fit to be asked.
    ///
    /// # Errors
    /// [`Error::Config`] when one of them is not an address of HTTPS.
    pub fn new(provider: Provider, app: App, https: Https) -> Result<Self, Error> {
        let Provider { authorize_url, token_url, device_url, revoke_url, .. } = &provider;
        for url in [authorize_url, token_url, device_url, revoke_url].into_iter().flatten() {
            check(url)?;
        }
        if token_url.is_none() {
            return Err(needed("oauth-token-url"));
        }
        Ok(Self { provider, app, https })
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The app's client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.app.id
    }

    /// Tokens for the app itself, without any user (RFC 6749, section 4.4).
    ///
    /// # Errors
    /// [`Error`] when the provider gives none.
    pub fn client_credentials(&self, interrupt: &Interrupt) -> Result<Grant, Error> {
        let client = self.client()?;
        let question = self.question(interrupt, &[]);
        let asked = client
            .exchange_client_credentials()
            .add_scope(self.scope())
            .request(&|request| question.ask(request));
        question.grant(asked)
    }

    /// New tokens for a refresh token (RFC 6749, section 6). Some providers take each of those only
    /// once, and give the next one along. What they say is searched for `known` secrets too.
    pub(super) fn refresh(
        &self,
        refresh: &Secret,
        known: &[&Secret],
        interrupt: &Interrupt,
    ) -> Result<Grant, Error> {
        let client = self.client()?;
        let question = self.question(interrupt, known);
        let asked = client
            .exchange_refresh_token(&RefreshToken::new(plain(refresh)))
            .request(&|request| question.ask(request));
        question.grant(asked)
    }

    /// Gives a token back, and with it whatever came of the same consent (RFC 7009). False where
    /// the provider has no way to do that.
    pub(super) fn revoke(&self, token: &Secret, interrupt: &Interrupt) -> Result<bool, Error> {
        let Some(url) = &self.provider.revoke_url else { return Ok(false) };
        let url = RevocationUrl::new(url.clone()).map_err(|_| no_url(url))?;
        let client = self.client()?.set_revocation_url(url);
        let token = StandardRevocableToken::RefreshToken(RefreshToken::new(plain(token)));
        let question = self.question(interrupt, &[]);
        let revocation = client.revoke_token(token).map_err(|_| question.malformed())?;
        let asked = revocation.request(&|request| question.ask(request));
        asked.map(|()| true).map_err(|error| question.failed(error))
    }

    /// A client for the token endpoint.
    pub(super) fn client(&self) -> Result<Client, Error> {
        let url = self.provider.token_url.clone().unwrap_or_default();
        let url = TokenUrl::new(url.clone()).map_err(|_| no_url(&url))?;
        let how =
            if self.provider.secret_in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let client = BasicClient::new(ClientId::new(self.app.id.clone()))
            .set_auth_type(how)
            .set_token_uri(url);
        Ok(match &self.app.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(plain(secret))),
            None => client,
        })
    }

    pub(super) fn scope(&self) -> Scope {
        Scope::new(self.provider.scope.clone())
    }

    /// A question to the token endpoint, or one beside it.
    pub(super) fn question<'a>(
        &'a self,
        interrupt: &'a Interrupt,
        known: &[&Secret],
    ) -> Question<'a> {
        let url = self.provider.token_url.as_deref().unwrap_or_default();
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let mut redactor = Redactor::default();
        known.iter().for_each(|secret| redactor.hide(secret));
        let host = host.unwrap_or_default();
        Question { https: &self.https, interrupt, host, redactor: RefCell::new(redactor) }
    }
}

/// One question, and what must not be shown of the answer.
pub(super) struct Question<'a> {
    https: &'a Https,
    interrupt: &'a Interrupt,
    /// Who is asked.
    host: String,
    redactor: RefCell<Redactor>,
}

/// Parts of a question that are secret.
const SECRETS: [&str; 6] =
    ["client_secret", "refresh_token", "code", "code_verifier", "device_code", "token"];
/// The longest words of a provider's that are shown, in characters.
const SHOWN: usize = 300;

impl Question<'_> {
    /// Asks. What is no answer of OAuth2 at all is an error here.
    pub(super) fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        self.hide_secrets_of(&request);
        let answer = self.https.ask(request, self.interrupt)?;
        let status = answer.status();
        let host = self.host.clone();
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Err(Error::Unavailable { host, status: status.as_u16() })
            }
            _ if status.is_server_error() => {
                Err(Error::Unavailable { host, status: status.as_u16() })
            }
            _ if status.is_redirection() => {
                let what = "sends elsewhere, where popfetch does not go with a secret".to_owned();
                Err(Error::Malformed { host, what })
            }
            StatusCode::OK => Ok(answer),
            // RFC 6749, section 5.2: what is refused is refused in JSON.
            _ if is_error(answer.body()) => Ok(answer),
            _ => {
                let what = format!("has no answer but the HTTP status {}", status.as_u16());
                Err(Error::Malformed { host, what })
            }
        }
    }

    /// Some providers repeat what they refuse.
    fn hide_secrets_of(&self, request: &HttpRequest) {
        let mut redactor = self.redactor.borrow_mut();
        let mut hide = |text: &str| {
            redactor.hide(&Secret::new(text.as_bytes().to_vec()));
            let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            redactor.hide(&Secret::new(encoded.into_bytes()));
        };
        for (name, value) in form_urlencoded::parse(request.body()) {
            if SECRETS.contains(&name.as_ref()) {
                hide(&value);
            }
        }
        let basic = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        basic.into_iter().flat_map(str::split_ascii_whitespace).skip(1).for_each(hide);
    }

    /// The tokens, or why there are none.
    pub(super) fn grant(
        &self,
        asked: Result<BasicTokenResponse, RequestTokenError<Error, BasicErrorResponse>>,
    ) -> Result<Grant, Error> {
        self.tokens_of(&asked.map_err(|error| self.failed(error))?)
    }

    /// The tokens in an answer.
    pub(super) fn tokens_of(&self, answer: &BasicTokenResponse) -> Result<Grant, Error> {
        if *answer.token_type() != BasicTokenType::Bearer {
            let what = "gives tokens of a kind that is not bearer".to_owned();
            return Err(Error::Malformed { host: self.host.clone(), what });
        }
        let secret = |token: &str| Secret::new(token.as_bytes().to_vec());
        let grant = Grant {
            access: secret(answer.access_token().secret()),
            refresh: answer.refresh_token().map(|token| secret(token.secret())),
            lifetime: answer.expires_in(),
        };
        let fine =
            |token: &Secret| !token.is_empty() && token.expose().iter().all(u8::is_ascii_graphic);
        if fine(&grant.access) && grant.refresh.as_ref().is_none_or(fine) {
            Ok(grant)
        } else {
            Err(self.malformed())
        }
    }

    /// What a failed question means.
    pub(super) fn failed<K>(
        &self,
        error: RequestTokenError<Error, StandardErrorResponse<K>>,
    ) -> Error
    where
        K: oauth2::ErrorResponseType + AsRef<str>,
        StandardErrorResponse<K>: ErrorResponse,
    {
        match error {
            RequestTokenError::ServerResponse(refusal) => {
                self.refused(refusal.error().as_ref(), refusal.error_description())
            }
            RequestTokenError::Request(error) => error,
            // What these quote may be a token.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => self.malformed(),
        }
    }

    /// A refusal, with nothing in it that must not be shown.
    pub(super) fn refused(&self, code: &str, description: Option<&String>) -> Error {
        Error::Refused {
            host: self.host.clone(),
            code: self.shown(code),
            description: description.map(|text| self.shown(text)),
        }
    }

    pub(super) fn malformed(&self) -> Error {
        let what = "does not answer as OAuth2 says (RFC 6749)".to_owned();
        Error::Malformed { host: self.host.clone(), what }
    }

    /// The first line of what a provider says: behind it there are numbers for its own people.
    fn shown(&self, text: &str) -> String {
        let line = text.lines().next().unwrap_or_default().as_bytes();
        let redacted = self.redactor.borrow().redact(line);
        visible(redacted.as_deref().unwrap_or(line), SHOWN)
    }
}

/// Whether a body is a refusal as OAuth2 has it.
fn is_error(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|value| value.get("error").is_some_and(serde_json::Value::is_string))
}

/// A secret as oauth2 takes it. It is text: it came as JSON, or was checked to be.
pub(super) fn plain(secret: &Secret) -> String {
    String::from_utf8_lossy(secret.expose()).into_owned()
}

/// Requires an address of HTTPS without anything strange in it.
fn check(url: &str) -> Result<(), Error> {
    let fine = Url::parse(url).is_ok_and(|url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    });
    if fine { Ok(()) } else { Err(no_url(url)) }
}

pub(super) fn no_url(url: &str) -> Error {
    let shown = visible(url.as_bytes(), SHOWN);
    Error::Config(format!("'{shown}' is no address of a provider (https://HOST/PATH)"))
}

/// The failure of a configuration that lacks a key.
pub(super) fn needed(key: &str) -> Error {
    Error::Config(format!("{key} is needed, and not set"))
}
