//! A server that does nothing but send its listings.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use native_tls::{TlsAcceptor, TlsStream};

use crate::listings::Listings;
use crate::support::certs::{Authority, Leaf};

/// A running server, over implicit TLS. It ends with the process.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) ca_pem: String,
    mailbox: Arc<Mutex<Listings>>,
}

impl Server {
    /// Listens on a free port of this machine.
    pub(crate) fn start() -> Self {
        let authority = Authority::new();
        let identity = authority.issue(Leaf::new()).identity();
        let acceptor = TlsAcceptor::new(identity).expect("a usable identity");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let mailbox: Arc<Mutex<Listings>> = Arc::default();
        let shown = Arc::clone(&mailbox);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let mailbox = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let acceptor = acceptor.clone();
                // A client that goes away has its reasons.
                thread::spawn(move || talk(socket, &acceptor, &mailbox));
            }
        });
        Self { port, ca_pem: authority.ca_pem(), mailbox }
    }

    /// Shows another mailbox to who comes from now on.
    pub(crate) fn serve(&self, mailbox: Listings) {
        *self.mailbox.lock().unwrap_or_else(PoisonError::into_inner) = mailbox;
    }
}

fn talk(socket: TcpStream, acceptor: &TlsAcceptor, mailbox: &Listings) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let stream = acceptor.accept(socket).map_err(io::Error::other)?;
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"+OK ready\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.trim_ascii_end().split(' ').next().unwrap_or_default();
        let to: &mut TlsStream<TcpStream> = stream.get_mut();
        match verb.to_ascii_uppercase().as_str() {
            "CAPA" => to.write_all(b"+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.\r\n")?,
            "STAT" => to.write_all(mailbox.stat.as_bytes())?,
            "UIDL" => to.write_all(mailbox.uidl.as_bytes())?,
            "LIST" => to.write_all(mailbox.list.as_bytes())?,
            "QUIT" => {
                to.write_all(b"+OK\r\n")?;
                return to.shutdown();
            }
            _ => to.write_all(b"+OK\r\n")?,
        }
    }
}
