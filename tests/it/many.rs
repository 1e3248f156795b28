//! Several accounts in one run.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::Accounts;
use crate::support::home::finish;
use crate::support::server::{Action, Trigger};

/// A port on which nobody listens.
fn dead_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Twelve accounts: the third has a wrong password, the fifth does not answer, the eighth is so
/// slow that it runs into its timeout. The messages of the other nine.
fn twelve() -> (Accounts, Vec<(String, Vec<String>)>) {
    let mut accounts = Accounts::new();
    let mut config = format!("jobs = 5\n{}", Accounts::defaults());
    let mut fine = Vec::new();
    for n in 1..=12 {
        let name = format!("a{n:02}");
        match n {
            3 => {
                accounts.serve(&name, |script| script);
                config += &accounts.section(&name, &name);
                config += "password = \"wrong-but-secret\"\n";
            }
            5 => {
                let port = dead_port();
                config += &format!(
                    "[accounts.{name}]\nhost = \"localhost\"\nport = {port}\nuser = \"x\"\n"
                );
            }
            8 => {
                let mailbox = accounts.serve(&name, |script| script.on("RETR 2", Action::Stall));
                (0..3).for_each(|_| drop(mailbox.add("Subject: slow\r\n\r\nx\r\n")));
                config += &accounts.section(&name, &name);
                config += "timeout = 2\n";
            }
            n => {
                let messages = accounts.serve_mail(&name, n);
                config += &accounts.section(&name, &name);
                fine.push((name, messages));
            }
        }
    }
    accounts.config(&config);
    (accounts, fine)
}

#[test]
fn twelve_accounts_of_which_three_fail() {
    let (accounts, fine) = twelve();
    let output = accounts.run(&["fetch"]).exits(77);
    for (name, messages) in &fine {
        accounts.mail(name).holds(messages);
    }
    assert_eq!(accounts.mail("a08").messages().len(), 1, "what came before the stall is kept");
    let errors: Vec<&str> = output.stderr.lines().filter(|l| !l.starts_with("hint: ")).collect();
    assert_eq!(errors.len(), 3, "{}", output.stderr);
    for (name, part) in [
        ("a03", "cannot log in to localhost as a03: the server says: "),
        ("a05", "refused"),
        ("a08", "timed out waiting for the reply to RETR 2"),
    ] {
        let start = format!("popfetch: {name}: ");
        let line = errors.iter().find(|line| line.starts_with(&start)).expect(name);
        assert!(line.contains(part), "{line}");
    }
    assert!(!output.stderr.contains("secret"));
    assert_eq!(output.text(), "");
    // Only what may go better next time is left: then that is the status.
    let again = accounts.run(&["fetch", "a01", "a08", "a12"]).exits(75);
    assert!(again.stderr.lines().next().unwrap().starts_with("popfetch: a08: "));
}

#[test]
fn json_of_several_accounts_mixes_only_line_by_line() {
    let (accounts, fine) = twelve();
    let output = accounts.run(&["fetch", "--json", "--jobs", "12"]).exits(77);
    let events = output.json();
    let of = |name: &str, event: &str| {
        events.iter().filter(|e| e["account"] == name && e["event"] == event).count()
    };
    for (name, messages) in &fine {
        assert_eq!((of(name, "stored"), of(name, "summary")), (messages.len(), 1), "{name}");
    }
    for name in ["a03", "a05", "a08"] {
        assert_eq!((of(name, "error"), of(name, "summary")), (1, 1), "{name}");
    }
}

#[test]
fn accounts_are_fetched_from_at_once_as_many_as_jobs_say() {
    let mut accounts = Accounts::new();
    let mut config = Accounts::defaults();
    for name in ["a", "b", "c", "d", "e", "f"] {
        accounts.serve(name, |script| {
            script.on(Trigger::greeting(), Action::Delay(Duration::from_millis(1000)))
        });
        config += &accounts.section(name, name);
    }
    accounts.config(&config);
    let took = |args: &[&str]| {
        let start = Instant::now();
        accounts.run(args).succeeds();
        start.elapsed()
    };
    assert!(took(&["fetch"]) < Duration::from_secs(4));
    assert!(took(&["fetch", "a", "b", "c", "--jobs", "1"]) >= Duration::from_secs(3));
    accounts.run(&["fetch", "--jobs", "0"]).exits(64);
}

#[test]
fn accounts_of_one_server_ask_it_once_what_it_offers() {
    let mut accounts = Accounts::new();
    accounts.serve_mail("alice", 2);
    // Two names for a mailbox are two mailboxes, but it is the same server.
    let config = Accounts::defaults() + &accounts.section("a", "alice");
    let other = "to = \"maildir:../../../mail/b\"\n";
    let again = accounts.section("b", "alice").replace("user = \"alice\"", "user = \"bob\"");
    accounts.config(&(config + &again + other));
    accounts.run(&["fetch", "--jobs", "1"]);
    let log = accounts.server("alice").finished_log();
    let commands = |at: usize| log[at].commands().join(" ");
    assert!(commands(0).starts_with("CAPA AUTH"), "{}", commands(0));
    assert!(commands(1).starts_with("AUTH"), "{}", commands(1));
}

#[test]
fn accounts_of_one_host_are_no_more_at_once_than_it_may_have() {
    let mut accounts = Accounts::new();
    let stalled = accounts.serve("a", |script| script.on("RETR 1", Action::Stall));
    stalled.add("Subject: x\r\n\r\nx\r\n");
    for name in ["b", "c", "d"] {
        accounts.serve_mail(name, 1);
    }
    // Another name is another host.
    let elsewhere = accounts.section("d", "d").replace("localhost", "127.0.0.1");
    let sections = ["a", "b", "c"].map(|name| accounts.section(name, name)).concat();
    let limit = "jobs-per-host = 1\n".to_owned();
    accounts.config(&(limit + &Accounts::defaults() + &sections + &elsewhere));
    let mut child = accounts.home.command(&["fetch"]).spawn().unwrap();
    // The last in the order is done while those before it wait for the first.
    accounts.server("d").wait_until(|log| log.iter().any(|s| s.commands().contains(&"QUIT")));
    assert!(accounts.server("b").log().is_empty() && accounts.server("c").log().is_empty());
    accounts.server("a").wait_until(|log| log.iter().any(|s| s.commands().contains(&"RETR 1")));
    child.kill().unwrap();
    child.wait().unwrap();
    accounts.run(&["fetch", "b", "c"]).succeeds();
}

#[test]
fn an_interrupt_ends_those_at_work_and_begins_no_other() {
    let mut accounts = Accounts::new();
    let stalled = accounts.serve("a", |script| script.on("RETR 2", Action::Stall));
    (0..3).for_each(|_| drop(stalled.add("Subject: x\r\n\r\nx\r\n")));
    let mut config = Accounts::defaults() + &accounts.section("a", "a");
    for name in ["b", "c"] {
        accounts.serve_mail(name, 1);
        config += &accounts.section(name, name);
    }
    accounts.config(&config);
    let child = accounts.home.command(&["fetch", "--jobs", "1"]).spawn().unwrap();
    let asked = |commands: &[&str]| commands.contains(&"RETR 2");
    let server = accounts.server("a");
    server.wait_until(|sessions| sessions.iter().any(|session| asked(&session.commands())));
    let pid = i32::try_from(child.id()).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        rustix::process::Signal::INT,
    )
    .unwrap();
    let output = finish(child).exits(130);
    assert!(output.stderr.contains("popfetch: a: interrupted\n"), "{}", output.stderr);
    assert!(output.stderr.contains("interrupted before 2 accounts had a turn"));
    assert_eq!(accounts.mail("a").messages().len(), 1);
    assert!(accounts.mail("b").messages().is_empty());
}

#[test]
fn to_standard_output_one_after_the_other_and_lists_in_order() {
    let mut accounts = Accounts::new();
    let slow = accounts.serve("slow", |script| {
        script.on(Trigger::greeting(), Action::Delay(Duration::from_millis(500)))
    });
    slow.add("Subject: s\r\n\r\nslow\r\n");
    let quick = accounts.serve_mail("quick", 2);
    let sections = [accounts.section("slow", "slow"), accounts.section("quick", "quick")].concat();
    accounts.config(&(Accounts::defaults() + &sections));
    let output = accounts.run(&["fetch", "--to", "-", "--raw"]).succeeds();
    assert_eq!(output.text(), format!("Subject: s\n\nslow\n{}", quick.concat()));
    let list = accounts.run(&["list", "--short"]).succeeds();
    let names: Vec<&str> = list.lines().iter().map(|l| l.rsplit('\t').next().unwrap()).collect();
    assert_eq!(names, ["slow", "quick", "quick"]);
    // A mailbox that is named twice is fetched from once.
    let url = accounts.url("quick");
    let count = accounts.run(&["list", "--count", "quick", &url, "quick"]).succeeds();
    assert_eq!(count.text(), "2\n");
}

#[test]
fn an_account_without_a_password_has_its_json_events_too() {
    let home = crate::support::Home::new();
    let text = "[defaults]\nto = \"maildir:mail\"\nhost = \"no-such-host.invalid\"\n\
        [accounts.a]\nuser = \"a\"\npassword-command = \"false\"\n\
        [accounts.b]\nuser = \"b\"\npassword-command = \"echo x\"\n";
    home.write("config.toml", text);
    let output = home.run(&["fetch", "-c", "config.toml", "--json"]).exits(77);
    let events = output.json();
    for (account, exit) in [("a", 77), ("b", 68)] {
        let of = |name: &str| {
            events.iter().find(|event| event["event"] == name && event["account"] == account)
        };
        assert_eq!(of("error").unwrap()["exit"], exit);
        assert_eq!(of("summary").unwrap()["exit"], exit);
    }
}
