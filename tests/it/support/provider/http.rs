//! HTTP/1.1 as a provider speaks it: one request a connection, bounded in everything.

use std::io::{self, Read, Write};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// What the body holds, names and values.
    pub(crate) form: Vec<(String, String)>,
    /// The header Authorization.
    pub(crate) authorization: Option<String>,
}

impl Asked {
    /// A value of the body.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How it wants its tokens.
    pub(crate) fn grant(&self) -> &str {
        self.value("grant_type").unwrap_or_default()
    }
}

/// The largest request, in octets.
const MAX: usize = 64 * 1024;

/// Reads a POST.
pub(super) fn read(stream: &mut impl Read) -> io::Result<Asked> {
    let wrong = |what: &str| io::Error::other(what.to_owned());
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let header = |name: &str| {
                head.lines().skip(1).find_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                })
            };
            let length = header("content-length").and_then(|length| length.parse().ok());
            let length: usize = length.ok_or_else(|| wrong("no length"))?;
            if bytes.len() >= end + 4 + length {
                assert_eq!(
                    header("content-type").as_deref(),
                    Some("application/x-www-form-urlencoded")
                );
                let mut line = head.lines().next().unwrap_or_default().split(' ');
                assert_eq!(line.next(), Some("POST"));
                let path = line.next().unwrap_or_default().to_owned();
                let body = &bytes[end + 4..end + 4 + length];
                let form = parse_form(&String::from_utf8_lossy(body));
                return Ok(Asked { path, form, authorization: header("authorization") });
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ if bytes.len() > MAX => return Err(wrong("too long")),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Names and values, decoded.
pub(crate) fn parse_form(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

/// An answer, whole.
pub(super) fn answer(
    stream: &mut impl Write,
    status: u16,
    kind: &str,
    extra: &str,
    body: &[u8],
) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{extra}\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    stream.flush()
}
