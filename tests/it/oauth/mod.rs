//! OAuth2: consent, tokens that renew themselves, and what becomes of both when a provider fails.

mod browser;
mod device;
mod faults;
mod refresh;
mod sources;
mod store;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::Output;
use crate::support::home::status;
use crate::support::provider::Subscriber;

/// A login that waits for a browser.
struct Waiting {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    /// What it has said so far.
    said: String,
    /// The address that the browser is to open.
    url: String,
}

impl Waiting {
    /// Starts it, until it has said where to go.
    fn start(subscriber: &Subscriber, args: &[&str]) -> Self {
        let args = [&["login", "work"], args].concat();
        let mut child =
            subscriber.command(&args).stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert_ne!(stderr.read_line(&mut line).expect("a line"), 0, "it says more: {said}");
            said.push_str(&line);
            if let Some(url) = line.strip_prefix("  https://") {
                break format!("https://{}", url.trim_end());
            }
        };
        Self { child, stderr, said, url }
    }

    /// What the user types in.
    fn paste(&mut self, text: &str) {
        let mut stdin = self.child.stdin.take().expect("a pipe");
        writeln!(stdin, "{text}").expect("somebody reads");
    }

    /// Waits for its end.
    #[track_caller]
    fn ends(mut self, subscriber: &Subscriber) -> Output {
        drop(self.child.stdin.take());
        self.stderr.read_to_string(&mut self.said).expect("text");
        let output = self.child.wait_with_output().expect("it ends");
        let stdout = output.stdout;
        subscriber.checked(Output { status: status(output.status), stdout, stderr: self.said })
    }
}

/// What a browser gets for this address of this machine: the status, and the page.
fn browse(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").expect("an address in the clear");
    let (host, target) = rest.split_once('/').expect("a path");
    request(host, &format!("GET /{target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"))
}

/// What comes for these octets.
fn request(host: &str, octets: &str) -> (String, String) {
    let mut stream = TcpStream::connect(host).expect("somebody listens");
    stream.write_all(octets.as_bytes()).expect("somebody reads");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let (head, page) = answer.split_once("\r\n\r\n").unwrap_or_default();
    (head.lines().next().unwrap_or_default().to_owned(), page.to_owned())
}
