//! S4, S5, S15: what the password command is given, and what it cannot do to popfetch.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::expect::{fails, run};
use crate::support::server::{Action, Capabilities};
use crate::support::world::PASSWORD;
use crate::support::{Accounts, World};

/// An account for each of `commands`, on one server.
fn accounts(commands: &[&str]) -> Accounts {
    let mut accounts = Accounts::new();
    let mut config = "[defaults]\nca-file = \"ca.pem\"\ntimeout = 20\n".to_owned();
    for (at, command) in commands.iter().enumerate() {
        let name = format!("user{at}");
        accounts.serve_mail(&name, 1);
        config += &accounts.section(&name, &name);
        config += &format!("password-command = '''{command}'''\n");
    }
    accounts.config(&config);
    accounts
}

/// Says of itself, in files whose names begin with `name`, what it was given.
fn telling(name: &str) -> String {
    format!(
        "ls /proc/$$/fd >{name}.fds; cat /proc/$$/environ >{name}.environ; \
         grep -E '^Sig(Blk|Ign)' /proc/self/status >{name}.signals; \
         tr '\\0' ' ' </proc/$PPID/cmdline >{name}.parent; echo {PASSWORD}"
    )
}

#[test]
fn the_password_command_inherits_no_descriptor_and_no_signal_mask() {
    let accounts = accounts(&[&telling("first"), &telling("second")]);
    accounts.run(&["list", "--count"]).succeeds();
    let read = |name: &str| fs::read_to_string(accounts.home.path(name)).unwrap();
    // Whoever runs the tests may have left more of them open than three.
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &telling("own")]).current_dir(accounts.home.path(""));
    assert!(shell.stdin(Stdio::null()).output().unwrap().status.success());
    for name in ["first", "second"] {
        assert_eq!(read(&format!("{name}.fds")), read("own.fds"));
        // Nothing more is blocked or ignored, and a pipe without reader kills.
        let signals = read(&format!("{name}.signals"));
        assert_eq!(signals, read("own.signals"));
        let ignored = signals.trim_end().rsplit('\t').next().unwrap();
        assert_eq!(u64::from_str_radix(ignored, 16).unwrap() >> 12 & 1, 0, "SIGPIPE");
        assert!(read(&format!("{name}.parent")).ends_with("popfetch list --count "));
    }
}

#[test]
fn the_password_command_does_not_see_the_environments_password() {
    let world = World::new();
    let command = telling("child");
    let args = ["--password-command", &command, "--count"];
    let mut list = world.command("list", &args);
    run(list.env("POPFETCH_PASSWORD", "from-the-environment").env("KEPT", "1")).succeeds();
    let environ = fs::read_to_string(world.home.path("child.environ")).unwrap();
    assert!(environ.contains("KEPT=1\0"), "{environ}");
    assert!(!environ.contains("POPFETCH_"), "{environ}");
    assert!(!environ.contains("from-the-environment"), "{environ}");
}

#[test]
fn no_option_takes_a_password() {
    let home = crate::support::Home::new();
    for command in ["list", "fetch", "delete", "config", "state"] {
        let help = home.run(&[command, "--help"]).succeeds();
        let words = help.text().split_whitespace();
        let takes = words.filter(|word| word.starts_with("--pass")).collect::<Vec<_>>();
        let known = ["--password-command", "--password-file", "--password-fd"];
        assert!(
            takes.iter().all(|option| known.iter().any(|k| option.starts_with(k))),
            "{takes:?}"
        );
    }
}

#[test]
fn a_password_command_that_prints_for_ever_is_stopped() {
    let world = World::new();
    for command in [
        "yes",
        "cat /dev/zero",
        // One that does not care whether anybody reads.
        "trap '' PIPE; while :; do echo x 2>/dev/null; done",
    ] {
        let url = world.url();
        let args = ["list", &url, "--ca-file", "ca.pem", "--password-command", command];
        let output = run(&mut world.home.command(&args));
        fails(output, 77, "too long for a password", None);
    }
    assert!(world.server.log().is_empty(), "nothing was tried");
}

#[test]
fn a_password_command_that_closes_its_output_and_goes_on_does_not_keep_the_signal_off() {
    let world = World::new();
    for command in ["echo x; exec >&-; : >ready; exec sleep 600", ": >ready; exec sleep 600"] {
        let url = world.url();
        let args = ["list", &url, "--ca-file", "ca.pem", "--password-command", command];
        let child = world.home.command(&args).spawn().unwrap();
        while !world.home.path("ready").exists() {
            std::thread::yield_now();
        }
        let process = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        let output = crate::support::home::finish(child).exits(143);
        assert!(output.stderr.lines().count() <= 1, "{}", output.stderr);
        fs::remove_file(world.home.path("ready")).unwrap();
    }
    assert!(world.server.log().is_empty(), "nothing was tried");
}

#[test]
fn nothing_that_never_ends_is_read_for_a_password() {
    let world = World::new();
    let huge = fs::File::create(world.home.path("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    std::os::unix::fs::symlink("/dev/zero", world.home.path("link")).unwrap();
    use std::os::unix::fs::PermissionsExt;
    huge.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    for (file, status, said) in [
        ("huge", 77, "too long for a password"),
        ("/dev/zero", 78, "is not a regular file"),
        ("link", 78, "is not a regular file"),
    ] {
        let url = world.url();
        let args = ["list", &url, "--ca-file", "ca.pem", "--password-file", file];
        run(&mut world.home.command(&args)).exits(status).says(said);
    }
    let url = world.url();
    let args = ["list", &url, "--ca-file", "ca.pem", "--password-fd", "0"];
    let mut command = world.home.command(&args);
    command.stdin(fs::File::open("/dev/zero").unwrap());
    fails(run(&mut command), 77, "too long for a password", None);
    assert!(world.server.log().is_empty(), "nothing was tried");
}

#[test]
fn one_attempt_a_run_whatever_the_server_offers_after_a_refusal() {
    let capabilities = ["USER", "UIDL", "SASL PLAIN LOGIN XOAUTH2", "STLS"];
    for auth in [&[][..], &["--auth", "PLAIN"], &["--auth", "USER"]] {
        let world = World::with(|script| {
            let script = script.capabilities(Capabilities::lines(capabilities));
            let refuse = || Action::Reply(b"-ERR try another way\r\n".to_vec());
            script.on("AUTH", refuse()).on("PASS", refuse())
        });
        world.add_many(1);
        world.run("list", auth);
        let log = world.server.finished_log();
        let commands: Vec<&str> = log.iter().flat_map(|session| session.commands()).collect();
        let secrets = |line: &&&str| line.starts_with("AUTH") || line.starts_with("PASS");
        assert_eq!((log.len(), commands.iter().filter(secrets).count()), (1, 1), "{commands:?}");
    }
}
