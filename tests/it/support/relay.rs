//! Listeners that lead on to a server: a port, a path, or a proxy.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::path::Path;
use std::thread;

use socket2::{Domain, SockAddr, Socket, Type};

/// A listener that leads on. Dropping it closes it.
pub(crate) struct Relay {
    listener: Socket,
}

impl Relay {
    /// Leads every client of `address` on to `server`.
    pub(crate) fn at(address: SocketAddr, server: SocketAddr) -> Self {
        let listener = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        Self::start(listener, &address.into(), move |_| Some(server))
    }

    /// Leads every client of the Unix socket at `path` on to `server`.
    pub(crate) fn unix(path: &Path, server: SocketAddr) -> Self {
        let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        Self::start(listener, &SockAddr::unix(path).unwrap(), move |_| Some(server))
    }

    /// Asks `lead` where to lead a client of a port of 127.0.0.1: the dialogue of a proxy.
    pub(crate) fn proxy(
        lead: impl Fn(&mut Socket) -> Option<SocketAddr> + Clone + Send + 'static,
    ) -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        Self::start(listener, &SocketAddr::from(([127, 0, 0, 1], 0)).into(), lead)
    }

    fn start(
        listener: Socket,
        at: &SockAddr,
        lead: impl Fn(&mut Socket) -> Option<SocketAddr> + Clone + Send + 'static,
    ) -> Self {
        listener.bind(at).expect("a free place");
        listener.listen(16).unwrap();
        let relay = Self { listener: listener.try_clone().unwrap() };
        thread::spawn(move || {
            while let Ok((mut client, _)) = listener.accept() {
                let lead = lead.clone();
                thread::spawn(move || {
                    if let Some(server) = lead(&mut client) {
                        join(&client, server);
                    }
                });
            }
        });
        relay
    }

    /// The port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().as_socket().expect("a port").port()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Wakes the accept up.
        let _ = self.listener.shutdown(Shutdown::Both);
    }
}

/// Carries octets both ways until both sides have closed.
fn join(client: &Socket, server: SocketAddr) {
    let upstream = Socket::new(Domain::for_address(server), Type::STREAM, None).unwrap();
    upstream.connect(&server.into()).expect("the server listens");
    thread::scope(|scope| {
        scope.spawn(|| carry(client, &upstream));
        carry(&upstream, client);
    });
}

fn carry(mut from: &Socket, mut to: &Socket) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
