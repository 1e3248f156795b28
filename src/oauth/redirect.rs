//! What a browser brings back from a provider (RFC 6749, section 4.1.2), as pure text.

use oauth2::url::form_urlencoded;

use crate::model::Secret;

/// An answer of the provider's to a question, by way of the browser.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// To which question; a code that was copied without anything around it does not say.
    pub(super) state: Option<String>,
    /// What can be turned into tokens.
    pub(super) code: Option<Secret>,
    /// Why there is none.
    pub(super) error: Option<String>,
    /// The same in words.
    pub(super) description: Option<String>,
}

/// The longest code, in octets.
const MAX_CODE: usize = 4096;

impl Answer {
    /// The answer in a query, if there is one in it.
    pub(super) fn of_query(query: &str) -> Option<Self> {
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "state" => answer.state = Some(value),
                "code" => answer.code = code(value),
                "error" => answer.error = Some(value),
                "error_description" => answer.description = Some(value),
                _ => {}
            }
        }
        (answer.code.is_some() || answer.error.is_some()).then_some(answer)
    }

    /// The answer in what a user has copied: the address that the browser was sent to, or the code
    /// alone. `whole` says that it was an address, so that it has to name its question.
    pub(super) fn of_pasted(text: &str) -> Option<(Self, bool)> {
        let text = text.trim();
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        if let Some(answer) = Self::of_query(query) {
            return Some((answer, true));
        }
        // Some codes are base64, and end as that does.
        let alone = !text.contains("://") && !text.trim_end_matches('=').contains(['?', '&', '=']);
        let code = code(text.to_owned()).filter(|_| alone)?;
        Some((Self { code: Some(code), ..Self::default() }, false))
    }
}

/// A code, if it can be one: characters that can be seen (RFC 6749, appendix A.11), and no space.
fn code(text: String) -> Option<Secret> {
    let fine = !text.is_empty()
        && text.len() <= MAX_CODE
        && text.bytes().all(|octet| octet.is_ascii_graphic());
    fine.then(|| Secret::new(text.into_bytes()))
}

/// The path and the query that a browser asks for, by the head of its request.
pub(super) fn target(head: &[u8]) -> Option<(&str, &str)> {
    let line = head.split(|&octet| octet == b'\r' || octet == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (Some("GET"), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return None;
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return None;
    }
    Some(target.split_once('?').unwrap_or((target, "")))
}

/// The head of a page for the browser, and the page.
pub(super) fn page(status: &str, text: &str) -> String {
    let body = format!("<!doctype html><meta charset=utf-8><title>popfetch</title><p>{text}</p>\n");
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasted(text: &str) -> Option<([Option<String>; 3], bool)> {
        let (answer, whole) = Answer::of_pasted(text)?;
        let code = answer.code.map(|code| String::from_utf8(code.expose().to_vec()).unwrap());
        Some(([answer.state, code, answer.error], whole))
    }

    #[test]
    fn what_is_pasted_is_an_address_a_query_or_a_code() {
        let some = |text: &str| Some(text.to_owned());
        for (text, state, code, error, whole) in [
            ("http://127.0.0.1:7/?code=4%2F0A&state=s\n", some("s"), some("4/0A"), None, true),
            ("http://localhost/?state=s&code=c#_=_", some("s"), some("c"), None, true),
            ("?code=c", None, some("c"), None, true),
            ("code=c&state=s", some("s"), some("c"), None, true),
            ("http://h/?error=access_denied&state=s", some("s"), None, some("access_denied"), true),
            ("c0de==", None, some("c0de=="), None, false),
            ("  4/0AbC-d.e_f~  \r\n", None, some("4/0AbC-d.e_f~"), None, false),
        ] {
            assert_eq!(pasted(text), Some(([state, code, error], whole)), "{text}");
        }
        let long = "x".repeat(MAX_CODE + 1);
        for text in [
            "",
            " ",
            "a b",
            "http://127.0.0.1/",
            "http://h/?x=y",
            "?code=",
            "?code=a%0Ab",
            "é",
            &long,
        ] {
            assert_eq!(pasted(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_request_for_a_page_has_a_target() {
        assert_eq!(target(b"GET /?code=c HTTP/1.1\r\nHost: h\r\n\r\n"), Some(("/", "code=c")));
        assert_eq!(target(b"GET /favicon.ico HTTP/1.0\r\n\r\n"), Some(("/favicon.ico", "")));
        for head in [
            &b""[..],
            b"\r\n\r\n",
            b"GET /",
            b"POST / HTTP/1.1\r\n\r\n",
            b"GET http://h/ HTTP/1.1\r\n\r\n",
            b"GET / HTTP/2\r\n\r\n",
            b"GET /?a b HTTP/1.1\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(target(head), None, "{}", head.escape_ascii());
        }
    }
}
