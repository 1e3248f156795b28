//! Consent on another device (RFC 8628): the user types a code in there, and this machine asks
//! again and again whether that was done.

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant};

use oauth2::http::{Response, StatusCode};
use oauth2::{
    DeviceAuthorizationUrl, HttpRequest, HttpResponse, StandardDeviceAuthorizationResponse,
};

use super::server::{needed, no_url};
use super::{AuthorizationServer, Error, Grant};
use crate::model::{Interrupt, NoTokenCause};
use crate::proto::visible;

/// A code for the user to type in.
#[derive(Debug)]
pub struct DeviceCode {
    details: StandardDeviceAuthorizationResponse,
    /// Where, fit to be shown.
    pub url: String,
    /// What, fit to be shown.
    pub code: String,
}

/// How late Ctrl-C may be.
const TICK: Duration = Duration::from_millis(100);
/// The longest that is waited, whatever the provider offers.
const LONGEST: Duration = Duration::from_secs(3600);

impl AuthorizationServer {
    /// Asks for a code for the user.
    ///
    /// # Errors
    /// [`Error`] when the provider gives none.
    pub fn ask_for_code(&self, interrupt: &Interrupt) -> Result<DeviceCode, Error> {
        let url = self.provider.device_url.as_ref().ok_or_else(|| needed("oauth-device-url"))?;
        let url = DeviceAuthorizationUrl::new(url.clone()).map_err(|_| no_url(url))?;
        let client = self.client()?.set_device_authorization_url(url);
        let question = self.question(interrupt, &[]);
        let asked = client
            .exchange_device_code()
            .add_scope(self.scope())
            .request(&|request| question.ask(request).map(with_bounded_interval));
        let details: StandardDeviceAuthorizationResponse =
            asked.map_err(|error| question.failed(error))?;
        let shown = |text: &str| visible(text.as_bytes(), 300);
        Ok(DeviceCode {
            url: shown(details.verification_uri()),
            code: shown(details.user_code().secret()),
            details,
        })
    }

    /// Waits until the user has consented. What the provider cannot answer now is asked again.
    ///
    /// # Errors
    /// [`Error`] when the user does not consent, or not in time.
    pub fn wait_for_consent(
        &self,
        code: &DeviceCode,
        interrupt: &Interrupt,
    ) -> Result<Grant, Error> {
        let client = self.client()?;
        let question = self.question(interrupt, &[]);
        let fatal = RefCell::new(None);
        let ask = |request: HttpRequest| -> Result<HttpResponse, Error> {
            match question.ask(request) {
                Err(error) if error.cause() != NoTokenCause::Temporary => {
                    *fatal.borrow_mut() = Some(error);
                    Ok(give_up())
                }
                answer => answer,
            }
        };
        let limit = code.details.expires_in().min(LONGEST);
        let end = Instant::now() + limit;
        let asked = client.exchange_device_access_token(&code.details).request(
            &ask,
            |interval| {
                pause(interval.min(end.saturating_duration_since(Instant::now())), interrupt);
            },
            Some(limit),
        );
        if let Some(error) = fatal.into_inner() {
            return Err(error);
        }
        let answer = asked.map_err(|error| question.failed(error))?;
        question.tokens_of(&answer)
    }
}

/// The shortest and the longest time between two polls, in seconds, whatever the provider says.
const INTERVAL: (u64, u64) = (1, 60);

/// The provider's answer with an interval that makes sense: oauth2 counts with it as it is.
fn with_bounded_interval(mut answer: HttpResponse) -> HttpResponse {
    let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(answer.body()) else {
        return answer;
    };
    if let Some(interval) = body.get_mut("interval") {
        let (shortest, longest) = INTERVAL;
        *interval = interval.as_u64().map_or(longest, |it| it.clamp(shortest, longest)).into();
        *answer.body_mut() = body.to_string().into_bytes();
    }
    answer
}

/// What ends the loop of oauth2, which takes any failure for a reason to ask again: a refusal.
fn give_up() -> HttpResponse {
    let mut refusal = Response::new(br#"{"error":"access_denied"}"#.to_vec());
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    refusal
}

/// Waits, but not beyond an interrupt.
fn pause(interval: Duration, interrupt: &Interrupt) {
    let since = Instant::now();
    while !interrupt.is_raised() {
        let left = interval.saturating_sub(since.elapsed());
        if left.is_zero() {
            break;
        }
        thread::sleep(left.min(TICK));
    }
}
