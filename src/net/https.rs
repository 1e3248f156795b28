//! HTTPS as the rest of popfetch does it: ureq speaks HTTP over a [`Stream`], so that certificates,
//! deadlines and Ctrl-C are what they are for a mail server.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{Request, Response, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::{Connectors, Dial, Error, Stream, TlsSettings};
use crate::model::{Endpoint, Interrupt, Route, Timeouts, TlsMode};

/// What questions are asked with.
#[derive(Clone, Debug)]
pub struct Https {
    /// TLS connectors, built once.
    pub connectors: Connectors,
    /// The certificates to trust.
    pub tls: TlsSettings,
    /// The way there.
    pub route: Route,
    /// How long a question may take, up to the last octet of the answer.
    pub timeout: Duration,
}

/// A question without a usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// No connection.
    #[error(transparent)]
    Net(#[from] Error),
    /// The connection broke.
    #[error("the connection to {host} broke")]
    Broken {
        /// To whom.
        host: String,
        /// The system's reason.
        source: io::Error,
    },
    /// No whole answer in time.
    #[error("{host} has not answered within {seconds} s")]
    Slow {
        /// Who.
        host: String,
        /// How long it had.
        seconds: u64,
    },
    /// The answer is none of HTTP, or never ends, or leads out of HTTPS.
    #[error("{host} {what}")]
    Malformed {
        /// Who.
        host: String,
        /// What it does: a verb to begin with.
        what: &'static str,
    },
    /// There is no such page.
    #[error("{host} has no such page (HTTP status {status})")]
    Status {
        /// Who.
        host: String,
        /// What it says instead.
        status: u16,
    },
}

/// The longest answer, in octets. An honest one has a few thousand.
const MAX_BODY: u64 = 1024 * 1024;
/// The longest head of an answer, in octets.
const MAX_HEAD: usize = 64 * 1024;
/// How many times a page may be said to be elsewhere.
const MAX_REDIRECTS: u32 = 3;
/// Octets that are read or written at a time.
const BUFFER: usize = 8 * 1024;

impl Https {
    /// Sends `request` and reads the answer, whatever its status. Redirects are not followed: what
    /// is sent is for one address alone.
    ///
    /// # Errors
    /// [`HttpsError`] when there is no answer.
    pub fn ask(
        &self,
        request: Request<Vec<u8>>,
        interrupt: &Interrupt,
    ) -> Result<Response<Vec<u8>>, HttpsError> {
        self.run(request, 0, interrupt)
    }

    /// Reads the page at `url`. Where it is said to be elsewhere it is read there, but never in the
    /// clear.
    ///
    /// # Errors
    /// [`HttpsError`] when there is no such page.
    pub fn get(&self, url: &str, interrupt: &Interrupt) -> Result<Vec<u8>, HttpsError> {
        let request = Request::get(url).body(Vec::new()).map_err(|_| HttpsError::Malformed {
            host: url.to_owned(),
            what: "is no address of a page",
        })?;
        let host = request.uri().host().unwrap_or_default().to_owned();
        let answer = self.run(request, MAX_REDIRECTS, interrupt)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(HttpsError::Status { host, status: status.as_u16() });
        }
        Ok(answer.into_body())
    }

    fn run(
        &self,
        request: Request<Vec<u8>>,
        redirects: u32,
        interrupt: &Interrupt,
    ) -> Result<Response<Vec<u8>>, HttpsError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let config = Config::builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(redirects)
            .max_redirects_will_error(redirects > 0)
            .proxy(None)
            .timeout_global(Some(self.timeout))
            .max_response_header_size(MAX_HEAD)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .max_idle_connections(0)
            .user_agent(concat!("popfetch/", env!("CARGO_PKG_VERSION")))
            .build();
        let dialler = Dialler { https: self.clone(), interrupt: interrupt.clone() };
        let agent = ureq::Agent::with_parts(config, dialler, Unresolved);
        let answer = agent.run(request).and_then(|answer| {
            let (head, mut body) = answer.into_parts();
            let body = body.with_config().limit(MAX_BODY).read_to_vec()?;
            Ok(Response::from_parts(head, body))
        });
        answer.map_err(|error| self.failed(error, host))
    }

    fn failed(&self, error: ureq::Error, host: String) -> HttpsError {
        match error {
            ureq::Error::Other(error) => match error.downcast::<Error>() {
                Ok(error) => HttpsError::Net(*error),
                Err(_) => HttpsError::Malformed { host, what: "broke HTTP" },
            },
            ureq::Error::Timeout(_) => HttpsError::Slow { host, seconds: self.timeout.as_secs() },
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
                HttpsError::Slow { host, seconds: self.timeout.as_secs() }
            }
            ureq::Error::Io(source) => HttpsError::Broken { host, source },
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                HttpsError::Malformed { host, what: "answers without end" }
            }
            _ => HttpsError::Malformed { host, what: "does not answer as HTTP says" },
        }
    }
}

/// Connects, and makes sure to whom.
#[derive(Debug)]
struct Dialler {
    https: Https,
    interrupt: Interrupt,
}

impl Connector for Dialler {
    type Out = Line;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Line>, ureq::Error> {
        let stream = self.dial(details.uri).map_err(other)?;
        Ok(Some(Line { stream, buffers: LazyBuffers::new(BUFFER, BUFFER) }))
    }
}

impl Dialler {
    fn dial(&self, uri: &Uri) -> Result<Stream, Error> {
        let Https { connectors, tls, route, timeout } = &self.https;
        let host = uri.host().unwrap_or_default();
        let endpoint = Endpoint {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(443),
            tls: TlsMode::Implicit,
        };
        connectors.prepare(tls);
        let timeouts = Timeouts { connect: *timeout, idle: *timeout, session: None };
        let stream = Dial::start(&endpoint, route, timeouts).wait(&self.interrupt)?;
        stream.secure(&endpoint, tls, &connectors.get(tls)?)
    }
}

/// The connector looks the host up itself.
#[derive(Debug)]
struct Unresolved;

impl Resolver for Unresolved {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// A connection, as ureq reads and writes it.
#[derive(Debug)]
struct Line {
    stream: Stream,
    buffers: LazyBuffers,
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            in_time(timeout)?;
            match self.stream.write(rest).map_err(broken)? {
                0 => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                written => rest = &rest[written..],
            }
        }
        self.stream.flush().map_err(broken)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        in_time(timeout)?;
        let read = self.stream.read(self.buffers.input_append_buf()).map_err(broken)?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        self.stream.is_secure()
    }
}

/// Whether there is time left. A server that sends an octet now and then must not outlast it.
fn in_time(timeout: NextTimeout) -> Result<(), ureq::Error> {
    if timeout.after.is_zero() { Err(ureq::Error::Timeout(timeout.reason)) } else { Ok(()) }
}

/// An interrupt must not look like one of the system's, which readers take for a reason to try
/// again.
fn broken(error: io::Error) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::Interrupted => other(Error::Interrupted),
        _ => ureq::Error::Io(error),
    }
}

fn other(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}
