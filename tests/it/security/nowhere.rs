//! S3: a password is in nothing that popfetch prints or writes, whatever goes wrong.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::support::expect::run;
use crate::support::server::{Action, Capabilities, Script, Trigger};
use crate::support::world::PASSWORD;
use crate::support::{Accounts, Leaks, Output, World};

/// How much popfetch is asked to say.
const FLAGS: [&[&str]; 4] = [&[], &["-v"], &["-vvv"], &["--json", "-vv"]];

fn reply(text: &str) -> Action {
    Action::Reply(text.as_bytes().to_vec())
}

type Change = Box<dyn Fn(Script) -> Script>;

/// What goes wrong, and the server with which it does.
fn failures() -> Vec<(&'static str, i32, Change)> {
    let blob = BASE64.encode(format!("\0alice\0{PASSWORD}"));
    let plain = |script: Script| script.capabilities(Capabilities::lines(["SASL PLAIN", "UIDL"]));
    let pass = |script: Script| script.capabilities(Capabilities::lines(["USER", "UIDL"]));
    let (start, end) = PASSWORD.split_at(6);
    let torn = format!("-ERR [AUTH] no such command: PASS {start}\r\n{end}\r\n");
    let torn_blob = format!("-ERR [AUTH] AUTH PLAIN {}\r\n{}\r\n", &blob[..20], &blob[20..]);
    let encoded = format!("-ERR [AUTH] is {} right?\r\n", BASE64.encode(PASSWORD));
    let long = format!("-ERR [AUTH] {}{PASSWORD}\r\n", "x".repeat(250));
    let welcome = format!("+OK PASS {PASSWORD} is fine\r\n");
    let at_auth = move |text: String| -> Change {
        Box::new(move |script| plain(script).on("AUTH", reply(&text)))
    };
    let at_pass = move |text: String| -> Change {
        Box::new(move |script| pass(script).on("PASS", reply(&text)))
    };
    let later = |verb: &'static str, text: String| -> Change {
        Box::new(move |script| script.on(verb, reply(&text)))
    };
    vec![
        ("a wrong password", 77, Box::new(|script| script.login("alice", "another"))),
        ("a wrong password for PASS", 77, Box::new(move |s| pass(s).login("alice", "another"))),
        ("an echo in two lines", 76, at_auth(torn.clone())),
        ("an echo in two lines to PASS", 76, at_pass(torn)),
        ("an echo of the blob in two lines", 76, at_auth(torn_blob)),
        ("an echo in base64", 77, at_pass(encoded)),
        ("an echo where long text is cut", 77, at_pass(long)),
        ("an echo behind +OK, and nothing after it", 75, {
            Box::new(move |script| {
                pass(script).on("PASS", reply(&welcome)).on("STAT", Action::Close)
            })
        }),
        ("a line cut in answer to it", 75, Box::new(move |s| plain(s).on("AUTH", Action::Close))),
        ("no answer to it", 75, Box::new(move |s| plain(s).on("AUTH", Action::Stall))),
        ("garbage right after the login", 76, later("STAT", format!("{PASSWORD}\r\n"))),
        ("a number that is none", 76, later("STAT", format!("+OK {PASSWORD} 1\r\n"))),
        ("a unique-id that is none", 76, {
            later("UIDL", format!("+OK\r\n1 \x01{PASSWORD}\r\n.\r\n"))
        }),
        ("a refused message", 74, later("RETR", format!("-ERR {PASSWORD}\r\n"))),
        ("a message cut short", 75, {
            Box::new(|script| script.on("RETR", Action::CutBody { after: 10 }))
        }),
        ("a refused end", 0, later("QUIT", format!("-ERR {PASSWORD}\r\n"))),
        ("no end", 0, Box::new(|script| script.on("QUIT", Action::Close))),
        ("a handshake that is cut", 75, {
            Box::new(|script| script.on(Trigger::connect(), Action::Close))
        }),
        ("a refusal to talk", 69, Box::new(|script| script.greeting("-ERR no\r\n"))),
    ]
}

/// Fetches with a timeout of one second.
fn hasty(world: &World, args: &[&str]) -> Output {
    let (url, to) = (world.url(), world.home.to());
    let fixed = ["fetch", &url, "--ca-file", "ca.pem", "--timeout", "1", "--to", &to];
    run(world.home.command(&[&fixed, args].concat()).env("POPFETCH_PASSWORD", PASSWORD))
}

#[test]
fn no_failure_shows_it() {
    let blob = BASE64.encode(format!("\0alice\0{PASSWORD}"));
    let leaks = Leaks::of(PASSWORD).or_part(&PASSWORD[6..]).or_part(&blob[20..]);
    let mut shown = Vec::new();
    for (failure, status, change) in failures() {
        for flags in FLAGS {
            let world = World::with(&change);
            world.add_many(1);
            let mbox = format!("mbox:{}", world.home.path("box").display());
            let output = hasty(&world, &[&["--to", &mbox], flags].concat());
            assert_eq!(output.status, status, "{failure}: {}", output.stderr);
            let found = leaks.in_output(&output).into_iter();
            let found = found.chain(leaks.below(&world.home.path(""), &[]));
            shown.extend(found.map(|found| format!("{failure} {flags:?}: {found}")));
        }
    }
    assert_eq!(shown, Vec::<String>::new());
}

#[test]
fn no_failure_on_this_side_shows_it() {
    let leaks = Leaks::of(PASSWORD);
    let mut shown = Vec::new();
    for flags in FLAGS {
        let world = World::new();
        world.add_many(2);
        world.fetch(flags).exits(0);
        world.add("later");
        world.home.write("no.pem", "no certificate");
        let mut tell = |what: &str, status: i32, args: &[&str]| {
            let output = world.fetch(&[flags, args].concat());
            assert_eq!(output.status, status, "{what}: {}", output.stderr);
            let found = leaks.in_output(&output).into_iter();
            let found = found.chain(leaks.below(&world.home.path(""), &[]));
            shown.extend(found.map(|found| format!("{what} {flags:?}: {found}")));
        };
        tell("no place for the mail", 73, &["--to", "maildir:missing/mail"]);
        tell("no place for the state", 73, &["--state-dir", "no.pem"]);
        let state = fs::read_dir(world.home.path("state/popfetch")).unwrap();
        let mut files = state.map(|entry| entry.unwrap().path());
        let database = files.find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
        fs::write(database, "damaged").unwrap();
        tell("a damaged state", 65, &[]);
        let url = format!("pop3s://alice@localhost:{}", world.server.port());
        // Without the authority, and with a file that holds none.
        // The state is looked into first: a list wants to know what is new.
        fs::remove_dir_all(world.home.path("state")).unwrap();
        for (args, status) in [(&[][..], 76), (&["--ca-file", "no.pem"], 78)] {
            let args = [&["list", &url][..], args, flags].concat();
            let mut command = world.home.command(&args);
            let output = run(command.env("POPFETCH_PASSWORD", PASSWORD)).exits(status);
            shown.extend(leaks.in_output(&output));
        }
    }
    assert_eq!(shown, Vec::<String>::new());
}

/// Passwords with all that quoting, decoding or cutting could trip over.
const ODD: [&str; 8] = [
    "two words \"quoted\" 'twice'",
    "back\\slash\\n\\x41\\",
    "$(touch owned); `id` | & > < * ? ~ #",
    "%41%20percent%",
    "pässwört-пароль-密码",
    " spaces at both ends ",
    "=base64+like/==",
    "a\tb\x1b[31mc\x7f",
];

#[test]
fn odd_passwords_are_sent_as_they_are_and_shown_nowhere() {
    for password in ODD {
        let leaks = Leaks::of(password);
        let echo = format!("-ERR [AUTH] unknown command: PASS {password}\r\n");
        let sound = World::with(|script| script.login("alice", password));
        let echoing = World::with(|script| script.on("AUTH", reply(&echo)));
        for (world, status) in [(&sound, 0), (&echoing, 77)] {
            world.add_many(1);
            world.home.write("pw", format!("{password}\n"));
            for args in [["--password-file", "pw"], ["--password-command", "cat pw"]] {
                let (url, to) = (world.url(), world.home.to());
                let args = [&["fetch", &url, "--ca-file", "ca.pem", "--to", &to], &args[..]];
                let command = &mut world.home.command(&[&args.concat()[..], &["-vv"]].concat());
                let output = run(command).exits(status);
                assert_eq!(leaks.in_output(&output), Vec::<String>::new(), "{password:?}");
                let files = leaks.below(&world.home.path(""), &["pw"]);
                assert_eq!(files, Vec::<String>::new(), "{password:?}");
            }
            assert!(!world.home.path("owned").exists());
        }
    }
}

/// Configurations with a password that cannot be read, each for another reason. `{}` stands for
/// the password.
const UNREADABLE: [&str; 22] = [
    "password = {}",
    "password = {} and more",
    "password = \"{}",
    "password = '{}",
    "password = \"{}\" trailing",
    "password = \"\\q{}\"",
    "password = \"{}\\\"",
    "password = \"\"\"{}",
    "password = '''\n{}",
    "password: \"{}\"",
    "password \"{}\"",
    "password = \"{}\"\npassword = \"{}\"",
    "password = [\"{}\"]",
    "password = { value = \"{}\" }",
    "password = { value = \"{}\"",
    "password.value = \"{}\"",
    "password = \"{}\"\n[accounts.work]",
    "password = \"{}\"\n\u{1}",
    "password = \"{}\"\nport = \"x\"",
    "password = \"{}\"\npasword = 7",
    "password = \"\u{7}{}\"",
    "password = \"{}\"\rx = 1",
];

#[test]
fn no_mistake_in_the_configuration_shows_it() {
    let accounts = Accounts::new();
    let leaks = Leaks::of(PASSWORD);
    let mut shown = Vec::new();
    for text in UNREADABLE {
        let text = text.replace("{}", PASSWORD);
        accounts.config(&format!("[accounts.work]\nhost = \"h\"\n{text}\n"));
        for command in [&["config", "check"][..], &["config", "show"], &["fetch"], &["list"]] {
            for flags in [&[][..], &["-vvv"], &["--json"]] {
                let output = accounts.run(&[command, flags].concat()).exits(78);
                assert!(output.stderr.contains("config.toml:"), "{text}: {}", output.stderr);
                shown.extend(leaks.in_output(&output));
            }
        }
    }
    assert_eq!(shown, Vec::<String>::new());
}

#[test]
fn a_sound_configuration_is_shown_without_it() {
    let mut accounts = Accounts::new();
    accounts.serve_mail("alice", 1);
    accounts.config(&(Accounts::defaults() + &accounts.section("work", "alice")));
    let leaks = Leaks::of(PASSWORD);
    for args in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["config", "check", "-vv"],
        &["fetch", "-vv"],
        &["fetch", "--json", "-vv"],
        &["state", "show", "work"],
        &["state", "export", "work"],
    ] {
        let output = accounts.run(args).exits(0);
        assert_eq!(leaks.in_output(&output), Vec::<String>::new(), "{args:?}");
    }
    let files = leaks.below(&accounts.home.path(""), &["config.toml"]);
    assert_eq!(files, Vec::<String>::new());
}

#[test]
fn a_password_source_that_fails_shows_nothing() {
    let world = World::new();
    let leaks = Leaks::of(PASSWORD);
    for (mode, args, status) in [
        (0o600, ["--password-command", "cat pw; exit 1"], 77),
        (0o600, ["--password-command", "cat pw pw pw pw; echo"], 77),
        (0o600, ["--password-command", "kill -TERM $$; cat pw"], 77),
        (0o644, ["--password-file", "pw"], 78),
        (0o600, ["--password-file", "two-lines"], 77),
        (0o600, ["--password-file", "pw/x"], 78),
    ] {
        use std::os::unix::fs::PermissionsExt;
        let path = world.home.write("pw", format!("{PASSWORD}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        world.home.write("two-lines", format!("{PASSWORD}\n{PASSWORD}\n"));
        for flags in FLAGS {
            let url = world.url();
            let args = [&["fetch", &url, "--to", "maildir:mail"], &args[..], flags].concat();
            let output = run(&mut world.home.command(&args)).exits(status);
            assert_eq!(leaks.in_output(&output), Vec::<String>::new(), "{args:?}");
        }
    }
    assert!(world.server.log().is_empty(), "nothing was tried");
}
