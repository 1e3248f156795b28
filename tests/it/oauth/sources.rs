//! Where a token comes from, when there are several places.

use crate::support::expect::fails;
use crate::support::provider::Subscriber;

/// A good token of the provider's, from its own hands.
fn good_token(subscriber: &Subscriber) -> String {
    subscriber.log_in();
    let kept = std::fs::read_to_string(subscriber.file()).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    kept["access_token"].as_str().unwrap().to_owned()
}

/// Without a provider.
fn without_oauth(subscriber: &Subscriber, lines: &str) {
    let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
    let (table, _) = config.split_once("[accounts.work.oauth]").unwrap();
    subscriber.home.write("config.toml", format!("{table}{lines}\n"));
}

#[test]
fn a_command_gives_tokens() {
    let subscriber = Subscriber::new("device");
    subscriber.home.write("good", good_token(&subscriber));
    let at = subscriber.home.path("good").display().to_string();
    without_oauth(&subscriber, &format!("token-command = \"echo x >>ran; cat {at}\""));
    subscriber.list().exits(0);
    let ran = || std::fs::read_to_string(subscriber.home.path("ran")).unwrap_or_default().len() / 2;
    assert_eq!(ran(), 1);
    // Once more where the server refuses what it printed; and not again.
    subscriber.provider.book().end_access();
    subscriber
        .list()
        .exits(77)
        .says("cannot log in to localhost as alice: the server says: [AUTH]");
    assert_eq!(ran(), 3);
    for (command, says) in [
        ("false", "the token command failed: exit status: 1"),
        ("true", "what the token command prints is no token"),
        ("echo a b", "what the token command prints is no token"),
        ("printf 'a\\\\001b'", "what the token command prints is no token"),
    ] {
        let output =
            subscriber.run(&["list", "work", "--token-command", &command.replace("\\\\", "\\")]);
        fails(output, 77, says, None);
    }
}

#[test]
fn a_refused_token_that_the_command_can_renew() {
    let subscriber = Subscriber::new("device");
    subscriber.home.write("good", good_token(&subscriber));
    let command = "cat stale 2>/dev/null || exec cat good; rm stale";
    without_oauth(&subscriber, "");
    subscriber.home.write("stale", "an-old-token");
    let list = |args: &[&str]| subscriber.run(&[&["list", "work", "--count"], args].concat());
    list(&["--token-command", command]).exits(0);
    assert_eq!(subscriber.server.finished_log().len(), 2, "two logins");
}

#[test]
fn what_stands_on_the_command_line_counts_first() {
    let subscriber = Subscriber::new("device");
    let good = good_token(&subscriber);
    subscriber.home.write("good", &good);
    subscriber.home.write("bad", "bad-token");
    let list = |args: &[&str]| subscriber.run(&[&["list", "work", "--count"], args].concat());
    let refused = |args: &[&str]| {
        let says = "cannot log in to localhost as alice: the server says: [AUTH]";
        list(args).exits(77).says(says);
    };
    list(&[]).exits(0);
    refused(&["--token-command", "cat bad"]);
    refused(&["--auth", "XOAUTH2", "--password-file", "bad"]);
    list(&["--auth", "XOAUTH2", "--password-file", "good"]).exits(0);
    list(&["--auth", "OAUTHBEARER"]).exits(0);
    assert_eq!(subscriber.provider.count("refresh_token"), 0);
    // One that is set and fails does not fall through.
    std::fs::remove_file(subscriber.file()).unwrap();
    subscriber.home.write("pw", &good);
    let mut command = subscriber.command(&["list", "work"]);
    let output = crate::support::expect::run(command.env("POPFETCH_PASSWORD", &good));
    fails(output, 77, "nobody has consented", Some("popfetch login work"));
    // A mechanism for passwords gets one.
    let says = "--token-command gives a token, and PLAIN takes none";
    list(&["--auth", "PLAIN", "--token-command", "cat good"]).exits(64).says(says);
    let says = "it offers only XOAUTH2, OAUTHBEARER";
    list(&["--auth", "PLAIN", "--password-file", "good"]).exits(69).says(says);
}

#[test]
fn what_is_shown_of_it() {
    let subscriber = Subscriber::new("device");
    let show = subscriber.run(&["config", "show"]).exits(0);
    for line in
        ["oauth-client-id = \"popfetch-test\"", "# oauth-client-secret ", "# password: oauth"]
    {
        assert!(show.text().contains(line), "{line}:\n{}", show.text());
    }
    subscriber.run(&["config", "check"]).exits(0);
    let none = "there is no OAuth2 provider to log";
    without_oauth(&subscriber, "token-command = \"echo x\"");
    subscriber.run(&["login", "work"]).exits(78).says(&format!("popfetch: work: {none} in to"));
    subscriber.run(&["logout", "work"]).exits(78).says(&format!("popfetch: work: {none} out of"));
    subscriber.run(&["login", "wrk"]).exits(78).says("there is no account named 'wrk'");
    subscriber
        .home
        .write("config.toml", "[accounts.work]\nhost = \"h\"\nuser = \"u\"\noauth = \"google\"");
    subscriber
        .run(&["config", "check"])
        .exits(78)
        .says("popfetch: work: oauth-client-id is not set");
    let config = "[accounts.work]\nhost = \"h\"\nuser = \"u\"\noauth = \"microsoft\"\n\
                  oauth-client-id = \"x\"\noauth-flow = \"client-credentials\"";
    subscriber.home.write("config.toml", config);
    subscriber
        .run(&["config", "check"])
        .exits(78)
        .says("client-credentials are those of an organisation");
}

#[test]
fn the_systems_authorities_stay_where_they_may_have_to_vouch_for_a_provider() {
    let subscriber = Subscriber::new("device");
    let config = std::fs::read_to_string(subscriber.home.path("config.toml")).unwrap();
    // What OpenSSL is told can be seen in the environment of who runs the command.
    let show = "client-secret-command = \"cat /proc/$PPID/environ >environ; echo x\"\n";
    let (table, oauth) = config.split_once("[accounts.work.oauth]").unwrap();
    for (lines, spared) in [(oauth.to_owned(), true), (oauth.replace("ca-file", "#"), false)] {
        let config = format!("{table}[accounts.work.oauth]\n{show}{lines}");
        subscriber.home.write("config.toml", config);
        subscriber.list().exits(77).says("nobody has consented");
        let environment = std::fs::read_to_string(subscriber.home.path("environ")).unwrap();
        assert_eq!(environment.contains("SSL_CERT_FILE=/dev/null"), spared, "{lines}");
    }
}

#[test]
fn what_one_provider_knows_is_told_to_no_other() {
    let home = crate::support::Home::new();
    home.write(
        "config.toml",
        "[defaults]\nhost = \"h\"\noauth = \"google\"\n\
         oauth-client-id = \"for-google\"\noauth-client-secret = \"s3cret\"\n\
         [accounts.google]\nuser = \"a\"\n\
         [accounts.other]\nuser = \"b\"\noauth-token-url = \"https://id.example.com/token\"\n\
         oauth-client-id = \"mine\"\n\
         [accounts.plain]\nuser = \"c\"\npassword = \"x\"\n",
    );
    let show = home.run(&["-c", "config.toml", "config", "show"]).exits(0);
    let of = |name: &str| {
        let (_, rest) = show.text().split_once(&format!("[accounts.{name}]")).unwrap();
        rest.split("[accounts.").next().unwrap().to_owned()
    };
    assert!(of("google").contains("oauth-client-id = \"for-google\""), "{}", show.text());
    for name in ["other", "plain"] {
        for key in ["oauth-client-secret", "oauth-provider"] {
            let none = of(name)
                .lines()
                .any(|line| line.starts_with(&format!("# {key} ")) && line.contains("none"));
            assert!(none, "{name}, {key}: {}", show.text());
        }
    }
    assert!(of("plain").contains("# password: password "), "{}", of("plain"));
}
