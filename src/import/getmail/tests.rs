//! Configurations as people write them.

use super::super::account::shown;
use super::*;

fn file(retriever: &str, rest: &str) -> String {
    format!(
        "[retriever]\ntype = SimplePOP3SSLRetriever\nserver = pop.example.com\n\
         username = joe\nca_certs = /ca.pem\n{retriever}\n[options]\nread_all = false\n{rest}"
    )
}

const BASE: &str = "pop.example.com: joe@pop.example.com:- Implicit";
const SEEN: &str = "seen oldmail-pop.example.com-995-joe\n";

#[test]
fn accounts() {
    for (name, retriever, rest, expected) in [
        ("getmailrc", "", "", format!("{BASE}, keep, ca-file /ca.pem, {SEEN}")),
        (
            "getmailrc-work",
            "password: s=e;c",
            "delete = True\ndelete_after = 7\n",
            format!(
                "work: joe@pop.example.com:- Implicit, password s=e;c, delete, ca-file /ca.pem, {SEEN}"
            ),
        ),
        (
            "getmailrc",
            "password_command = (\"pass\", 'it''s',\n  \"a b\",)\ntimeout = 20",
            "delete_after = 7\nmax_message_size = 0\nmax_messages_per_session = 9\n",
            String::new(),
        ),
        (
            "getmailrc",
            "password_command = (\"pass\", \"mail/it's\",\n  \"~/x\",)\ntimeout = 20",
            "delete_after = 7\nmax_message_size = 0\nmax_messages_per_session = 9\n",
            format!(
                "{BASE}, command pass 'mail/it'\\''s' ~/x, \
                 delete after 604800, timeout 20, ca-file /ca.pem, max-messages 9, {SEEN}"
            ),
        ),
        (
            "getmailrc",
            "PORT = 1995\nuse_apop = yes",
            "[destination]\ntype = Maildir\npath = $HOME/Mail/in/\n# x\n; y\n",
            format!(
                "{BASE}, to Maildir(\"~/Mail/in\"), keep, ca-file /ca.pem, auth APOP, seen \
                 oldmail-pop.example.com-1995-joe\n"
            )
            .replace(":-", ":1995"),
        ),
        (
            "getmailrc",
            "",
            "[destination]\ntype = MultiDestination\ndestinations = ('[one]', \"[two]\", '[no]')\n\
             [one]\ntype = Maildir\npath = ~/one/\n[two]\ntype = Mboxrd\npath = ~/two\n",
            format!(
                "{BASE}, to Maildir(\"~/one\"), to Mbox(\"~/two\"), keep, ca-file /ca.pem, {SEEN}  \
                 'the destination [no]' is not carried over: popfetch delivers into a Maildir \
                 or an mbox, named by the key 'to'\n"
            ),
        ),
    ] {
        let shown = shown(&read(&file(retriever, rest), name));
        if expected.is_empty() {
            // Not a tuple of plain strings.
            assert!(shown.contains("'password_command' is not carried over"), "{shown}");
        } else {
            assert_eq!(shown, expected);
        }
    }
}

#[test]
fn what_is_not_carried_over_is_said() {
    let with = |from: &str, to: &str, rest: &str| {
        shown(&read(&file("", rest).replace(from, to), "getmailrc"))
    };
    for (from, to, rest, said) in [
        ("Simple", "Multidrop", "", "popfetch sorts no mail by its envelope\n"),
        ("SimplePOP3SSL", "SimpleIMAPSSL", "", "it speaks IMAP, and popfetch POP3\n"),
        ("SimplePOP3SSL", "NoSuch", "", "it is not known\n"),
        ("SimplePOP3SSL", "SimplePOP3", "", "  it has no TLS"),
        ("SimplePOP3SSL", "BrokenUIDLPOP3SSL", "", "  'BrokenUIDLPOP3SSLRetriever' is not"),
        ("ca_certs = /ca.pem", "", "", "  the server's certificate was not checked"),
        ("ca_certs", "ssl_fingerprints = ('x',)\nca_certs", "", "  'ssl_fingerprints' is not"),
        ("read_all = false", "", "", "  'read_all' is not carried over: popfetch fetches what"),
        ("", "", "delete_bigger_than = 5\n", "  'delete_bigger_than' is not carried over"),
        ("", "", "message_log = ~/log\n", "  'message_log' is not carried over: popfetch fetch -v"),
        ("", "", "[filter-1]\ntype = Filter_external\n", "  '[filter-1]' is not carried over"),
        ("", "", "[destination]\ntype = MDA_external\npath = /x\n", "  'type = MDA_external' is"),
        (
            "",
            "",
            "[destination]\ntype = Maildir\npath = $MAIL/x/\n",
            "  'the path $MAIL/x/' is not",
        ),
        (
            "server",
            "secret = 5\nserver",
            "",
            "  'secret' is not carried over: popfetch does not know",
        ),
    ] {
        let shown = with(from, to, rest);
        assert!(shown.contains(said), "{said} is not in:\n{shown}");
        assert!(shown.matches("not carried over").count() <= 1, "{shown}");
    }
}

#[test]
fn what_is_no_configuration_is_refused() {
    for (text, line) in [
        ("", 1),
        ("[options]\n", 1),
        ("[retriever]\ntype = SimplePOP3Retriever\n", 1),
        ("x = 1\n", 1),
        ("[retriever]\n\nnonsense\n", 3),
    ] {
        assert_eq!(read(text, "getmailrc").unwrap_err().line, line, "{text}");
    }
}

#[test]
fn names_of_state_files_are_those_of_getmail() {
    assert_eq!(stripped("oldmail-h-110-a/b:;c"), "oldmail-h-110-a-b-c");
    assert_eq!(stripped("oldmail-::1-995-é"), "oldmail--1-995-é");
}
