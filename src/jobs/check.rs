//! Going the way of a fetch step by step, to tell what is found on it.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::books::Books;
use super::connect::Call;
use super::headers::read_headers;
use super::look::look;
use super::mailbox::survey;
use super::{Account, Context, Error, Event, enter, login};
use crate::client::{self, Connection, Mailbox, Session};
use crate::model::{Listed, TlsMode, Way};
use crate::net::{Leaf, Stream};
use crate::proto::Capabilities;

/// What a check has found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The steps in their order, up to the one that failed.
    pub steps: Vec<Step>,
    /// Why the last one failed.
    pub error: Option<Error>,
}

/// A step of the way.
#[derive(Debug)]
pub struct Step {
    /// What it is called: connect, tls, greeting, capabilities, login, mailbox or headers.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
    /// What was found: strings, numbers, truth values, and lists of strings.
    pub facts: Vec<(&'static str, Value)>,
    /// What is not as it should be, and what that means. The account can be used all the same.
    pub remarks: Vec<String>,
    /// Whether it went well.
    pub ok: bool,
}

/// A certificate that ends in fewer days is worth a remark.
const SOON: i64 = 21;
const DAY: i64 = 24 * 3600;

/// Connects, logs in and looks at the mailbox, and tells of each step. Nothing is fetched, recorded
/// or deleted; the password is tried once.
pub fn check(account: &Account, context: &Context<'_>) -> Findings {
    let mut way = Path { account, context, steps: Vec::new() };
    let error = way.go().err();
    Findings { steps: way.steps, error }
}

struct Path<'a> {
    account: &'a Account,
    context: &'a Context<'a>,
    steps: Vec<Step>,
}

impl Path<'_> {
    fn go(&mut self) -> Result<(), Error> {
        let (account, context) = (self.account, self.context);
        let tls = account.endpoint.tls;
        let mut stream = self.step("connect", |step| {
            let stream = Call::start(account, context).connected()?;
            of_way(step, account, &stream);
            Ok(stream)
        })?;
        if tls == TlsMode::Implicit {
            stream = self.step("tls", |step| {
                let done = super::connect::secure(stream, account, context);
                of_certificate(step, account, context, done.as_ref().ok())?;
                Ok(done?)
            })?;
        }
        let mut connection = self.step("greeting", |step| {
            let connection = super::connect::greet(stream, account, context)?;
            step.fact("text", connection.greeting().as_str());
            Ok(connection)
        })?;
        connection = self.capabilities(connection)?;
        if tls == TlsMode::Starttls {
            connection = self.step("tls", |step| {
                let done = super::connect::upgrade(connection, account, context);
                let stream = done.as_ref().ok().map(Connection::stream);
                of_certificate(step, account, context, stream)?;
                done
            })?;
            connection = self.capabilities(connection)?;
        }
        let mut session = self.step("login", |step| log_in(step, connection, account, context))?;
        let newest = self.step("mailbox", |step| {
            let mut books = Books::peek(account, context)?;
            let next_login = books.memory()?.wait_for_login(context.surroundings.seconds());
            let newest = mailbox(step, &mut session, account, context, &mut books)?;
            if let Some(seconds) = next_login {
                step.remark(format!(
                    "the server wants to be left alone for {seconds} seconds more: until then a \
                     fetch does nothing"
                ));
            }
            Ok(newest)
        })?;
        if let Some(newest) = newest {
            self.step("headers", |step| top(step, &mut session, account, &newest))?;
        }
        session.leave();
        Ok(())
    }

    /// Asks what the server can do: once more under TLS, since nothing holds that was said before.
    fn capabilities(
        &mut self,
        connection: Connection<Stream>,
    ) -> Result<Connection<Stream>, Error> {
        let (account, context) = (self.account, self.context);
        self.step("capabilities", |step| {
            let connection = super::connect::ask(connection, account, context)?;
            of_capabilities(step, connection.capabilities());
            Ok(connection)
        })
    }

    /// Does a step, and keeps what it has found even where it fails.
    fn step<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Step) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let took = Duration::ZERO;
        let mut step = Step { name, took, facts: Vec::new(), remarks: Vec::new(), ok: false };
        let started = Instant::now();
        let done = work(&mut step);
        step.took = started.elapsed();
        step.ok = done.is_ok();
        self.steps.push(step);
        done
    }
}

impl Step {
    fn fact(&mut self, name: &'static str, value: impl Into<Value>) {
        self.facts.push((name, value.into()));
    }

    fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }
}

fn of_way(step: &mut Step, account: &Account, stream: &Stream) {
    match &account.route.way {
        Way::Direct => {}
        Way::Proxy(proxy) => step.fact("proxy", proxy.to_string()),
        Way::Tunnel(tunnel) => step.fact("tunnel", tunnel.command.join(" ")),
        Way::Socket(path) => step.fact("socket", path.display().to_string()),
    }
    let addresses: Vec<String> = stream.addresses().iter().map(ToString::to_string).collect();
    if !addresses.is_empty() {
        step.fact("addresses", addresses);
    }
    if let Some(peer) = stream.peer() {
        step.fact("answered", peer.to_string());
    }
    if account.endpoint.tls == TlsMode::None {
        step.remark(if stream.is_local() {
            "not protected by TLS: only this machine can listen in"
        } else {
            "not protected by TLS: everybody on the way can read the mail, and the password if it \
             is sent"
        });
    }
}

/// What the server has shown; one that was refused is looked at once more.
fn of_certificate(
    step: &mut Step,
    account: &Account,
    context: &Context<'_>,
    secured: Option<&Stream>,
) -> Result<(), Error> {
    let seen;
    let leaf: Option<&Leaf> = match secured {
        Some(stream) => stream.certificate(),
        // A tunnel command may ask its user for something: it is run once.
        None if matches!(account.route.way, Way::Tunnel(_)) => None,
        None => {
            seen = look(account, context).ok();
            seen.as_ref()
        }
    };
    let Some(leaf) = leaf else { return Ok(()) };
    step.fact("for", leaf.hosts());
    if let Some(issuer) = leaf.issuer() {
        step.fact("issuer", issuer);
    }
    if let Some(end) = leaf.ends_at() {
        let days = (end - context.surroundings.seconds()).div_euclid(DAY);
        let date =
            jiff::Timestamp::from_second(end).map(|end| end.strftime("%Y-%m-%d").to_string());
        step.fact("ends", date.unwrap_or_default());
        step.fact("days_left", days);
        if secured.is_some() && days < SOON {
            step.remark(format!(
                "the certificate ends in {days} days: whoever runs the server has to renew it"
            ));
        }
    }
    let [certificate, key] = leaf.pins();
    step.fact("fingerprint", certificate);
    step.fact("key_fingerprint", key);
    Ok(())
}

fn of_capabilities(step: &mut Step, offered: Option<&Capabilities>) {
    match offered {
        Some(offered) => step.fact("offered", offered.to_lines()),
        None => step.remark(
            "the server does not say what it can do (no CAPA): popfetch tries things out, and sends \
             one command at a time",
        ),
    }
}

fn log_in(
    step: &mut Step,
    mut connection: Connection<Stream>,
    account: &Account,
    context: &Context<'_>,
) -> Result<Session<Stream>, Error> {
    step.fact("user", account.user.as_str());
    super::connect::allow_utf8(&mut connection, account)?;
    if let Ok(method) = login::method(&connection, account) {
        step.fact("mechanism", method.name());
    }
    let secret = login::secret(account, context.interrupt)?;
    let error = match login::log_in(connection, account, context, &secret, false) {
        Ok(session) => return Ok(session),
        Err(error) => error,
    };
    let Some(another) = login::another_secret(account, &secret, &error, context.interrupt)? else {
        return Err(error);
    };
    step.remark("the server refused the token, and took a new one");
    let again = Call::start(account, context).log_in_with(&another, None);
    again.map_err(Error::with_new_token)
}

/// Takes stock of the mailbox. Gives the newest message.
fn mailbox(
    step: &mut Step,
    session: &mut Session<Stream>,
    account: &Account,
    context: &Context<'_>,
    books: &mut Books,
) -> Result<Option<Listed>, Error> {
    let most = account.pipeline.unwrap_or(usize::MAX);
    session.limit_pipeline(most);
    let mut has_pipelined = true;
    let mailbox = match session.mailbox() {
        Err(error) if error.is_connection_loss() && session.doubts_pipelining() => {
            has_pipelined = false;
            one_by_one(step, session, error, account, context)
        }
        done => done.map_err(|error| Error::server(&account.endpoint.host, error)),
    }?;
    has_pipelined &= session.has_pipelined();
    let octets = mailbox.messages.iter().fold(0_u64, |sum, it| sum.saturating_add(it.size.0));
    let newest = mailbox.messages.last().cloned();
    let (messages, has_uids) = (mailbox.messages.len(), mailbox.has_uids);
    let known = books.state().map(crate::state::State::known).transpose()?.unwrap_or_default();
    let view = survey(account, mailbox, &known)?;
    let new = (0..messages).filter(|&at| !view.is_seen(at)).count();
    step.fact("messages", messages);
    step.fact("octets", octets);
    step.fact("new", new);
    step.fact("unique_ids", has_uids);
    step.fact("pipelining", has_pipelined);
    if let Some(offered) = session.capabilities() {
        step.fact("offered", offered.to_lines());
        of_promises(step, offered);
    }
    if !has_uids && messages > 0 {
        step.remark(
            "no unique-ids (UIDL): mail cannot be left on the server, only fetched with --delete",
        );
    }
    if !view.shared_uids.is_empty() {
        step.remark(format!(
            "{} unique-ids are borne by several messages: these are told apart by their sizes, and \
             deleted only when all are delivered",
            view.shared_uids.len()
        ));
    }
    let announced = session.capabilities().is_some_and(|offered| offered.pipelining);
    if most > 1 && !has_pipelined && !announced {
        step.remark(
            "no PIPELINING: each message takes a round trip of its own, so a fetch is slow",
        );
    }
    Ok(newest)
}

/// Takes stock of the mailbox in a second session, as a fetch does it with a server that announces
/// PIPELINING and cannot do it.
fn one_by_one(
    step: &mut Step,
    session: &mut Session<Stream>,
    error: client::Error,
    account: &Account,
    context: &Context<'_>,
) -> Result<Mailbox, Error> {
    step.remark(
        "the server announces PIPELINING and does not answer commands that are sent together: a \
         fetch sends them one at a time (pipeline = \"off\" does so at once)",
    );
    let server = |error| Error::server(&account.endpoint.host, error);
    // It lets nobody in twice in a row; the next fetch is one by one.
    if enter::delay(account, session.capabilities()) > 0 {
        return Err(server(error));
    }
    *session = Call::start(account, context).log_in(None, &mut |_: &Event<'_>| ())?;
    session.limit_pipeline(1);
    session.mailbox().map_err(server)
}

fn of_promises(step: &mut Step, offered: &Capabilities) {
    if offered.retr_deletes() {
        step.remark(
            "EXPIRE 0: the server deletes at QUIT what was retrieved, so popfetch says QUIT only \
             when all of it is safe here",
        );
    }
    if let Some(seconds) = offered.login_delay.filter(|seconds| *seconds > 0) {
        step.remark(format!(
            "LOGIN-DELAY: the server wants {seconds} seconds between two logins; a fetch that comes \
             earlier does nothing"
        ));
    }
}

/// Reads the header block of one message, never the message.
fn top(
    step: &mut Step,
    session: &mut Session<Stream>,
    account: &Account,
    newest: &Listed,
) -> Result<(), Error> {
    let mut octets = None;
    read_headers(session, account, &[newest.number], &mut |_, header| {
        octets = header.map(<[u8]>::len);
        Ok(())
    })?;
    step.fact("top", octets.is_some());
    match octets {
        Some(octets) => step.fact("octets", octets),
        None => step.remark(
            "no TOP: list shows neither sender nor subject, and messages cannot be chosen by them",
        ),
    }
    Ok(())
}
