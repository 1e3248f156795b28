//! What goes wrong, and what popfetch makes of it: the exit status, one sentence, and nothing
//! lost, recorded or deleted.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::home::{behind, finish};
use crate::support::server::{Action, Body, Capabilities, Mailbox, Script, Server, Trigger};
use crate::support::world::PASSWORD;
use crate::support::{Home, Maildir, Output, World};

/// Runs a prepared program to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    finish(command.spawn().expect("the program starts"))
}

/// Fetches with a timeout of one second.
fn hasty(world: &World, args: &[&str]) -> Output {
    let (url, to) = (world.url(), world.home.to());
    let fixed = ["fetch", &url, "--ca-file", "ca.pem", "--timeout", "1", "--to", &to];
    run(world.home.command(&[&fixed, args].concat()).env("POPFETCH_PASSWORD", PASSWORD))
}

/// Requires a status and, on standard error, one line that holds `sentence`; then perhaps a line
/// with a hint.
#[track_caller]
pub(crate) fn fails(output: Output, status: i32, sentence: &str, hint: Option<&str>) -> Output {
    let output = output.exits(status).says(sentence);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert!(lines[0].starts_with("popfetch: "), "{}", output.stderr);
    assert!(lines[0].contains(sentence), "{}", output.stderr);
    match hint {
        None => assert_eq!(lines.len(), 1, "one line:\n{}", output.stderr),
        Some(hint) => {
            assert_eq!(lines.len(), 2, "one line and a hint:\n{}", output.stderr);
            let told = lines[1].strip_prefix("hint: ").expect("a hint");
            assert!(told.contains(hint), "{}", output.stderr);
        }
    }
    output
}

/// Requires that a failed run has changed nothing: a run with a sound server fetches everything.
#[track_caller]
fn untouched(world: &World, messages: &[String]) {
    assert_eq!(world.mailbox.len(), messages.len(), "deleted on the server");
    world.mail().holds(Vec::<String>::new());
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(messages);
}

fn reply(text: &str) -> Action {
    Action::Reply(format!("{text}\r\n").into_bytes())
}

const APP_PASSWORD: &str = "some providers want an app password";

// Logging in.

#[test]
fn a_wrong_password_is_tried_once() {
    for capabilities in [&["USER"][..], &["SASL PLAIN", "USER"], &["SASL PLAIN LOGIN", "USER"]] {
        let lines = capabilities.iter().copied();
        let world = World::with(|script| {
            script.login("alice", "another").capabilities(Capabilities::lines(lines))
        });
        let all = world.add_many(2);
        let says = "cannot log in to localhost as alice: the server says: [AUTH]";
        fails(world.fetch(&[]), 77, says, Some(APP_PASSWORD));
        let log = world.server.finished_log();
        assert_eq!(log.len(), 1, "one connection");
        let commands = log[0].commands();
        let tries = commands.iter().filter(|line| {
            let verb = line.split(' ').next().unwrap_or_default();
            ["AUTH", "PASS", "APOP"].contains(&verb)
        });
        assert_eq!(tries.count(), 1, "{commands:?}");
        assert_eq!(commands.last(), Some(&"QUIT"), "it leaves politely");
        untouched(&world, &all);
    }
}

#[test]
fn what_a_refused_login_means() {
    let codes = ["SASL PLAIN", "USER", "UIDL", "RESP-CODES", "AUTH-RESP-CODE"];
    let none = ["SASL PLAIN", "USER", "UIDL"];
    for (text, capabilities, status) in [
        ("[AUTH] no", &codes[..], 77),
        ("[IN-USE] another session", &codes, 75),
        ("[in-use] another session", &none, 75),
        ("[SYS/TEMP] database down", &codes, 75),
        ("[SYS/TEMP/FOO] database down", &none, 75),
        ("[SYS/PERM] account closed", &codes, 69),
        ("[SYS/PERM] account closed", &none, 69),
        ("[LOGIN-DELAY] too soon", &codes, 75),
        ("[LOGIN-DELAY] too soon", &none, 75),
        ("maildrop locked", &none, 75),
        ("no reason to give", &codes, 75),
        ("no reason to give", &none, 77),
    ] {
        let lines = || Capabilities::lines(capabilities.iter().copied());
        let answer = reply(&format!("-ERR {text}"));
        let world = World::with(|script| script.capabilities(lines()).on("AUTH", answer.clone()));
        let all = world.add_many(2);
        let sentence = format!("cannot log in to localhost as alice: the server says: {text}");
        fails(world.fetch(&[]), status, &sentence, (status == 77).then_some(APP_PASSWORD));
        let log = world.server.finished_log();
        let auth = log[0].commands().iter().filter(|line| line.starts_with("AUTH")).count();
        assert_eq!((log.len(), auth), (1, 1), "{text}");
        untouched(&world, &all);
    }
}

#[test]
fn a_line_closed_in_answer_to_the_password() {
    for verb in ["AUTH", "PASS"] {
        let lines = if verb == "AUTH" { "SASL PLAIN" } else { "USER" };
        let world = World::with(|script| {
            let script = script.capabilities(Capabilities::lines([lines, "UIDL"]));
            script.on(verb, Action::Close)
        });
        let all = world.add_many(1);
        fails(world.fetch(&[]), 75, "may mean a wrong password", None);
        assert_eq!(world.server.finished_log().len(), 1, "one attempt");
        untouched(&world, &all);
    }
}

#[test]
fn no_method_in_common() {
    let lines = Capabilities::lines(["UIDL", "SASL GSSAPI"]);
    let world = World::with(|script| script.capabilities(lines));
    let all = world.add_many(1);
    let output = world.fetch(&[]).exits(69).says("cannot log in to localhost");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert_eq!(world.server.finished_log()[0].commands(), ["CAPA", "QUIT"]);
    untouched(&world, &all);
}

// Greetings.

#[test]
fn greetings_that_are_none() {
    let endless = "x".repeat(5000);
    for (greeting, status, sentence) in [
        ("-ERR go away\r\n", 69, "the server refuses the connection: go away"),
        ("-ERR\r\n", 69, "the server refuses the connection: (no reason given)"),
        ("-ERR [SYS/TEMP] later\r\n", 75, "the server refuses the connection: [SYS/TEMP] later"),
        ("-ERR [SYS/PERM] never\r\n", 69, "the server refuses the connection: [SYS/PERM] never"),
        ("220 mail.example.org ESMTP\r\n", 76, "expected +OK or -ERR"),
        ("+OKAY\r\n", 76, "expected +OK or -ERR"),
        ("\r\n", 76, "expected +OK or -ERR"),
        (&endless, 76, "longer than 2048 octets"),
        ("+OK ready\r\n+OK Logged in.\r\n", 76, "the server sent data that nobody asked for"),
        ("+OK ready\r\nx", 76, "the server sent data that nobody asked for"),
    ] {
        let world = World::with(|script| script.greeting(greeting));
        let all = world.add_many(1);
        fails(world.fetch(&[]), status, sentence, None);
        let log = world.server.finished_log();
        assert_eq!(log[0].commands(), Vec::<&str>::new(), "{greeting:?}");
        untouched(&world, &all);
    }
}

#[test]
fn a_greeting_cut_short() {
    let cut = Action::ReplyAndClose(b"+OK rea".to_vec());
    let world = World::with(|script| script.on(Trigger::greeting(), cut));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 75, "closed the connection instead of sending the greeting", None);
    untouched(&world, &all);
}

// Getting there.

fn fetch_url(url: &str, args: &[&str]) -> (Home, Output) {
    let home = Home::new();
    let to = home.to();
    let fixed = ["fetch", url, "--to", &to, "--timeout", "5"];
    let output = run(home.command(&[&fixed, args].concat()).env("POPFETCH_PASSWORD", "x"));
    (home, output)
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (_home, output) = fetch_url(&format!("pop3s://alice@localhost:{port}"), &[]);
    let sentence = format!("cannot connect to localhost:{port}: connection refused");
    fails(output, 69, &sentence, None);
}

#[test]
fn no_such_host() {
    let (_home, output) = fetch_url("pop3s://alice@no-such-host.invalid", &[]);
    let sentence = "cannot find the host no-such-host.invalid: no such name";
    fails(output, 68, sentence, Some("is the name spelt right?"));
}

#[test]
fn a_resolver_that_fails() {
    let Some(namespace) = Namespace::new() else { return };
    let home = Home::new();
    // Nothing listens there: the question cannot even be asked.
    home.write("resolv.conf", "nameserver 127.0.0.77\noptions timeout:1 attempts:1\n");
    let to = home.to();
    let args = ["fetch", "pop3s://alice@pop.example.com", "--to", &to, "--timeout", "10"];
    let mut command = home.command(&args);
    command.env("POPFETCH_PASSWORD", "x");
    let script = "mount --bind resolv.conf /etc/resolv.conf && exec \"$@\"";
    let output = namespace.run(script, &command);
    fails(output, 75, "cannot look up the host pop.example.com", None);
}

// Time.

#[test]
fn stalls_end_in_every_phase() {
    for (trigger, awaited) in [
        (Trigger::connect(), "the TLS handshake with localhost"),
        (Trigger::greeting(), "the greeting"),
        (Trigger::verb("CAPA").nth(1), "the reply to CAPA"),
        (Trigger::verb("AUTH"), "the reply to AUTH PLAIN"),
        (Trigger::verb("CAPA").nth(2), "the reply to CAPA"),
        (Trigger::verb("STAT"), "the reply to STAT"),
        (Trigger::verb("UIDL"), "the reply to UIDL"),
        (Trigger::verb("LIST"), "the reply to LIST"),
        (Trigger::verb("RETR"), "the reply to RETR 1"),
    ] {
        let world = World::with(|script| script.on(trigger, Action::Stall));
        let all = world.add_many(2);
        fails(hasty(&world, &["--delete"]), 75, awaited, None);
        untouched(&world, &all);
    }
}

#[test]
fn a_listing_that_stalls_in_the_middle() {
    for verb in ["CAPA", "UIDL", "LIST"] {
        let stall = Action::StallBody { after: 5 };
        let world = World::with(|script| script.on(verb, stall));
        let all = world.add_many(2);
        fails(hasty(&world, &[]), 75, &format!("the rest of the reply to {verb}"), None);
        untouched(&world, &all);
    }
}

#[test]
fn a_body_that_stalls() {
    let stall = Action::StallBody { after: 20 };
    let world = World::with(|script| script.on("RETR 3", stall));
    let all = world.add_many(4);
    let output = hasty(&world, &["--delete"]).exits(75).says("the rest of message 3");
    assert!(output.stderr.contains("timed out"), "{}", output.stderr);
    world.mail().holds(&all[..2]);
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_stall_at_quit_matters_only_where_something_hangs_on_it() {
    let world = World::with(|script| script.on("QUIT", Action::Stall));
    let all = world.add_many(2);
    assert_eq!(hasty(&world, &[]).exits(0).stderr, "");
    world.mail().holds(&all);
    let sentence = "localhost did not confirm that 2 messages are deleted: timed out";
    fails(hasty(&world, &["--delete"]), 75, sentence, None);
    assert_eq!(world.mailbox.len(), 2);
    world.now(|script| script);
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_cut_body() {
    for after in [0, 1, 30] {
        let cut = Action::CutBody { after };
        let world = World::with(|script| script.on("RETR 4", cut));
        let all = world.add_many(5);
        let output = world.fetch(&[]).exits(75);
        let output = output.says("the server closed the connection instead of sending the rest");
        // One line an account: the message that broke it is named in it.
        assert!(output.stderr.lines().all(|line| line.contains("message 4")), "{}", output.stderr);
        world.mail().holds(&all[..3]);
        assert_eq!(world.mailbox.len(), 5);
        world.now(|script| script);
        world.fetch(&[]).succeeds();
        world.mail().holds(&all);
    }
}

// The protocol.

#[test]
fn malformed_listings() {
    let long = format!("+OK\r\n1 {}\r\n2 b\r\n.", "u".repeat(600));
    for (verb, answer, shown) in [
        ("STAT", "+OK", "two numbers expected"),
        ("STAT", "+OK 2", "two numbers expected"),
        ("STAT", "+OK two 20", "'two 20'"),
        ("STAT", "+OK -2 20", "'-2 20'"),
        ("STAT", "+OK 2 -20", "'2 -20'"),
        ("STAT", "+OK 4294967296 20", "'4294967296 20'"),
        ("STAT", "+OK 2 18446744073709551616", "'2 18446744073709551616'"),
        ("LIST", "+OK\r\n1 10\r\n2\r\n.", "'2'"),
        ("LIST", "+OK\r\n1 10\r\n2 x\r\n.", "'2 x'"),
        ("LIST", "+OK\r\n1 10\r\n0 10\r\n.", "'0 10'"),
        ("LIST", "+OK\r\n1 10\r\n-2 10\r\n.", "'-2 10'"),
        ("LIST", "+OK\r\n1 10\r\n+2 10\r\n.", "'+2 10'"),
        ("LIST", "+OK\r\n1 10\r\n2 -10\r\n.", "'2 -10'"),
        ("LIST", "+OK\r\n1 10\r\n4294967296 10\r\n.", "'4294967296 10'"),
        ("LIST", "+OK\r\n1 10\r\n4294967298 10\r\n.", "'4294967298 10'"),
        ("LIST", "+OK\r\n1 10\r\n2 18446744073709551616\r\n.", "'2 18446744073709551616'"),
        ("LIST", "+OK\r\n1 10\r\n1 20\r\n.", "this number is listed twice"),
        ("LIST", "+OK\r\n1 10\r\n\r\n.", "no message number"),
        ("UIDL", "+OK\r\n1 a\r\n2\r\n.", "'2'"),
        ("UIDL", "+OK\r\n1 a\r\n2 \r\n.", "'2 '"),
        ("UIDL", "+OK\r\n1 a\r\n0 b\r\n.", "'0 b'"),
        ("UIDL", "+OK\r\n1 a\r\n-2 b\r\n.", "'-2 b'"),
        ("UIDL", "+OK\r\n1 a\r\n4294967296 b\r\n.", "'4294967296 b'"),
        ("UIDL", "+OK\r\n1 a\r\n2 b\x1b[2J\r\n.", "'2 b\\x1b[2J'"),
        ("UIDL", "+OK\r\n1 a\r\n2 b\x7f\r\n.", "'2 b\\x7f'"),
        ("UIDL", "+OK\r\n1 a\r\n1 b\r\n.", "this number is listed twice"),
        ("UIDL", &long, "this cannot be a unique-id"),
        ("UIDL", "OK\r\n", "expected +OK or -ERR in the reply to UIDL, got 'OK'"),
    ] {
        let world = World::with(|script| script.on(verb, reply(answer)));
        let all = world.add_many(2);
        let output = fails(world.fetch(&["--delete"]), 76, shown, None);
        assert!(output.stderr.contains(verb), "{}", output.stderr);
        assert!(output.stderr.len() < 400, "{}", output.stderr);
        untouched(&world, &all);
    }
}

#[test]
fn stat_with_a_tab_and_text_is_read() {
    for answer in ["+OK 2  20 octets", "+OK 2 20 (2 messages)", "+OK 2\t20"] {
        let world = World::with(|script| script.on("STAT", reply(answer)));
        let all = world.add_many(2);
        world.fetch(&[]).succeeds();
        world.mail().holds(&all);
    }
}

#[test]
fn too_many_capabilities() {
    let many = || Capabilities::lines((0..201).map(|n| format!("X-{n}")));
    let world = World::with(|script| script.capabilities_before_login(many()));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 76, "the reply to CAPA is longer than 200 lines", None);
    assert_eq!(world.server.finished_log()[0].commands(), ["CAPA"]);
    untouched(&world, &all);
    let world = World::with(|script| script.capabilities_after_login(many()));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 76, "the reply to CAPA is longer than 200 lines", None);
    untouched(&world, &all);
}

#[test]
fn data_behind_a_reply() {
    for verb in ["AUTH", "STAT", "QUIT"] {
        let more = Action::Append(b"+OK more\r\n".to_vec());
        let lines = Capabilities::lines(["UIDL", "SASL PLAIN"]);
        let world = World::with(|script| script.capabilities(lines).on(verb, more));
        let all = world.add_many(1);
        if verb == "QUIT" {
            world.fetch(&[]).succeeds();
            world.mail().holds(&all);
            continue;
        }
        let sentence = "the server sent data that nobody asked for: '+OK more\\r\\n'";
        fails(world.fetch(&["--delete"]), 76, sentence, None);
        assert!(!world.server.finished_log()[0].commands().contains(&"QUIT"));
        untouched(&world, &all);
    }
}

#[test]
fn a_listing_that_is_refused() {
    for (verb, text, status) in [
        ("LIST", "not now", 75),
        ("LIST", "[SYS/PERM] broken", 69),
        ("UIDL", "not now", 75),
        ("UIDL", "[SYS/PERM] broken", 69),
        ("STAT", "not now", 75),
    ] {
        let world = World::with(|script| script.on(verb, reply(&format!("-ERR {text}"))));
        let all = world.add_many(2);
        let sentence = format!("the server refuses {verb}: {text}");
        fails(world.fetch(&["--delete"]), status, &sentence, None);
        untouched(&world, &all);
    }
}

#[test]
fn without_uidl_nothing_is_kept_and_nothing_is_touched() {
    let world = World::with(Script::no_uidl);
    let all = world.add_many(2);
    let sentence = "localhost has no unique-ids (UIDL)";
    fails(world.fetch(&[]), 65, sentence, Some("fetch with --delete"));
    untouched(&world, &all);
}

// Disks and pipes.

/// A mount namespace of the test's own.
struct Namespace(&'static [&'static str]);

impl Namespace {
    /// Nothing where the system allows none, as in many containers.
    fn new() -> Option<Self> {
        for unshare in [&["unshare", "-m"][..], &["unshare", "-rm"]] {
            let probe = Command::new(unshare[0]).args(&unshare[1..]).arg("true").output();
            if probe.is_ok_and(|output| output.status.success()) {
                return Some(Self(unshare));
            }
        }
        eprintln!("skipped: no mount namespaces here");
        None
    }

    /// Runs `script`, whose arguments are the program and its own.
    fn run(&self, script: &str, command: &Command) -> Output {
        run(&mut behind(&[self.0, &["sh", "-c", script, "sh"]].concat(), command))
    }
}

#[test]
fn a_full_disk() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    for octets in [100_000, 100_001, 100_002, 100_003, 100_004, 100_005] {
        world.mailbox.add(Body::Generated { octets });
    }
    fs::create_dir(world.home.path("disk")).unwrap();
    let command = world.command("fetch", &["--to", "maildir:disk/mail", "--delete"]);
    let script = "mount -t tmpfs -o size=300k none disk || exit 99
        \"$@\"; echo status $?
        ls disk/mail/tmp
        mount -o remount,size=10m none disk || exit 99
        \"$@\"; echo status $?
        cp -r disk/mail mail";
    let output = namespace.run(script, &command).exits(0);
    assert_eq!(output.lines(), ["status 74", "status 0"], "{}", output.stderr);
    let output = fails(output, 0, "No space left on device", None);
    assert!(output.stderr.contains("cannot store mail in"), "{}", output.stderr);
    let messages = world.mail().messages();
    assert_eq!(messages.len(), 6);
    assert!(messages.windows(2).all(|pair| pair[0] != pair[1]), "each once");
    assert_eq!(world.mail().names("tmp"), Vec::<String>::new());
    assert!(world.mailbox.is_empty());
    let log = world.server.finished_log();
    let dele = |at: usize| log[at].commands().iter().filter(|c| c.starts_with("DELE")).count();
    assert_eq!(dele(0) + dele(1), 6, "deleted only what was stored");
    assert!(dele(0) < 3, "what did not fit was deleted");
}

#[test]
fn a_full_disk_under_the_state() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let all = world.add_many(200);
    fs::create_dir(world.home.path("small")).unwrap();
    let to = world.home.to();
    let command = world.command("fetch", &["--to", &to, "--state-dir", "small", "--delete"]);
    // Full from the start, then full in the middle, then roomy.
    let script = "mount -t tmpfs -o size=8k none small || exit 99
        \"$@\"; echo status $?
        mount -o remount,size=80k none small || exit 99
        \"$@\"; echo status $?
        mount -o remount,size=10m none small || exit 99
        \"$@\"; echo status $?";
    let output = namespace.run(script, &command).exits(0);
    assert_eq!(output.lines(), ["status 74", "status 74", "status 0"], "{}", output.stderr);
    assert_eq!(output.stderr.lines().count(), 2, "{}", output.stderr);
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

#[test]
fn a_full_device_as_standard_output() {
    let world = World::new();
    let all = world.add_many(3);
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = world.command("fetch", &["--to", "-", "--delete"]);
    let sentence = "cannot write to standard output: No space left on device";
    fails(run(command.stdout(full())), 74, sentence, None);
    untouched(&world, &all);
    let mut command = world.command("list", &[]);
    // The path is another, the sentence is like it.
    let output = run(command.stdout(full())).exits(74).says("No space left on device");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    // With --json the events go there.
    let world = World::new();
    world.add_many(3);
    let to = world.home.to();
    let mut command = world.command("fetch", &["--to", &to, "--json"]);
    run(command.stdout(full())).exits(74).says("No space left on device");
    let mut command = world.command("fetch", &["--to", &to, "--dry-run", "--all"]);
    run(command.stdout(full())).exits(74).says("No space left on device");
}

#[test]
fn a_reader_that_is_gone() {
    let world = World::new();
    let all = world.add_many(3);
    let gone = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    };
    let mut command = world.command("fetch", &["--to", "-", "--delete"]);
    let output = run(command.stdout(gone())).exits(74);
    assert!(output.stderr.lines().count() <= 1, "{}", output.stderr);
    untouched(&world, &all);
    for args in [&[][..], &["--json"], &["--short"], &["--count"]] {
        let output = run(world.command("list", args).stdout(gone()));
        assert_eq!(output.exits(74).stderr, "", "a reader that has seen enough is no news");
    }
}

#[test]
fn a_reader_that_leaves_in_the_middle() {
    let world = World::new();
    let sizes = 400_000..400_012;
    for octets in sizes.clone() {
        world.mailbox.add(Body::Generated { octets });
    }
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = world.command("fetch", &["--to", "-", "--raw", "--crlf", "--delete"]);
    let child = command.stdout(writer).spawn().unwrap();
    // Or this process holds a writing end, too.
    drop(command);
    let mut first = vec![0; 900_000];
    reader.read_exact(&mut first).unwrap();
    drop(reader);
    let output = finish(child).exits(74);
    assert!(output.stderr.lines().count() <= 1, "{}", output.stderr);
    // Two messages were read whole; at least the rest is still to come.
    assert!(world.mailbox.len() >= 10, "deleted unread: {}", world.mailbox.len());
    let left: Vec<u64> = world.mailbox.messages().iter().map(|m| m.body.octets()).collect();
    world.fetch(&["--delete"]).succeeds();
    let fetched = world.mail().messages().len();
    assert!(fetched >= 9 && left.len() >= fetched, "{fetched} of {left:?}");
    assert!(world.mailbox.is_empty());
}

// Destinations.

#[test]
fn destinations_that_cannot_be_made() {
    let world = World::new();
    let all = world.add_many(1);
    world.home.write("file", "");
    fs::create_dir_all(world.home.path("half/new")).unwrap();
    world.home.write("half/cur", "");
    for (to, sentence) in [
        ("maildir:missing/mail", "No such file or directory"),
        ("maildir:file/mail", "Not a directory"),
        ("maildir:file", "Not a directory"),
        ("maildir:half", "half"),
    ] {
        let output = world.run("fetch", &["--to", to, "--delete"]);
        fails(output, 73, "cannot deliver to maildir:", None).says(sentence);
        assert!(!world.home.path("missing").exists());
        assert!(world.server.log().is_empty(), "no connection without a place for the mail");
    }
    // One that works beside one that does not gets nothing.
    let to = world.home.to();
    fails(world.run("fetch", &["--to", &to, "--to", "maildir:file"]), 73, "file", None);
    untouched(&world, &all);
}

#[test]
fn a_read_only_disk() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let all = world.add_many(1);
    fs::create_dir(world.home.path("disk")).unwrap();
    let command = world.command("fetch", &["--to", "maildir:disk/mail"]);
    let script = "mount --bind disk disk && mount -o remount,bind,ro disk || exit 99
        exec \"$@\"";
    let output = namespace.run(script, &command);
    fails(output, 73, "Read-only file system", None);
    // A Maildir that is there, but cannot be written any more.
    fs::remove_dir(world.home.path("disk")).unwrap();
    world.run("fetch", &["--to", "maildir:disk"]).succeeds();
    world.add("later");
    let command = world.command("fetch", &["--to", "maildir:disk"]);
    let output = namespace.run(script, &command);
    assert!([73, 74].contains(&output.status), "{output:?}");
    let output = output.says("Read-only file system");
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    world.run("fetch", &["--to", "maildir:disk"]).succeeds();
    assert_eq!(Maildir::at(world.home.path("disk")).messages().len(), 2);
    assert_eq!(world.mailbox.len(), all.len() + 1);
}

#[test]
fn a_place_that_belongs_to_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = World::new();
    let all = world.add_many(1);
    let foreign = world.home.path("foreign");
    for name in ["", "new", "cur", "tmp"] {
        fs::create_dir(foreign.join(name)).unwrap();
    }
    // The whole Maildir, then only one of its directories.
    for names in [&["", "new", "cur", "tmp"][..], &["tmp"]] {
        for name in ["", "new", "cur", "tmp"] {
            let owner = if names.contains(&name) { 65534 } else { 0 };
            std::os::unix::fs::chown(foreign.join(name), Some(owner), None).unwrap();
        }
        let output = world.run("fetch", &["--to", "maildir:foreign", "--delete"]);
        fails(output, 73, "belongs to user id 65534", None);
        assert!(Maildir::at(foreign.clone()).messages().is_empty());
    }
    untouched(&world, &all);
}

#[test]
fn a_maildir_in_a_directory_of_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = World::new();
    let all = world.add_many(1);
    fs::create_dir(world.home.path("foreign")).unwrap();
    std::os::unix::fs::chown(world.home.path("foreign"), Some(65534), None).unwrap();
    // That user could put a link where the Maildir is to be made.
    let output = world.run("fetch", &["--to", "maildir:foreign/mail", "--delete"]);
    fails(output, 73, "belongs to user id 65534", None);
    assert!(!world.home.path("foreign/mail").exists());
    untouched(&world, &all);
}

#[test]
fn a_maildir_that_has_vanished_is_not_made_anew() {
    let world = World::new();
    let mut all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let (mail, away) = (world.home.path("mail"), world.home.path("away"));
    fs::rename(&mail, &away).unwrap();
    all.push(world.add("later"));
    let sentence = "held mail of this account and is gone; is its disk mounted?";
    fails(world.fetch(&["--delete"]), 73, sentence, Some("mkdir -p"));
    assert!(!mail.exists());
    // The empty directory under a disk that is not mounted is no Maildir either.
    fs::create_dir(&mail).unwrap();
    fails(world.fetch(&["--delete"]), 73, sentence, Some("mkdir -p"));
    assert!(fs::read_dir(&mail).unwrap().next().is_none());
    assert_eq!(world.mailbox.len(), 3);
    fs::remove_dir(&mail).unwrap();
    fs::rename(&away, &mail).unwrap();
    world.fetch(&["--delete"]).succeeds();
    world.mail().holds(&all);
    assert!(world.mailbox.is_empty());
}

// The state.

fn state_file(world: &World) -> PathBuf {
    let directory = world.home.path("state/popfetch");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let is_database = |path: &PathBuf| path.extension().is_some_and(|e| e == "db");
    entries.filter(is_database).max().unwrap()
}

#[test]
fn one_popfetch_at_a_time() {
    let stall = Trigger::verb("UIDL").connection(1);
    let world = World::with(|script| script.on(stall, Action::Stall));
    let all = world.add_many(2);
    let to = world.home.to();
    let mut first = world.command("fetch", &["--to", &to]).spawn().unwrap();
    world.server.wait_until(|log| log.iter().any(|s| s.commands().contains(&"UIDL")));
    let sentence = format!("the account is in use by process {} on ", first.id());
    fails(world.fetch(&["--delete"]), 75, &sentence, None);
    fails(world.run("delete", &["--all", "--yes"]), 75, &sentence, None);
    assert_eq!(world.server.log().len(), 1, "no connection for those who must wait");
    // A list and a look need no lock.
    assert_eq!(world.run("list", &[]).succeeds().lines().len(), 2);
    world.run("fetch", &["--to", "-", "--all"]).succeeds();
    first.kill().unwrap();
    first.wait().unwrap();
    untouched(&world, &all);
}

#[test]
fn a_damaged_state_file() {
    let world = World::new();
    let mut all = world.add_many(2);
    world.fetch(&[]).succeeds();
    all.push(world.add("later"));
    let path = state_file(&world);
    let sound = fs::read(&path).unwrap();
    let mut torn = sound.clone();
    torn[100..2000].fill(0xaa);
    for damaged in [b"this is no database at all".as_slice(), &torn, &sound[..5000]] {
        fs::write(&path, damaged).unwrap();
        let sentence = format!("the state file {} is damaged", path.display());
        let output = world.fetch(&["--delete"]);
        fails(output, 65, &sentence, Some("move the file away to start anew"));
        fails(world.run("list", &[]), 65, &sentence, Some("move the file away"));
        assert!(fs::read(&path).unwrap() == damaged, "it is left as it is");
    }
    assert_eq!(world.mailbox.len(), 3);
    fs::write(&path, sound).unwrap();
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

#[test]
fn the_state_of_another_mailbox() {
    let world = World::new();
    world.add_many(1);
    world.fetch(&[]).succeeds();
    let before = state_file(&world);
    let other = World::new();
    let all = other.add_many(2);
    let directory = other.home.path("state/popfetch");
    fs::create_dir_all(&directory).unwrap();
    let name = before.file_name().unwrap().to_string_lossy();
    let port = |world: &World| world.server.port().to_string();
    fs::copy(&before, directory.join(name.replace(&port(&world), &port(&other)))).unwrap();
    let sentence = format!("is that of {}, not of {}", world.account(), other.account());
    fails(other.fetch(&["--delete"]), 78, &sentence, None);
    assert!(other.server.log().is_empty());
    fs::remove_dir_all(&directory).unwrap();
    untouched(&other, &all);
}

#[test]
fn a_state_directory_that_cannot_be_used() {
    let world = World::new();
    let all = world.add_many(1);
    world.home.write("file", "");
    for directory in ["file", "file/state"] {
        let output = world.fetch(&["--delete", "--state-dir", directory]);
        fails(output, 73, "cannot use the state directory", None);
        assert!(world.server.log().is_empty());
    }
    untouched(&world, &all);
}

#[test]
fn a_state_directory_that_cannot_be_written() {
    let Some(namespace) = Namespace::new() else { return };
    let world = World::new();
    let mut all = world.add_many(1);
    world.fetch(&[]).succeeds();
    all.push(world.add("later"));
    let to = world.home.to();
    let command = world.command("fetch", &["--to", &to, "--delete"]);
    let script = "mount --bind state state && mount -o remount,bind,ro state || exit 99
        exec \"$@\"";
    let output = namespace.run(script, &command);
    let output = fails(output, 73, "Read-only file system", None);
    assert!(output.stderr.contains("state"), "{}", output.stderr);
    assert_eq!(world.mailbox.len(), 2);
    let command = world.command("list", &[]);
    assert_eq!(namespace.run(script, &command).succeeds().lines().len(), 2, "list writes nothing");
    world.fetch(&[]).succeeds();
    world.mail().holds(&all);
}

// Wrong usage.

#[test]
fn wrong_usage() {
    let home = Home::new();
    let url = "pop3s://alice@no-such-host.invalid";
    let other = "pop3s://bob@no-such-host.invalid";
    let to = "maildir:mail";
    for (args, said) in [
        (&["fetch", url][..], "--to maildir:~/Mail"),
        (&["fetch", url, "--to", "mail"], "'mail' is no destination"),
        (&["fetch", url, "--to", "maildir:"], "lacks its path"),
        (&["fetch", url, "--to", to, "--raw"], "--raw is for standard output"),
        (&["fetch", url, "--to", to, "--crlf"], "--crlf is for standard output"),
        (&["fetch", url, "--to", "-", "--json"], "--json"),
        (&["fetch", url, "--to", to, "--keep", "--delete"], "--keep"),
        (&["fetch", url, "--to", to, "-n", "0"], "0"),
        (&["fetch", url, "--to", to, "-n", "x"], "x"),
        (&["fetch", url, "--to", to, "-n", "9-5"], "9-5"),
        (&["fetch", url, "--to", to, "-n", ""], "-n"),
        (&["fetch", url, "--to", to, "-n", "4294967296"], "4294967296"),
        (&["fetch", url, "--to", to, "--last", "-1"], "-1"),
        (&["fetch", url, "--to", to, "--new", "--all"], "--all"),
        (&["fetch", url, "--to", to, "--uid", "a b"], "'a b' cannot be a unique-id"),
        (&["fetch", url, "--to", to, "--timeout", "0"], "0"),
        (&["fetch", url, "--to", to, "--auth", "NTLM"], "NTLM"),
        (&["fetch", url, "--to", to, "--quiet", "--verbose"], "--verbose"),
        (&["fetch", "pop3s://alice:hunter2@h", "--to", to], "a URL holds no password here"),
        (&["list", "pop3s://alice%0d%0aDELE%201@h"], "control character"),
        (&["list", "pop3s://alice%00@h"], "control character"),
        (&["list", "pop3s://alice@h%0a"], "control character"),
        (&["list", "pop3s://alice%c2%9b@h"], "control character"),
        (&["list", "pop3s://alice;AUTH=%0a@h"], "control character"),
        (&["list", "pop3s://alice\n@h"], "control character"),
        (&["list", "pop3s://h", "--user", "a\nb"], "control character"),
        (&["list", "pop3s://h"], "the user name is missing"),
        (&["list", "imap://alice@h"], "not a POP3 URL"),
        (&["list", "pop3s://alice@h:0"], "is not a port"),
        (&["list", "pop3s://alice@"], "the host is missing"),
        (&["list", url, other, "--user", "carol"], "--user is for exactly one SOURCE"),
        (&["list", url, other, "--tls", "none"], "--tls is for exactly one SOURCE"),
        (&["list", url, other, "--auth", "plain"], "--auth is for exactly one SOURCE"),
        (&["list", url, other, "--password-fd", "0"], "--password-fd is for exactly one SOURCE"),
        (&["list", url, other, "--password-file", "f"], "--password-file is for exactly one"),
        (&["list", url, other, "--password-command", "c"], "--password-command is for exactly"),
        (&["list", url, other, "--timeout", "5"], "--timeout is for exactly one SOURCE"),
        (&["list", url, other, "--allow-cleartext-password"], "is for exactly one SOURCE"),
        (&["delete", url, "--yes"], "say which messages"),
        (&["delete", url, "--all"], "delete needs --yes"),
        (&["delete", "--all", "--yes"], "SOURCE"),
        (&["delete", url, other, "--all", "--yes"], other),
        (&["list", url, "--no-such-flag"], "--no-such-flag"),
        (&["list", url, "--password", "hunter2"], "--password"),
        (&["frobnicate"], "frobnicate"),
        (&[], "Usage"),
    ] {
        let output = home.run(args).exits(64).says(said);
        assert_eq!(output.text(), "", "{args:?}");
        assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
        let first = output.stderr.lines().next().unwrap_or_default();
        // The line is popfetch's or the argument parser's.
        let begun = ["popfetch: ", "error: ", "Fetch mail"].iter().any(|b| first.starts_with(b));
        assert!(begun, "{args:?}: {}", output.stderr);
        if first.starts_with("popfetch: ") {
            assert!(output.stderr.lines().count() <= 2, "{}", output.stderr);
        }
        let repeated = output.stderr.contains("hunter2");
        assert!(!repeated || args.contains(&"--password"), "{}", output.stderr);
    }
    assert!(!home.path("state").exists() && !home.path("mail").exists());
}

#[test]
fn a_password_in_the_environment_is_for_one_source() {
    let home = Home::new();
    let args = ["list", "pop3s://a@no-such-host.invalid", "pop3s://b@no-such-host.invalid"];
    let output = run(home.command(&args).env("POPFETCH_PASSWORD", "x"));
    fails(output, 64, "POPFETCH_PASSWORD is for exactly one SOURCE", None);
}

#[test]
fn configuration() {
    let home = Home::new();
    home.write("empty.pem", "");
    home.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let hint = "popfetch list pop3s://alice@pop.example.com";
    fails(home.run(&["list"]), 78, "there is no configuration", Some(hint));
    fails(
        home.run(&["fetch", "--to", "maildir:mail"]),
        78,
        "there is no configuration",
        Some(hint),
    );
    let sentence = "there is no account named 'work'";
    fails(home.run(&["list", "work"]), 78, sentence, Some("pop3s://user@host"));
    fails(home.run(&["delete", "work", "--all", "--yes"]), 78, sentence, Some("pop3s://"));
    let url = "pop3s://alice@no-such-host.invalid";
    let output = home.run(&["list", url, "--ca-file", "missing.pem"]);
    fails(output, 78, "missing.pem: No such file or directory", None);
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("pop3s://alice@localhost:{}", port.local_addr().unwrap().port());
    for file in ["empty.pem", "broken.pem"] {
        let mut command = home.command(&["list", &url, "--ca-file", file]);
        let output = run(command.env("POPFETCH_PASSWORD", "x"));
        fails(output, 78, "cannot use the certificates in", None);
    }
}

#[test]
fn an_account_name_is_made_visible() {
    let home = Home::new();
    let output = home.run(&["list", "wo\x1b[31mrk\n"]).exits(78);
    assert!(output.stderr.lines().next().unwrap().contains("wo\\x1b[31mrk\\n"));
    assert!(!output.stderr.contains('\x1b'));
}

#[test]
fn no_password_and_no_terminal() {
    let world = World::new();
    let all = world.add_many(1);
    let (url, to) = (world.url(), world.home.to());
    let output = world.home.run(&["fetch", &url, "--ca-file", "ca.pem", "--to", &to]);
    let hint = "--password-command, --password-file, --password-fd, the environment variable";
    fails(output, 77, "there is no password, and no terminal to ask for one", Some(hint));
    assert!(world.server.log().is_empty());
    untouched(&world, &all);
}

#[test]
fn several_sources_each_say_what_is_wrong() {
    let home = Home::new();
    let urls = ["pop3s://a@one.invalid", "pop3s://b@two.invalid"];
    let output = home.run(&["list", urls[0], urls[1]]).exits(77);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{}", output.stderr);
    assert!(lines[0].starts_with("popfetch: a@one.invalid: there is no password"));
    assert!(lines[2].starts_with("popfetch: b@two.invalid: there is no password"));
}

#[test]
fn help_and_version() {
    let home = Home::new();
    for args in [&["--help"][..], &["fetch", "--help"], &["list", "--help"], &["delete", "-h"]] {
        let output = home.run(args).succeeds();
        assert!(output.text().contains("Usage:"));
        assert!(output.lines().iter().all(|line| line.len() <= 100), "{}", output.text());
    }
    let version = home.run(&["--version"]).succeeds();
    assert_eq!(version.text(), concat!("popfetch ", env!("CARGO_PKG_VERSION"), "\n"));
    // `popfetch --help | head` is no failure worth a message.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = run(home.command(&["--help"]).stdout(writer));
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
}

#[test]
fn no_home_at_all() {
    let world = World::new();
    let all = world.add_many(1);
    let to = world.home.to();
    let state = world.home.path("elsewhere");
    let mut command = world.command("fetch", &["--to", &to, "--state-dir"]);
    command.arg(&state).env_remove("HOME").env_remove("XDG_STATE_HOME");
    run(&mut command).succeeds();
    world.mail().holds(&all);
    assert!(state.exists());
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

// delete

#[test]
fn delete_refuses_what_was_never_delivered() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    world.add("never fetched");
    let output = world.run("delete", &["-n", "3", "--yes"]).exits(74);
    let sentence = "message 3 (uid-000003) failed: it was never delivered here (--unfetched";
    let output = output.says(sentence);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert_eq!(output.text(), format!("{}: nothing deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.len(), 3);
    let log = world.server.finished_log();
    assert!(!log.iter().any(|s| s.commands().iter().any(|line| line.starts_with("DELE"))));

    // What was delivered goes all the same.
    let output = world.run("delete", &["-n", "2-3", "--yes"]).exits(74).says(sentence);
    assert_eq!(output.text(), format!("{}: 1 message deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.uids(), [b"uid-000001", b"uid-000003"]);
    let output = world.run("delete", &["--uid", "uid-000003", "--yes", "--unfetched"]).succeeds();
    assert_eq!(output.text(), format!("{}: 1 message deleted on the server\n", world.account()));
    assert_eq!(world.mailbox.uids(), [b"uid-000001"]);
}

#[test]
fn a_look_is_no_delivery() {
    let world = World::new();
    world.add_many(1);
    world.run("fetch", &["--to", "-", "--all"]).succeeds();
    world.run("list", &[]).succeeds();
    world.run("delete", &["--all", "--yes"]).exits(74).says("it was never delivered here");
    assert_eq!(world.mailbox.len(), 1);
}

#[test]
fn delete_in_rehearsal() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    let output = world.run("delete", &["--seen", "--dry-run"]).succeeds();
    let would = |line: &&str| line.contains("would delete message");
    assert_eq!(output.lines().iter().filter(|line| would(line)).count(), 2, "{}", output.text());
    assert_eq!(world.mailbox.len(), 2);
    let log = world.server.finished_log();
    assert!(!log.iter().any(|s| s.commands().iter().any(|line| line.starts_with("DELE"))));
}

#[test]
fn delete_says_what_the_server_confirmed() {
    for (action, said) in [
        (Action::Close, "closed the connection"),
        (reply("-ERR [SYS/TEMP] some deleted messages not removed"), "[SYS/TEMP] some deleted"),
        (reply("+OKAY"), "expected +OK or -ERR"),
    ] {
        let world = World::new();
        world.add_many(2);
        world.fetch(&[]).succeeds();
        world.now(|script| script.on("QUIT", action));
        let output = world.run("delete", &["--all", "--yes"]);
        let sentence = "localhost did not confirm that 2 messages are deleted";
        let output = fails(output, 75, sentence, None).says(said);
        assert_eq!(output.text(), "", "nothing is claimed");
        assert_eq!(world.mailbox.len(), 2);
        world.now(|script| script);
        let output = world.run("delete", &["--all", "--yes"]).succeeds();
        assert!(output.text().contains("2 messages deleted on the server"));
        assert!(world.mailbox.is_empty());
    }
}

#[test]
fn delete_after_the_server_did_it_unheard() {
    let world = World::new();
    world.add_many(2);
    world.fetch(&[]).succeeds();
    world.now(|script| script.on("QUIT", Action::ExecuteAndClose));
    world.run("delete", &["--all", "--yes"]).exits(75);
    assert!(world.mailbox.is_empty());
    world.now(|script| script);
    let output = world.run("delete", &["--all", "--yes"]).succeeds();
    assert!(output.text().contains("nothing deleted"), "{}", output.text());
}

#[test]
fn a_number_that_is_not_there() {
    let world = World::new();
    let all = world.add_many(2);
    world.fetch(&[]).succeeds();
    let output = world.run("delete", &["-n", "7", "--yes"]).exits(0);
    assert!(output.text().contains("nothing deleted"), "{}", output.text());
    assert_eq!(world.mailbox.len(), all.len());
}

#[test]
fn an_empty_mailbox() {
    let world = World::new();
    assert_eq!(world.run("list", &[]).succeeds().text(), "");
    assert_eq!(world.run("list", &["--count"]).succeeds().text(), "0\n");
    assert_eq!(world.fetch(&["--delete"]).succeeds().text(), "");
    // A server that refuses to list nothing.
    let refuse = |script: Script| {
        let none = reply("-ERR no messages");
        script.on("LIST", none.clone()).on("UIDL", none)
    };
    world.now(refuse);
    assert_eq!(world.run("list", &[]).succeeds().text(), "");
    world.fetch(&[]).succeeds();
}

#[test]
fn a_server_that_only_speaks_when_spoken_to_is_not_waited_for_twice() {
    // A plain server for a TLS client that does not even greet: nobody says anything.
    let home = Home::new();
    let mailbox = Mailbox::new();
    let script = Script::new().on(Trigger::greeting(), Action::Stall);
    let server = Server::start(script, &mailbox);
    let url = format!("pop3://user@localhost:{}", server.port());
    let mut command = home.command(&["list", &url, "--timeout", "1"]);
    let output = run(command.env("POPFETCH_PASSWORD", "secret"));
    fails(output, 75, "timed out waiting for the greeting", None);
    assert_eq!(server.finished_log().len(), 1);
}
