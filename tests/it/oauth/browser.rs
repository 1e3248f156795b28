//! Consent in a browser, which brings the answer to this machine or shows it to the user.

use std::io::Write as _;
use std::net::TcpStream;

use super::{Waiting, browse, request};
use crate::support::provider::Subscriber;

/// Where the browser is sent to, by the address that it is to open.
fn redirect(url: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let form = crate::support::provider::http::parse_form(query);
    form.into_iter().find(|(name, _)| name == "redirect_uri").unwrap().1
}

#[test]
fn the_answer_comes_to_a_port_of_this_machine() {
    let subscriber = Subscriber::with("browser", "scope = \"mail offline\"");
    let waiting = Waiting::start(&subscriber, &["--no-browser"]);
    assert!(waiting.url.contains("authorize?tenant=x&"), "its own query stays: {}", waiting.url);
    assert!(waiting.url.contains("scope=mail+offline"), "{}", waiting.url);
    let redirect = redirect(&waiting.url);
    assert!(redirect.starts_with("http://127.0.0.1:"), "{redirect}");
    let to = subscriber.provider.book().consent_to(&waiting.url);
    // Browsers ask for more than they are told to, and call ahead.
    let host = redirect.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    let silent = TcpStream::connect(&host).unwrap();
    let mut half = TcpStream::connect(&host).unwrap();
    half.write_all(b"GET /?co").unwrap();
    assert_eq!(browse(&format!("{redirect}favicon.ico")).0, "HTTP/1.1 404 Not Found");
    assert_eq!(browse(&redirect).0, "HTTP/1.1 404 Not Found");
    assert_eq!(request(&host, "POST / HTTP/1.1\r\n\r\n").0, "HTTP/1.1 400 Bad Request");
    let endless = request(&host, &format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(40_000)));
    assert_eq!(endless.0, "", "too long");
    let (status, page) = browse(&to);
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(page.contains("You can close this page"), "{page}");
    waiting.ends(&subscriber).exits(0);
    drop((silent, half));
    assert_eq!(subscriber.list().exits(0).text(), "1\n");
    assert_eq!(subscriber.files(), ["work.oauth"]);
}

#[test]
fn an_answer_to_another_question_is_refused_and_told() {
    let subscriber = Subscriber::new("browser");
    let waiting = Waiting::start(&subscriber, &["--no-browser"]);
    let to = subscriber.provider.book().consent_to(&waiting.url);
    for forged in [
        format!("{}?state=another&code=stolen", redirect(&waiting.url)),
        format!("{}?code=stolen", redirect(&waiting.url)),
        format!("{}?error=access_denied", redirect(&waiting.url)),
    ] {
        assert_eq!(browse(&forged).0, "HTTP/1.1 400 Bad Request", "{forged}");
    }
    assert_eq!(subscriber.provider.asked().len(), 0, "the code goes to nobody");
    browse(&to);
    let output = waiting.ends(&subscriber).exits(0);
    let warning = "popfetch: work: warning: this is no answer to the question that was asked: its \
                   state is another; still waiting\n";
    assert_eq!(output.stderr.matches(warning).count(), 3, "{}", output.stderr);
}

#[test]
fn the_user_says_no() {
    let subscriber = Subscriber::new("browser");
    let waiting = Waiting::start(&subscriber, &["--no-browser"]);
    let to = subscriber.provider.book().consent_to(&waiting.url);
    let (state, _) = to.split_once("&code=").unwrap();
    browse(&format!("{state}&error=access_denied&error_description=The+user%1b%5b31m+said+no"));
    let says = "popfetch: work: localhost says: access_denied: The user\\x1b[31m said no\n";
    waiting.ends(&subscriber).exits(77).says(says);
    assert!(subscriber.files().is_empty());
}

#[test]
fn a_code_is_good_for_the_one_who_asked() {
    // Another login's: its verifier is another, and so is its redirect.
    let subscriber = Subscriber::new("browser");
    let other = Waiting::start(&subscriber, &["--paste"]);
    let to = subscriber.provider.book().consent_to(&other.url);
    let (_, code) = to.split_once("&code=").unwrap();
    let mut waiting = Waiting::start(&subscriber, &["--paste"]);
    let code = percent_encoding::percent_decode_str(code).decode_utf8().unwrap().into_owned();
    waiting.paste(&code);
    waiting.ends(&subscriber).exits(77).says("popfetch: work: localhost says: invalid_grant");
    other.ends(&subscriber).exits(77);
    assert!(subscriber.files().is_empty());
}

#[test]
fn the_user_pastes_the_address_or_the_code() {
    type Cut = fn(&str) -> String;
    let whole: Cut = str::to_owned;
    let query: Cut = |to| to.split_once('?').unwrap().1.to_owned();
    let code: Cut = |to| {
        let code = to.split_once("&code=").unwrap().1;
        percent_encoding::percent_decode_str(code).decode_utf8().unwrap().into_owned()
    };
    for cut in [whole, query, code] {
        let subscriber = Subscriber::new("browser");
        let mut waiting = Waiting::start(&subscriber, &["--paste"]);
        let to = subscriber.provider.book().consent_to(&waiting.url);
        waiting.paste(&format!("  {} ", cut(&to)));
        waiting.ends(&subscriber).exits(0);
        subscriber.list().exits(0);
    }
}

#[test]
fn what_is_pasted_and_is_no_answer() {
    for (pasted, says) in [
        ("", "this is neither the address that the browser was sent to, nor a code"),
        ("http://127.0.0.1/", "this is neither the address"),
        ("http://127.0.0.1/?code=x&state=y", "this is no answer to the question that was asked"),
        ("http://127.0.0.1/?code=x", "this is no answer to the question that was asked"),
        ("made-up", "localhost says: invalid_grant"),
    ] {
        let subscriber = Subscriber::new("browser");
        let mut waiting = Waiting::start(&subscriber, &["--paste"]);
        waiting.paste(pasted);
        waiting.ends(&subscriber).exits(77).says(&format!("popfetch: work: {says}"));
        assert!(subscriber.files().is_empty());
    }
    // A terminal that is gone.
    let subscriber = Subscriber::new("browser");
    Waiting::start(&subscriber, &["--paste"])
        .ends(&subscriber)
        .exits(77)
        .says("popfetch: work: this is neither");
}

#[test]
fn a_port_that_the_provider_wants() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let subscriber = Subscriber::with("browser", &format!("redirect-port = {port}"));
    let says = format!("popfetch: work: cannot listen on port {port} of 127.0.0.1: Address");
    subscriber.run(&["login", "work"]).exits(78).says(&says);
    drop(free);
    let waiting = Waiting::start(&subscriber, &["--no-browser"]);
    assert_eq!(redirect(&waiting.url), format!("http://127.0.0.1:{port}/"));
    browse(&subscriber.provider.book().consent_to(&waiting.url));
    waiting.ends(&subscriber).exits(0);
}
