//! Consent by a code that is typed in on another device.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::Leaks;
use crate::support::expect::fails;
use crate::support::provider::Fault;
use crate::support::provider::Subscriber;
use crate::support::proxy::Proxy;

const POLL: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[test]
fn the_user_is_told_where_to_type_what() {
    let subscriber = Subscriber::with("device", "scope = \"mail offline\"");
    subscriber.provider.book().polls.extend(["authorization_pending"; 3]);
    let output = subscriber.run(&["login", "work"]).exits(0);
    for said in ["the mail of alice", "https://id.example.com/device", "WDJB-MJHT"] {
        assert!(output.stderr.contains(said), "{}", output.stderr);
    }
    assert_eq!(
        output.text(),
        "popfetch has access to the mail of alice now; try: popfetch list work\n"
    );
    let asked = subscriber.provider.asked();
    assert_eq!(asked[0].path, "/device");
    assert_eq!(asked[0].value("scope"), Some("mail offline"));
    assert_eq!(subscriber.provider.count(POLL), 4);
    // From now on without a question.
    assert_eq!(subscriber.list().exits(0).text(), "1\n");
    subscriber.run(&["fetch", "work"]).exits(0);
    assert_eq!(subscriber.provider.asked().len(), asked.len(), "the token is good for an hour");
    let mode = subscriber.file().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(subscriber.files(), ["work.oauth"]);
    for secret in subscriber.provider.book().secrets.iter() {
        let home = subscriber.home.path("");
        let found = Leaks::of(secret).below(&home, &["work.oauth", "config.toml"]);
        assert_eq!(found, [""; 0], "nowhere else");
    }
}

#[test]
fn a_provider_that_wants_to_be_asked_less_often() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().polls.extend(["slow_down"]);
    subscriber.log_in();
    assert_eq!(subscriber.provider.count(POLL), 2);
}

#[test]
fn no_consent() {
    for (polls, lifetime, status, says) in [
        (vec!["authorization_pending", "access_denied"], 600, 77, "access_denied"),
        (vec!["authorization_pending", "expired_token"], 600, 77, "expired_token"),
        // The provider goes on and on.
        (vec![], 0, 77, "expired_token"),
        (vec!["invalid_grant"], 600, 77, "invalid_grant"),
        (vec!["invalid_scope"], 600, 78, "invalid_scope"),
        (vec!["something_else"], 600, 78, "something_else"),
    ] {
        let subscriber = Subscriber::new("device");
        {
            let mut book = subscriber.provider.book();
            book.polls.extend(&polls);
            book.device_lifetime = lifetime;
        }
        let output = subscriber.run(&["login", "work"]).exits(status);
        let last = output.stderr.lines().find(|line| line.starts_with("popfetch:")).unwrap();
        assert!(last.starts_with("popfetch: work: localhost says: "), "{last}");
        assert!(last.contains(says), "{last}");
        assert!(subscriber.files().is_empty(), "nothing is kept");
        let says = "cannot log in to localhost as alice: nobody has consented to it for work yet";
        let output = subscriber.list();
        fails(output, 77, says, Some("run: popfetch login work"));
        // The user's first wish was not the last.
        subscriber.provider.book().polls.clear();
        subscriber.provider.book().device_lifetime = 600;
        subscriber.log_in();
        subscriber.list().exits(0);
    }
}

#[test]
fn a_provider_that_is_down_for_a_moment_is_asked_again() {
    for fault in [Fault::Says(503, "text/html", "<p>down".into()), Fault::HangsUp] {
        let subscriber = Subscriber::new("device");
        subscriber.provider.book().faults.push_back(("/token", fault));
        subscriber.log_in();
        assert_eq!(subscriber.provider.count(POLL), 2);
    }
}

#[test]
fn a_provider_that_breaks_the_protocol_is_not_asked_again() {
    let subscriber = Subscriber::new("device");
    let page = Fault::Says(404, "text/html", "<p>not here".into());
    subscriber.provider.book().faults.push_back(("/token", page));
    let says = "popfetch: work: localhost has no answer but the HTTP status 404";
    subscriber.run(&["login", "work"]).exits(76).says(says);
    assert_eq!(subscriber.provider.count(POLL), 1);
}

#[test]
fn ctrl_c_ends_the_waiting() {
    let subscriber = Subscriber::new("device");
    {
        let mut book = subscriber.provider.book();
        book.interval = 600;
        book.polls.push_back("authorization_pending");
    }
    let child = subscriber.command(&["login", "work"]).spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    while subscriber.provider.count(POLL) == 0 {
        std::thread::yield_now();
    }
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = subscriber.checked(crate::support::home::finish(child)).exits(130);
    assert!(output.stderr.ends_with("popfetch: work: interrupted\n"), "{}", output.stderr);
}

#[test]
fn the_accounts_proxy_leads_to_the_provider_too() {
    let subscriber = Subscriber::new("device");
    let proxy = Proxy::http(false, subscriber.provider.address());
    let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
    let line = format!("tls = \"implicit\"\nproxy = \"http://127.0.0.1:{}\"", proxy.port());
    subscriber.home.write("config.toml", config.replace("tls = \"implicit\"", &line));
    subscriber.log_in();
    let asked = proxy.asked();
    let wanted = format!("localhost:{}", subscriber.provider.address().port());
    assert_eq!(asked.len(), subscriber.provider.asked().len());
    assert!(asked.iter().all(|asked| asked.contains(&wanted)), "{asked:?}");
}

#[test]
fn an_interval_that_makes_no_sense_is_not_kept() {
    for (interval, poll) in [(u64::MAX, "slow_down"), (100_000, "authorization_pending")] {
        let subscriber = Subscriber::new("device");
        {
            let mut book = subscriber.provider.book();
            (book.interval, book.device_lifetime) = (interval, 2);
            book.polls.extend([poll; 9]);
        }
        // The code is over long before a minute is.
        let since = std::time::Instant::now();
        subscriber.run(&["login", "work"]).exits(77).says("popfetch: work: ");
        assert!(since.elapsed().as_secs() < 50, "{interval}");
    }
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().device_lifetime = 3;
    subscriber.provider.book().polls.extend(["authorization_pending"; 2000]);
    subscriber.run(&["login", "work"]).exits(77);
    assert!(subscriber.provider.count(POLL) < 10, "an interval of 0 is no reason to flood");
}
