//! OAuth2 tokens as a real server takes them: signed ones that it checks by itself, and others
//! that it asks about at a provider's.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tempfile::TempDir;

/// What signs the tokens.
const KEY: &[u8] = b"a key of the tests that nobody else has";

/// What Dovecot needs to know of tokens.
pub(crate) struct Tokens {
    directory: TempDir,
    provider: Provider,
}

impl Tokens {
    /// Tokens of which `opaque`, at the provider's, is alice's.
    pub(crate) fn new(opaque: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("tokens-").tempdir().expect("a directory");
        let root = directory.path();
        // Dovecot's own user reads it.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("permissions");
        let keys = root.join("keys/default/HS256");
        fs::create_dir_all(&keys).expect("a directory");
        fs::write(keys.join("default"), STANDARD.encode(KEY)).expect("a key");
        let provider = Provider::start(opaque);
        let write = |name: &str, text: String| fs::write(root.join(name), text).expect("a file");
        write(
            "signed.conf",
            format!(
                "introspection_mode = local\n\
                 local_validation_key_dict = fs:posix:prefix={}/keys/\n\
                 username_attribute = sub\n",
                root.display()
            ),
        );
        write(
            "opaque.conf",
            format!(
                "tokeninfo_url = http://127.0.0.1:{}/tokeninfo?token=\nusername_attribute = user\n",
                provider.port
            ),
        );
        Self { directory, provider }
    }

    /// Lines for Dovecot's configuration: signed tokens by XOAUTH2, others by OAUTHBEARER.
    pub(crate) fn settings(&self) -> String {
        let passdb = |mechanism: &str, file: &str| {
            let file = self.file(file);
            let args = file.display();
            format!("passdb {{\n driver = oauth2\n mechanisms = {mechanism}\n args = {args}\n}}\n")
        };
        passdb("xoauth2", "signed.conf") + &passdb("oauthbearer", "opaque.conf")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// How often the provider was asked.
    pub(crate) fn asked(&self) -> usize {
        self.provider.asked.load(Ordering::SeqCst)
    }
}

/// A token for `user` that is good for so many seconds from now (RFC 7519).
pub(crate) fn signed(user: &str, seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let now = i64::try_from(now).expect("a clock");
    let (issued, expires) = (now.min(now + seconds) - 60, now + seconds);
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let claims = format!(r#"{{"sub":"{user}","iat":{issued},"nbf":{issued},"exp":{expires}}}"#);
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("any key will do");
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Says on loopback whose a token is.
struct Provider {
    port: u16,
    asked: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Provider {
    fn start(token: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(AtomicUsize::new(0));
        let stopping = Arc::new(AtomicBool::new(false));
        let line = format!("GET /tokeninfo?token={token} ");
        let (count, stop) = (Arc::clone(&asked), Arc::clone(&stopping));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                // Dovecot notices where an answer is missing.
                let _ = answer(stream, &line);
            }
        });
        Self { port, asked, stopping, thread: Some(thread) }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn answer(mut stream: TcpStream, line: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet)?;
        request.extend(octet);
    }
    let known = request.starts_with(line.as_bytes());
    let (status, body) = if known {
        ("200 OK", r#"{"user":"alice"}"#)
    } else {
        ("401 Unauthorized", r#"{"error":"invalid_token"}"#)
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}
