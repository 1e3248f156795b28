//! Consent in a browser on this machine (RFC 8252), bound to this very question by its state and
//! by PKCE (RFC 7636).

use std::io::{Read as _, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use oauth2::{AuthUrl, AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier};

use super::redirect::{Answer, page, target};
use super::server::{needed, no_url, plain};
use super::{AuthorizationServer, Error, Grant, Redirect};
use crate::model::{Interrupt, Secret};
use crate::net::{Loopback, Stream};

/// A question for a browser to ask.
#[derive(Debug)]
pub struct Request<'a> {
    server: &'a AuthorizationServer,
    /// The address that the browser is to open.
    pub url: String,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    redirect: String,
}

impl AuthorizationServer {
    /// A question whose answer is to come to `port` of this machine.
    ///
    /// # Errors
    /// [`Error::Config`] when the provider has no page for it.
    pub fn request(&self, port: u16) -> Result<Request<'_>, Error> {
        let page = self.provider.authorize_url.as_ref();
        let page = page.ok_or_else(|| needed("oauth-authorize-url"))?;
        let client = self.client()?;
        let client = client.set_auth_uri(AuthUrl::new(page.clone()).map_err(|_| no_url(page))?);
        let redirect = match self.provider.redirect {
            Redirect::Loopback(host) => format!("http://{host}:{port}/"),
            Redirect::Nowhere => "oob".to_owned(),
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut asked = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(self.scope())
            .set_pkce_challenge(challenge)
            // Not as a URL: it has to be the same text to the last character.
            .add_extra_param("redirect_uri", redirect.clone());
        for (name, value) in self.provider.authorize_extra {
            asked = asked.add_extra_param(*name, *value);
        }
        let (url, state) = asked.url();
        Ok(Request { server: self, url: url.to_string(), state, verifier, redirect })
    }
}

impl Request<'_> {
    /// The code in what a user has copied from the browser.
    ///
    /// # Errors
    /// [`Error`] when there is none in it, or it answers another question.
    pub fn code_in(&self, pasted: &str) -> Result<Secret, Error> {
        let (mut answer, whole) = Answer::of_pasted(pasted).ok_or(Error::NoAnswer)?;
        if !whole {
            // PKCE alone binds it to the question.
            answer.state = Some(self.state.secret().clone());
        }
        self.code_of(answer)
    }

    fn code_of(&self, answer: Answer) -> Result<Secret, Error> {
        if answer.state.as_ref() != Some(self.state.secret()) {
            return Err(Error::OtherState);
        }
        match (answer.error, answer.code) {
            (Some(error), _) => {
                let interrupt = Interrupt::default();
                let question = self.server.question(&interrupt, &[]);
                Err(question.refused(&error, answer.description.as_ref()))
            }
            (None, Some(code)) => Ok(code),
            (None, None) => Err(Error::NoAnswer),
        }
    }

    /// Turns the code into tokens.
    ///
    /// # Errors
    /// [`Error`] when the provider does not.
    pub fn redeem(self, code: &Secret, interrupt: &Interrupt) -> Result<Grant, Error> {
        let client = self.server.client()?;
        let question = self.server.question(interrupt, &[]);
        let asked = client
            .exchange_code(AuthorizationCode::new(plain(code)))
            .set_pkce_verifier(self.verifier)
            .add_extra_param("redirect_uri", self.redirect)
            .request(&|request| question.ask(request));
        question.grant(asked)
    }
}

/// Where the browser brings the answer.
#[derive(Debug)]
pub struct Answers(Loopback);

/// What one call to the port was about.
struct Call {
    stream: Stream,
    path: String,
    query: String,
}

/// How often it is looked whether somebody calls.
const TICK: Duration = Duration::from_millis(20);
/// How long a caller may be silent. Browsers call ahead, and then have nothing to ask.
const SILENCE: Duration = Duration::from_secs(10);
/// How many callers may be silent at a time.
const CALLERS: usize = 64;
/// The longest head of a request, in octets.
const MAX_HEAD: u64 = 16 * 1024;

impl Answers {
    /// Listens on `port` of this machine, or on any free one.
    ///
    /// # Errors
    /// [`Error::Config`] when somebody else has it.
    pub fn listen(port: Option<u16>) -> Result<Self, Error> {
        let shown = port.map_or_else(|| "a port".to_owned(), |port| format!("port {port}"));
        Loopback::listen(port).map(Self).map_err(|error| {
            Error::Config(format!("cannot listen on {shown} of 127.0.0.1: {error}"))
        })
    }

    /// Which port it is.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port().unwrap_or(0)
    }

    /// Waits until a browser brings the answer to `request`. Whatever else asks for a page gets
    /// none; an answer to another question is reported to `refused`, and no reason to give up:
    /// any page in any browser can send one.
    ///
    /// # Errors
    /// [`Error`] when the answer is that there is no consent, or none comes within `limit`.
    pub fn wait(
        &self,
        request: &Request<'_>,
        limit: Duration,
        interrupt: &Interrupt,
        refused: &mut dyn FnMut(&Error),
    ) -> Result<Secret, Error> {
        let since = Instant::now();
        let (report, calls) = channel();
        let mut callers = Vec::new();
        while since.elapsed() < limit {
            if interrupt.is_raised() {
                return Err(Error::Interrupted);
            }
            callers.retain(|caller: &thread::JoinHandle<()>| !caller.is_finished());
            if callers.len() < CALLERS
                && let Ok(Some(stream)) = self.0.accept(SILENCE, interrupt)
            {
                let report = report.clone();
                callers.extend(thread::Builder::new().spawn(move || listen(stream, &report)));
            }
            if let Some(done) = answered(&calls, request, refused) {
                return done;
            }
        }
        Err(Error::Unanswered { seconds: limit.as_secs() })
    }
}

/// Reads what a caller asks for.
fn listen(mut stream: Stream, report: &Sender<Call>) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 && (head.len() + read) as u64 <= MAX_HEAD => {
                head.extend_from_slice(&buffer[..read]);
            }
            _ => return,
        }
    }
    match target(&head) {
        Some((path, query)) => {
            let (path, query) = (path.to_owned(), query.to_owned());
            // Nobody waits any more when it is over.
            let _ = report.send(Call { stream, path, query });
        }
        None => say(stream, "400 Bad Request", "This is not a question."),
    }
}

/// Deals with a call, if there is one within a tick; gives what ends the waiting.
fn answered(
    calls: &Receiver<Call>,
    request: &Request<'_>,
    refused: &mut dyn FnMut(&Error),
) -> Option<Result<Secret, Error>> {
    let Call { stream, path, query } = calls.recv_timeout(TICK).ok()?;
    let answer = Answer::of_query(&query).filter(|_| path == "/");
    let Some(answer) = answer else {
        say(stream, "404 Not Found", "There is nothing here.");
        return None;
    };
    match request.code_of(answer) {
        Ok(code) => {
            say(stream, "200 OK", "popfetch has what it needs. You can close this page.");
            Some(Ok(code))
        }
        Err(error @ Error::OtherState) => {
            say(stream, "400 Bad Request", "This answers another question than popfetch's.");
            refused(&error);
            None
        }
        Err(error) => {
            say(stream, "200 OK", "There is no consent. You can close this page.");
            Some(Err(error))
        }
    }
}

/// Shows a page. Whether it arrives is of no importance.
fn say(mut stream: Stream, status: &str, text: &str) {
    let page = page(status, text);
    let mut rest = page.as_bytes();
    while let Ok(written) = stream.write(rest)
        && written > 0
    {
        rest = &rest[written..];
    }
}
