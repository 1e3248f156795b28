//! A provider of OAuth2 over TLS on loopback, which obeys the RFCs unless it is told otherwise.
//!
//! It is as strict as they come: each refresh token is good for once, and the whole consent is gone
//! when a used one comes again.

pub(crate) mod book;
pub(crate) mod http;
mod subscriber;

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use native_tls::{Identity, TlsAcceptor, TlsStream};

use super::server::sasl::{Answer, Mechanism};
use book::Book;
use http::Asked;
pub(crate) use subscriber::Subscriber;

/// How a provider misbehaves.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This status, kind of content, and content.
    Says(u16, &'static str, String),
    /// A refusal, with a code and words in which `{secrets}` stands for all that was sent.
    Refuses(u16, &'static str, &'static str),
    /// Sends to this address.
    Redirects(String),
    /// Sends without end.
    Endless,
    /// Sends this, and then an octet now and then.
    Drips(&'static str),
    /// Says nothing.
    Silent,
    /// Hangs up.
    HangsUp,
}

/// A running provider. Dropping it ends it.
pub(crate) struct Provider {
    port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    book: Mutex<Book>,
    acceptor: TlsAcceptor,
    sockets: Mutex<Vec<TcpStream>>,
    stopped: Mutex<bool>,
}

impl Provider {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(identity: &Identity) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let shared = Arc::new(Shared {
            book: Mutex::default(),
            acceptor: TlsAcceptor::new(identity.clone()).expect("an acceptor"),
            sockets: Mutex::default(),
            stopped: Mutex::new(false),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { port, shared, acceptor: Some(acceptor) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// An address of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Its state, to be looked at or changed.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.shared.book)
    }

    /// What it was asked, so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.book().asked.clone()
    }

    /// How often it was asked for tokens in this way.
    pub(crate) fn count(&self, grant: &str) -> usize {
        self.asked().iter().filter(|asked| asked.grant() == grant).count()
    }

    /// A mechanism of a mail server's that takes the tokens that are good now.
    pub(crate) fn mechanism(&self) -> Mechanism {
        let shared = Arc::clone(&self.shared);
        Arc::new(move |exchange| {
            let said = exchange.said();
            match said.as_slice() {
                [] => Answer::challenge(""),
                [message] => {
                    let message = String::from_utf8_lossy(message);
                    let token =
                        message.split('\x01').find_map(|part| part.strip_prefix("auth=Bearer "));
                    let book = lock(&shared.book);
                    if book.takes(token.unwrap_or_default()) {
                        Answer::LogIn
                    } else {
                        Answer::challenge(r#"{"status":"401","schemes":"bearer","scope":"mail"}"#)
                    }
                }
                _ => Answer::refuse("[AUTH] Authentication failure"),
            }
        })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        // The acceptor sits in accept(): this wakes it up.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        for socket in lock(&self.shared.sockets).iter() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        let done = self.acceptor.take().map(JoinHandle::join);
        assert!(done.is_none_or(|done| done.is_ok()) || thread::panicking(), "a thread panicked");
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    loop {
        let (socket, _) = listener.accept().expect("a connection");
        if *lock(&shared.stopped) {
            break;
        }
        if let Ok(clone) = socket.try_clone() {
            lock(&shared.sockets).push(clone);
        }
        let shared = Arc::clone(shared);
        // Who hangs up in the middle is of no interest.
        threads.push(thread::spawn(move || drop(serve(socket, &shared))));
    }
    for thread in threads {
        thread.join().expect("a thread of the provider");
    }
}

/// Answers one request.
fn serve(socket: TcpStream, shared: &Shared) -> io::Result<()> {
    let broken = |_| io::Error::from(io::ErrorKind::ConnectionAborted);
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut stream = shared.acceptor.accept(socket).map_err(broken)?;
    let asked = http::read(&mut stream)?;
    let (fault, hold) = {
        let mut book = lock(&shared.book);
        book.asked.push(asked.clone());
        (book.fault_at(&asked.path), book.hold.clone())
    };
    if let Some(gate) = hold {
        while !gate.is_open() && !*lock(&shared.stopped) {
            thread::sleep(Duration::from_millis(2));
        }
    }
    match fault {
        None => {
            let (status, body) = lock(&shared.book).answer(&asked);
            http::answer(&mut stream, status, "application/json", "", body.as_bytes())?;
        }
        Some(fault) => misbehave(&mut stream, fault, &asked, shared)?,
    }
    let _ = stream.shutdown();
    // What the client has not read must not be lost by a reset.
    let _ = stream.get_ref().shutdown(Shutdown::Write);
    let _ = stream.get_mut().read(&mut [0]);
    Ok(())
}

fn misbehave(
    stream: &mut TlsStream<TcpStream>,
    fault: Fault,
    asked: &Asked,
    shared: &Shared,
) -> io::Result<()> {
    match fault {
        Fault::Says(status, kind, body) => http::answer(stream, status, kind, "", body.as_bytes()),
        Fault::Refuses(status, code, words) => {
            let all: Vec<&str> = asked.form.iter().map(|(_, value)| value.as_str()).collect();
            let basic = asked.authorization.clone().unwrap_or_default();
            let words = words.replace("{secrets}", &format!("{} {basic}", all.join(" ")));
            let body = serde_json::json!({ "error": code, "error_description": words });
            http::answer(stream, status, "application/json", "", body.to_string().as_bytes())
        }
        Fault::Redirects(to) => {
            http::answer(stream, 307, "text/plain", &format!("Location: {to}\r\n"), b"")
        }
        Fault::Endless => {
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\"";
            stream.write_all(head.as_bytes())?;
            for _ in 0..4096 {
                stream.write_all(&[b'x'; 4096])?;
            }
            Ok(())
        }
        Fault::Drips(first) => {
            stream.write_all(first.as_bytes())?;
            let since = Instant::now();
            while since.elapsed() < Duration::from_secs(60) && !*lock(&shared.stopped) {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Fault::Silent => stream.read(&mut [0]).map(drop),
        Fault::HangsUp => Ok(()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
