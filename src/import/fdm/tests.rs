//! Configurations as people write them.

use super::super::account::shown;
use super::*;

#[test]
fn accounts() {
    for (text, expected) in [
        (
            "set verify-certificates\naction \"in\" maildir \"%h/Maildir\"\n\
             account \"joe\" pop3s server \"h\" user \"joe\" pass \"p\" new-only cache \"~/.c\" keep\n\
             match all action \"in\"\n",
            "joe: joe@h:- Implicit, password p, to Maildir(\"~/Maildir\"), keep, seen ~/.c\n",
        ),
        (
            "$d = \"${no}/srv\"\nset timeout 2 minutes\nset maximum-size 3M\nset verify-certificates\n\
             account 'a' disabled pop3 server \"h\" port 1110 user \"u\" pass $(pass \"x\") starttls\n\
             account 'b' users { 'x' } pop3s server 'h2' port 'pop3s' user 'v'\n\
             action 'box' { mbox \"${d}/%a\" + '.mbox' tag \"x\" value \"y\" }\n\
             action 'both' { action 'box' maildir \"~/m/%[account]/\" }\n\
             match \"^From:.*x\" in headers action 'box'\n\
             match account 'a' action 'both' continue\nmatch accounts { 'x' \"b*\" } actions { 'box' }\n",
            "a: u@h:1110 Starttls, command pass \"x\", to Mbox(\"/srv/a.mbox\"), \
             to Maildir(\"~/m/a/\"), delete, timeout 120, max-size 3145728\n\
             \u{20} 'disabled' is not carried over: popfetch fetch without a name fetches from all \
             accounts of the configuration\n\
             \u{20} 'match with conditions' is not carried over: let the mail program sort the Maildir\n\
             b: v@h2:995 Implicit, to Mbox(\"/srv/b.mbox\"), delete, timeout 120, max-size 3145728\n\
             \u{20} 'match with conditions' is not carried over: let the mail program sort the Maildir\n",
        ),
        (
            "set verify-certificates\naccount 'a' pop3s server 'h' user 'u' pass 'p'\n\
             match all action maildir '/m' continue\nmatch all action keep\nmatch all action 'no'\n",
            "a: u@h:- Implicit, password p, to Maildir(\"/m\"), keep\n",
        ),
    ] {
        assert_eq!(shown(&read(text)), expected);
    }
}

#[test]
fn what_is_not_carried_over_is_said() {
    let base = "set verify-certificates\naccount 'a' pop3s server 'h' user 'u' pass 'p' NEW KEEP\n";
    for (new, more, said) in [
        ("", "", ""),
        ("", "set queue-high 5 set lock-types fcntl dotlock", ""),
        ("", "cache '~/x' expire 2 days", ""),
        ("no-verify", "", "  'no-verify' is not carried over: popfetch always checks"),
        ("no-uidl", "", "  'no-uidl' is not carried over: popfetch needs"),
        ("old-only cache 'x'", "", "'a' is not carried over: it is about old mail"),
        ("", "include \"more.conf\"", "'include' is not carried over: import that file"),
        ("", "set delete-oversized", "'delete-oversized' is not carried over: popfetch deletes"),
        ("", "set nonsense 5", "'nonsense' is not carried over: popfetch does not know it"),
        (
            "",
            "account 'i' imaps server 'h' user 'u' pass 'p' folder 'x'",
            "'i' is not carried over: it reads imaps",
        ),
        ("", "account 's' stdin", "'s' is not carried over: it reads stdin"),
        (
            "",
            "account 's' pop3 pipe 'ssh x' user 'u' pass 'p'",
            "'s' is not carried over: it names no server",
        ),
        ("", "match all action pipe 'procmail'", "  'pipe' is not carried over: popfetch delivers"),
        ("", "match all action smtp server 'x' port 25 to 'y'", "  'smtp' is not carried over"),
        ("", "match all action mbox 'x' compress", "  'mbox' is not carried over"),
        (
            "",
            "match all action maildir '~/%[year]'",
            "  'maildir \"~/%[year]\"' is not carried over",
        ),
        ("", "match all action 'gone'", "  'action \"gone\"' is not carried over"),
        ("", "match size < 5 action 'x'", "  'match with conditions' is not carried over"),
        ("", "match all { match 'x' action 'y' }", ""),
        (
            "",
            "match 'a' { match 'x' action 'y' match all action 'z' }",
            "  'match with conditions' is",
        ),
    ] {
        let text = base.replace("NEW", new).replace("KEEP", "") + more;
        let shown = shown(&read(&text));
        assert!(shown.contains(said), "{said}\nis not in\n{shown}");
        assert!(
            shown.matches("not carried over").count() == usize::from(!said.is_empty()),
            "{shown}"
        );
    }
    let unchecked = shown(&read("account 'a' pop3s server 'h' user 'u' keep"));
    assert!(unchecked.contains("  the server's certificate was not checked"), "{unchecked}");
    assert!(unchecked.contains("  'keep without new-only' is not carried over"), "{unchecked}");
    assert!(shown(&read("account 'a' pop3 server 'h' user 'u'")).contains("  it has no TLS"));
}

#[test]
fn what_is_no_configuration_is_refused() {
    for (text, line) in [
        ("[retriever]", 1),
        ("\nnonsense", 2),
        ("account", 1),
        ("account pop3", 1),
        ("action", 1),
        ("set", 1),
        ("match all", 1),
        ("'x'", 1),
    ] {
        assert_eq!(read(text).err().map(|error| error.line), Some(line), "{text}");
    }
    let cyclic = "account 'a' pop3s server 'h'\naction 'x' action 'x'\nmatch all action 'x'";
    assert!(shown(&read(cyclic)).contains("'action' is not carried over"));
}
