//! Tokens that renew themselves.

use crate::support::expect::fails;
use crate::support::home::finish;
use crate::support::provider::Fault;
use crate::support::provider::Subscriber;

/// How many fetch at once.
const MANY: usize = 8;

#[test]
fn a_token_that_is_about_to_end_is_renewed_first() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(59);
    subscriber.log_in();
    for round in 1..=3 {
        subscriber.list().exits(0);
        assert_eq!(subscriber.provider.count("refresh_token"), round);
    }
    let sessions = subscriber.server.finished_log();
    assert_eq!(sessions.len(), 3, "the server never refused one");
}

#[test]
fn a_token_whose_end_nobody_knows_is_used_until_it_is_refused() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = None;
    subscriber.log_in();
    subscriber.list().exits(0);
    assert_eq!(subscriber.provider.count("refresh_token"), 0);
    subscriber.provider.book().end_access();
    subscriber.list().exits(0);
    assert_eq!(subscriber.provider.count("refresh_token"), 1);
}

#[test]
fn a_refused_token_is_renewed_once_and_tried_again() {
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    subscriber.provider.book().end_access();
    subscriber.run(&["fetch", "work"]).exits(0);
    assert_eq!(subscriber.provider.count("refresh_token"), 1);
    assert_eq!(subscriber.mailbox.len(), 1);
    let sessions = subscriber.server.finished_log();
    assert_eq!(sessions.len(), 2, "two logins");
    // A server that takes none at all is not asked for ever.
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    subscriber.provider.book().takes_none = true;
    let says = "cannot log in to localhost as alice even with a new token: the server says: [AUTH]";
    subscriber.list().exits(77).says(says);
    assert_eq!(subscriber.provider.count("refresh_token"), 1, "one more token");
    assert_eq!(subscriber.server.finished_log().len(), 2, "and one more login");
}

#[test]
fn many_at_once_lose_no_token() {
    // Each refresh token is good for once, and to use one again is the end of the consent. With
    // tokens that last the first process renews for all; with such that do not, each for itself.
    for (lifetime, refreshes) in [(3600, 1..=1), (30, MANY..=MANY)] {
        let subscriber = Subscriber::new("device");
        subscriber.provider.book().lifetime = Some(0);
        subscriber.log_in();
        subscriber.provider.book().lifetime = Some(lifetime);
        let children: Vec<_> = (0..MANY)
            .map(|_| subscriber.command(&["list", "work", "--count"]).spawn().unwrap())
            .collect();
        for child in children {
            assert_eq!(subscriber.checked(finish(child)).exits(0).text(), "1\n");
        }
        let count = subscriber.provider.count("refresh_token");
        assert!(refreshes.contains(&count), "{count} refreshes");
        assert_eq!(subscriber.provider.book().reused, 0);
        assert!(subscriber.provider.book().has_consent());
        // And the one that is kept is the one that is good.
        subscriber.provider.book().end_access();
        subscriber.list().exits(0);
        assert_eq!(subscriber.files(), ["work.oauth"]);
    }
}

#[test]
fn many_at_once_whose_token_is_refused() {
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    subscriber.provider.book().end_access();
    let children: Vec<_> = (0..MANY)
        .map(|_| subscriber.command(&["list", "work", "--count"]).spawn().unwrap())
        .collect();
    for child in children {
        assert_eq!(subscriber.checked(finish(child)).exits(0).text(), "1\n");
    }
    assert_eq!(subscriber.provider.count("refresh_token"), 1, "all but one find that it was done");
    assert_eq!(subscriber.provider.book().reused, 0);
}

#[test]
fn a_provider_that_gives_no_new_refresh_token() {
    let subscriber = Subscriber::new("device");
    {
        let mut book = subscriber.provider.book();
        book.rotates = false;
        book.lifetime = Some(1);
    }
    subscriber.log_in();
    for _ in 0..2 {
        subscriber.list().exits(0);
    }
    assert_eq!(subscriber.provider.count("refresh_token"), 2);
}

#[test]
fn a_provider_that_gives_no_refresh_token_at_all() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().renews = false;
    subscriber.log_in();
    subscriber.list().exits(0);
    subscriber.provider.book().end_access();
    let says = "no other is to be had: the token for work has ended, and the \
                provider gave none to renew it with";
    let output = subscriber.list().exits(77).says(says);
    assert!(output.stderr.ends_with("hint: run: popfetch login work\n"), "{}", output.stderr);
}

#[test]
fn a_consent_that_was_revoked() {
    let subscriber = Subscriber::new("device");
    subscriber.provider.book().lifetime = Some(0);
    subscriber.log_in();
    subscriber.provider.book().revoke();
    let says = "cannot log in to localhost as alice: the consent for work is gone or was revoked: \
                localhost says: invalid_grant: as the test wants it";
    fails(subscriber.list(), 77, says, Some("run: popfetch login work"));
    assert!(subscriber.server.finished_log().iter().all(|session| session.commands().is_empty()));
    subscriber.provider.book().lifetime = Some(3600);
    subscriber.log_in();
    subscriber.list().exits(0);
}

#[test]
fn an_app_of_its_own_right_needs_no_consent() {
    let subscriber = Subscriber::new("client-credentials");
    subscriber.list().exits(0);
    subscriber.list().exits(0);
    assert_eq!(subscriber.provider.count("client_credentials"), 1, "it is kept like any other");
    subscriber.provider.book().end_access();
    subscriber.list().exits(0);
    assert_eq!(subscriber.provider.count("client_credentials"), 2);
    let output = subscriber.run(&["login", "work"]).exits(0).says("No consent is needed");
    assert!(output.text().contains("popfetch has access"), "{}", output.text());
    subscriber.run(&["logout", "work"]).exits(0);
    assert!(subscriber.files().is_empty());
    subscriber.list().exits(0);
}

#[test]
fn logging_out() {
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    let output = subscriber.run(&["logout", "work"]).exits(0);
    assert_eq!(output.text(), "the tokens for work are removed from this machine\n");
    assert!(subscriber.files().is_empty());
    fails(
        subscriber.list(),
        77,
        "nobody has consented to it for work yet",
        Some("popfetch login work"),
    );
    let output = subscriber.run(&["logout", "work"]).exits(0);
    assert_eq!(output.text(), "there was no consent for work\n");
}

#[test]
fn a_token_that_was_refused_says_nothing_of_the_next_one() {
    // A password that was refused is not tried again where nobody hears of it.
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
    let quiet = config.replace("tls = ", "report-errors-after = \"1h\"\ntls = ");
    subscriber.home.write("config.toml", quiet);
    subscriber.provider.book().takes_none = true;
    subscriber.run(&["fetch", "work"]).exits(77).says("even with a new token");
    subscriber.provider.book().takes_none = false;
    subscriber.run(&["fetch", "work"]).exits(0);
}

/// Each try could be the one that locks the account.
#[test]
fn a_refused_token_is_not_sent_again_because_the_provider_is_down() {
    let subscriber = Subscriber::new("device");
    subscriber.log_in();
    subscriber.provider.book().takes_none = true;
    for _ in 0..4 {
        let busy = Fault::Says(503, "text/plain", "busy".into());
        subscriber.provider.book().faults.push_back(("/token", busy));
    }
    let before = subscriber.server.finished_log().len();
    let output = subscriber.run(&["fetch", "work", "--retries", "3"]).exits(75);
    output.says("the server refuses the token, and no other is to be had");
    assert_eq!(subscriber.server.finished_log().len(), before + 1);
}
