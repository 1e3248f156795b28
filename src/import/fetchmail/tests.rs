//! Configurations as people write them.

use super::super::account::shown;
use super::*;

/// What stands below every account that does not say where its mail goes.
const SMTP: &str = "  fetchmail hands its mail to a mail server, and popfetch does not: name \
    a Maildir with the key 'to'\n";

#[test]
fn accounts() {
    for (text, expected) in [
        (
            "poll pop.example.com proto pop3 uidl user joe pass s3cret ssl keep",
            "pop.example.com: joe@pop.example.com:- Implicit, password s3cret, keep, seen ~/.fetchids\n",
        ),
        (
            "# mine\nset daemon 0\nset idfile=\"~/ids\"\nset no bouncemail\nset nosyslog\n\
             poll home via pop.example.com with protocol POP3 and port 1995:\n\
             user 'joe doe' there with password \"it's\" is joe here, options ssl nokeep,\n\
             sslproto 'TLS1.2+' sslcertfile /ca.pem timeout 20 limit 5000 fetchlimit 9",
            "home: joe doe@pop.example.com:1995 Implicit, password it's, delete, \
             ca-file /ca.pem, timeout 20, max-size 5000, max-messages 9, seen ~/ids\n",
        ),
        // Defaults, several users, switches that are turned off again.
        (
            "defaults proto pop3 user joe keep ssl\n\
             server one user ann password a;user bob password b no keep\nskip two nossl sslproto ''",
            "one-ann: ann@one:- Implicit, password a, keep, seen ~/.fetchids\n+\
             one-bob: bob@one:- Implicit, password b, delete, seen ~/.fetchids\n+\
             two: joe@two:- None, keep, seen ~/.fetchids\n  it has no TLS",
        ),
        (
            "poll h proto apop service pop3s auth any user joe here is ann there ssl",
            "h: ann@h:995 Implicit, delete, auth APOP, seen ~/.fetchids\n",
        ),
        (
            "poll h proto pop3 user keep pass user ssl",
            "h: keep@h:- Implicit, password user, delete, seen ~/.fetchids\n",
        ),
        ("poll h p\n", "1: 'p' is not known here"),
    ] {
        let shown = shown(&read(text));
        let mut rest = shown.as_str();
        for part in expected.split('+') {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part}\nis not in\n{shown}"));
            rest = &rest[at + part.len()..];
        }
    }
}

#[test]
fn what_is_not_carried_over_is_said() {
    for (text, said) in [
        ("", ""),
        ("uidl ssl", ""),
        ("proto imap", "'h' is not carried over: popfetch does not speak imap\n"),
        ("user x ssl mda \"/usr/bin/procmail\"", "  'mda' is not carried over: popfetch delivers"),
        ("user x ssl bsmtp /x", "  'bsmtp' is not carried over"),
        ("user x ssl smtphost a b, c keep", "  'smtphost' is not carried over"),
        ("user x ssl no sslcertck", "  'no sslcertck' is not carried over: popfetch always checks"),
        ("user x ssl sslfingerprint \"00:11\"", "  'sslfingerprint' is not carried over"),
        ("user x ssl sslcertpath /x", "  'sslcertpath' is not carried over: put the certificates"),
        ("user x ssl fetchall", "  'fetchall' is not carried over: popfetch fetches what is new"),
        ("user x ssl flush", "  'flush' is not carried over"),
        ("user x ssl preconnect \"ssh -f x\"", "  'preconnect' is not carried over: run it in"),
        ("auth ntlm user x ssl", "  'auth ntlm' is not carried over: popfetch cannot"),
        ("envelope 1 Delivered-To user x is a b here ssl", "  its mail is sorted by its envelope"),
        ("user x is a=b * here ssl", "  its mail is sorted by its envelope"),
        ("interval 3 user x ssl", "  'interval' is not carried over: run popfetch fetch for"),
        ("user x", "  it has no 'ssl': tls = \"starttls\" is written"),
    ] {
        let proto = if text.contains("proto") { "" } else { "proto pop3 " };
        let shown = shown(&read(&format!("poll h {proto}{text}")));
        assert!(shown.contains(said), "{said}\nis not in\n{shown}");
        let told = shown.lines().filter(|line| line.contains("not carried over")).count();
        assert!(told <= 1, "{shown}");
    }
    let said = shown(&read("set daemon 300\nset syslog\npoll h user x"));
    assert!(said.contains("'daemon' is not carried over: run popfetch fetch from cron"), "{said}");
    assert!(shown(&read("poll h user x")).contains("no protocol is named"));
    assert!(shown(&read("skip h user x")).contains("'skip' is not carried over"));
    assert!(shown(&read("poll h proto pop3 user x ssl")).ends_with(SMTP));
}

#[test]
fn what_is_no_configuration_is_refused() {
    for (text, line) in [
        ("keep", 1),
        ("[retriever]", 1),
        ("poll h\nuser x\n\nkeeep", 4),
        ("poll", 1),
        ("poll h user", 1),
        ("poll h pass \"x", 1),
        ("set", 1),
        ("set nonsense 3", 1),
        ("user x", 1),
        ("is x", 1),
    ] {
        assert_eq!(read(text).err().map(|error| error.line), Some(line), "{text}");
    }
    assert!(read("").unwrap().accounts.is_empty());
}
