//! A real Dovecot in a temporary directory.

// A test that cannot set up its server is to fail loudly.
#![allow(dead_code, clippy::expect_used, clippy::panic)]

use super::certs::Issued;
use rustix::process::{Pid, Signal, getegid, geteuid, kill_process};
use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The password of every user.
pub(crate) const PASSWORD: &str = "secret";

const PROGRAM: &str = "/usr/sbin/dovecot";

/// Dovecot never serves mail as root, so root's tests lend it this account
/// (`nobody` and `nogroup` on most systems; it owns nothing but the Maildirs).
pub(crate) const NOBODY: u32 = 65534;

/// A running server with the users `alice` and `bob`. Dropping it stops it, so
/// it must not be kept in a static.
pub(crate) struct Dovecot {
    directory: TempDir,
    child: Child,
    port: u16,
    plain_port: u16,
    delivered: AtomicU64,
}

impl Dovecot {
    /// Starts the server with this certificate.
    pub(crate) fn start(certificate: &Issued) -> Self {
        Self::start_with(certificate, "")
    }

    /// Starts the server with more lines of configuration, which override the
    /// ones before.
    pub(crate) fn start_with(certificate: &Issued, settings: &str) -> Self {
        Self::start_below(&env::temp_dir(), certificate, settings)
    }

    /// The same in a new directory in this one.
    pub(crate) fn start_below(parent: &Path, certificate: &Issued, settings: &str) -> Self {
        assert!(
            Path::new(PROGRAM).exists(),
            "{PROGRAM} is missing: install dovecot-pop3d, or run scripts/test, which does it"
        );
        // Another process may grab a port between the probe and the start.
        let attempt = || Self::try_start(parent, certificate, settings);
        attempt()
            .or_else(|_| attempt())
            .or_else(|_| attempt())
            .unwrap_or_else(|log| panic!("dovecot does not start:\n{log}"))
    }

    fn try_start(parent: &Path, certificate: &Issued, settings: &str) -> Result<Self, String> {
        let directory = tempfile::Builder::new().prefix("dovecot-").tempdir_in(parent);
        let directory = directory.expect("a temporary directory");
        let root = directory.path();
        // Dovecot's unprivileged processes have to get through.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("permissions");
        let (port, plain_port) = free_ports();
        let write = |name: &str, text: &str| fs::write(root.join(name), text).expect(name);
        write("cert.pem", &certificate.cert_pem);
        write("key.pem", &certificate.key_pem);
        write("users", "");
        write("log", "");
        let config = configuration(root, port, plain_port);
        write("dovecot.conf", &format!("{config}\n{settings}\n"));

        // setpriv asks the kernel to stop Dovecot should the test be killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", PROGRAM, "-F", "-c"])
            .arg(root.join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(root.join("stderr")).expect("a file for stderr"))
            .spawn()
            .expect("setpriv, of util-linux, runs");
        let mut dovecot = Self { directory, child, port, plain_port, delivered: AtomicU64::new(0) };
        dovecot.wait_until_ready()?;
        for user in ["alice", "bob"] {
            dovecot.add_user(user);
        }
        Ok(dovecot)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if self.child.try_wait().expect("a child").is_some() || Instant::now() > deadline {
                return Err(self.log());
            }
            let open = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            if open(self.port) && open(self.plain_port) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The port with TLS from the start, on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The port with `STLS`, on 127.0.0.1. Dovecot takes a client on its own
    /// address for secure and lets it log in without TLS, so the port is also
    /// open on 127.0.0.2, where a loopback client counts as a remote one and
    /// has to use `STLS` first.
    pub(crate) fn plain_port(&self) -> u16 {
        self.plain_port
    }

    /// Adds a user with an empty mailbox and the password [`PASSWORD`].
    pub(crate) fn add_user(&self, user: &str) {
        let users = self.directory.path().join("users");
        let list = fs::read_to_string(&users).expect("the list of users");
        // Replaced in one go, because Dovecot may read it at any time.
        let new = users.with_extension("new");
        fs::write(&new, format!("{list}{user}:{{PLAIN}}{PASSWORD}\n")).expect("a list of users");
        fs::rename(new, users).expect("a list of users");

        let maildir = self.maildir(user);
        for directory in ["new", "cur", "tmp"] {
            fs::create_dir_all(maildir.join(directory)).expect("a Maildir");
        }
        if geteuid().is_root() {
            for directory in ["", "new", "cur", "tmp"] {
                chown(maildir.join(directory), Some(NOBODY), Some(NOBODY)).expect("a new owner");
            }
        }
    }

    /// The user's Maildir. Messages may be put into `new` or `cur` directly.
    pub(crate) fn maildir(&self, user: &str) -> PathBuf {
        self.directory.path().join("mail").join(user)
    }

    /// Puts a file into the user's home.
    pub(crate) fn place(&self, user: &str, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.maildir(user).join(name);
        fs::write(&path, bytes).expect("a file");
        if geteuid().is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("a new owner");
        }
    }

    /// Puts a message, with LF line ends, into the user's mailbox. Messages
    /// are numbered in the order in which they were delivered.
    pub(crate) fn deliver(&self, user: &str, bytes: impl AsRef<[u8]>) {
        let n = self.delivered.fetch_add(1, Ordering::Relaxed);
        // Dovecot sorts new mail by the time in the file name.
        let name = format!("{}.M{n}.popfetch", 1_700_000_000 + n);
        let maildir = self.maildir(user);
        let draft = maildir.join("tmp").join(&name);
        fs::write(&draft, bytes).expect("a message");
        fs::rename(draft, maildir.join("new").join(name)).expect("a delivery");
    }

    /// The file names and contents of the user's messages, sorted by name. A session that has just
    /// ended may still be moving them.
    pub(crate) fn messages(&self, user: &str) -> Vec<(String, Vec<u8>)> {
        loop {
            if let Some(messages) = self.try_messages(user) {
                return messages;
            }
        }
    }

    /// Nothing where one was moved meanwhile.
    fn try_messages(&self, user: &str) -> Option<Vec<(String, Vec<u8>)>> {
        let mut messages = Vec::new();
        for directory in ["new", "cur"] {
            let directory = self.maildir(user).join(directory);
            for entry in fs::read_dir(directory).expect("a Maildir") {
                let entry = entry.expect("an entry");
                let name = entry.file_name().to_string_lossy().into_owned();
                messages.push((name, fs::read(entry.path()).ok()?));
            }
        }
        messages.sort();
        Some(messages)
    }

    /// What the server has logged.
    pub(crate) fn log(&self) -> String {
        ["stderr", "log"]
            .map(|name| fs::read_to_string(self.directory.path().join(name)).unwrap_or_default())
            .concat()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The master process stops its children before it exits.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Two ports that were free a moment ago.
fn free_ports() -> (u16, u16) {
    let probe = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    // Both are held at once, so that they differ.
    let (first, second) = (probe(), probe());
    let port = |probe: &TcpListener| probe.local_addr().expect("an address").port();
    (port(&first), port(&second))
}

fn configuration(root: &Path, port: u16, plain_port: u16) -> String {
    let root = root.display();
    let (uid, gid) = if geteuid().is_root() {
        (NOBODY, NOBODY)
    } else {
        (geteuid().as_raw(), getegid().as_raw())
    };
    // Root has the accounts of the package for Dovecot's helpers. Anybody else
    // has only the own account, and cannot change the root directory.
    let accounts = if geteuid().is_root() {
        String::new()
    } else {
        let (user, group) = (id("-un"), id("-gn"));
        format!(
            "default_login_user = {user}\n\
             default_internal_user = {user}\n\
             default_internal_group = {group}\n"
        )
    };
    format!(
        "
{accounts}
protocols = pop3
listen = 127.0.0.1, 127.0.0.2
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
instance_name = popfetch-test
stats_writer_socket_path =

ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain
auth_failure_delay = 0

passdb {{
  driver = passwd-file
  args = username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~
mail_max_userip_connections = 0
mail_fsync = never

service pop3-login {{
  chroot =
  process_limit = 100
  inet_listener pop3 {{
    port = {plain_port}
  }}
  inet_listener pop3s {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Without this socket nobody is slowed down for having failed before.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service pop3 {{
  process_limit = 100
}}
"
    )
}

/// Asks `id` for the name behind the process's own number.
fn id(option: &str) -> String {
    let output = Command::new("id").arg(option).output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
