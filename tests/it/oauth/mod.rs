//! OAuth2: consent, tokens that renew themselves, and what becomes of both when a provider fails.

mod browser;
mod device;
mod faults;
mod refresh;
mod sources;
mod store;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::support::certs::{Authority, Leaf};
use crate::support::home::{finish, status};
use crate::support::provider::book::CLIENT;
use crate::support::server::{Capabilities, Mailbox, Script, Server};
use crate::support::{Home, Leaks, Output, Provider};

/// A home with an account `work`, its mail server, and the provider that the server trusts.
struct Site {
    home: Home,
    mailbox: Mailbox,
    server: Server,
    provider: Provider,
}

impl Site {
    /// One whose account asks for consent by `flow`.
    fn new(flow: &str) -> Self {
        Self::with(flow, "")
    }

    /// The same, with more lines about the provider.
    fn with(flow: &str, lines: &str) -> Self {
        let home = Home::new();
        let authority = Authority::new();
        home.write("ca.pem", authority.ca_pem());
        let identity = authority.issue(Leaf::new()).identity();
        let provider = Provider::start(&identity);
        let script = Script::new()
            .implicit_tls(identity)
            .login("alice", "no password")
            .capabilities(Capabilities::lines(["TOP", "UIDL", "SASL XOAUTH2 OAUTHBEARER"]))
            .mechanism("OAUTHBEARER", provider.mechanism())
            .mechanism("XOAUTH2", provider.mechanism());
        let mailbox = Mailbox::new();
        mailbox.add("Subject: one\r\n\r\none\r\n");
        let server = Server::start(script, &mailbox);
        let site = Self { home, mailbox, server, provider };
        site.configure("alice", flow, lines);
        site
    }

    /// Writes the configuration.
    fn configure(&self, user: &str, flow: &str, lines: &str) {
        let (id, secret) = CLIENT;
        let url = |path| self.provider.url(path);
        self.home.write(
            "config.toml",
            format!(
                "[accounts.work]\nhost = \"localhost\"\nport = {}\nuser = \"{user}\"\n\
                 tls = \"implicit\"\ntimeout = 20\nca-file = \"ca.pem\"\nto = \"maildir:mail\"\n\
                 [accounts.work.oauth]\nclient-id = \"{id}\"\nclient-secret = \"{secret}\"\n\
                 flow = \"{flow}\"\ntoken-url = \"{}\"\ndevice-url = \"{}\"\n\
                 authorize-url = \"{}\"\nca-file = \"ca.pem\"\n{lines}\n",
                self.server.port(),
                url("/token"),
                url("/device"),
                url("/authorize?tenant=x"),
            ),
        );
    }

    /// The program with these arguments and the configuration.
    fn command(&self, args: &[&str]) -> Command {
        self.home.command(&[&["-c", "config.toml", "-vv"], args].concat())
    }

    /// Runs it. Whatever it is, no secret may be seen.
    #[track_caller]
    fn run(&self, args: &[&str]) -> Output {
        self.checked(finish(self.command(args).spawn().expect("the program starts")))
    }

    /// What the program has printed, in which no secret is.
    #[track_caller]
    fn checked(&self, output: Output) -> Output {
        let secrets = self.provider.book().secrets.clone();
        for secret in secrets {
            assert_eq!(Leaks::of(&secret).in_output(&output), [""; 0], "{secret}");
        }
        output
    }

    /// Logs in to a provider that asks no questions.
    #[track_caller]
    fn log_in(&self) {
        self.run(&["login", "work"]).exits(0);
    }

    /// Reads the mailbox once, which takes a token.
    fn list(&self) -> Output {
        self.run(&["list", "work", "--count"])
    }

    /// The file of the tokens.
    fn file(&self) -> PathBuf {
        self.home.path("state/popfetch/work.oauth")
    }

    /// How many files there are of tokens, drafts and the like, the lock not counted.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path("state/popfetch")).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.into_string().expect("a name"));
        let mut names: Vec<String> =
            names.filter(|name| name.contains(".oauth") && !name.ends_with(".lock")).collect();
        names.sort();
        names
    }
}

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
    fn start(site: &Site, args: &[&str]) -> Self {
        let args = [&["login", "work"], args].concat();
        let mut child =
            site.command(&args).stdin(Stdio::piped()).spawn().expect("the program starts");
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
    fn ends(mut self, site: &Site) -> Output {
        drop(self.child.stdin.take());
        self.stderr.read_to_string(&mut self.said).expect("text");
        let output = self.child.wait_with_output().expect("it ends");
        let stdout = output.stdout;
        site.checked(Output { status: status(output.status), stdout, stderr: self.said })
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
