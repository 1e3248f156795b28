//! The server's socket and its threads.

use super::connection::Connection;
use super::dialogue::Dialogue;
use super::log::{Log, Session};
use super::stop::Stop;
use super::{Mailbox, Script};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running server. Dropping it closes everything and joins all threads.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Shared,
    acceptor: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

/// What the threads of a server have in common.
#[derive(Clone)]
struct Shared {
    script: Arc<Mutex<Script>>,
    mailbox: Mailbox,
    log: Log,
    stop: Stop,
    /// Open connections, by their index in the log.
    sockets: Arc<Mutex<HashMap<usize, TcpStream>>>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(script: Script, mailbox: &Mailbox) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), script, mailbox)
    }

    /// The same on another address of this machine.
    pub(crate) fn start_at(address: IpAddr, script: Script, mailbox: &Mailbox) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let shared = Shared {
            script: Arc::new(Mutex::new(script)),
            mailbox: mailbox.clone(),
            log: Log::default(),
            stop: Stop::default(),
            sockets: Arc::default(),
        };
        let acceptor = thread::spawn({
            let shared = shared.clone();
            move || shared.accept(&listener)
        });
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// The port, on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Behaves differently from the next connection on. Connections keep
    /// being counted from the start of the server.
    pub(crate) fn set_script(&self, script: Script) {
        *lock(&self.shared.script) = script;
    }

    /// What has happened so far. What a client has seen is in there.
    pub(crate) fn log(&self) -> Vec<Session> {
        self.shared.log.snapshot()
    }

    /// What has happened, once all connections have ended.
    pub(crate) fn finished_log(&self) -> Vec<Session> {
        self.wait_until(|sessions| sessions.iter().all(|s| s.closed().is_some()))
    }

    /// Waits until the log satisfies a condition; panics after 10 seconds.
    pub(crate) fn wait_until(&self, wanted: impl Fn(&[Session]) -> bool) -> Vec<Session> {
        self.shared.log.wait(Duration::from_secs(10), wanted)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.set();
        // The acceptor sits in accept(): this wakes it up.
        let _ = TcpStream::connect(self.address);
        let connections = self.acceptor.take().map(JoinHandle::join);
        // From here on no connection can be added.
        for socket in lock(&self.shared.sockets).values() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        let mut panicked = false;
        match connections {
            Some(Ok(threads)) => {
                for thread in threads {
                    panicked |= thread.join().is_err();
                }
            }
            _ => panicked = true,
        }
        assert!(!panicked || thread::panicking(), "a thread of the test server panicked");
    }
}

impl Shared {
    fn accept(&self, listener: &TcpListener) -> Vec<JoinHandle<()>> {
        let mut threads = Vec::new();
        loop {
            let (socket, _) = listener.accept().expect("a connection");
            if self.stop.is_set() {
                return threads;
            }
            threads.retain(|thread: &JoinHandle<()>| !thread.is_finished());
            // Clients that are gone already are of no interest.
            if let Ok(clone) = socket.try_clone()
                && let Ok(connection) = Connection::new(socket, self.log.clone())
            {
                lock(&self.sockets).insert(connection.session(), clone);
                let shared = self.clone();
                threads.push(thread::spawn(move || shared.serve(connection)));
            }
        }
    }

    fn serve(&self, connection: Connection) {
        let session = connection.session();
        let script = lock(&self.script).clone();
        Dialogue::new(connection, script, self.mailbox.clone(), self.stop.clone()).run();
        lock(&self.sockets).remove(&session);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
