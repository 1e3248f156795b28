//! S1, S2, S23: what senders and servers write is shown, and acts on nothing.

use std::process::Command;

use crate::support::expect::run;
use crate::support::home::behind;
use crate::support::server::{Action, Capabilities, Trigger};
use crate::support::{Output, World};

/// What a terminal would act on, or what would look like another line.
const HOSTILE: [&str; 9] = [
    "\x1b]0;owned\x07",
    "\x1b[31mred",
    "\x1b[2J\x1b[Hclear",
    "\x08\x08\x08overwritten",
    "\u{9b}31mred\u{85}next",
    "\u{202e}gpj.exe\u{2066}",
    "\u{2028}popfetch: work: all is well\u{2029}",
    "\x7f\x0b\x0c",
    "\u{200f}\u{61c}",
];

/// Runs `command` on a terminal.
fn on_a_terminal(world: &World, command: &Command) -> Output {
    let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_string_lossy());
    let words: Vec<String> =
        [command.get_program()].into_iter().chain(command.get_args()).map(quoted).collect();
    world.home.write("command", format!("exec {}\n", words.join(" ")));
    let script = "exec script -q -e -c 'sh ./command' /dev/null";
    run(&mut behind(&["sh", "-c", script], command))
}

/// What a command shows, on a terminal or elsewhere.
fn shown(world: &World, terminal: bool, name: &str, args: &[&str]) -> Output {
    if terminal { on_a_terminal(world, &world.command(name, args)) } else { world.run(name, args) }
}

/// What popfetch itself tells a terminal: bold, and the redrawing of a line.
const OWN: [&str; 6] = ["\x1b[1m", "\x1b[0m", "\x1b[2K", "\x1b[1A", "\x1b[1B", "\x1b[K"];

/// Whether a terminal would act on any of it, but for line ends, tabs, and what is popfetch's own.
#[track_caller]
fn assert_inert(output: &Output, terminal: bool) {
    for text in [&String::from_utf8_lossy(&output.stdout), output.stderr.as_str()] {
        let mut text = (*text).to_owned();
        if terminal {
            OWN.iter().for_each(|own| text = text.replace(own, ""));
            text = text.replace('\r', "");
        }
        let acts = |c: char| {
            c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
        };
        let at = text.find(acts);
        let around = at.map(|at| text[at..].chars().take(40).collect::<String>());
        assert_eq!(around, None, "{text:?}");
    }
}

/// A mailbox whose mail has `hostile` in every field that popfetch shows, raw and encoded.
fn with_hostile_mail(world: &World, hostile: &str) {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(hostile);
    let encoded = format!("=?utf-8?B?{encoded}?=");
    for text in [hostile, &encoded] {
        world.mailbox.add(format!(
            "From: {text} <{text}@example.org>\r\nSubject: {text}\r\nMessage-ID: <{text}@h>\r\n\
             Date: Tue, 24 Nov 2026 09:00:00 {text}\r\n\r\n{text}\r\n"
        ));
    }
}

#[test]
fn mail_acts_on_nothing() {
    let world = World::new();
    for hostile in HOSTILE {
        with_hostile_mail(&world, hostile);
    }
    let to = world.home.to();
    for (terminal, name, args) in [
        (false, "list", &[][..]),
        (true, "list", &[]),
        (false, "list", &["--json"]),
        (true, "list", &["--json"]),
        (true, "fetch", &["--all", "--to", "-"]),
        (true, "fetch", &["--to", &to, "--dry-run", "-v"]),
        (false, "fetch", &["--to", &to, "--json", "-vv"]),
        (true, "fetch", &["--to", &to, "-vv", "--state-dir", "another"]),
        (false, "fetch", &["--to", &to, "-v", "--state-dir", "a-third"]),
        (true, "delete", &["--all", "--dry-run"]),
    ] {
        let output = shown(&world, terminal, name, args).exits(0);
        assert!(!output.stdout.is_empty() || !output.stderr.is_empty(), "{args:?}");
        assert_inert(&output, terminal);
    }
}

#[test]
fn servers_act_on_nothing() {
    let hostile = HOSTILE.concat();
    let says = |text: String| Action::Reply(text.into_bytes());
    for (trigger, action) in [
        (Trigger::greeting(), says(format!("-ERR {hostile}\r\n"))),
        (Trigger::greeting(), says(format!("{hostile}\r\n"))),
        (Trigger::verb("AUTH"), says(format!("-ERR {hostile}\r\n"))),
        (Trigger::verb("AUTH"), says(format!("+ {hostile}\r\n"))),
        (Trigger::verb("STAT"), says(format!("+OK {hostile}\r\n"))),
        (Trigger::verb("UIDL"), says(format!("+OK\r\n1 {hostile}\r\n.\r\n"))),
        (Trigger::verb("RETR"), says(format!("-ERR {hostile}\r\n"))),
        (Trigger::verb("QUIT"), says(format!("+OK\r\n{hostile}\r\n"))),
    ] {
        let world = World::with(|script| {
            let offered = Capabilities::lines(["UIDL", "SASL PLAIN", &hostile]);
            script.capabilities(offered).on(trigger.clone(), action.clone())
        });
        world.add_many(1);
        let to = world.home.to();
        for (terminal, more) in [(false, "-vv"), (false, "--json"), (true, "-vv")] {
            let output = shown(&world, terminal, "fetch", &["--to", &to, more]);
            assert_inert(&output, terminal);
        }
    }
}

#[test]
fn names_that_were_typed_act_on_nothing() {
    // No control character: those are wrong usage.
    let world = World::with(|script| script.login("al\u{202e}ice", "x"));
    world.add_many(1);
    let url = format!("pop3s://al\u{202e}ice@localhost:{}", world.server.port());
    let other = format!("pop3s://bob\u{2028}@localhost:{}", world.server.port());
    // Each has a password, so that nobody is asked for one.
    let credentials = world.home.path("credentials");
    std::fs::create_dir(&credentials).unwrap();
    for url in [&url, &other] {
        let name = url.strip_prefix("pop3s://").unwrap();
        world.home.write(&format!("credentials/popfetch.{name}"), "x\n");
    }
    let ca = ["--ca-file", "ca.pem"];
    for args in [
        [&["list", &url][..], &ca].concat(),
        [&["list", &url, "--json"][..], &ca].concat(),
        [&["fetch", &url, "-vv", "--to", "maildir:mail"][..], &ca].concat(),
        [&["fetch", &url, "--json", "--to", "maildir:mail"][..], &ca].concat(),
        [&["list", &url, &other, "--count"][..], &ca].concat(),
        [&["list", &url, &other][..], &ca].concat(),
        [&["fetch", &url, &other, "--dry-run", "--to", "maildir:mail"][..], &ca].concat(),
        [&["delete", &url, "--all", "--dry-run"][..], &ca].concat(),
        vec!["state", "show", &url],
        vec!["state", "show", &url, "--json"],
        vec!["list", "al\u{202e}ice"],
        vec!["config", "show", "-c", "\u{202e}"],
        vec!["list", "--al\u{202e}ice"],
    ] {
        let mut command = world.home.command(&args);
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        assert_inert(&run(&mut command), false);
        assert_inert(&on_a_terminal(&world, &command), true);
    }
}

#[test]
fn a_folded_line_of_a_log_stays_in_its_field() {
    let world = World::new();
    let fake = "popfetch: work: 1 message deleted on the server";
    world.mailbox.add(format!(
        "Subject: harmless\r\n {fake}\r\n\t{fake}\r\nMessage-ID: <a\r\n {fake}>\r\n\r\nbody\r\n"
    ));
    let list = world.run("list", &[]).succeeds();
    assert_eq!(list.lines().len(), 1);
    let fetch = world.fetch(&["-v"]).exits(0);
    assert!(fetch.stderr.lines().all(|line| !line.starts_with("popfetch: work")), "{fetch:?}");
    let json = world.run("list", &["--json"]).succeeds();
    assert_eq!(json.json().len(), 1);
}

#[test]
fn json_loses_nothing_of_what_is_no_text() {
    let world = World::new();
    world
        .mailbox
        .add_with_uid(b"u\xff|\xc2\x9b".as_slice(), "Subject: caf\u{e9} \u{9b} \u{202e}\r\n\r\n");
    let output = world.run("list", &["--json"]).succeeds();
    assert_inert(&output, false);
    let row = &output.json()[0];
    // What a person would not see is there all the same.
    assert_eq!(row["subject"], "caf\u{e9} \u{9b} \u{202e}");
    assert_eq!(row["uid_b64"], "df98wps=");
}
