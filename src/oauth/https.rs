//! HTTPS as the rest of popfetch does it: ureq speaks HTTP over a connection of [`net`], so that
//! certificates, deadlines and Ctrl-C are what they are for a mail server.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use oauth2::{HttpRequest, HttpResponse};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::Error;
use crate::model::{Endpoint, Interrupt, Route, Timeouts, TlsMode};
use crate::net::{self, Connectors, Dial, Stream, TlsSettings};

/// What questions to a provider are asked with.
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

/// The longest answer, in octets. An honest one has a few thousand.
const MAX_BODY: u64 = 1024 * 1024;
/// The longest head of an answer, in octets.
const MAX_HEAD: usize = 64 * 1024;
/// Octets that are read or written at a time.
const BUFFER: usize = 8 * 1024;

impl Https {
    /// Sends `request` and reads the answer, whatever its status. Redirects are not followed: what
    /// is sent is for one address alone.
    pub(super) fn send(
        &self,
        request: HttpRequest,
        interrupt: &Interrupt,
    ) -> Result<HttpResponse, Error> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let config = Config::builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
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
            Ok(HttpResponse::from_parts(head, body))
        });
        answer.map_err(|error| self.failed(error, host))
    }

    fn failed(&self, error: ureq::Error, host: String) -> Error {
        let malformed = |host, what: &str| Error::Malformed { host, what: what.to_owned() };
        match error {
            ureq::Error::Other(error) => match error.downcast::<net::Error>() {
                Ok(error) => Error::from(*error),
                Err(_) => malformed(host, "broke HTTP"),
            },
            ureq::Error::Timeout(_) => Error::Slow { host, seconds: self.timeout.as_secs() },
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
                Error::Slow { host, seconds: self.timeout.as_secs() }
            }
            ureq::Error::Io(source) => Error::Broken { host, source },
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                malformed(host, "answers without end")
            }
            _ => malformed(host, "does not answer as HTTP says"),
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
    fn dial(&self, uri: &Uri) -> Result<Stream, net::Error> {
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

/// A connection, as ureq reads and writes it. It keeps its own deadline between two octets; for the
/// whole ureq looks at the clock before each call.
#[derive(Debug)]
struct Line {
    stream: Stream,
    buffers: LazyBuffers,
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            match self.stream.write(rest).map_err(broken)? {
                0 => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                written => rest = &rest[written..],
            }
        }
        self.stream.flush().map_err(broken)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
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

/// An interrupt must not look like one of the system's, which readers take for a reason to try
/// again.
fn broken(error: io::Error) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::Interrupted => other(net::Error::Interrupted),
        _ => ureq::Error::Io(error),
    }
}

fn other(error: net::Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}
