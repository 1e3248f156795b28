//! A long way to the server: a relay on this machine that hands on everything late.
//!
//! Each way takes half a round trip, however much is on it. A real way also loses packets, starts
//! slowly, and lets a connection wait a round trip for TCP's own handshake. This one does not, for
//! any of the programs.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Octets that are taken over at once.
const CHUNK: usize = 65_536;

/// What is on its way, and when it arrives; nothing is the end.
type Chunk = (Instant, Vec<u8>);

/// Starts a relay to the server at `port`, which runs until the process ends. Gives its own port.
pub(crate) fn start(port: u16, round_trip: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let own = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for program in listener.incoming() {
            let program = program.expect("a connection");
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server");
            for stream in [&program, &server] {
                stream.set_nodelay(true).expect("a socket option");
            }
            carry(&program, &server, round_trip / 2);
            carry(&server, &program, round_trip / 2);
        }
    });
    own
}

/// Carries everything `from` one side `to` the other, in the background.
fn carry(from: &TcpStream, to: &TcpStream, delay: Duration) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor");
    let (from, to) = (clone(from), clone(to));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || depart(from, &sender, delay));
    thread::spawn(move || arrive(to, receiver));
}

/// Takes everything at once, so that who sends never has to wait.
fn depart(mut from: TcpStream, sender: &Sender<Chunk>, delay: Duration) {
    let mut buffer = vec![0; CHUNK];
    loop {
        // A connection that breaks has come to its end.
        let count = from.read(&mut buffer).unwrap_or(0);
        let due = Instant::now() + delay;
        if sender.send((due, buffer[..count].to_vec())).is_err() || count == 0 {
            return;
        }
    }
}

fn arrive(mut to: TcpStream, receiver: Receiver<Chunk>) {
    for (due, chunk) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if chunk.is_empty() || to.write_all(&chunk).is_err() {
            // Whoever has gone needs no more.
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
    }
}
